//! The rules, as data: a shape a line, from what the issuers publish of their tokens, then the general shapes.

/// One shape of secret.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Its name, in kebab-case.
    pub(super) id: &'static str,
    /// Without one of these, in lower case, there is none in a text.
    pub(super) words: &'static [&'static str],
    /// The shape. Where a group is, the group is the secret itself.
    pub(super) pattern: &'static str,
    /// The least entropy in bits a byte, for shapes that ordinary text has too.
    pub(super) entropy: Option<f64>,
    /// An example for the tests, with places to fill.
    #[cfg(test)]
    pub(super) example: &'static str,
}

macro_rules! rules {
    ($($id:literal, [$($word:literal),+], $pattern:literal, $entropy:expr, $example:literal;)+) => {
        /// Every rule. The general ones come last.
        pub(super) static RULES: &[Rule] = &[$(Rule {
            id: $id,
            words: &[$($word),+],
            pattern: $pattern,
            entropy: $entropy,
            #[cfg(test)]
            example: $example,
        }),+];
    };
}

rules! {
    "private-key", ["private key"], r"(?s)-----BEGIN [A-Z0-9 ]{0,100}PRIVATE KEY(?: BLOCK)?-----\s.{16,}?(?:-----END [A-Z0-9 ]{0,100}PRIVATE KEY(?: BLOCK)?-----|\z)", None, "-----BEGIN PRIVATE KEY-----\n{a64}\n-----END PRIVATE KEY-----";
    "private-key-end", ["private key"], r"(?:[A-Za-z0-9+/=]{16,}\s+)+-----END [A-Z0-9 ]{0,100}PRIVATE KEY", None, "{a64}\n-----END PRIVATE KEY-----";
    "age-key", ["age-secret-key-1"], r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}", None, "AGE-SECRET-KEY-1{A58}";
    "aws-access-key", ["akia", "asia", "abia", "acca"], r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b", None, "AKIA{A16}";
    "aws-secret-key", ["aws"], r"(?i)aws.{0,30}?(?:secret|key).{0,30}?[^A-Za-z0-9/+=]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|\z)", Some(4.0), "aws_secret_access_key = '{a40}'";
    "azure-storage-key", ["accountkey="], r"AccountKey=[A-Za-z0-9+/]{86}==", None, "AccountKey={a86}==";
    "azure-client-secret", ["q~"], r"\b[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}", None, "{a3}8Q~{a34}";
    "azure-signature", ["sig="], r"[?&]sig=[A-Za-z0-9%+/]{40,}", None, "?sv=2&sig={a44}%3D";
    "google-api-key", ["aiza"], r"\bAIza[A-Za-z0-9_-]{35}", None, "AIza{a35}";
    "google-oauth", ["gocspx-", "ya29."], r"\b(?:GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20,})", None, "GOCSPX-{a28}";
    "github-token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"], r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})", None, "ghp_{a36}";
    "gitlab-token", ["glpat-", "gldt-", "glrt-", "glft-", "glptt-", "glcbt-", "glsoat-", "glagent-"], r"\bgl(?:pat|dt|rt|ft|ptt|cbt|soat|agent)-[A-Za-z0-9_-]{20,}", None, "glpat-{a20}";
    "atlassian-token", ["atatt3", "atctt3"], r"\bAT[AC]TT3[A-Za-z0-9_=-]{60,}", None, "ATATT3{a100}";
    "slack-token", ["xox", "xapp-"], r"\b(?:xox[abeoprs](?:\.xox[abp])?-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]+)", None, "xoxb-{d12}-{a24}";
    "slack-webhook", ["hooks.slack.com"], r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,}", None, "hooks.slack.com/services/T{A8}/B{A8}/{a24}";
    "discord-webhook", ["/api/webhooks/"], r"discord(?:app)?\.com/api/webhooks/[0-9]{10,}/[A-Za-z0-9_-]{60,}", None, "discord.com/api/webhooks/{d18}/{a68}";
    "telegram-token", [":aa"], r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}", None, "{d9}:AA{a33}";
    "twilio-key", ["sk"], r"\bSK[a-f0-9]{32}\b", None, "SK{h32}";
    "sendgrid-key", ["sg."], r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}", None, "SG.{a22}.{a43}";
    "mailgun-key", ["key-"], r"\bkey-[a-f0-9]{32}\b", None, "key-{h32}";
    "mailchimp-key", ["-us"], r"\b[a-f0-9]{32}-us[0-9]{1,2}\b", None, "{h32}-us12";
    "stripe-key", ["sk_live", "sk_test", "sk_prod", "rk_live", "rk_test", "rk_prod", "whsec_"], r"\b(?:(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{32,})", None, "sk_live_{a24}";
    "shopify-token", ["shpat_", "shpca_", "shppa_", "shpss_"], r"\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}", None, "shpat_{h32}";
    "square-token", ["sq0"], r"\bsq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,}", None, "sq0atp-{a22}";
    "npm-token", ["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b", None, "npm_{a36}";
    "pypi-token", ["pypi-age"], r"\bpypi-AgE[A-Za-z0-9_-]{50,}", None, "pypi-AgE{a60}";
    "cargo-token", ["cio"], r"\bcio[A-Za-z0-9]{32}\b", Some(3.5), "cio{a32}";
    "rubygems-token", ["rubygems_"], r"\brubygems_[a-f0-9]{48}\b", None, "rubygems_{h48}";
    "nuget-key", ["oy2"], r"\boy2[a-z0-9]{43}\b", None, "oy2{h43}";
    "docker-token", ["dckr_"], r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}", None, "dckr_pat_{a27}";
    "openai-key", ["t3blbkfj"], r"\bsk-[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}", None, "sk-{a20}T3BlbkFJ{a20}";
    "sk-key", ["sk-"], r"\bsk-(?:[a-z0-9]{2,8}-)*([A-Za-z0-9_-]{32,})", Some(3.5), "sk-ant-api03-{a93}";
    "huggingface-token", ["hf_"], r"\bhf_[A-Za-z]{34}\b", None, "hf_{l34}";
    "groq-key", ["gsk_"], r"\bgsk_[A-Za-z0-9]{40,}", None, "gsk_{a52}";
    "replicate-token", ["r8_"], r"\br8_[A-Za-z0-9]{37}\b", None, "r8_{a37}";
    "xai-key", ["xai-"], r"\bxai-[A-Za-z0-9]{60,}", None, "xai-{a80}";
    "perplexity-key", ["pplx-"], r"\bpplx-[A-Za-z0-9]{40,}", None, "pplx-{a48}";
    "digitalocean-token", ["_v1_"], r"\bdo[opr]_v1_[a-f0-9]{64}", None, "dop_v1_{h64}";
    "databricks-token", ["dapi"], r"\bdapi[a-f0-9]{32}", None, "dapi{h32}";
    "doppler-token", ["dp."], r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40,}", None, "dp.pt.{a43}";
    "vault-token", ["hvs.", "hvb.", "hvr."], r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}", None, "hvs.{a24}";
    "terraform-token", [".atlasv1."], r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}", None, "{a14}.atlasv1.{a67}";
    "pulumi-token", ["pul-"], r"\bpul-[a-f0-9]{40}\b", None, "pul-{h40}";
    "heroku-key", ["hrku-"], r"\bHRKU-[A-Za-z0-9_-]{30,}", None, "HRKU-{a60}";
    "fly-token", ["fo1_", "flyv1 fm"], r"\b(?:fo1_[A-Za-z0-9_-]{43}|FlyV1 fm[0-9]r?_[A-Za-z0-9+/=,_-]{40,})", None, "fo1_{a43}";
    "linear-key", ["lin_api_"], r"\blin_api_[A-Za-z0-9]{40}", None, "lin_api_{a40}";
    "notion-token", ["secret_", "ntn_"], r"\b(?:secret|ntn)_[A-Za-z0-9]{40,}", Some(3.5), "ntn_{a46}";
    "airtable-token", ["pat"], r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b", None, "pat{a14}.{h64}";
    "figma-token", ["figd_"], r"\bfigd_[A-Za-z0-9_-]{40,}", None, "figd_{a43}";
    "postman-key", ["pmak-"], r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}", None, "PMAK-{h24}-{h34}";
    "grafana-token", ["glc_", "glsa_"], r"\bgl(?:c|sa)_[A-Za-z0-9+/=_]{32,}", None, "glsa_{a32}_{h8}";
    "new-relic-key", ["nrak-"], r"\bNRAK-[A-Z0-9]{27}", None, "NRAK-{A27}";
    "sentry-token", ["sntrys_", "sntryu_"], r"\bsntry[su]_[A-Za-z0-9+/=_-]{40,}", None, "sntryu_{h64}";
    "dynatrace-token", ["dt0c01."], r"\bdt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}", None, "dt0c01.{A24}.{A64}";
    "planetscale-token", ["pscale_"], r"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}", None, "pscale_tkn_{a43}";
    "supabase-token", ["sbp_"], r"\bsbp_[a-f0-9]{40}", None, "sbp_{h40}";
    "jwt", ["eyj"], r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}", None, "eyJ{a30}.eyJ{a60}.{a43}";
    "url-password", ["://"], r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@'\x22<>{}]{1,64}:([^\s:/@'\x22<>{}]{3,128})@[A-Za-z0-9\[]", Some(2.0), "postgres://ann:{a12}@db.internal/x";
    "authorization", ["authorization"], r"(?i)authorization['\x22]?\s*[:=,]\s*['\x22]?(?:bearer|basic|token)\s+([A-Za-z0-9._~+/=-]{16,})", Some(3.0), "Authorization: Bearer {a40}";
    "assigned-secret", ["key", "token", "secret", "credential", "auth"], r"(?i)(?:key|token|secret|credentials?|auth)[A-Za-z0-9_]{0,20}['\x22]?\]?\s{0,3}(?::=|=>|=|:|,)\s{0,3}['\x22`]([^\s'\x22`]{12,200})['\x22`]", Some(3.5), "api_key = '{a32}'";
    "assigned-password", ["passw", "pwd", "passphrase"], r"(?i)(?:password|passwd|pwd|passphrase)[A-Za-z0-9_]{0,20}['\x22]?\]?\s{0,3}(?::=|=>|=|:|,)\s{0,3}['\x22`]([^\s'\x22`]{6,200})['\x22`]", Some(2.3), "password: '{a16}'";
    "environment-secret", ["key", "token", "secret", "passw", "pwd", "credential"], r"(?m)^\s*(?:export\s+|set\s+|ENV\s+)?[A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PWD|CREDENTIALS?)[A-Z0-9_]*\s?[=:]\s?([A-Za-z0-9_./+=~!@#%^&*-]{12,200})\s*$", Some(3.3), "\nexport API_TOKEN={a32}\n";
}
