//! `housestyle cases`: a repository's history as cases for `eval` and `learn`.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use housestyle_adaptation::session_cases::{SessionError, SessionSummary, write_session_cases};
use housestyle_complete::eval::Case;
use housestyle_learn::cases::{CaseOptions, Collector, Dataset, Example};
use housestyle_learn::{ExclusionCounts, Manifest, whole};
use housestyle_review::History;
use housestyle_workspace::{Configuration, Progress, atomic, history};
use serde_json::json;

use crate::args::CasesArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{print, print_json};
use crate::progress::Bar;

/// Lines of a file for each hole.
const LINES_A_HOLE: usize = 30;

/// Runs `housestyle cases`.
pub(crate) fn run(invocation: &Invocation, args: &CasesArgs) -> Result<(), Failure> {
    match &args.out {
        Some(out) => split_cases(invocation, args, out),
        None => session_cases(invocation, args),
    }
}

/// Writes the session cases of a repository's commits.
fn session_cases(invocation: &Invocation, args: &CasesArgs) -> Result<(), Failure> {
    if args.file.is_none() && invocation.flags.json {
        return Err(Failure::Usage(
            "--json prints a summary on standard output: name a file for the cases with -o".into(),
        ));
    }
    let settings = Configuration::load(&invocation.workspace).checked()?;
    let folder = args.repository.as_deref().unwrap_or(invocation.workspace.root());
    let history = history::open(folder, &settings, args.since.as_deref())?;
    let (mut bar, mut summary) = (Bar::new(), SessionSummary::default());
    let mut write = |out: &mut dyn Write| {
        let mut out = BufWriter::new(out);
        summary = write_session_cases(&history, args.seed, args.limit, &mut out, &mut bar)?;
        Ok(())
    };
    let written = match &args.file {
        Some(path) => atomic::replace_with(path, |file| write(file)),
        None => write(&mut std::io::stdout().lock()),
    };
    bar.end();
    written.map_err(|error| match (error, &args.file) {
        (SessionError::History(error), _) => error.into(),
        (SessionError::Write(error), Some(path)) => cannot_write(path, &error),
        (SessionError::Write(error), None) => error.into(),
    })?;
    if args.file.is_none() {
        return Ok(());
    }
    if invocation.flags.json {
        return print_json(&summary);
    }
    print(&format!("{} commits: {} cases in {} sessions", summary.commits, summary.cases, summary.sessions))?;
    print_exclusions(&summary.left_out)
}

/// Writes the cases of the workspace's history, split by time.
fn split_cases(invocation: &Invocation, args: &CasesArgs, out: &Path) -> Result<(), Failure> {
    let settings = Configuration::load(&invocation.workspace).checked()?;
    let history = history::open(invocation.workspace.root(), &settings, args.since.as_deref())?;
    let options =
        CaseOptions { seed: args.seed, tune: args.holdout, test: args.holdout, ..CaseOptions::default() };
    let mut exclusions = history.exclusions().clone();
    let (set, authors) = collect(&history, options, &mut exclusions)?;
    fs::create_dir_all(out).map_err(|error| cannot_write(out, &error))?;
    for (name, examples) in [("train", &set.train), ("tune", &set.tune), ("test", &set.test)] {
        write(&out.join(format!("{name}.jsonl")), examples.iter().map(|example| &example.case))?;
    }
    let first = history.ids().next().unwrap_or_default();
    let manifest =
        Manifest::of(&history.head(), args.seed, &set.train, |author| history::hashed(&first, author));
    let text = serde_json::to_string(&manifest).map_err(std::io::Error::other)?;
    let path = out.join("manifest.json");
    fs::write(&path, text).map_err(|error| cannot_write(&path, &error))?;
    let whole = if args.whole > 0 { write_whole(&history, args, out)? } else { 0 };
    if invocation.flags.json {
        return print_json(&json!({
            "commits": history.len(), "authors": authors, "train": set.train.len(), "tune": set.tune.len(),
            "test": set.test.len(), "whole": whole, "left_out": exclusions, "dropped": set.dropped,
        }));
    }
    print(&format!(
        "{} commits: {} cases to learn from, {} to tune on, {} for tests{}",
        history.len(),
        set.train.len(),
        set.tune.len(),
        set.test.len(),
        if whole > 0 { format!(", {whole} in files as they stand now") } else { String::new() }
    ))?;
    print_exclusions(&exclusions)
}

fn print_exclusions(exclusions: &ExclusionCounts) -> Result<(), Failure> {
    let reasons: Vec<String> =
        exclusions.iter().map(|(reason, count)| format!("{} {count}", reason.code())).collect();
    print(&format!(
        "left out: {}",
        if reasons.is_empty() { "nothing".to_owned() } else { reasons.join(", ") }
    ))
}

/// Reads all commits and returns their cases, with how many authors there are.
fn collect(
    history: &History,
    options: CaseOptions,
    exclusions: &mut ExclusionCounts,
) -> Result<(Dataset, usize), Failure> {
    let mut collector = Collector::new(options, &history::holds_secret);
    let (mut examples, mut authors) = (Vec::new(), std::collections::BTreeSet::new());
    let mut bar = Bar::new();
    bar.begin_items("reading the history", history.len());
    for index in 0..history.len() {
        let reading = history.read(index)?;
        exclusions.merge(&reading.exclusions);
        let made: Vec<Example> = collector.examples(&reading.commit);
        examples.extend(made);
        authors.insert(reading.commit.author);
        bar.at(index as u64 + 1);
    }
    bar.end();
    Ok((collector.split(examples), authors.len()))
}

/// Writes holes in the files of HEAD; returns how many.
fn write_whole(history: &History, args: &CasesArgs, out: &Path) -> Result<usize, Failure> {
    let mut cases = Vec::new();
    let read = history.files(|file| {
        let most = args.whole.min(file.text.lines().count().div_ceil(LINES_A_HOLE));
        let made = whole::cases(&file.path, &file.text, 0.0, args.seed, most);
        cases.extend(made.into_iter().filter(|case| !history::case_holds_secret(case)));
    });
    read?;
    write(&out.join("whole.jsonl"), cases.iter())?;
    Ok(cases.len())
}

fn write<'a>(path: &Path, cases: impl Iterator<Item = &'a Case>) -> Result<(), Failure> {
    let file = fs::File::create(path).map_err(|error| cannot_write(path, &error))?;
    let mut file = std::io::BufWriter::new(file);
    for case in cases {
        let line = serde_json::to_string(case).map_err(std::io::Error::other)?;
        writeln!(file, "{line}").map_err(|error| cannot_write(path, &error))?;
    }
    file.flush().map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Environment(format!("writing {} failed: {error}", path.display()))
}
