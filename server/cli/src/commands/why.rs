//! `housestyle why`: what happened to the last requests, and what to do about it.

use std::path::Path;
use std::time::SystemTime;

use housestyle_journal::{LoggedRequest, Request, RequestLog, Stamp};
use housestyle_workspace::root;
use serde_json::json;

use crate::advice;
use crate::args::WhyArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, visible};

/// Runs `housestyle why`.
pub(crate) fn run(invocation: &Invocation, args: &WhyArgs) -> Result<(), Failure> {
    let log = RequestLog::at(invocation.workspace.home().requests_log());
    let wanted = args.file.as_deref().map(|file| inside(invocation.workspace.root(), file));
    let is_wanted = |request: &Request| wanted.as_deref().is_none_or(|path| same_file(&request.path, path));
    let found = log.last(args.count, is_wanted)?;
    if invocation.flags.json {
        let requests: Vec<_> = found
            .iter()
            .map(|logged| {
                json!({ "request": logged.request, "fates": logged.outcomes, "advice": advice::on(&logged.request.code) })
            })
            .collect();
        return print_json(&json!({ "log": log.path(), "requests": requests }));
    }
    let style = Style::for_stdout();
    if found.is_empty() {
        let whose = wanted.map(|path| format!(" for {path}")).unwrap_or_default();
        print(&format!("No request{whose} has reached the server yet."))?;
        return print(
            "If you were typing: is the server running in your editor (`housestyle doctor` says how to set it up), \
             and is this file's type among those it is started for?",
        );
    }
    let now = Stamp::of(SystemTime::now());
    for logged in &found {
        show(logged, now, style)?;
    }
    // The same advice ten times helps nobody: each once, the newest request's first.
    let mut codes: Vec<&str> = Vec::new();
    for logged in found.iter().rev() {
        if !codes.contains(&logged.request.code.as_str()) {
            codes.push(&logged.request.code);
        }
    }
    let advice: Vec<(&str, &str)> =
        codes.iter().filter_map(|code| Some((*code, advice::on(code)?))).collect();
    if !advice.is_empty() {
        print(&format!("\n{}", style.bold("What to do")))?;
    }
    for (code, sentence) in advice {
        print(&format!("  {}: {sentence}", style.cyan(code)))?;
    }
    Ok(())
}

fn show(logged: &LoggedRequest, now: Stamp, style: Style) -> Result<(), Failure> {
    let request = &logged.request;
    let mark = if request.code == "suggestion" { style.green("●") } else { style.yellow("○") };
    let place = format!("{}:{}:{}", visible(&request.path), request.line, request.column);
    let outcome = logged.outcomes.last().map(|outcome| format!(", {}", outcome.outcome)).unwrap_or_default();
    print(&format!(
        "{mark} {:>8}  {}  {}",
        age(request.time.age(now).as_secs()),
        style.bold(place),
        style.dim(&request.trigger)
    ))?;
    print(&format!(
        "             {}{outcome} {}",
        visible(&request.sentence),
        style.dim(format!("[{}]", request.code))
    ))?;
    if !request.skills.is_empty() {
        print(&style.dim(format!("             skills: {}", visible(&request.skills.join(", ")))))?;
    }
    let mut costs = format!("{:.0} ms", request.total_ms);
    if request.prompt_tokens > 0 {
        costs.push_str(&format!(
            ": {:.0} ms reading {} tokens ({} known already), {:.0} ms writing {}",
            request.prefill_ms,
            request.prompt_tokens,
            request.reused_tokens,
            request.decode_ms,
            request.generated_tokens
        ));
    }
    if request.window.as_deref() == Some("near") {
        costs.push_str(", from the nearest lines only");
    }
    print(&style.dim(format!("             {costs}")))
}

fn age(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Returns the path in the form of the server's log.
fn inside(root: &Path, file: &Path) -> String {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    root::relative(root, &absolute)
}

/// Returns whether a noted path is that file. A file outside of its workspace was noted by its URI, and one of a
/// workspace in a subfolder with fewer folders.
fn same_file(noted: &str, path: &str) -> bool {
    let ends = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    ends(noted, path) || ends(path, noted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_the_end_of_its_path() {
        assert!(same_file("src/a.rs", "src/a.rs") && same_file("file:///w/src/a.rs", "src/a.rs"));
        assert!(same_file("a.rs", "src/a.rs"));
        assert!(!same_file("src/ba.rs", "a.rs") && !same_file("src/b.rs", "src/a.rs"));
    }

    #[test]
    fn ages_are_short() {
        assert_eq!([5, 65, 7_300, 200_000].map(age), ["5 s", "1 min", "2 h", "2 days"]);
    }
}
