//! The rules, as data: a shape a line, from what the issuers publish of their tokens, then places of passwords.

/// One shape of secret.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Its name, in kebab-case.
    pub(super) id: &'static str,
    /// Without one of these, in lower case, there is none in a text.
    pub(super) words: &'static [&'static str],
    /// The shape. Where a group is, the group is the secret itself.
    pub(super) pattern: &'static str,
    /// What else must hold of the secret itself.
    pub(super) check: Check,
    /// An example for the tests, with places to fill.
    #[cfg(test)]
    pub(super) example: &'static str,
}

/// What must hold of the text that a rule finds, besides its shape.
#[derive(Debug, Clone, Copy)]
pub(super) enum Check {
    /// Nothing: no other text has the shape.
    Shape,
    /// The value is no word, and has at least this entropy in bits a byte: ordinary text has the shape too.
    Entropy(f64),
    /// The value is neither a reference nor a placeholder: only a password stands there.
    Password,
}

macro_rules! rules {
    ($($id:literal, [$($word:literal),+], $pattern:literal, $check:expr, $example:literal;)+) => {
        /// Every rule.
        pub(super) static RULES: &[Rule] = &[$(Rule {
            id: $id,
            words: &[$($word),+],
            pattern: $pattern,
            check: $check,
            #[cfg(test)]
            example: $example,
        }),+];
    };
}

