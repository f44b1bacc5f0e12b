//! `housestyle try`: the guided first run.

mod history;
mod skill;

use std::path::Path;
use std::time::{Duration, Instant};

use housestyle_adaptation::evaluate::without_time_limits;
use housestyle_complete::generator::{Cancel, Capability, Generator};
use housestyle_complete::{Job, Settings, Trace, Trigger, suggest};
use housestyle_net::models::pull::Pull;
use housestyle_workspace::Configuration;
use housestyle_workspace::models::{Model, Status, Store};
use serde_json::{Value, json};

use crate::args::{Arm, TryArgs};
use crate::editors::{self, VsCode};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, time, visible};
use crate::places::{self, Hole};
use crate::progress::Bar;

/// How many places are shown.
const PLACES: usize = 3;

/// The model's answer at a place.
struct Prediction {
    hole: Hole,
    trace: Trace,
    took: Duration,
}

impl Prediction {
    fn text(&self) -> &str {
        self.trace.suggestion().map_or("", |suggestion| &suggestion.text)
    }

    fn is_same(&self) -> bool {
        self.text().trim_end() == self.hole.hidden.trim_end()
    }
}

/// Runs `housestyle try`.
pub(crate) fn run(invocation: &Invocation, args: &TryArgs) -> Result<(), Failure> {
    let folder = args.folder.as_deref().unwrap_or(invocation.workspace.root());
    if !folder.is_dir() {
        return Err(Failure::Usage(format!("{}: there is no such folder", folder.display())));
    }
    let folder = &std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    // The holes are rests of lines: a block would be compared with what was never hidden.
    let mut settings = Settings {
        max_lines: 1,
        ..without_time_limits(Configuration::load(&invocation.workspace).checked()?)
    };
    settings.languages.values_mut().for_each(|special| drop(special.remove("maxLines")));
    let quiet = invocation.flags.json;
    let style = Style::for_stdout();
    let print_line = |line: &str| if quiet { Ok(()) } else { print(line) };

    print_line(&format!(
        "\n{}  code and writing completions from a model on your own CPU\n",
        style.bold("housestyle")
    ))?;
    print_line(&heading(style, 1, "The model"))?;
    let (backend, setup) = (&args.backend.backend, invocation.setup());
    if let Some(model) = backend.model(&setup)? {
        fetch(invocation, &model, &print_line)?;
    }
    let began = Instant::now();
    let mut generator = backend.open(&setup)?;
    if generator.capabilities().has(Capability::Adapters) {
        generator.apply(Arm::Starter)?;
    }
    let model = generator.describe().model;
    print_line(&format!(
        "  {} {model}, opened in {}, in this process, on your CPU\n",
        style.green("✓"),
        time(began.elapsed())
    ))?;

    print_line(&heading(style, 2, &format!("Completions in {}", folder.display())))?;
    let mut shown = Vec::new();
    for hole in places::choose(folder, &settings, PLACES) {
        let prediction = complete(hole, &settings, &mut *generator);
        if !quiet {
            show(&prediction, style)?;
        }
        shown.push(prediction);
    }
    if shown.is_empty() {
        print_line(
            "  No file here is long enough to show anything: run `housestyle try DIR` on a folder with code.\n",
        )?;
    } else {
        print_line(&style.dim(wrapped(&format!("How these were chosen: {}", places::RULE), "  ")))?;
        print_line(&style.dim(
            "  Each is a place not seen before; while you type on one line, only the new keys are read.\n",
        ))?;
    }
    let mut learned = None;
    if generator.capabilities().has(Capability::Prior) {
        print_line(&heading(style, 3, "What your history teaches"))?;
        match history::try_phrases(folder, &mut *generator, &mut Bar::new()) {
            Ok(trial) => {
                print_line(&trial.text(style))?;
                learned = Some(trial);
            }
            Err(failure) => print_line(&format!("  Nothing was learned: {failure}\n"))?,
        }
    }
    print_line(&heading(style, 4, "A rule of your team's"))?;
    let mut suggestion = None;
    match skill::suggest(invocation, folder, &mut Bar::new()) {
        Ok(found) => {
            print_line(&found.text(style))?;
            suggestion = Some(found);
        }
        Err(failure) => print_line(&format!("  Nothing was proposed: {failure}\n"))?,
    }
    if quiet {
        let mut document = report(folder, &model, &shown);
        document["learned"] = json!(learned);
        document["skill"] = json!(suggestion);
        return print_json(&document);
    }
    print_next_steps(style)
}

