//! `housestyle complete FILE:LINE:COL`: one suggestion, printed.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_adaptation::backend::{candidate, use_active, use_candidate};
use housestyle_adaptation::evaluate::without_time_limits;
use housestyle_complete::generator::Cancel;
use housestyle_complete::memory::Note;
use housestyle_complete::skills::Skills;
use housestyle_complete::{Job, Memory, Trace, Trigger, suggest};
use housestyle_review::TreeBudget;
use housestyle_text::{Encoding, Language, Offset, Position, Snapshot};
use housestyle_workspace::Configuration;
use housestyle_workspace::skills::serving::{Approved, approved};
use housestyle_workspace::tree_file::{self, Links};
use housestyle_workspace::{notes, notice, root};
use serde_json::{Value, json};

use crate::args::{Arm, CompleteArgs};
use crate::explain;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, time, visible};
use crate::target::Target;

/// Most bytes of the file.
const MOST_BYTES: u64 = 64 << 20;

/// Runs `housestyle complete`.
pub(crate) fn run(invocation: &Invocation, args: &CompleteArgs) -> Result<(), Failure> {
    let mut settings = without_time_limits(Configuration::load(&invocation.workspace).checked()?);
    if let Some(most) = args.max_tokens {
        settings.max_tokens = most as usize;
        settings.languages.values_mut().for_each(|special| drop(special.remove("maxTokens")));
    }
    let (snapshot, cursor) = open(invocation.workspace.root(), &args.target)?;
    let began = Instant::now();
    let measured = match args.arm {
        Arm::All => None,
        arm => candidate(&invocation.workspace, &[arm], None)?,
    };
    let setup = invocation.setup();
    let mut generator = args.backend.backend.open(&setup)?;
    match args.arm {
        // As the server would, with what is approved.
        Arm::All => use_active(&setup, &mut *generator)?,
        _ => use_candidate(&setup, &mut *generator, measured.as_deref())?,
    }
    generator.apply(args.arm)?;
    let load = began.elapsed();
    let (notes, skills) = (Arc::new(notes(invocation, args.arm)?), served_skills(invocation, args.arm)?);
    let mut memory = Memory { notes, skills, ..Memory::default() };
    memory.select_skills(&snapshot, cursor, &settings);
    let began = Instant::now();
    let trigger = Trigger::Invoked;
    let job = Job { trigger, memory: &memory, ..Job::at(&snapshot, cursor, &settings) };
    let trace = suggest(&job, &mut *generator, &Cancel::new(), &mut |_| {});
    let total = began.elapsed();
    invocation.verbose(|| format!("loaded in {}, answered in {}", time(load), time(total)));
    if invocation.flags.json {
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
pub(crate) fn notes(invocation: &Invocation, arm: Arm) -> Result<Vec<Note>, Failure> {
    if !arm.has(Arm::Memory) {
        return Ok(Vec::new());
    }
    Ok(notes::Store::of(&invocation.workspace).holding(housestyle_workspace::clock::now())?)
}

/// Returns the skills that belong to an arm: those that the server would serve in the workspace, or none.
///
/// # Errors
/// When the records of skills cannot be read, or the arm asks for skills and none is approved.
pub(crate) fn served_skills(invocation: &Invocation, arm: Arm) -> Result<Arc<Skills>, Failure> {
    if !arm.has(Arm::Skills) {
        return Ok(Arc::default());
    }
    let workspace = &invocation.workspace;
    let budget = TreeBudget::default();
    let skills = approved(workspace.root(), workspace.state(), &Approved::default(), &budget)
        .map_err(Failure::environment)?
        .skills;
    budget.check().unwrap_or_else(notice::warn);
    if arm == Arm::Skills && skills.is_empty() {
        return Err(Failure::Usage(
            "arm `skills`: no skill is approved in this workspace: `housestyle skill list` says why"
                .to_owned(),
        ));
    }
    Ok(skills)
}

/// Reads the file; returns it with the cursor.
fn open(root: &Path, target: &Target) -> Result<(Snapshot, Offset), Failure> {
    let file = &target.file;
    let bytes = tree_file::read(file, MOST_BYTES, Links::Followed)
        .map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::Usage(format!("{}: not UTF-8: {}", file.display(), error.utf8_error())))?;
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.clone());
    let path = root::relative(root, &absolute);
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
