//! `housestyle memory`: short notes that the model reads.

use std::env;

use housestyle_complete::memory::{Note, Scope};
use housestyle_text::Language;
use housestyle_workspace::clock::now;
use housestyle_workspace::notes::Store;
use serde_json::{Value, json};

use crate::args::{AddArgs, Expiry, ForgetNotesArgs, MemoryAction, MemoryArgs};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, moment, print, print_json, visible};

/// Runs `housestyle memory`.
pub(crate) fn run(invocation: &Invocation, args: &MemoryArgs) -> Result<(), Failure> {
    let store = Store::of(&invocation.workspace);
    match &args.action {
        MemoryAction::Add(args) => add(invocation, &store, args),
        MemoryAction::List => list(invocation, &store),
        MemoryAction::Forget(args) => forget(invocation, &store, args),
    }
}

fn add(invocation: &Invocation, store: &Store, args: &AddArgs) -> Result<(), Failure> {
    let language = args.language.as_deref().map(language_id).transpose()?;
    let path = args.scope.clone().filter(|glob| !glob.is_empty());
    let now = now();
    let Expiry(span) = args.expires;
    let expires = span.map(|span| now.saturating_add(span));
    let note = store.add(&args.text, Scope { path, language }, author(invocation), now, expires)?;
    if invocation.flags.json {
        return print_json(&json!({ "file": store.path(), "added": to_json(&note, now) }));
    }
    print(&format!("{}  {}", note.id, visible(&note.text)))?;
    print(&Style::for_stdout().dim(format!("        {}", about(&note, now))))
}

/// Returns the identifier of a language, as the table has it.
fn language_id(id: &str) -> Result<String, Failure> {
    let language = Language::from_id(id);
    if language.is_known() {
        return Ok(language.id().to_owned());
    }
    Err(Failure::Usage(format!(
        "--language {id}: there is no such language; identifiers are those of LSP, such as `rust`"
    )))
}

/// Returns who adds a note: the name under which the user commits, else that of the system's user.
fn author(invocation: &Invocation) -> String {
    if let Ok((name, address)) = housestyle_workspace::identity(&invocation.workspace) {
        return format!("{name} <{address}>");
    }
    let user = ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(|name| env::var(name).ok());
    user.filter(|user| !user.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

fn list(invocation: &Invocation, store: &Store) -> Result<(), Failure> {
    let (notes, now) = (store.read()?, now());
    if invocation.flags.json {
        let notes: Vec<Value> = notes.iter().map(|note| to_json(note, now)).collect();
        return print_json(&json!({ "file": store.path(), "notes": notes }));
    }
    if notes.is_empty() {
        return print(&format!(
            "No notes in {} (`housestyle memory add TEXT`).",
            invocation.workspace.root().display()
        ));
    }
    let style = Style::for_stdout();
    for note in &notes {
        print(&format!("{}  {}", style.bold(&note.id), visible(&note.text)))?;
        print(&style.dim(format!("        {}", about(note, now))))?;
    }
    Ok(())
}

fn forget(invocation: &Invocation, store: &Store, args: &ForgetNotesArgs) -> Result<(), Failure> {
    let (removed, count) = if args.all {
        (Vec::new(), store.forget_all()?)
    } else {
        let removed = store.forget(&args.ids, now())?;
        let count = removed.len();
        (removed.into_iter().map(|note| note.id).collect(), Some(count))
    };
    if invocation.flags.json {
        return print_json(&json!({ "file": store.path(), "forgotten": count, "ids": removed }));
    }
    print(&match count {
        Some(1) => "1 note is forgotten.".to_owned(),
        Some(count) => format!("{count} notes are forgotten."),
        None => "The notes are forgotten; how many there were could not be read.".to_owned(),
    })
}

/// Returns a note as JSON, for programs.
fn to_json(note: &Note, now: u64) -> Value {
    json!({
        "id": note.id, "text": note.text, "scope": note.scope.path, "language": note.scope.language,
        "author": note.author, "created": note.created, "expires": note.expires, "holds": note.holds_at(now),
    })
}

/// Returns the scope, author and end of a note, for people.
fn about(note: &Note, now: u64) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(note.scope.path.as_deref().map(|glob| format!("in {}", visible(glob))));
    parts.extend(note.scope.language.as_deref().map(|id| format!("in {}", Language::from_id(id).name())));
    parts.push(format!("by {}", visible(&note.author)));
    parts.push(match note.expires {
        None => "for good".to_owned(),
        Some(end) if note.holds_at(now) => format!("until {}", moment(end)),
        Some(end) => format!("ended {}", moment(end)),
    });
    parts.join(", ")
}
