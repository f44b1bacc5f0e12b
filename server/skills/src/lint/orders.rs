//! Orders to agents and tools: closed lists, as data.
//!
//! A list finds the usual orders, not all: people review a skill, and the lint shows them where to look.
//! They are sought in several readings of a text (`plain.rs`).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::fold::fold;
use super::plain::{Plain, Reading};
use super::text::Lines;
use super::{Found, Severity, code, languages, negation};

/// Where an order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    /// Outside of code.
    Prose,
}

/// A rule: code, how much it counts, whether a negation before it makes it advice, pattern, message.
pub(super) struct Order {
    place: Place,
    code: &'static str,
    severity: Severity,
    negatable: bool,
    pattern: &'static str,
    message: &'static str,
}

pub(super) const fn order(
    code: &'static str,
    severity: Severity,
    negatable: bool,
    pattern: &'static str,
    message: &'static str,
) -> Order {
    Order { place: Place::Anywhere, code, severity, negatable, pattern, message }
}

impl Order {
    const fn in_prose(self) -> Order {
        Order { place: Place::Prose, ..self }
    }

    /// Returns whether it is written in words, which marks only disguise.
    fn is_of_words(&self) -> bool {
        matches!(self.code, "override" | "secrecy" | "exfiltration" | "agents")
    }
}

use Severity::{Refused, Warning};

const MARKER: &str = "a marker by which machines tell whose words these are";

