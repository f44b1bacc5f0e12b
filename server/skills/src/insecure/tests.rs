//! Rules that are refused, rules that people look at, and innocent ones.

use super::*;
use crate::rule::{FORMAT, Rewrite, Scope, Term};

fn rewrite(avoid: &str, prefer: &str) -> RuleFile {
    let rule = Rule::Rewrite(Rewrite { avoid: vec![avoid.to_owned()], prefer: prefer.to_owned() });
    RuleFile { format: FORMAT, scope: Scope::default(), rule }
}

/// Checks what the lint says of rules.
#[track_caller]
fn check(rules: &[(&str, &str)], expected: Option<Danger>) {
    let wrong: Vec<_> = rules
        .iter()
        .map(|(avoid, prefer)| (avoid, prefer, danger(&rewrite(avoid, prefer))))
        .filter(|(.., found)| *found != expected)
        .collect();
    assert!(wrong.is_empty(), "expected {expected:?}: {wrong:#?}");
}

#[test]
fn safety_is_not_rewritten_away() {
    let rules = [
        ("requests.get($A)", "requests.get($A, verify=False)"),
        ("yaml.safe_load($A)", "yaml.load($A)"),
        ("yaml.load($A, SafeLoader)", "yaml.load($A, yaml.Loader)"),
        ("subprocess.run($A)", "subprocess.run($A, shell = True)"),
        ("hmac.compare_digest($A, $B)", "$A == $B"),
        ("crypto.timingSafeEqual($A, $B)", "$A === $B"),
        ("hashlib.sha256($A)", "hashlib.md5($A)"),
        ("createHash('sha256')", "createHash('md5')"),
        ("e.textContent = $A", "e.innerHTML = $A"),
        ("is_admin($A)", "True"),
        ("$A.is_admin", "True"),
        ("verify_signature($A)", "Ok(())"),
        ("user.may($A)", "user.may($A) or True"),
        ("if ($A($B)) $C", "if (true) $C"),
        ("JSON.parse($A)", "return eval($A)"),
        ("{{ $A }}", "{{ $A | safe }}"),
        ("cat $A", "cat $A | sh"),
        ("AES_CBC", "AES_ECB"),
        ("crypto.randomUUID()", "Math.random()"),
    ];
    check(&rules, Some(Danger::Certain));
}

#[test]
fn a_truth_value_is_known_however_it_is_written() {
    let rules = [
        ("requests.get($A)", "requests.get($A, verify=0)"),
        ("requests.get($A)", "requests.get($A, verify=(False))"),
        ("requests.get($A)", "requests.get($A, verify=not True)"),
        ("fetch($A)", "fetch($A, { rejectUnauthorized: !true })"),
        ("subprocess.run($A)", "subprocess.run($A, shell=1)"),
        ("subprocess.run($A)", "subprocess.run($A, shell=bool(1))"),
        ("subprocess.run($A)", "subprocess.run($A, shell=not False)"),
        ("is_admin($A)", "not False"),
        ("isAdmin($A)", "!false"),
        ("isAdmin($A)", "!0"),
        ("is_admin($A)", "bool(1)"),
        ("is_admin($A)", "1 == 1"),
        ("user.may($A)", "user.may($A) or 1"),
        ("user.may($A)", "user.may($A) || !0"),
        ("if ($A($B)) $C", "if (1) $C"),
    ];
    check(&rules, Some(Danger::Certain));
}

#[test]
fn a_switch_that_goes_off_is_known() {
    let rules = [
        ("Environment(autoescape=True)", "Environment(autoescape=False)"),
        ("Environment($A)", "Environment($A, autoescape=False)"),
        ("run($A, check=True)", "run($A, check=False)"),
        ("set_cookie($A, secure=True)", "set_cookie($A, secure=False)"),
        ("cookie($A, { secure: true })", "cookie($A, { secure: false })"),
        ("cookie($A, {'secure': True})", "cookie($A, {'secure': 0})"),
        ("cookie.setHttpOnly(true)", "cookie.setHttpOnly(false)"),
        ("set_cookie($A, httponly=True)", "set_cookie($A, httponly=False)"),
        ("jwt.decode($A, verify=True)", "jwt.decode($A, verify=False)"),
        ("builder.build()", "builder.danger_accept_invalid_certs(true).build()"),
        ("tls.Config{$A}", "tls.Config{InsecureSkipVerify: true}"),
        ("curl_setopt($A, CURLOPT_SSL_VERIFYPEER, true)", "curl_setopt($A, CURLOPT_SSL_VERIFYPEER, false)"),
        ("app.run()", "app.run(debug=True)"),
    ];
    check(&rules, Some(Danger::Certain));
}

