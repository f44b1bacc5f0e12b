//! `housestyle journal`: figures, export, and forgetting.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use housestyle_journal::{
    AcceptedEdit, Figures, Forgetting, Journal, Number, RetentionRate, Stamp, Stats, SuggestionHistory,
    SuggestionOutcome,
};
use housestyle_text::glob;
use housestyle_train::format::short;
use housestyle_workspace::adapters::{State, Store, Version};
use housestyle_workspace::forgetting::{DeletedEntries, Purged, Unreadable, purge, stale};
use housestyle_workspace::skills::exceptions::{self, Mark};
use housestyle_workspace::{Workspace, leftovers, panics};
use serde_json::{Value, json};

use crate::args::{ExportArgs, ForgetArgs, JournalAction, JournalArgs};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::log;
use crate::output::{Style, print, print_json, visible};

/// Runs `housestyle journal`.
pub(crate) fn run(invocation: &Invocation, args: &JournalArgs) -> Result<(), Failure> {
    let path = invocation.workspace.journal();
    let (journal, unreadable) = match &args.action {
        JournalAction::Forget(args) if args.everything => Journal::open_or_remove(&path)?,
        _ => (Journal::open_sound(&path, now())?, None),
    };
    match &args.action {
        JournalAction::Stats => stats(invocation, &path, journal.as_ref()),
        JournalAction::Export(args) => export(invocation, args, journal.as_ref()),
        JournalAction::Forget(args) => forget(invocation, args, &path, journal, unreadable),
    }
}

fn now() -> Stamp {
    Stamp::of(SystemTime::now())
}

fn stats(invocation: &Invocation, path: &Path, journal: Option<&Journal>) -> Result<(), Failure> {
    let stats = journal.map_or_else(|| Ok(Stats::default()), Journal::stats)?;
    if invocation.flags.json {
        return print_json(&json!({
            "journal": path,
            "all": figures(&stats.all),
            "languages": stats.languages.iter().map(|(name, of)| (name.clone(), figures(of))).collect::<serde_json::Map<_, _>>(),
            "models": stats.models.iter().map(|(name, of)| (name.clone(), figures(of))).collect::<serde_json::Map<_, _>>(),
        }));
    }
    let style = Style::for_stdout();
    if stats.all.suggestions == 0 {
        return print(
            "No suggestion was noted in this workspace yet (see `housestyle journal --help` for what is kept).",
        );
    }
    show(&style.bold("All"), &stats.all)?;
    for (title, parts) in [("By language", &stats.languages), ("By model", &stats.models)] {
        if parts.len() > 1 {
            print(&format!("\n{}", style.bold(title)))?;
            for (name, of) in parts {
                print(&format!(
                    "  {:<28} {:>6} suggestions, {} taken, {} kept",
                    visible(name),
                    of.suggestions,
                    percent(of.acceptance()),
                    percent(of.retention_after_delay.rate())
                ))?;
            }
        }
    }
    print(&style.dim(format!("\n{}", path.display())))
}

