//! `housestyle model`: the catalogue and its files.

use std::path::Path;

use housestyle_engine::{Engine, Options};
use housestyle_net::models::pull::Pull;
use housestyle_workspace::Progress;
use housestyle_workspace::digest;
use housestyle_workspace::models::store::ModelRecord;
use housestyle_workspace::models::{Entry, Model, Status, Store, catalogue, packed};
use serde::Serialize;
use serde_json::json;

use crate::args::{ModelAction, ModelArgs};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, bytes, print, print_json};
use crate::progress::Bar;

/// Runs `housestyle model …`.
pub(crate) fn run(invocation: &Invocation, args: &ModelArgs) -> Result<(), Failure> {
    let store = Store::at(&invocation.workspace.home().models);
    let name = |named: &Option<String>| {
        Model::named(named.as_deref().or(invocation.flags.model.as_deref())).map_err(Failure::from)
    };
    match &args.action {
        ModelAction::List => list(invocation, &store),
        ModelAction::Pull(model) => pull(invocation, &store, &name(&model.name)?),
        ModelAction::Verify(model) => verify(invocation, &store, &name(&model.name)?),
        ModelAction::Path(model) => path(invocation, &store, &name(&model.name)?),
        ModelAction::Rm(model) => remove(invocation, &store, &name(&model.name)?),
    }
}

fn list(invocation: &Invocation, store: &Store) -> Result<(), Failure> {
    if invocation.flags.json {
        let models: Vec<Listed> = catalogue::ENTRIES.iter().map(|entry| Listed::new(store, entry)).collect();
        return print_json(&json!({ "folder": store.folder(), "models": models }));
    }
    let style = Style::for_stdout();
    for entry in &catalogue::ENTRIES {
        let state = match store.status(entry) {
            Status::Absent => style.dim("not here"),
            Status::Partial(size) => style.yellow(format!("{} of {}", bytes(size), bytes(entry.size))),
            Status::Present(_) => style.green("here"),
            Status::Unchecked => style.yellow("here, never checked"),
            Status::Damaged { .. } => style.red("damaged"),
        };
        let default = if entry.name == catalogue::default().name { "  (default)" } else { "" };
        print(&format!(
            "{}  {}  {state}{default}",
            style.bold(format!("{:20}", entry.name)),
            bytes(entry.size)
        ))?;
        print(&format!("  {}, {}", entry.about, entry.licence))?;
    }
    print(&style.dim(format!("\nkept in {}; any FILE.gguf works too", store.folder().display())))
}

/// A model in the form of `list --json`.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    about: &'a str,
    licence: &'a str,
    default: bool,
    size: u64,
    sha256: &'a str,
    status: &'static str,
    path: std::path::PathBuf,
    record: Option<ModelRecord>,
}

