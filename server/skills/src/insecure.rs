//! Insecure rules, which the miner never proposes, however often people follow them: they make a program less safe.

use crate::rule::{Rule, RuleFile};

/// Never preferred, in small letters and without white space.
const NEVER: &[&str] = &[
    "verify=false",
    "verify_ssl=false",
    "check_hostname=false",
    "cert_none",
    "_create_unverified_context",
    "rejectunauthorized:false",
    "node_tls_reject_unauthorized",
    "insecureskipverify:true",
    "danger_accept_invalid",
    "sslverify=false",
    "ssl_verifypeer",
    "--insecure",
    "curl-k",
    "--no-check-certificate",
    "yaml.load(",
    "yaml.unsafe_load",
    "pickle.load",
    "marshal.load",
    "shelve.open",
    "shell=true",
    "os.system(",
    "os.popen(",
    "eval(",
    "exec(",
    "newfunction(",
    "dangerouslysetinnerhtml",
    ".innerhtml=",
    ".outerhtml=",
    "document.write(",
    "insertadjacenthtml",
    "md5",
    "sha1",
    "des.new",
    "_ecb",
    "/ecb",
    "mode_ecb",
    "rc4",
    "arc4",
    "chmod777",
    "0o777",
    "0777",
    "math.random(",
    "mktemp(",
    "strcpy(",
    "strcat(",
    "gets(",
    "unsafe{",
    "transmute(",
    "from_utf8_unchecked",
    "get_unchecked",
    "csrf_exempt",
    "permitall(",
    "allowalloworigin:*",
    "access-control-allow-origin",
    "|safe",
    "mark_safe(",
    "v-html",
    "child_process.exec(",
    "execsync(",
    "runtime.getruntime",
    "setaccessible(true)",
    "nosec",
    "nolint:gosec",
    "algorithms=none",
    "setenforce0",
    "sudo",
    "nopasswd",
    "stricthostkeychecking=no",
    "iv=b\"",
    "debug=true",
    "bash-c",
    "|bash",
    "|sh",
    "loadstring(",
    "html.raw(",
    "template.html(",
    "trustallcerts",
    "allowall",
    "disable_csrf",
    "assert_hostname=false",
    "query(f\"",
    "execute(f\"",
    "execute(\"%",
];
/// Safeguards: a rule that avoids code with a safeguard, and prefers code without it, removes the safeguard.
const PROTECTS: &[&str] = &[
    "compare_digest",
    "constanttime",
    "timingsafe",
    "escape",
    "sanit",
    "quote(",
    "safe_load",
    "verify",
    "validate",
    "check",
    "csrf",
    "authenticate",
    "authorize",
    "permission",
    "textcontent",
    "secrets.",
    "randombytes",
    "getrandom",
    "crypto",
    "strncpy",
    "strlcpy",
    "snprintf",
    "bcrypt",
    "argon2",
    "https:",
    "noopener",
    "safeloader",
    "saturating_",
    "checked_",
    "allowlist",
    "defusedxml",
    "prepare",
];

/// Returns whether a rule would make a program less safe, as far as a list can tell.
pub fn is_insecure(file: &RuleFile) -> bool {
    let folded = |text: &str| -> String {
        text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect::<String>().replace('\'', "\"")
    };
    match &file.rule {
        Rule::Rewrite(rule) => {
            let prefer = folded(&rule.prefer);
            NEVER.iter().any(|needle| prefer.contains(needle))
                || rule.avoid.iter().map(|avoid| folded(avoid)).any(|avoid| {
                    PROTECTS.iter().any(|needle| avoid.contains(needle) && !prefer.contains(needle))
                })
        }
        // Words tell people something; names and forms change nothing that runs.
        Rule::Term(rule) => NEVER.iter().any(|needle| folded(&rule.prefer).contains(needle)),
        Rule::Name(_) | Rule::Form(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{FORMAT, Rewrite, Scope};

    #[track_caller]
    fn check(avoid: &str, prefer: &str, expected: bool) {
        let rule = Rule::Rewrite(Rewrite { avoid: vec![avoid.to_owned()], prefer: prefer.to_owned() });
        let file = RuleFile { format: FORMAT, scope: Scope::default(), rule };
        assert_eq!(is_insecure(&file), expected, "{avoid} -> {prefer}");
    }

    #[test]
    fn safety_is_not_rewritten_away() {
        check("requests.get($A)", "requests.get($A, verify=False)", true);
        check("yaml.safe_load($A)", "yaml.load($A)", true);
        check("subprocess.run($A)", "subprocess.run($A, shell = True)", true);
        check("hmac.compare_digest($A, $B)", "$A == $B", true);
        check("hashlib.sha256($A)", "hashlib.md5($A)", true);
        check("e.textContent = $A", "e.innerHTML = $A", true);
        check("log.info($A)", "logger.info($A)", false);
        check("yaml.load($A)", "yaml.safe_load($A)", false);
    }
}