rules! {
    "private-key", ["private key"], r"(?s)-----BEGIN [A-Z0-9 ]{0,100}PRIVATE KEY(?: BLOCK)?-----\s.{16,}?(?:-----END [A-Z0-9 ]{0,100}PRIVATE KEY(?: BLOCK)?-----|\z)", Check::Shape, "-----BEGIN PRIVATE KEY-----\n{a64}\n-----END PRIVATE KEY-----";
    "private-key-end", ["private key"], r"(?:[A-Za-z0-9+/=]{16,}\s+)+-----END [A-Z0-9 ]{0,100}PRIVATE KEY", Check::Shape, "{a64}\n-----END PRIVATE KEY-----";
    "age-key", ["age-secret-key-1"], r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}", Check::Shape, "AGE-SECRET-KEY-1{A58}";
    "aws-access-key", ["akia", "asia", "abia", "acca"], r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b", Check::Shape, "AKIA{A16}";
    "aws-secret-key", ["aws"], r"(?i)aws.{0,30}?(?:secret|key).{0,30}?[^A-Za-z0-9/+=]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|\z)", Check::Entropy(4.0), "aws_secret_access_key = '{a40}'";
    "azure-storage-key", ["accountkey="], r"AccountKey=[A-Za-z0-9+/]{86}==", Check::Shape, "AccountKey={a86}==";
    "azure-client-secret", ["q~"], r"\b[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}", Check::Shape, "{a3}8Q~{a34}";
    "azure-signature", ["sig="], r"[?&]sig=[A-Za-z0-9%+/]{40,}", Check::Shape, "?sv=2&sig={a44}%3D";
    "google-api-key", ["aiza"], r"\bAIza[A-Za-z0-9_-]{35}", Check::Shape, "AIza{a35}";
    "google-oauth", ["gocspx-", "ya29."], r"\b(?:GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20,})", Check::Shape, "GOCSPX-{a28}";
    "github-token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"], r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})", Check::Shape, "ghp_{a36}";
    "gitlab-token", ["glpat-", "gldt-", "glrt-", "glft-", "glptt-", "glcbt-", "glsoat-", "glagent-"], r"\bgl(?:pat|dt|rt|ft|ptt|cbt|soat|agent)-[A-Za-z0-9_-]{20,}", Check::Shape, "glpat-{a20}";
    "atlassian-token", ["atatt3", "atctt3"], r"\bAT[AC]TT3[A-Za-z0-9_=-]{60,}", Check::Shape, "ATATT3{a100}";
    "slack-token", ["xox", "xapp-"], r"\b(?:xox[abeoprs](?:\.xox[abp])?-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]+)", Check::Shape, "xoxb-{d12}-{a24}";
    "slack-webhook", ["hooks.slack.com"], r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,}", Check::Shape, "hooks.slack.com/services/T{A8}/B{A8}/{a24}";
    "discord-webhook", ["/api/webhooks/"], r"discord(?:app)?\.com/api/webhooks/[0-9]{10,}/[A-Za-z0-9_-]{60,}", Check::Shape, "discord.com/api/webhooks/{d18}/{a68}";
    "telegram-token", [":aa"], r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}", Check::Shape, "{d9}:AA{a33}";
    "twilio-key", ["sk"], r"\bSK[a-f0-9]{32}\b", Check::Shape, "SK{h32}";
    "sendgrid-key", ["sg."], r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}", Check::Shape, "SG.{a22}.{a43}";
    "mailgun-key", ["key-"], r"\bkey-[a-f0-9]{32}\b", Check::Shape, "key-{h32}";
    "mailchimp-key", ["-us"], r"\b[a-f0-9]{32}-us[0-9]{1,2}\b", Check::Shape, "{h32}-us12";
    "stripe-key", ["sk_live", "sk_test", "sk_prod", "rk_live", "rk_test", "rk_prod", "whsec_"], r"\b(?:(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{32,})", Check::Shape, "sk_live_{a24}";
    "shopify-token", ["shpat_", "shpca_", "shppa_", "shpss_"], r"\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}", Check::Shape, "shpat_{h32}";
    "square-token", ["sq0"], r"\bsq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,}", Check::Shape, "sq0atp-{a22}";
    "npm-token", ["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b", Check::Shape, "npm_{a36}";
    "pypi-token", ["pypi-age"], r"\bpypi-AgE[A-Za-z0-9_-]{50,}", Check::Shape, "pypi-AgE{a60}";
    "cargo-token", ["cio"], r"\bcio[A-Za-z0-9]{32}\b", Check::Entropy(3.5), "cio{a32}";
    "rubygems-token", ["rubygems_"], r"\brubygems_[a-f0-9]{48}\b", Check::Shape, "rubygems_{h48}";
    "nuget-key", ["oy2"], r"\boy2[a-z0-9]{43}\b", Check::Shape, "oy2{h43}";
    "docker-token", ["dckr_"], r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}", Check::Shape, "dckr_pat_{a27}";
    "openai-key", ["t3blbkfj"], r"\bsk-[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}", Check::Shape, "sk-{a20}T3BlbkFJ{a20}";
    "sk-key", ["sk-"], r"\bsk-(?:[a-z0-9]{2,8}-)*([A-Za-z0-9_-]{32,})", Check::Entropy(3.5), "sk-ant-api03-{a93}";
    "huggingface-token", ["hf_"], r"\bhf_[A-Za-z]{34}\b", Check::Shape, "hf_{l34}";
    "groq-key", ["gsk_"], r"\bgsk_[A-Za-z0-9]{40,}", Check::Shape, "gsk_{a52}";
    "replicate-token", ["r8_"], r"\br8_[A-Za-z0-9]{37}\b", Check::Shape, "r8_{a37}";
    "xai-key", ["xai-"], r"\bxai-[A-Za-z0-9]{60,}", Check::Shape, "xai-{a80}";
    "perplexity-key", ["pplx-"], r"\bpplx-[A-Za-z0-9]{40,}", Check::Shape, "pplx-{a48}";
    "digitalocean-token", ["_v1_"], r"\bdo[opr]_v1_[a-f0-9]{64}", Check::Shape, "dop_v1_{h64}";
    "databricks-token", ["dapi"], r"\bdapi[a-f0-9]{32}", Check::Shape, "dapi{h32}";
    "doppler-token", ["dp."], r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40,}", Check::Shape, "dp.pt.{a43}";
    "vault-token", ["hvs.", "hvb.", "hvr."], r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}", Check::Shape, "hvs.{a24}";
    "terraform-token", [".atlasv1."], r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}", Check::Shape, "{a14}.atlasv1.{a67}";
    "pulumi-token", ["pul-"], r"\bpul-[a-f0-9]{40}\b", Check::Shape, "pul-{h40}";
    "heroku-key", ["hrku-"], r"\bHRKU-[A-Za-z0-9_-]{30,}", Check::Shape, "HRKU-{a60}";
    "fly-token", ["fo1_", "flyv1 fm"], r"\b(?:fo1_[A-Za-z0-9_-]{43}|FlyV1 fm[0-9]r?_[A-Za-z0-9+/=,_-]{40,})", Check::Shape, "fo1_{a43}";
    "linear-key", ["lin_api_"], r"\blin_api_[A-Za-z0-9]{40}", Check::Shape, "lin_api_{a40}";
    "notion-token", ["secret_", "ntn_"], r"\b(?:secret|ntn)_[A-Za-z0-9]{40,}", Check::Entropy(3.5), "ntn_{a46}";
    "airtable-token", ["pat"], r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b", Check::Shape, "pat{a14}.{h64}";
    "figma-token", ["figd_"], r"\bfigd_[A-Za-z0-9_-]{40,}", Check::Shape, "figd_{a43}";
    "postman-key", ["pmak-"], r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}", Check::Shape, "PMAK-{h24}-{h34}";
    "grafana-token", ["glc_", "glsa_"], r"\bgl(?:c|sa)_[A-Za-z0-9+/=_]{32,}", Check::Shape, "glsa_{a32}_{h8}";
    "new-relic-key", ["nrak-"], r"\bNRAK-[A-Z0-9]{27}", Check::Shape, "NRAK-{A27}";
    "sentry-token", ["sntrys_", "sntryu_"], r"\bsntry[su]_[A-Za-z0-9+/=_-]{40,}", Check::Shape, "sntryu_{h64}";
    "dynatrace-token", ["dt0c01."], r"\bdt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}", Check::Shape, "dt0c01.{A24}.{A64}";
    "planetscale-token", ["pscale_"], r"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}", Check::Shape, "pscale_tkn_{a43}";
    "supabase-token", ["sbp_"], r"\bsbp_[a-f0-9]{40}", Check::Shape, "sbp_{h40}";
    "jwt", ["eyj"], r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}", Check::Shape, "eyJ{a30}.eyJ{a60}.{a43}";
    "url-password", ["://"], r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@'\x22<>{}]{0,64}:([^\s:/@'\x22<>{}]{5,128})@[A-Za-z0-9\[]", Check::Password, "postgres://ann:{a12}@db.internal/x";
    "authorization", ["authorization"], r"(?i)authorization['\x22]?\s*[:=,]\s*['\x22]?(?:bearer|basic|token)\s+([A-Za-z0-9._~+/=-]{16,})", Check::Entropy(3.0), "Authorization: Bearer {a40}";
    "url-login", ["@tcp(", "@unix(", "jdbc:oracle:thin:"], r"(?:\b[A-Za-z0-9_.-]{1,64}:([^\s:@/'\x22<>{}]{4,128})@(?:tcp|unix)\(|jdbc:oracle:thin:[A-Za-z0-9_]{1,64}/([^\s@/'\x22]{4,128})@)", Check::Password, "ann:{a12}@tcp(db:3306)/x";
    "command-password", ["mysql", "mariadb", "sshpass", "login", "redis-cli", "ldap", "openssl", "smbclient", "htpasswd", "zip", "7z", "convertto-securestring"], r"(?x)\b(?:(?:mysql|mariadb)[a-z-]{0,10}\b[^\n|;]{0,200}?\s-p|sshpass\s+-p\s?|login\b[^\n|;]{0,120}?\s-p[\s=]|redis-cli\b[^\n|;]{0,120}?\s-a\s|ldap(?:search|add|modify|delete|whoami|passwd)\b[^\n|;]{0,200}?\s-w\s?|openssl\b[^\n|;]{0,200}?\bpass:|smbclient\b[^\n|;]{0,120}?\s-U\s?[^\s%]{1,64}%|htpasswd\s+-[a-zA-Z]{0,4}b[a-zA-Z]{0,4}\s+\S+\s+\S+\s|(?:zip|unzip)\b[^\n|;]{0,80}?\s-P\s?|7za?\b[^\n|;]{0,80}?\s-p|ConvertTo-SecureString\s+(?:-String\s+)?)['\x22]?([^\s'\x22$<-][^\s'\x22]{3,127})", Check::Password, "sshpass -p {a12} ssh x";
    "login-pair", ["curl", "auth"], r"(?x)(?:\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[\s=]?['\x22]?[^\s:'\x22]{1,64}:|(?i:basic_?auth|\bauth)\w{0,12}\s?(?:=\s?\(|\()\s?['\x22][^'\x22\n]{1,64}['\x22]\s?,\s?(?:Some\()?['\x22])([^\s'\x22$<][^\s'\x22]{3,127})", Check::Password, "curl -u ann:{a12} x";
    "sql-password", ["identified"], r"(?i)\bidentified\s+(?:with\s+\S+\s+)?by\s+(?:password\s+)?['\x22]([^'\x22\n]{4,128})['\x22]", Check::Password, "identified by '{a12}'";
    "netrc-password", ["login"], r"\blogin[ \t]+\S+[ \t]+password[ \t]+(\S{4,128})", Check::Password, "login ann password {a12}";
}
