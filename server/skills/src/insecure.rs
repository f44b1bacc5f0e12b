//! Insecure rules: they make a program less safe. The miner never proposes them, however often people follow them, and
//! the lint refuses them.

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
    "builtins.eval(",
    "window.eval(",
    "globalthis.eval(",
    "exec(",
    "builtins.exec(",
    "new function(",
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
    "chmod 777",
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
    "setenforce 0",
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

/// Words with a safeguard's name that are none.
const NO_SAFEGUARD: &[&str] = &["checkbox", "checkout", "checkpoint", "checklist"];
/// Constants that answer a check without a look.
const ANSWERS: &[&str] =
    &["true", "!0", "1", "ok(())", "pass", "return true", "return", "none", "null", "nil", "()"];
/// Conditions that hold always, at the end or the start of others.
const ALWAYS: &[&str] = &["||true", "or true", "true||", "true or ", "if(true)", "if true", "if 1:"];

/// Returns whether a rule would make a program less safe, as far as a list can tell.
pub fn is_insecure(file: &RuleFile) -> bool {
    match &file.rule {
        Rule::Rewrite(rule) => {
            let prefer = folded(&rule.prefer);
            let avoid: Vec<String> = rule.avoid.iter().map(|avoid| folded(avoid)).collect();
            adds_danger(&avoid, &prefer) || avoid.iter().any(|avoid| drops_safeguard(avoid, &prefer))
        }
        // Words tell people something; names and forms change nothing that runs.
        Rule::Term(rule) => NEVER.iter().any(|needle| holds(&folded(&rule.prefer), needle)),
        Rule::Name(_) | Rule::Form(_) => false,
    }
}

/// Returns a text in small letters, with one kind of quotes, and with white space only between words.
fn folded(text: &str) -> String {
    let text = text.to_lowercase().replace('\'', "\"");
    let mut out = String::with_capacity(text.len());
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut blank = false;
    for c in text.chars() {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) && is_word(c) && out.chars().next_back().is_some_and(is_word) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// Returns whether folded code holds something dangerous. A call is only meant where its name begins there:
/// `retrieval(` is no `eval(`, and neither is the method of `model.eval()`.
fn holds(text: &str, needle: &str) -> bool {
    let is_call = needle.ends_with('(') && needle.starts_with(|c: char| c.is_alphabetic());
    let bare = matches!(needle, "eval(" | "exec(");
    text.match_indices(needle).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !(is_call && before.is_some_and(|c| c.is_alphanumeric() || (bare && c == '.')))
    })
}

/// Returns whether a condition begins in folded code, and not within a word: `for true` holds no `or true`.
fn begins(text: &str, needle: &str) -> bool {
    let is_word = needle.starts_with(|c: char| c.is_alphabetic());
    text.match_indices(needle).any(|(at, _)| !is_word || !text[..at].ends_with(|c: char| c.is_alphanumeric()))
}

/// Returns whether a rule writes something dangerous that the avoided code is without.
fn adds_danger(avoid: &[String], prefer: &str) -> bool {
    let adds = |needle: &&str, holds: fn(&str, &str) -> bool| {
        holds(prefer, needle) && !avoid.iter().all(|avoid| holds(avoid, needle))
    };
    NEVER.iter().any(|needle| adds(needle, holds)) || ALWAYS.iter().any(|needle| adds(needle, begins))
}

/// Returns whether a rule avoids code with a safeguard, or a call that decides, and prefers code without it.
fn drops_safeguard(avoid: &str, prefer: &str) -> bool {
    // Code that switches a safeguard off names it too: `verify=False`.
    let without =
        |text: &str, parts: &[&str]| parts.iter().fold(text.to_owned(), |text, part| text.replace(part, ""));
    let guarded = without(&without(avoid, NEVER), NO_SAFEGUARD);
    let protects = |text: &str| PROTECTS.iter().any(|needle| text.contains(needle));
    let decides = avoid.contains('(') && avoid.contains('$');
    let answer = prefer.trim_end_matches(';');
    (protects(&guarded) && !protects(prefer)) || (decides && ANSWERS.contains(&answer))
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
        check("is_admin($A)", "True", true);
        check("user.may($A)", "user.may($A) or True", true);
        check("if ($A($B)) $C", "if (true) $C", true);
        check("JSON.parse($A)", "return eval($A)", true);
    }

    #[test]
    fn rules_that_make_code_safer_or_other_are_left_alone() {
        check("yaml.load($A)", "yaml.safe_load($A)", false);
        check("yaml.load($A)", "yaml.load($A, Loader=yaml.SafeLoader)", false);
        check("requests.get($A, verify=False)", "requests.get($A)", false);
        check("$A.match($B)", "$B.exec($A)", false);
        check("$A.train(False)", "$A.eval()", false);
        check("find($A)", "retrieval($A)", false);
        check("list($A)", "widgets($A)", false);
        check("Checkbox($A)", "Toggle($A)", false);
        check("check_password($A)", "verify_password($A)", false);
        check("Boolean(1)", "true", false);
        check("$A.len() == 0", "$A.is_empty()", false);
    }
}