/// Fetches the model if it is absent.
fn fetch(
    invocation: &Invocation,
    model: &Model,
    print_line: &dyn Fn(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let store = Store::at(&invocation.workspace.home().models);
    let Model::Catalogue(entry) = model else { return Ok(()) };
    if !matches!(store.status(entry), Status::Present(_)) {
        print_line(&format!("  {}, {}", entry.about, entry.licence))?;
        Pull::new(&store, invocation.flags.offline).run(entry, &mut Bar::new())?;
    }
    Ok(())
}

fn complete(hole: Hole, settings: &Settings, generator: &mut dyn Generator) -> Prediction {
    let began = Instant::now();
    let trigger = Trigger::Invoked;
    let job = Job { trigger, ..Job::at(&hole.snapshot, hole.cursor, settings) };
    let trace = suggest(&job, generator, &Cancel::new(), &mut |_| {});
    Prediction { trace, took: began.elapsed(), hole }
}

fn show(shown: &Prediction, style: Style) -> Result<(), Failure> {
    let hole = &shown.hole;
    print(&format!("  {}", style.cyan(format!("{}:{}:{}", visible(&hole.path), hole.line, hole.column))))?;
    let left = visible(hole.left.trim_start());
    let hidden = visible(hole.hidden.trim_end());
    let mut lines = shown.text().trim_end().lines();
    let first = visible(lines.next().unwrap_or_default());
    let predicted = match (shown.trace.reason(), shown.is_same()) {
        (Some(reason), _) => style.yellow(format!("nothing: {reason}")),
        (None, true) => style.green(&first),
        (None, false) => style.yellow(&first),
    };
    print(&format!("    predicted  {}{predicted}", style.dim(&left)))?;
    for line in lines {
        print(&format!("               {}", style.yellow(visible(line))))?;
    }
    print(&format!("    there was  {}{hidden}", style.dim(&left)))?;
    let tokens = shown.trace.raw.as_ref().map(|raw| {
        let usage = raw.usage;
        let read = usage.prompt_tokens.saturating_sub(usage.reused_tokens);
        format!(", {read} tokens read and {} written", usage.generated_tokens)
    });
    let verdict = if shown.is_same() { style.green("the same, ") } else { String::new() };
    print(&format!(
        "    {verdict}{}\n",
        style.dim(format!("{}{}", time(shown.took), tokens.unwrap_or_default()))
    ))
}

fn print_next_steps(style: Style) -> Result<(), Failure> {
    print(&heading(style, 5, "Your editor"))?;
    print(&format!("  {}, 0.12 or newer, in init.lua:\n", style.bold("Neovim")))?;
    for line in editors::neovim().lines() {
        print(&format!("    {}", style.cyan(line)))?;
    }
    print(&style.dim(format!("\n{}\n", wrapped(editors::NEOVIM_NOTE, "  "))))?;
    let programs: Vec<VsCode> = VsCode::on_path().into_iter().map(VsCode::with_extension).collect();
    let (about, commands) = editors::vscode_steps(&programs);
    print(&format!("  {}\n{}", style.bold("VS Code"), wrapped(&about, "  ")))?;
    for line in &commands {
        print(&format!("    {}", style.cyan(line)))?;
    }
    print("")?;
    print(&heading(style, 6, "What next"))?;
    let commands = [
        ("housestyle learn", "keep what your history teaches, and train an adapter on it"),
        ("housestyle skill mine", "look for your team's rules; `skill propose` puts them before people"),
        ("housestyle doctor", "is everything well, and how fast is this machine?"),
        ("housestyle why", "nothing appeared? what happened to the last requests"),
        ("housestyle complete FILE:LINE:COL --explain", "one suggestion, with the prompt and every filter"),
        ("housestyle model pull qwen2.5-coder-1.5b", "a better model, two to three times slower"),
    ];
    for (command, about) in commands {
        print(&format!("  {}  {about}", style.cyan(format!("{command:45}"))))?;
    }
    print("")
}

fn heading(style: Style, number: usize, title: &str) -> String {
    style.bold(format!("{number}  {title}"))
}

/// Breaks a text into lines of at most 96 columns, each with `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last + word.chars().count() > 96 - indent.len() && last > 0 {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}

fn report(folder: &Path, model: &str, shown: &[Prediction]) -> Value {
    let places: Vec<Value> = shown
        .iter()
        .map(|shown| {
            json!({
                "path": shown.hole.path, "line": shown.hole.line, "column": shown.hole.column,
                "stood": shown.hole.hidden,
                "predicted": shown.trace.suggestion().map(|suggestion| &suggestion.text),
                "reason": shown.trace.reason().map(|reason| reason.code()),
                "same": shown.is_same(),
                "ms": (shown.took.as_secs_f64() * 1e4).round() / 10.0,
            })
        })
        .collect();
    json!({ "folder": folder, "model": model, "rule": places::RULE, "places": places })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_broken_between_words() {
        let text = wrapped(&"word ".repeat(40), "  ");
        assert!(
            text.lines().count() == 3
                && text.lines().all(|line| line.len() <= 96 && line.starts_with("  word"))
        );
        assert_eq!(wrapped("one\ntwo", ""), "one two");
    }
}