#[test]
fn a_safeguard_that_may_be_lost_is_a_warning() {
    let rules = [
        ("escape($A)", "$A"),
        ("run($A, check=True)", "run($A)"),
        ("Environment(autoescape=True)", "Environment()"),
        ("verify($A).close()", "then($A).should().close()"),
        ("validate($A)", "pass"),
        ("yaml.safe_load($A)", "json.load($A)"),
    ];
    check(&rules, Some(Danger::Possible));
}

#[test]
fn innocent_rules_are_left_alone() {
    let rules = [
        ("yaml.load($A)", "yaml.safe_load($A)"),
        ("yaml.load($A)", "yaml.load($A, Loader=yaml.SafeLoader)"),
        ("requests.get($A, verify=False)", "requests.get($A)"),
        ("run($A)", "run($A, check=False)"),
        ("$A.match($B)", "$B.exec($A)"),
        ("$A.train(False)", "$A.eval()"),
        ("find($A)", "retrieval($A)"),
        ("list($A)", "widgets($A)"),
        ("Checkbox($A)", "Toggle($A)"),
        ("check_password($A)", "verify_password($A)"),
        ("Boolean(1)", "true"),
        ("$A.len() == 0", "$A.is_empty()"),
        ("escape($A)", "encodeURIComponent($A)"),
        ("verify($A, times(1))", "verify($A)"),
        ("validate_email($A)", "is_email($A)"),
        ("prepare_data($A)", "load_data($A)"),
        ("$A.hasPermission($B)", "$A.can($B)"),
        ("$A.saturating_sub($B)", "$A.abs_diff($B)"),
        ("crypto.randomUUID()", "uuid()"),
        ("$A.textContent", "$A.innerText"),
        ("json.loads($A)", "ast.literal_eval($A)"),
        ("$A || local", "$A || shared"),
        ("$A | Circle", "$A | Shape"),
        ("$A | base", "$A | safeguard"),
        ("rand()", "arc4random()"),
        ("Optional($A)", "None"),
        ("$A if $A else 1", "$A or 1"),
        ("nodes.create()", "nodes.new()"),
        ("print($A)", "pseudo($A)"),
        ("$A.innerHTML != ''", "$A.innerHTML === ''"),
        ("run($A, retries=3)", "run($A, retries=0)"),
        ("log.info($A)", "logger.info($A)"),
    ];
    check(&rules, None);
}

#[test]
fn the_miner_leaves_out_what_only_resembles_a_safeguard() {
    for (avoid, prefer) in [
        ("html_escape($A)", "$A"),
        ("$A.hasPermission($B)", "$A.can($B)"),
        ("validate_email($A)", "is_email($A)"),
        ("$A.saturating_sub($B)", "$A - $B"),
        ("Optional($A)", "None"),
        ("requests.get($A)", "requests.get($A, verify=0)"),
    ] {
        assert!(is_insecure(&rewrite(avoid, prefer)), "{avoid} -> {prefer}");
    }
    for (avoid, prefer) in [
        ("requests.get($A, verify=False)", "requests.get($A)"),
        ("Checkbox($A)", "Toggle($A)"),
        ("log.info($A)", "logger.info($A)"),
        ("$A.len() == 0", "$A.is_empty()"),
    ] {
        assert!(!is_insecure(&rewrite(avoid, prefer)), "{avoid} -> {prefer}");
    }
}

#[test]
fn words_are_dangerous_where_they_name_a_danger() {
    let term = |avoid: &str, prefer: &str| {
        let rule = Rule::Term(Term { avoid: vec![avoid.to_owned()], prefer: prefer.to_owned() });
        danger(&RuleFile { format: FORMAT, scope: Scope::default(), rule })
    };
    assert_eq!(term("SHA-256", "MD5"), Some(Danger::Certain));
    assert_eq!(term("validate", "look at"), None);
    assert_eq!(term("log-in", "if true"), None);
}
