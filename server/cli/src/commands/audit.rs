//! `housestyle audit`: the events of the journal, and whether somebody changed them.

use std::collections::VecDeque;
use std::time::SystemTime;

use housestyle_journal::{Event, Fact, Journal, Stamp};
use housestyle_workspace::digest::short;
use serde_json::json;

use crate::args::{AuditAction, AuditArgs};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json};

/// Runs `housestyle audit`.
pub(crate) fn run(invocation: &Invocation, args: &AuditArgs) -> Result<(), Failure> {
    let path = invocation.workspace.journal();
    let journal = Journal::open_sound(&path, Stamp::of(SystemTime::now()))?;
    match &args.action {
        AuditAction::Show { count } => show(invocation, journal, *count),
        AuditAction::Verify { head } => verify(invocation, journal, head),
    }
}

fn show(invocation: &Invocation, journal: Option<Journal>, count: usize) -> Result<(), Failure> {
    let mut last: VecDeque<Event> = VecDeque::new();
    if let Some(journal) = &journal {
        let collect = |event| {
            last.push_back(event);
            if last.len() > count {
                last.pop_front();
            }
            true
        };
        journal.events(0, collect)?;
    }
    let head = last.back().map(|event| event.digest.clone());
    if invocation.flags.json {
        let events: Vec<_> = last
            .iter()
            .map(|event| {
                json!({
                    "number": event.number, "time": event.time, "suggestion": event.suggestion,
                    "fact": event.fact, "text": event.text.is_some(), "digest": event.digest,
                })
            })
            .collect();
        return print_json(&json!({ "events": events, "head": head }));
    }
    let style = Style::for_stdout();
    for event in &last {
        let about = event.suggestion.map(|number| format!(" of {number}")).unwrap_or_default();
        let line = format!(
            "{:>8}  {}  {}{about}",
            event.number,
            style.dim(utc(event.time.0)),
            sentence(&event.fact)
        );
        print(&format!("{line}  {}", style.dim(short(&event.digest))))?;
    }
    match head {
        Some(head) => print(&format!("head {head}")),
        None => print("Nothing was noted in this workspace yet."),
    }
}

fn sentence(fact: &Fact) -> String {
    let taken =
        |word: &str, taken: &housestyle_journal::Taken| format!("{word} {}/{}", taken.accepted, taken.length);
    match fact {
        Fact::Offered(offered) => {
            let model = offered.model.as_deref().unwrap_or("unknown model");
            let withheld =
                offered.withheld.as_ref().map(|why| format!(", text withheld: {why}")).unwrap_or_default();
            format!("offered, {} lines of {} by {model}{withheld}", offered.lines, offered.language)
        }
        Fact::Shown(_) => "shown".to_owned(),
        Fact::Accepted(it) => taken("accepted", it),
        Fact::PartlyAccepted(it) => taken("partly accepted", it),
        Fact::TypedThrough(it) => taken("typed through", it),
        Fact::TypedOver(_) => "typed over".to_owned(),
        Fact::Dismissed(_) => "dismissed".to_owned(),
        Fact::Superseded(_) => "superseded".to_owned(),
        Fact::RetentionChecked(check) => {
            let when = match &check.commit {
                Some(commit) => format!("at commit {}", short(commit)),
                None => "after a while".to_owned(),
            };
            format!("kept {} of {} tokens {when}", check.retained, check.accepted)
        }
        Fact::Model { name, digest } => format!("model {name} is {}", short(digest)),
        Fact::NotHere(it) => {
            format!("skill {} does not hold for line {} of a {} file", it.skill, it.line, it.language)
        }
        Fact::Lost { events } => format!("{events} events came too fast to be noted"),
        Fact::Forgotten(tombstone) => {
            format!("forgot {} suggestions: {}", tombstone.suggestions, tombstone.request)
        }
        Fact::Unknown => "something that a newer version noted".to_owned(),
    }
}

fn verify(invocation: &Invocation, journal: Option<Journal>, heads: &[String]) -> Result<(), Failure> {
    let audit = match journal {
        Some(mut journal) => journal.verify(heads).map_err(Failure::check)?,
        None if heads.is_empty() => housestyle_journal::Audit::default(),
        None => return Err(Failure::CheckSaidNo("there is no journal of this workspace".to_owned())),
    };
    if invocation.flags.json {
        print_json(&audit)?;
    } else {
        let style = Style::for_stdout();
        for complaint in &audit.complaints {
            print(&format!("{} {complaint}", style.red("✗")))?;
        }
        if audit.complaints.is_empty() {
            let done = format!(
                "{} events, {} texts, {} forgotten: nothing was changed",
                audit.events, audit.texts, audit.forgotten
            );
            print(&format!("{} {done}", style.green("✓")))?;
        }
        if let Some(head) = &audit.head {
            print(&format!("head {head}"))?;
        }
    }
    if audit.complaints.is_empty() { Ok(()) } else { Err(Failure::CheckSaidNo(String::new())) }
}

/// Returns a moment as `2026-11-22 20:15:03Z`.
fn utc(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of the year 0 in the proleptic Gregorian calendar: leap days then end their years.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, after) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + after;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}Z", time / 3_600, time / 60 % 60, time % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_calendar_dates() {
        let check = |seconds: u64, expected: &str| assert_eq!(utc(seconds * 1_000), expected);
        check(0, "1970-01-01 00:00:00Z");
        check(951_782_400, "2000-02-29 00:00:00Z");
        check(1_704_067_199, "2023-12-31 23:59:59Z");
        check(1_795_378_503, "2026-11-22 20:15:03Z");
    }
}