fn show(title: &str, of: &Figures) -> Result<(), Failure> {
    print(title)?;
    print(&format!("  {} suggestions, {} taken", of.suggestions, percent(of.acceptance())))?;
    for outcome in SuggestionOutcome::ALL {
        if let Some(count) = of.outcomes.get(&outcome) {
            print(&format!("    {:<16} {count:>6}", outcome.code()))?;
        }
    }
    let rate = |of: RetentionRate| {
        format!("{} of {} tokens in {} suggestions", percent(of.rate()), of.accepted, of.suggestions)
    };
    print(&format!("  kept after a while   {}", rate(of.retention_after_delay)))?;
    print(&format!("  kept at the commit   {}", rate(of.retention_at_commit)))
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn figures(of: &Figures) -> Value {
    let rate = |of: RetentionRate| json!({ "rate": of.rate(), "kept": of.retained, "accepted": of.accepted, "suggestions": of.suggestions });
    json!({
        "suggestions": of.suggestions,
        "outcomes": SuggestionOutcome::ALL.iter().map(|outcome| {
            (outcome.code().to_owned(), json!(of.outcomes.get(outcome).copied().unwrap_or(0)))
        }).collect::<serde_json::Map<_, _>>(),
        "acceptance": of.acceptance(),
        "offered_units": of.offered_units,
        "taken_units": of.taken_units,
        "kept_after_a_while": rate(of.retention_after_delay),
        "kept_at_commit": rate(of.retention_at_commit),
    })
}

fn export(invocation: &Invocation, args: &ExportArgs, journal: Option<&Journal>) -> Result<(), Failure> {
    let mut lines: Vec<Value> = Vec::new();
    if let Some(journal) = journal {
        if args.edits {
            lines.extend(journal.accepted_edits()?.iter().map(case));
        } else {
            journal.suggestions(|suggestion| lines.push(line(&suggestion)))?;
        }
    }
    if let Some(file) = &args.output {
        let failed = |error| Failure::Environment(format!("writing {}: {error}", file.display()));
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut out = fs::File::create(file).map_err(failed)?;
        out.write_all(text.as_bytes()).map_err(failed)?;
        if invocation.flags.json {
            return print_json(&json!({ "written": lines.len(), "file": file }));
        }
        eprintln!("housestyle: {} lines are in {}", lines.len(), file.display());
        return Ok(());
    }
    if invocation.flags.json {
        let name = if args.edits { "edits" } else { "suggestions" };
        return print_json(&json!({ name: lines }));
    }
    lines.iter().try_for_each(|line| print(&line.to_string()))
}

/// Returns an edit as a case in the documented form, with further fields.
fn case(edit: &AcceptedEdit) -> Value {
    json!({
        "path": edit.path, "prefix": edit.before, "suffix": edit.after, "middle": edit.text,
        "time": edit.time.0 / 1_000, "id": edit.id, "weight": edit.weight, "kept": edit.check,
    })
}

fn line(suggestion: &SuggestionHistory) -> Value {
    let (text, around) = (suggestion.text.as_ref(), suggestion.around.as_ref());
    json!({
        "id": suggestion.number,
        "time": suggestion.time,
        "outcome": suggestion.outcome().code(),
        "taken": suggestion.taken(),
        "offered": suggestion.offered,
        "path": text.map(|text| &text.path),
        "text": text.map(|text| &text.text),
        "before": around.map(|around| &around.before),
        "after": around.map(|around| &around.after),
        "fates": suggestion.facts,
        "kept": suggestion.checks.iter().map(|(time, kept, text)| {
            json!({ "time": time, "kept": kept, "text": text.as_ref().map(|text| &text.text) })
        }).collect::<Vec<_>>(),
    })
}

/// What was forgotten.
#[derive(Debug, Default)]
struct Forgotten {
    suggestions: usize,
    texts: usize,
    tombstone: Option<Number>,
    marks: usize,
    /// The damaged journals that were removed.
    damaged: Vec<PathBuf>,
    /// Other files that were removed.
    removed: Vec<PathBuf>,
    derived: Derived,
    /// The folders of unused state that were cleaned.
    left: Vec<PathBuf>,
}

fn forget(
    invocation: &Invocation,
    args: &ForgetArgs,
    path: &Path,
    journal: Option<Journal>,
    unreadable: Option<PathBuf>,
) -> Result<(), Failure> {
    let request = request(args);
    let damaged = Journal::damaged_copies(path);
    let mut problem = None;
    let mut done = forget_in(&invocation.workspace, args, journal, &mut problem)?;
    done.damaged.extend(unreadable);
    if args.everything {
        for left in invocation.workspace.left() {
            let workspace = invocation.workspace.with_left(&left);
            let opened = Journal::open_or_remove(&workspace.journal()).map_err(Failure::from);
            let (journal, unreadable) = kept(opened, &mut problem);
            let more = forget_in(&workspace, args, journal, &mut problem)?;
            done.suggestions += more.suggestions;
            done.texts += more.texts;
            done.marks += more.marks;
            done.damaged.extend(more.damaged.into_iter().chain(unreadable));
            done.removed.extend(more.removed);
            // Nothing serves an adapter of unused state, so its versions are not told.
            done.derived.purged.texts += more.derived.purged.texts;
            done.derived.purged.removed.extend(more.derived.purged.removed);
            done.left.push(left.folder);
        }
    }
    let Forgotten { suggestions, texts, tombstone, marks, damaged: gone, removed, derived, left } = done;
    if invocation.flags.json {
        print_json(&json!({
            "request": request, "suggestions": suggestions, "texts": texts,
            "tombstone": tombstone,
            "removed": gone.iter().chain(&removed).chain(&derived.purged.removed).collect::<Vec<_>>(),
            "damaged": gone.len(),
            "left": left,
            "phrases": derived.purged.texts,
            "exceptions": marks,
            "adapters": derived.stale.iter().map(|(version, entries)| json!({
                "version": version.number, "id": version.id, "state": version.state, "entries": entries,
            })).collect::<Vec<_>>(),
        }))?;
        return problem.map_or(Ok(()), Err);
    }
    print(&format!("{suggestions} suggestions are forgotten: {texts} texts were removed."))?;
    if marks > 0 {
        print(&format!(
            "{marks} lines for which a skill does not hold are forgotten: hints may come again."
        ))?;
    }
    derived.report()?;
    removed.iter().chain(&gone).try_for_each(|file| print(&format!("{} was removed.", file.display())))?;
    left.iter().try_for_each(|folder| {
        print(&format!(
            "{}, which is not used, was cleaned too: its notes and adapters stay.",
            folder.display()
        ))
    })?;
    if !args.everything && !damaged.is_empty() {
        let names: Vec<String> = damaged.iter().map(|file| file.display().to_string()).collect();
        eprintln!(
            "housestyle: a damaged journal was set aside and may hold text too; remove it by `journal forget \
             --everything`, or by hand: {}",
            names.join(", ")
        );
    }
    problem.map_or(Ok(()), Err)
}

/// Forgets in the state of one workspace. Where all is to be forgotten, a step that fails keeps no other from being taken.
fn forget_in(
    workspace: &Workspace,
    args: &ForgetArgs,
    journal: Option<Journal>,
    problem: &mut Option<Failure>,
) -> Result<Forgotten, Failure> {
    let (now, state) = (now(), workspace.state());
    let copies = args.everything.then(|| Journal::remove_damaged_copies(&workspace.journal())).transpose();
    let damaged = kept(copies.map_err(Failure::from), problem).unwrap_or_default();
    let done = journal.map(|journal| forget_texts(journal, args, &request(args), now)).transpose();
    let done = if args.everything { kept(done, problem) } else { done? };
    let (forgetting, deleted) = done.unzip();
    let deleted = if args.everything { Some(DeletedEntries::All) } else { deleted };
    let derived = deleted.map(|deleted| purge_derived(workspace, &deleted)).transpose();
    let derived = kept(derived, problem).unwrap_or_default();
    let marks = kept(forget_marks(state, args, now), problem);
    let mut removed = kept(leftovers::remove(state).map_err(Failure::environment), problem);
    if args.everything {
        removed.extend(kept(panics::remove(state).map_err(Failure::environment), problem));
        let (logs, failed) = log::remove(workspace);
        removed.extend(logs);
        let failed = failed.map(|error| Failure::Environment(format!("removing the log: {error}")));
        kept(failed.map_or(Ok(()), Err), problem);
    }
    let (suggestions, texts) = forgetting.as_ref().map_or((0, 0), |done| (done.suggestions, done.texts));
    let tombstone = forgetting.map(|done| done.tombstone);
    Ok(Forgotten { suggestions, texts, tombstone, marks, damaged, removed, derived, left: Vec::new() })
}

/// Returns what a step of forgetting did. The first step that fails is the failure of the command, and the other steps are
/// taken all the same.
fn kept<T: Default>(step: Result<T, Failure>, problem: &mut Option<Failure>) -> T {
    step.unwrap_or_else(|failure| {
        problem.get_or_insert(failure);
        T::default()
    })
}

/// Removes the texts that are meant from the journal; returns all that was ever removed, too.
fn forget_texts(
    mut journal: Journal,
    args: &ForgetArgs,
    request: &str,
    now: Stamp,
) -> Result<(Forgetting, DeletedEntries), Failure> {
    let meant = |suggestion: &SuggestionHistory| is_meant(args, suggestion, now);
    let done = journal.forget(now, request, meant)?;
    Ok((done, DeletedEntries::of(&journal)?))
}

/// Forgets the lines for which somebody said "not here"; returns how many that were.
fn forget_marks(state: &Path, args: &ForgetArgs, now: Stamp) -> Result<usize, Failure> {
    let meant = |mark: &Mark| {
        let age = now.0.saturating_sub(mark.time);
        args.everything
            || args.last.as_ref().is_some_and(|last| age <= last.milliseconds)
            || args.older.as_ref().is_some_and(|older| age > older.milliseconds)
            || args.file.as_ref().is_some_and(|pattern| glob::matches(pattern, &mark.file))
    };
    let done = match exceptions::forget(state, meant) {
        // What cannot be read can still be removed.
        Err(exceptions::ExceptionsError::Broken { .. }) if args.everything => {
            exceptions::remove(state).map(|()| 0)
        }
        other => other,
    };
    Ok(done?)
}

/// What was derived from forgotten texts: phrase caches, which are purged, and adapters, which are stale.
#[derive(Debug, Default)]
struct Derived {
    purged: Purged,
    stale: Vec<(Version, usize)>,
}

/// Removes forgotten texts from the phrase caches, and finds the adapters that learned from them.
fn purge_derived(workspace: &Workspace, deleted: &DeletedEntries) -> Result<Derived, Failure> {
    Ok(Derived {
        purged: purge(workspace.state(), deleted, Unreadable::Remove)?,
        stale: stale(&Store::of(workspace), deleted)?,
    })
}

impl Derived {
    fn report(&self) -> Result<(), Failure> {
        if self.purged.texts > 0 {
            print(&format!("{} texts were taken out of the phrase cache.", self.purged.texts))?;
        }
        for file in &self.purged.removed {
            print(&format!(
                "{} was removed, as it could not be read: `housestyle learn` makes it anew.",
                file.display()
            ))?;
        }
        for (version, entries) in &self.stale {
            let Version { number, id, .. } = version;
            let back = match version.state {
                State::Active => "; it is active: until then, `housestyle adapter rollback` goes back",
                _ => "",
            };
            print(&format!(
                "version {number} (adapter {}) learned from {entries} of what is forgotten, and nothing can be taken \
                 out of it: `housestyle learn` trains one without them{back}.",
                short(id.as_deref().unwrap_or_default())
            ))?;
        }
        Ok(())
    }
}

/// Returns the request for the tombstone.
fn request(args: &ForgetArgs) -> String {
    if let Some(glob) = &args.file {
        format!("file {glob}")
    } else if let Some(age) = &args.last {
        format!("last {}", age.text)
    } else if let Some(age) = &args.older {
        format!("older {}", age.text)
    } else if args.everything {
        "everything".to_owned()
    } else {
        let ids: Vec<String> = args.id.iter().map(ToString::to_string).collect();
        format!("id {}", ids.join(" "))
    }
}

fn is_meant(args: &ForgetArgs, suggestion: &SuggestionHistory, now: Stamp) -> bool {
    let age = now.0.saturating_sub(suggestion.time.0);
    // What happened since counts: a suggestion of yesterday may have been looked at a minute ago.
    let newest = suggestion.checks.iter().map(|(time, ..)| *time).fold(suggestion.time, Stamp::max);
    args.everything
        || args.id.contains(&suggestion.number)
        || args.last.as_ref().is_some_and(|last| now.0.saturating_sub(newest.0) <= last.milliseconds)
        || args.older.as_ref().is_some_and(|older| age > older.milliseconds)
        || args
            .file
            .as_ref()
            .zip(suggestion.text.as_ref())
            .is_some_and(|(pattern, text)| glob::matches(pattern, &text.path))
}
