//! `housestyle try`: the guided first run.

mod history;
mod skill;

use std::path::Path;
use std::time::{Duration, Instant};

use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::{Job, Settings, Trace, Trigger, suggest};
use serde_json::{Value, json};

use super::complete::unhurried;
use crate::args::{Arm, TryArgs};
use crate::backend::{Backend, Learned};
use crate::config::Configuration;
use crate::context::Context;
use crate::editors;
use crate::failure::Failure;
use crate::models::pull::Pull;
use crate::models::{Model, Status, Store};
use crate::output::{Style, print, print_json, time, visible};
use crate::places::{self, Place};
use crate::progress::Progress;

/// How many places are shown.
const PLACES: usize = 3;

/// What the model made of a place.
struct Shown {
    place: Place,
    trace: Trace,
    took: Duration,
}

impl Shown {
    fn text(&self) -> &str {
        self.trace.suggestion().map_or("", |suggestion| &suggestion.text)
    }

    fn is_same(&self) -> bool {
        self.text().trim_end() == self.place.stood.trim_end()
    }
}

/// Runs `housestyle try`.
pub(crate) fn run(context: &Context, args: &TryArgs) -> Result<(), Failure> {
    let folder = args.folder.as_deref().unwrap_or(&context.workspace);
    if !folder.is_dir() {
        return Err(Failure::Usage(format!("{}: there is no such folder", folder.display())));
    }
    let folder = &std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    // The holes are rests of lines: a block would be compared with what was never hidden.
    let mut settings = Settings { max_lines: 1, ..unhurried(Configuration::load(context).checked()?) };
    settings.languages.values_mut().for_each(|special| drop(special.remove("maxLines")));
    let quiet = context.global.json;
    let style = Style::for_stdout();
    let say = |line: &str| if quiet { Ok(()) } else { print(line) };

    say(&format!(
        "\n{}  code and writing completions from a model on your own CPU\n",
        style.bold("housestyle")
    ))?;
    say(&heading(style, 1, "The model"))?;
    if args.backend.backend == Backend::Local {
        fetch(context, &say)?;
    }
    let began = Instant::now();
    let mut generator = args.backend.backend.open(context)?;
    if let Some(local) = generator.local() {
        local.take_part(Arm::Starter)?;
    }
    let model = generator.describe().model;
    say(&format!(
        "  {} {model}, opened in {}, in this process, on your CPU\n",
        style.green("✓"),
        time(began.elapsed())
    ))?;

    say(&heading(style, 2, &format!("Completions in {}", folder.display())))?;
    let mut shown = Vec::new();
    for place in places::choose(folder, &settings, PLACES) {
        let one = complete(place, &settings, &mut *generator);
        if !quiet {
            show(&one, style)?;
        }
        shown.push(one);
    }
    if shown.is_empty() {
        say(
            "  No file here is long enough to show anything: run `housestyle try DIR` on a folder with code.\n",
        )?;
    } else {
        say(&style.dim(wrapped(&format!("How these were chosen: {}", places::RULE), "  ")))?;
        say(&style.dim(
            "  Each is a place not seen before; while you type on one line, only the new keys are read.\n",
        ))?;
    }
    let mut learned = None;
    if let Some(local) = generator.local() {
        say(&heading(style, 3, "What your history teaches"))?;
        match history::taught(folder, local, &mut Progress::new()) {
            Ok(taught) => {
                say(&taught.text(style))?;
                learned = Some(taught);
            }
            Err(failure) => say(&format!("  Nothing was learned: {failure}\n"))?,
        }
    }
    say(&heading(style, 4, "A rule of your team's"))?;
    let mut suggested = None;
    match skill::suggested(context, folder, &mut Progress::new()) {
        Ok(found) => {
            say(&found.text(style))?;
            suggested = Some(found);
        }
        Err(failure) => say(&format!("  Nothing was proposed: {failure}\n"))?,
    }
    if quiet {
        let mut document = report(folder, &model, &shown);
        document["learned"] = json!(learned);
        document["skill"] = json!(suggested);
        return print_json(&document);
    }
    farewell(style)
}

/// Fetches the model if it is absent.
fn fetch(context: &Context, say: &dyn Fn(&str) -> Result<(), Failure>) -> Result<(), Failure> {
    let store = Store::at(&context.home.models);
    let model = Model::named(context.global.model.as_deref()).map_err(Failure::Usage)?;
    let Model::Catalogue(entry) = model else { return Ok(()) };
    if !matches!(store.status(entry), Status::Present(_)) {
        say(&format!("  {}, {}", entry.about, entry.licence))?;
        let pulled = Pull::new(&store, context.global.offline).run(entry, &mut Progress::new());
        pulled.map_err(|error| Failure::Environment(error.to_string()))?;
    }
    Ok(())
}

fn complete(place: Place, settings: &Settings, generator: &mut dyn Generator) -> Shown {
    let began = Instant::now();
    let trigger = Trigger::Invoked;
    let job = Job { trigger, ..Job::at(&place.snapshot, place.cursor, settings) };
    let trace = suggest(&job, generator, &Cancel::new(), &mut |_| {});
    Shown { trace, took: began.elapsed(), place }
}

fn show(shown: &Shown, style: Style) -> Result<(), Failure> {
    let place = &shown.place;
    print(&format!("  {}", style.cyan(format!("{}:{}:{}", visible(&place.path), place.line, place.column))))?;
    let left = visible(place.left.trim_start());
    let stood = visible(place.stood.trim_end());
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
    print(&format!("    there was  {}{stood}", style.dim(&left)))?;
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

fn farewell(style: Style) -> Result<(), Failure> {
    print(&heading(style, 5, "Your editor"))?;
    print(&format!("  {}, 0.12 or newer, in init.lua:\n", style.bold("Neovim")))?;
    for line in editors::neovim().lines() {
        print(&format!("    {}", style.cyan(line)))?;
    }
    print(&style.dim(format!("\n{}\n", wrapped(editors::NEOVIM_NOTE, "  "))))?;
    print(&format!("  {}\n{}\n", style.bold("VS Code"), wrapped(editors::VSCODE, "  ")))?;
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

fn report(folder: &Path, model: &str, shown: &[Shown]) -> Value {
    let places: Vec<Value> = shown
        .iter()
        .map(|shown| {
            json!({
                "path": shown.place.path, "line": shown.place.line, "column": shown.place.column,
                "stood": shown.place.stood,
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
