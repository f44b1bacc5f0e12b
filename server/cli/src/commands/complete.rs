//! `housestyle complete FILE:LINE:COL`: one suggestion, printed.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::generator::Cancel;
use housestyle_complete::memory::Note;
use housestyle_complete::{Job, Memory, Settings, Trace, Trigger, suggest};
use housestyle_text::{Encoding, Language, Offset, Position, Snapshot};
use serde_json::{Value, json};

use crate::args::{Arm, CompleteArgs};
use crate::backend::{Backend, candidate, know_active, know_candidate};
use crate::config::Configuration;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Style, print, print_json, time, visible};
use crate::target::Target;
use crate::{explain, notes, skills, workspace};

/// A person waits for one answer, and the model's file may be cold: the limits of typing would only cut it.
pub(crate) const PATIENCE_MS: u64 = 10 * 60 * 1000;

/// Runs `housestyle complete`.
pub(crate) fn run(context: &Context, args: &CompleteArgs) -> Result<(), Failure> {
    let mut settings = unhurried(Configuration::load(context).checked()?);
    if let Some(most) = args.max_tokens {
        settings.max_tokens = most as usize;
        settings.languages.values_mut().for_each(|special| drop(special.remove("maxTokens")));
    }
    let (snapshot, cursor) = open(&context.workspace, &args.target)?;
    let began = Instant::now();
    let measured = match args.arm {
        Arm::All => None,
        arm => candidate(context, &[arm], None)?,
    };
    let mut generator = args.backend.backend.open(context)?;
    match args.arm {
        // As the server would, with what is approved.
        Arm::All if args.backend.backend == Backend::Local => know_active(context, &mut *generator)?,
        _ => know_candidate(context, &mut *generator, measured.as_deref())?,
    }
    generator.take_part(args.arm)?;
    let load = began.elapsed();
    let (notes, skills) = (Arc::new(notes(context, args.arm)?), skills::served(context, args.arm)?);
    let mut memory = Memory { notes, skills, ..Memory::default() };
    memory.select_skills(&snapshot, cursor, &settings);
    let began = Instant::now();
    let trigger = Trigger::Invoked;
    let job = Job { trigger, memory: &memory, ..Job::at(&snapshot, cursor, &settings) };
    let trace = suggest(&job, &mut *generator, &Cancel::new(), &mut |_| {});
    let total = began.elapsed();
    context.verbose(|| format!("loaded in {}, answered in {}", time(load), time(total)));
    if context.global.json {
        let about = generator.describe();
        let mut answer = json!({
            "file": args.target.file, "line": args.target.line, "column": args.target.column,
            "text": trace.suggestion().map(|suggestion| &suggestion.text),
            "range": trace.suggestion().map(|suggestion| range(&snapshot, &suggestion.replace)),
            "stop": trace.ended.map(explain::ended_code),
            "reason": trace.reason().map(|reason| json!({ "code": reason.code(), "sentence": reason.to_string() })),
            "timings_ms": timings(&trace, load, total),
            "tokens": trace.raw.as_ref().map(|raw| json!({
                "prompt": raw.usage.prompt_tokens, "reused": raw.usage.reused_tokens,
                "generated": raw.usage.generated_tokens, "drafted": raw.usage.drafted_tokens,
                "accepted": raw.usage.accepted_tokens,
            })),
            "model": about.model, "arm": args.arm.name(), "adapter": about.adapter, "skills": trace.skills,
        });
        if args.explain {
            answer["explain"] = explain::json(&trace);
        }
        return print_json(&answer);
    }
    let style = Style::for_stdout();
    if args.explain {
        return print(explain::text(&trace, style).trim_end());
    }
    let took =
        trace.raw.as_ref().map(|raw| format!("{} tokens", raw.usage.generated_tokens)).unwrap_or_default();
    match (trace.suggestion(), trace.reason()) {
        (Some(suggestion), _) if std::io::stdout().is_terminal() => {
            let line = snapshot.line_of(suggestion.replace.start);
            let left = snapshot.slice(snapshot.line_start(line).0..suggestion.replace.start.0);
            print(&format!("{}{}", style.dim(visible(&left)), style.bold(visible(&suggestion.text))))?;
            print(&style.dim(format!("{took} in {}, model {}", time(total), generator.describe().model)))
        }
        (Some(suggestion), _) => print(&suggestion.text),
        (None, Some(reason)) => {
            eprintln!("nothing to suggest: {reason}");
            Ok(())
        }
        (None, None) => Ok(()),
    }
}

/// Returns the notes that an arm reads now.
///
/// # Errors
/// When they cannot be read.
pub(crate) fn notes(context: &Context, arm: Arm) -> Result<Vec<Note>, Failure> {
    if !arm.has_memory() {
        return Ok(Vec::new());
    }
    Ok(notes::Store::of(context).holding(super::memory::now())?)
}

/// Returns the settings without the time limits of typing, so that an answer depends on no machine's speed.
pub(crate) fn unhurried(mut settings: Settings) -> Settings {
    settings.deadline_ms = PATIENCE_MS;
    settings.time_budget_ms = PATIENCE_MS;
    for special in settings.languages.values_mut() {
        special.remove("deadlineMs");
        special.remove("timeBudgetMs");
    }
    settings
}

/// Reads the file; returns it with the cursor.
fn open(root: &Path, target: &Target) -> Result<(Snapshot, Offset), Failure> {
    let file = &target.file;
    let bytes =
        std::fs::read(file).map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::Usage(format!("{}: not UTF-8: {}", file.display(), error.utf8_error())))?;
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.clone());
    let path = workspace::relative(root, &absolute);
    let snapshot = Snapshot::new(&text, 0, Language::from_path(&path)).with_path(path);
    if target.line as usize > snapshot.line_count() {
        let lines = snapshot.line_count();
        return Err(Failure::Usage(format!("{} has {lines} lines, not {}", file.display(), target.line)));
    }
    let position = Position { line: target.line - 1, column: target.column - 1 };
    let cursor = snapshot.offset_at(position, Encoding::Utf32);
    Ok((snapshot, cursor))
}

fn range(snapshot: &Snapshot, replace: &std::ops::Range<Offset>) -> Value {
    let place = |offset| {
        let position = snapshot.position_of(offset, Encoding::Utf32);
        json!({ "line": position.line + 1, "column": position.column + 1 })
    };
    json!({ "start": place(replace.start), "end": place(replace.end) })
}

fn timings(trace: &Trace, load: Duration, total: Duration) -> Value {
    let ms = |span: Duration| (span.as_secs_f64() * 1e4).round() / 10.0;
    let usage = trace.raw.as_ref().map(|raw| raw.usage).unwrap_or_default();
    json!({
        "load": ms(load), "prefill": ms(usage.prefill), "decode": ms(usage.decode),
        "first_text": trace.first_text.map(ms), "total": ms(total),
    })
}