impl<'a> Listed<'a> {
    fn new(store: &Store, entry: &'a Entry) -> Listed<'a> {
        Listed {
            name: entry.name,
            about: entry.about,
            licence: entry.licence,
            default: entry.name == catalogue::default().name,
            size: entry.size,
            sha256: entry.sha256,
            status: match store.status(entry) {
                Status::Absent => "absent",
                Status::Partial(_) => "partial",
                Status::Present(_) => "present",
                Status::Unchecked => "unchecked",
                Status::Damaged { .. } => "damaged",
            },
            path: store.path(entry),
            record: store.record(entry),
        }
    }
}

fn pull(invocation: &Invocation, store: &Store, model: &Model) -> Result<(), Failure> {
    let entry = from_catalogue(model, "pulled")?;
    let mut bar = Bar::new();
    let pulled = Pull::new(store, invocation.flags.offline).run(entry, &mut bar)?;
    let path = store.path(entry);
    let record = &pulled.record;
    prepare(invocation, model, &path, &mut bar);
    if invocation.flags.json {
        return print_json(&json!({
            "name": entry.name, "path": path, "size": record.size, "sha256": record.sha256,
            "source": record.source, "pinned": record.pinned, "fetched": pulled.fetched,
        }));
    }
    let style = Style::for_stdout();
    let verb = if pulled.fetched { "is here now" } else { "was here already" };
    let pinned =
        if record.pinned { "the pinned digest" } else { "as its publisher states; not the pinned one" };
    print(&format!("{} {} {verb}: {}", style.green("✓"), style.bold(entry.name), path.display()))?;
    print(&format!("  {}, sha256 {} ({pinned})", bytes(record.size), digest::short(&record.sha256)))
}

/// Packs a model once, so that its first start is as quick as all others. What fails here is not needed.
fn prepare(invocation: &Invocation, model: &Model, path: &Path, bar: &mut dyn Progress) {
    bar.begin_items("preparing", 1);
    let options = Options {
        packed_cache: packed::paths(invocation.workspace.home(), model, path),
        ..Options::default()
    };
    let pack = || -> Result<(), Box<dyn std::error::Error>> {
        Engine::open(path, options)?.wait_for_packed_cache()?;
        Ok(())
    };
    let packed = pack();
    bar.end();
    if let Err(why) = packed {
        invocation.verbose(|| format!("the packed weights are not kept, so each start takes longer: {why}"));
    }
}

fn verify(invocation: &Invocation, store: &Store, model: &Model) -> Result<(), Failure> {
    let (path, expected, entry) = match model {
        Model::Catalogue(entry) => {
            let path = store.path(entry);
            if matches!(store.status(entry), Status::Absent | Status::Partial(_)) {
                return Err(absent(entry, &path));
            }
            let expected = store.record(entry).map_or(entry.sha256.to_owned(), |record| record.sha256);
            (path, Some(expected), Some(*entry))
        }
        Model::File(path) => (path.clone(), None, None),
    };
    let size = std::fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.len();
    let mut bar = Bar::new();
    bar.begin("checking", size);
    let found = digest::sha256_of(&path, &mut |done| bar.at(done));
    bar.end();
    let found = found.map_err(|error| unreadable(&path, &error))?;
    let known = catalogue::ENTRIES.iter().find(|entry| entry.sha256 == found);
    let ok = expected.as_ref().is_none_or(|expected| *expected == found);
    if let Some(entry) = entry.filter(|entry| ok && store.record(entry).is_none()) {
        let source = "a file put here by hand".to_owned();
        let record =
            ModelRecord { name: entry.name.to_owned(), size, sha256: found.clone(), source, pinned: true };
        store.write_record(entry, &record)?;
    }
    if invocation.flags.json {
        print_json(&json!({
            "name": model.name(), "path": path, "ok": ok, "size": size, "sha256": found,
            "expected": expected, "pinned": known.is_some(),
        }))?;
    } else if ok {
        let style = Style::for_stdout();
        print(&format!("{} {} sha256 {found}", style.green("✓"), style.bold(model.name())))?;
        print(&match known {
            Some(known) => format!("  the pinned file of {}, {}", known.name, bytes(size)),
            None => format!("  not in the catalogue, {}", bytes(size)),
        })?;
    }
    if ok {
        return Ok(());
    }
    Err(Failure::CheckSaidNo(format!(
        "{} is damaged: its sha256 is {found}, not {}. Run `housestyle model rm {name}` and \
         `housestyle model pull {name}`",
        path.display(),
        expected.unwrap_or_default(),
        name = model.name(),
    )))
}

fn path(invocation: &Invocation, store: &Store, model: &Model) -> Result<(), Failure> {
    let (path, here) = match model {
        Model::Catalogue(entry) => (store.path(entry), store.path(entry).is_file()),
        Model::File(path) => (path.clone(), path.is_file()),
    };
    if invocation.flags.json {
        print_json(&json!({ "name": model.name(), "path": path, "present": here }))?;
    } else {
        print(&path.display().to_string())?;
    }
    match model {
        _ if here => Ok(()),
        Model::Catalogue(entry) => Err(absent(entry, &path)),
        Model::File(path) => Err(Failure::Environment(format!("{}: there is no such file", path.display()))),
    }
}

fn remove(invocation: &Invocation, store: &Store, model: &Model) -> Result<(), Failure> {
    let entry = from_catalogue(model, "removed")?;
    let freed = store.remove(entry)? + packed::remove(invocation.workspace.home(), entry);
    if invocation.flags.json {
        return print_json(&json!({ "name": entry.name, "removed": freed > 0, "bytes": freed }));
    }
    print(&match freed {
        0 => format!("{} was not here", entry.name),
        freed => format!("removed {}, {} freed", entry.name, bytes(freed)),
    })
}

fn from_catalogue(model: &Model, verb: &str) -> Result<&'static Entry, Failure> {
    match model {
        Model::Catalogue(entry) => Ok(entry),
        Model::File(path) => Err(Failure::Usage(format!(
            "{} is a file of your own: only models of the catalogue are {verb} (see `housestyle model list`)",
            path.display()
        ))),
    }
}

fn absent(entry: &Entry, path: &Path) -> Failure {
    Failure::Environment(format!(
        "model {name} is not at {}: run `housestyle model pull {name}`",
        path.display(),
        name = entry.name
    ))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Environment(format!("read {}: {error}", path.display()))
}