const ORDERS: &[Order] = &[
    order(
        "override",
        Refused,
        true,
        r"\b(ignore|disregard|forget|override|bypass|drop|discard|overrule|supersede)\b (all |any |every |each )?(of )?(the |your |my |our |these |those |what )?(other )?(previous|prior|above|earlier|preceding|former|existing|system|safety|security|original|initial|current|came before)( \w+)? ?(instruction|prompt|rule|message|guideline|direction|context|polic|check|restriction|order|command|guardrail|$)",
        "tells a machine to ignore what it was told",
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(ignore|disregard|forget) (everything|all|anything|whatever)\b.{0,30}\b(above|before|earlier|told|said|learned)\b",
        "tells a machine to ignore what it was told",
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(jailbreak|do anything now|dan mode|developer mode (is )?(on|enabled)|god mode|unrestricted (mode|ai|assistant|model)|no longer bound by|without (any )?(restrictions|guardrails|safety))\b",
        "tells a machine to leave its limits",
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(you are now|from now on,? you|you will now act|act as if you (are|were)|pretend (to be|that you|you are)|new (system )?(instructions?|prompt|role|persona) ?:|your (new|real|true) (instructions?|task|goal|role|purpose|objective))",
        "gives a machine another role",
    ),
    order(
        "role-marker",
        Refused,
        false,
        r"<\|[a-z_]+\|>|\[/?inst\]|<</?sys>>|</?(tool_call|tool_result|tool_response|function_calls?|start_of_turn|end_of_turn|antml:[a-z_]+)>|<｜|begin of (system )?prompt",
        MARKER,
    ),
    // In code these are elements and types: `<User />`, `Array<User>`.
    order(
        "role-marker",
        Refused,
        false,
        r"(^|[^\w])</?(system|assistant|user|human|instructions?|invoke|important|secret|hidden)>",
        MARKER,
    )
    .in_prose(),
    order(
        "secrecy",
        Refused,
        false,
        r"\b(do not|don't|dont|never|must not|should not|without) (ever )?(tell|telling|inform|informing|mention|mentioning|notify|notifying|reveal|revealing|alert|alerting|disclose|disclosing|report|reporting|warn|warning)\b.{0,40}\b(user|developer|reviewer|human|anyone|anybody|maintainer|operator|owner|people|person|team)\b",
        "tells a machine to keep something from people",
    ),
    order(
        "secrecy",
        Refused,
        true,
        r"\b(secretly|covertly|stealthily|surreptitiously|silently|quietly|in the background|invisibly) (\w+ ){0,3}?(send|upload|post|run|execute|install|add|append|modify|change|commit|push|copy|insert|include|download|delete|disable|replace|fetch)\b",
        "tells a machine to do something unseen",
    ),
    order(
        "secrecy",
        Refused,
        true,
        r"\bwithout (((the |their |any |your )?(user|developer|human|people|reviewer|owner|team)('s|s'?)?|anyone|anybody|them) (knowledge|consent|noticing|knowing)|(their|your|any) knowledge|being noticed)\b|\b(hide|conceal) (this|it|that|these|the (change|action|fact|output|command))s? from\b",
        "tells a machine to do something unseen",
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"\b(send|sends|upload|post|transmit|exfiltrate|forward|leak|e-?mail|mail|copy|publish|beacon|submit|paste|append|include|embed|encode|put|attach|report)\b[^.;!?]{0,80}\b(secrets?|credentials?|passwords?|passphrases?|api[ -_]?keys?|access[ -_]?tokens?|auth[ -_]?tokens?|private[ -_]?keys?|ssh[ -_]?keys?|env(ironment)? var(iable)?s?|environment|id_rsa|\.env\b|\.netrc|\.ssh|\.aws|cookies?|conversation|chat history|system prompt|source code|(file|repository|repo) contents?|contents? of|working directory)\b.{0,80}\b(to|at|into|via|in|as|on|through)\b.{0,40}(https?:|ftp:|url|server|endpoint|webhook|e-?mail|@|external|remote|attacker|host\b|domain|dns|query|parameter|image|gist|pastebin|issue|comment|channel|bot)",
        "tells a machine to send something away",
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"\b(exfiltrat\w+|phone home|steal (the |any |all |users?'? ?)?(\w+ )?(secrets?|credentials?|tokens?|keys?|passwords?))\b",
        "tells a machine to send something away",
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"\b(read|cat|open|print|dump|collect|gather|copy|load|include|output|show|less|type|find|grep|tar|zip|base64|cp|scp)\b.{0,60}(~/\.ssh|\.ssh/|id_rsa|id_ed25519|\.aws/credentials|\.netrc|/etc/(passwd|shadow)|\.git-credentials|\.kube/config|\.docker/config|keychain|login data|wallet\.dat|history file|\.bash_history|169\.254\.169\.254)",
        "tells a machine to read what holds secrets",
    ),
    order(
        "exfiltration",
        Warning,
        true,
        r"\b(read|cat|open|print|dump|collect|gather|copy|load|include|output|show|find|grep)\b.{0,60}\.(npmrc|pypirc)",
        "tells a machine to read what may hold secrets",
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"\b(curl|wget|http|invoke-restmethod|irm|nc|ncat|netcat)(\.exe)? [^\n]{0,160}(-d ?@|--data[a-z-]* ?@|-f ?\w*=?@|--form|--upload-file|-t [~/.$]|--post-file|\$\(|\$\{?[a-z_]*(token|key|secret|pass)|< ?[~/.])",
        "a command that sends a file or a variable away",
    ),
    order(
        "run",
        Refused,
        true,
        r#"\b(curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|fetch|aria2c) (-|["'$<]|https?:|[\w-]+\.\w).{0,200}(\| ?|&& ?|; ?)(sudo )?(-e )?((ba|z|da|k|fi|a|c|tc)?sh|python[0-9.]*|perl|ruby|node|php|iex|invoke-expression|source|chmod)\b"#,
        "a command that runs what it downloads",
    ),
    order(
        "run",
        Refused,
        true,
        r#"((ba|z|da)?sh|python[0-9.]*|eval|source|\.) ?(-c )?["']?(<\(|\$\(|`) ?(curl|wget|fetch|iwr|base64|echo)|\b(iex|invoke-expression)\b ?\(|base64 (-d|--decode|-di)\b.{0,60}\| ?((ba|z|da)?sh|python|perl|node)|powershell.{0,40} -(e|enc|encodedcommand)\b|\b(exec|eval) ?\((base64|atob|zlib|codecs|compile|__import__|bytes)|\bos\.system ?\(|subprocess\.(run|call|popen).{0,40}(curl|wget)"#,
        "a command that runs something encoded or downloaded",
    ),
    order(
        "run",
        Refused,
        true,
        r"/dev/tcp/|\b(nc|ncat|netcat) [^\n]{0,40}-[a-z]*e\b|mkfifo .{0,60}\bnc\b|: ?\( ?\) ?\{ ?:|rm -[a-z]*[rf][a-z]* (--no-preserve-root )?(/|~|\$home|\*|\.\.?/? ?$)|\bdd if=.{0,60}of=/dev/|\bmkfs\b|(>|>>|tee( -a)?) ?(~|\$home|/root|/hom[e]/\w+)?/?(\.(bashrc|zshrc|profile|bash_profile|ssh/authorized_keys|gitconfig)|etc/)|\bcrontab\b|core\.hookspath|git config [^\n]{0,40}(credential|sshcommand|insteadof|proxy)|reg add .{0,40}\\run\b|schtasks /create|launchctl load|authorized_keys",
        "a command that harms the machine or settles in it",
    ),
    order(
        "run",
        Refused,
        true,
        r"\b(disable|turn off|remove|skip|bypass|weaken)\b.{0,40}\b(tls|ssl|certificate|signature|authentication|authorization|permission|sandbox|security|firewall|antivirus|audit|2fa|mfa)\b.{0,20}\b(verification|validation|check|checks|checking|prompt|prompts|controls?|scanner|scanning|log|logging|rules?)\b",
        "tells a machine to switch off a safeguard",
    ),
    order(
        "agents",
        Refused,
        true,
        r"\b(add|copy|write|insert|append|propagate|spread)\b.{0,40}\b(this|these|the following|same)( \w+)? (instruction|text|skill|paragraph|block|prompt|rule)s?\b.{0,60}\b(every|all|each|other)( \w+)? (skill|file|repo|repositor|project|agent|prompt)",
        "tells a machine to spread the text",
    ),
    order(
        "agents",
        Refused,
        true,
        r"\b(approve|merge|accept|auto-?approve|lgtm)\b.{0,40}\b(this|the|all|every|any)( \w+)? (pull request|pr|merge request|skill|proposal|change)s?\b.{0,40}\b(automatically|without (a )?review|immediately|unconditionally|regardless)\b",
        "tells a machine to approve",
    ),
    order(
        "agents",
        Warning,
        false,
        r"\b(you|the (agent|assistant|model|ai|llm|bot)|claude|copilot|chatgpt|gemini|cursor|codex) (must|should|shall|need to|have to|are to|will always|always|never)\b|\b(as an ai|language model|system prompt|ai agent|ai assistant|large language)\b",
        "speaks to a machine, not of the code",
    ),
    order(
        "tools",
        Warning,
        false,
        r"\b(use|call|invoke|run|execute|launch) (the |a |an |your )?([\w.-]+ )?(tool|function|mcp|plugin|subagent|agent|shell|terminal|browser|script|command)s?\b|\bmcp (server|tool)|\bmcp__",
        "asks for a tool to be used",
    ),
    order(
        "tools",
        Warning,
        false,
        r"(^|[^\w$])(sudo|curl|wget|npm (i|install|run)|npx|pip3? install|pipx|cargo install|brew install|apt(-get)? install|docker run|kubectl|chmod|git push|ssh|scp|eval|exec|powershell|bash -c|sh -c) |--no-verify|!`[^`]+`",
        "a command to run",
    ),
    order(
        "tools",
        Warning,
        false,
        r"(?m)^ {0,3}[`~]{3,} ?(sh|bash|zsh|shell|console|powershell|ps1|bat|cmd|terminal)\b",
        "commands to run",
    ),
];

