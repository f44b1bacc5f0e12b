//! `housestyle memory`: short notes that the model reads.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use housestyle_complete::memory::{Note, Scope};
use housestyle_text::Language;
use serde_json::{Value, json};

use crate::args::{AddArgs, Expiry, ForgetNotesArgs, MemoryAction, MemoryArgs};
use crate::context::Context;
use crate::failure::Failure;
use crate::notes::{NotesError, Store};
use crate::output::{Style, moment, print, print_json, visible};

/// Runs `housestyle memory`.
pub(crate) fn run(context: &Context, args: &MemoryArgs) -> Result<(), Failure> {
    let store = Store::of(context);
    match &args.action {
        MemoryAction::Add(args) => add(context, &store, args),
        MemoryAction::List => list(context, &store),
        MemoryAction::Forget(args) => forget(context, &store, args),
    }
}

/// Returns the seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

impl From<NotesError> for Failure {
    fn from(error: NotesError) -> Failure {
        match error {
            NotesError::File { .. } | NotesError::Busy { .. } | NotesError::Newer { .. } => {
                Failure::Environment(error.to_string())
            }
            NotesError::Damaged { .. } => Failure::CheckSaidNo(error.to_string()),
            _ => Failure::Usage(error.to_string()),
        }
    }
}

fn add(context: &Context, store: &Store, args: &AddArgs) -> Result<(), Failure> {
    let language = args.language.as_deref().map(known).transpose()?;
    let path = args.scope.clone().filter(|glob| !glob.is_empty());
    let now = now();
    let Expiry(span) = args.expires;
    let expires = span.map(|span| now.saturating_add(span));
    let note = store.add(&args.text, Scope { path, language }, author(context), now, expires)?;
    if context.global.json {
        return print_json(&json!({ "file": store.path(), "added": told(&note, now) }));
    }
    print(&format!("{}  {}", note.id, visible(&note.text)))?;
    print(&Style::for_stdout().dim(format!("        {}", about(&note, now))))
}

/// Returns the identifier of a language, as the table has it.
fn known(id: &str) -> Result<String, Failure> {
    let language = Language::from_id(id);
    if language.is_known() {
        return Ok(language.id().to_owned());
    }
    Err(Failure::Usage(format!(
        "--language {id}: there is no such language; identifiers are those of LSP, such as `rust`"
    )))
}

/// Returns who adds a note: the name under which the user commits, else that of the system's user.
fn author(context: &Context) -> String {
    if let Ok((name, address)) = housestyle_review::identity(&context.workspace) {
        return format!("{name} <{address}>");
    }
    let user = ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(|name| env::var(name).ok());
    user.filter(|user| !user.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

fn list(context: &Context, store: &Store) -> Result<(), Failure> {
    let (notes, now) = (store.read()?, now());
    if context.global.json {
        let notes: Vec<Value> = notes.iter().map(|note| told(note, now)).collect();
        return print_json(&json!({ "file": store.path(), "notes": notes }));
    }
    if notes.is_empty() {
        return print(&format!(
            "No notes in {} (`housestyle memory add TEXT`).",
            context.workspace.display()
        ));
    }
    let style = Style::for_stdout();
    for note in &notes {
        print(&format!("{}  {}", style.bold(&note.id), visible(&note.text)))?;
        print(&style.dim(format!("        {}", about(note, now))))?;
    }
    Ok(())
}

fn forget(context: &Context, store: &Store, args: &ForgetNotesArgs) -> Result<(), Failure> {
    let (gone, count) = if args.all {
        (Vec::new(), store.forget_all()?)
    } else {
        let gone = store.forget(&args.ids, now())?;
        let count = gone.len();
        (gone.into_iter().map(|note| note.id).collect(), Some(count))
    };
    if context.global.json {
        return print_json(&json!({ "file": store.path(), "forgotten": count, "ids": gone }));
    }
    print(&match count {
        Some(1) => "1 note is forgotten.".to_owned(),
        Some(count) => format!("{count} notes are forgotten."),
        None => "The notes are forgotten; how many there were could not be read.".to_owned(),
    })
}

/// Returns a note for programs.
fn told(note: &Note, now: u64) -> Value {
    json!({
        "id": note.id, "text": note.text, "scope": note.scope.path, "language": note.scope.language,
        "author": note.author, "created": note.created, "expires": note.expires, "holds": note.holds_at(now),
    })
}

/// Returns for people where a note holds, whose it is, and until when.
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