/// Most characters of a text that a finding quotes.
const QUOTED: usize = 80;

/// Looks for orders in a text.
pub(super) fn check(path: &str, text: &str, found: &mut Found) {
    let lines = Lines::of(text);
    let mut seen = Seen::default();
    let marks = Plain::of(text, Reading::Marks);
    let words = Plain::of(text, Reading::Words);
    let joined = Plain::of(text, Reading::Joined);
    let prose = code::prose(text);
    let prose = Plain::of(&prose, Reading::Marks);
    seek(path, &marks, &lines, |order| order.place == Place::Anywhere, &mut seen, found);
    if words.text != marks.text {
        seek(path, &words, &lines, Order::is_of_words, &mut seen, found);
    }
    if joined.text != words.text {
        seek(path, &joined, &lines, Order::is_of_words, &mut seen, found);
    }
    // Lines are the same in the prose, other places are not.
    let lines = Lines::of(prose.original());
    seek(path, &prose, &lines, |order| order.place == Place::Prose, &mut seen, found);
}

/// The findings so far: of an order at a place of the text, and how much those of a code count in a line.
#[derive(Default)]
struct Seen {
    orders: HashSet<(usize, usize)>,
    codes: HashMap<(&'static str, usize), Severity>,
}

/// Looks for some orders in one reading of a text. What another reading found at the place is reported once.
fn seek(
    path: &str,
    plain: &Plain<'_>,
    lines: &Lines,
    is_sought: impl Fn(&Order) -> bool,
    seen: &mut Seen,
    found: &mut Found,
) {
    static COMPILED: LazyLock<Vec<Option<Regex>>> =
        LazyLock::new(|| all().map(|(_, pattern)| Regex::new(&pattern).ok()).collect());
    let before = seen.orders.clone();
    for (number, ((order, _), regex)) in all().zip(COMPILED.iter()).enumerate() {
        if !is_sought(order) {
            continue;
        }
        for hit in regex.iter().flat_map(|regex| regex.find_iter(&plain.text)) {
            let place = plain.origin(hit.start());
            let line = lines.number(place);
            if before.contains(&(number, place)) {
                continue;
            }
            seen.orders.insert((number, place));
            let is_advice = order.negatable && negation::is_advice(&plain.text, hit.range());
            let severity = if is_advice { Severity::Warning } else { order.severity };
            let reported = seen.codes.get(&(order.code, line));
            if reported.is_some_and(|reported| *reported >= severity) {
                continue;
            }
            seen.codes.insert((order.code, line), severity);
            let quote = plain.quote(hit.range(), QUOTED);
            found.add(severity, order.code, path, line, format!("{}: {quote:?}", order.message));
        }
    }
}

/// Returns all orders with their patterns; those in other languages have their letters folded, as the text has.
fn all() -> impl Iterator<Item = (&'static Order, Cow<'static, str>)> {
    let folded = |order: &'static Order| Cow::Owned(order.pattern.chars().flat_map(fold).collect());
    let here = ORDERS.iter().map(|order| (order, Cow::Borrowed(order.pattern)));
    here.chain(languages::ORDERS.iter().map(move |order| (order, folded(order))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_matches_nothing_empty() {
        for (order, pattern) in all() {
            let regex = Regex::new(&pattern).unwrap();
            assert!(
                !regex.is_match("") && !regex.is_match("A plain sentence, with a comma."),
                "{}",
                order.pattern
            );
        }
    }
}
