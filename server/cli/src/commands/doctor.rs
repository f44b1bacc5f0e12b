//! `housestyle doctor`: looks at everything that can be missing, slow or wrong, and says what to do.

use std::time::{Duration, SystemTime};

use housestyle_adaptation::backend::Backend;
use housestyle_adaptation::probe;
use housestyle_complete::generator::{Generator, Prompt, PromptPart};
use housestyle_journal::{Journal, RequestLog, Stamp};
use housestyle_review::{
    AskError, DefaultBranch, ReviewError, branch_in_the_way, default_branch, git_version,
};
use housestyle_workspace::models::{Model, Status, Store};
use housestyle_workspace::{Configuration, WHILE_BROKEN};
use housestyle_workspace::{adapters, digest, panics};
use serde::Serialize;
use serde_json::json;

use crate::editors::VsCode;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::log::VARIABLE;
use crate::output::{Style, bytes, moment, print, print_json, time};
use crate::{advice, editors, memory};

/// Code for measuring the speed: long enough to be told from noise, short enough not to be waited for.
const SAMPLE: &str = include_str!("../../assets/bench.rs.txt");
const SAMPLE_BYTES: usize = 1_400;
/// A usual keystroke reads a few new tokens and writes a line.
const LINE_TOKENS: f64 = 12.0;
/// A place not seen before: the window of a fresh installation.
const WINDOW_TOKENS: f64 = 600.0;
/// Slower than this a suggestion comes after the thought.
const PLEASANT: f64 = 0.7;
/// How much slower the next larger model is.
const LARGER: f64 = 2.7;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    detail: String,
    advice: Option<String>,
}

impl Check {
    fn ok(name: &'static str, detail: impl Into<String>) -> Check {
        Check { name, verdict: Verdict::Ok, detail: detail.into(), advice: None }
    }

    fn warn(name: &'static str, detail: impl Into<String>, advice: impl Into<String>) -> Check {
        Check { name, verdict: Verdict::Warn, detail: detail.into(), advice: Some(advice.into()) }
    }

    fn fail(name: &'static str, detail: impl Into<String>, advice: impl Into<String>) -> Check {
        Check { name, verdict: Verdict::Fail, detail: detail.into(), advice: Some(advice.into()) }
    }
}

/// Runs `housestyle doctor`.
pub(crate) fn run(invocation: &Invocation) -> Result<(), Failure> {
    let mut checks = Vec::new();
    let mut tell = |check: Check| -> Result<(), Failure> {
        if !invocation.flags.json {
            show(&check)?; // as they come: the model takes a moment
        }
        checks.push(check);
        Ok(())
    };
    tell(Check::ok(
        "program",
        format!(
            "housestyle {} on {} {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
    ))?;
    tell(workspace(invocation))?;
    tell(git(invocation))?;
    for check in [approving_branch(invocation), place_of_proposals(invocation)].into_iter().flatten() {
        tell(check)?;
    }
    tell(log(invocation)?)?;
    for check in configuration(invocation) {
        tell(check)?;
    }
    for check in model(invocation) {
        tell(check)?;
    }
    tell(adapter(invocation))?;
    tell(neovim())?;
    tell(vscode())?;
    tell(journal(invocation))?;
    tell(requests(invocation))?;
    tell(threads(invocation))?;
    for left in invocation.workspace.left() {
        tell(Check::warn("unused state", left.problem, left.remedy))?;
    }
    let failed = checks.iter().filter(|check| check.verdict == Verdict::Fail).count();
    let warned = checks.iter().filter(|check| check.verdict == Verdict::Warn).count();
    if invocation.flags.json {
        print_json(&json!({ "ok": failed == 0, "checks": checks }))?;
    } else {
        print(&match (failed, warned) {
            (0, 0) => "\nAll is well.".to_owned(),
            (0, n) => format!("\nIt works; {n} of {} could be better.", checks.len()),
            (n, _) => format!("\n{n} of {} must be put right.", checks.len()),
        })?;
    }
    if failed == 0 { Ok(()) } else { Err(Failure::CheckSaidNo(String::new())) }
}

fn workspace(invocation: &Invocation) -> Check {
    let folder = invocation.workspace.root().display().to_string();
    if invocation.workspace.root().join(".git").exists() {
        Check::ok("workspace", folder)
    } else {
        Check::warn(
            "workspace",
            format!("{folder} is no git repository"),
            "run it inside one, or give --workspace DIR",
        )
    }
}

/// Tells whether git can be asked who the user is and what it ignores.
fn git(invocation: &Invocation) -> Check {
    const NAME: &str = "git";
    match git_version(invocation.workspace.root()) {
        Ok(version) => Check::ok(NAME, version),
        Err(AskError::NotInstalled) => Check::warn(
            NAME,
            "not on the path: without it, settings of git such as GIT_CONFIG_GLOBAL do not say who you are and what is \
             ignored",
            "install git",
        ),
        Err(error) => Check::warn(NAME, error.to_string(), "see whether `git version` works here"),
    }
}

/// Tells whether a branch leaves no place for branches of proposals.
fn place_of_proposals(invocation: &Invocation) -> Option<Check> {
    let branch = branch_in_the_way(invocation.workspace.root()).ok()??;
    let detail =
        format!("the branch {branch} leaves no place for branches of proposals (housestyle/proposals/…)");
    Some(Check::warn("proposals", detail, format!("rename it: `git branch -m {branch} NEW-NAME`")))
}

/// Tells which branch approves by a merge, or why none does; nothing where there is no repository.
fn approving_branch(invocation: &Invocation) -> Option<Check> {
    const NAME: &str = "default branch";
    match default_branch(invocation.workspace.root()) {
        Ok(DefaultBranch::Known(branch)) => {
            let of = branch.remote.map_or(String::new(), |remote| format!(" of {remote}"));
            Some(Check::ok(NAME, format!("{}{of}", branch.name)))
        }
        Ok(DefaultBranch::Doubtful { reason, .. } | DefaultBranch::Unknown(reason)) => {
            Some(Check::warn(NAME, reason.problem(), reason.remedy()))
        }
        Err(ReviewError::NoRepository { .. }) => None,
        Err(ReviewError::Unreadable(why)) => Some(Check::warn("repository", why.problem(), why.remedy())),
        Err(error) => Some(Check::warn(NAME, error.to_string(), "see whether `git status` works here")),
    }
}

/// Tells where the log for debugging is, or how to get one.
fn log(invocation: &Invocation) -> Result<Check, Failure> {
    let file = invocation.workspace.log();
    let detail = match invocation.log()? {
        Some(log) => format!("{} at level {}", log.file.display(), log.level),
        None if file.exists() => format!("off now; of an earlier run: {}", file.display()),
        None => format!("off; {VARIABLE}=debug for the server writes {}", file.display()),
    };
    Ok(Check::ok("log", detail))
}

fn configuration(invocation: &Invocation) -> Vec<Check> {
    const NAME: &str = "configuration";
    let found = Configuration::load(&invocation.workspace);
    let broken = found.broken.iter().map(|file| Check::fail(NAME, file.to_string(), WHILE_BROKEN));
    let odd = found.warnings.iter().map(|text| Check::warn(NAME, text.clone(), "correct or remove the line"));
    let advice = "commit it to the default branch, or remove what does not count";
    let uncounted = found.uncounted.iter().map(|text| Check::warn(NAME, text.clone(), advice));
    let files = found.files.iter().map(|file| Check::ok(NAME, file.clone()));
    let checks: Vec<Check> = broken.chain(odd).chain(uncounted).chain(files).collect();
    if checks.is_empty() { vec![Check::ok(NAME, "defaults, no file")] } else { checks }
}

/// Checks the model's file, then the model itself; what cannot be checked without the former is left out.
fn model(invocation: &Invocation) -> Vec<Check> {
    let store = Store::at(&invocation.workspace.home().models);
    let model = match Model::named(invocation.flags.model.as_deref()) {
        Ok(model) => model,
        Err(error) => return vec![Check::fail("model", error.to_string(), "see `housestyle model list`")],
    };
    let (file, there) = model_file(&store, &model);
    let mut checks = vec![file];
    if !there {
        return checks;
    }
    checks.extend(free_memory(&store, &model));
    match Backend::Local.open(&invocation.setup()) {
        Err(error) => {
            let advice =
                "check the file with `housestyle model verify`; if it is whole, its kind is not supported";
            checks.push(Check::fail("model opens", error.to_string(), advice));
        }
        Ok(mut generator) => {
            checks.push(fill_in(&mut *generator));
            checks.extend(speed(&mut *generator, &model));
        }
    }
    checks
}

/// Tells which adapter of the team's a server here uses, or why it cannot.
fn adapter(invocation: &Invocation) -> Check {
    const NAME: &str = "adapter";
    let store = adapters::Store::of(&invocation.workspace);
    let found = store.serving().map_err(Failure::from).and_then(|id| match id {
        None => Ok(None),
        Some(_) => {
            let base = adapters::Base::of(invocation.workspace.home(), &invocation.model()?)?;
            Ok(store.load_active(&base.config, &base.sha256)?)
        }
    });
    match found {
        Ok(None) => Check::ok(NAME, "none of the team's is active"),
        Ok(Some((version, _))) => {
            let id = version.id.as_deref().map_or("", digest::short);
            Check::ok(NAME, format!("version {}, {id}", version.number))
        }
        Err(failure) => Check::warn(
            NAME,
            format!("the active one takes no part: {failure}"),
            "see `housestyle adapter list`; `housestyle adapter rollback` goes back",
        ),
    }
}

fn model_file(store: &Store, model: &Model) -> (Check, bool) {
    const NAME: &str = "model";
    match (model.locate(store), model) {
        (Err(error), _) => {
            let error = error.to_string();
            let (detail, advice) =
                error.split_once(": run ").unwrap_or((&error, "name a file that is there"));
            (Check::fail(NAME, detail, format!("run {advice}").replace("run name", "name")), false)
        }
        (Ok(path), Model::File(_)) => {
            (Check::ok(NAME, format!("{}, a file of your own", path.display())), true)
        }
        (Ok(path), Model::Catalogue(entry)) => match store.status(entry) {
            Status::Present(record) => {
                let digest =
                    if record.pinned { "the pinned digest" } else { "as published, not the pinned digest" };
                let detail = format!(
                    "{}, {}, sha256 {} ({digest})",
                    entry.name,
                    bytes(record.size),
                    digest::short(&record.sha256)
                );
                (Check::ok(NAME, detail), true)
            }
            _ => {
                let advice = format!("run `housestyle model verify {}`", entry.name);
                (Check::warn(NAME, format!("{} was never checked", path.display()), advice), true)
            }
        },
    }
}

fn free_memory(store: &Store, model: &Model) -> Option<Check> {
    let free = memory::available()?;
    let size = std::fs::metadata(model.locate(store).ok()?).ok()?.len();
    let needed = size + size / 3;
    let detail = format!("{} free, about {} needed", bytes(free), bytes(needed));
    Some(if free > needed {
        Check::ok("memory", detail)
    } else {
        Check::warn("memory", detail, "close something, or use a smaller model (`housestyle model list`)")
    })
}

fn fill_in(generator: &mut dyn Generator) -> Check {
    const NAME: &str = "fill-in-the-middle";
    if !generator.describe().fim {
        let advice =
            "for better suggestions inside of text use a model that knows it, such as the default one";
        return Check::warn(NAME, "this model sees only the text before the cursor", advice);
    }
    match probe::run(generator) {
        Err(error) => Check::fail(NAME, error.to_string(), "use a model of the catalogue"),
        Ok(probe) if probe.works => {
            Check::ok(NAME, format!("wrote {:?} where it belongs, in {}", probe.text, time(probe.took)))
        }
        Ok(probe) => Check::fail(
            NAME,
            format!("wrote {:?} where {:?} belongs", probe.text, probe::ANSWER),
            "use a model of the catalogue: this one's markers do not work",
        ),
    }
}

/// Measures reading and writing, and says what that means for typing.
fn speed(generator: &mut dyn Generator, model: &Model) -> Option<Check> {
    let end = SAMPLE.char_indices().map(|(at, _)| at).find(|at| *at >= SAMPLE_BYTES)?;
    let prompt = Prompt { format: "speed-1", parts: vec![PromptPart::Text(SAMPLE[..end].to_owned())] };
    let made = probe::generate(generator, prompt, 24).ok()?;
    let usage = made.usage;
    let rate = |tokens: usize, span: Duration| tokens as f64 / span.as_secs_f64().max(1e-9);
    let read = rate(usage.prompt_tokens - usage.reused_tokens.min(usage.prompt_tokens), usage.prefill);
    let written = rate(usage.generated_tokens, usage.decode);
    if usage.generated_tokens < 4 {
        return None; // it had nothing to say: that measures nothing
    }
    let line = LINE_TOKENS / written + 4.0 / read;
    let fresh = line + WINDOW_TOKENS / read;
    let (line_time, fresh_time) = (time(Duration::from_secs_f64(line)), time(Duration::from_secs_f64(fresh)));
    let detail = format!(
        "reads {read:.0} and writes {written:.0} tokens a second: a line comes in about {line_time} while you type, \
         in {fresh_time} at a new place"
    );
    let is_default = model.name() == housestyle_workspace::models::catalogue::default().name;
    let larger = "qwen2.5-coder-1.5b";
    Some(if line > PLEASANT {
        let advice =
            "use a smaller model, give the machine more cores, or set `mode = \"manual\"` and ask by key";
        Check::warn("speed", detail, advice)
    } else if is_default && line * LARGER < PLEASANT {
        let mut check = Check::ok("speed", detail);
        check.advice = Some(format!(
            "fast enough for the better model: `housestyle model pull {larger}`, then `--model {larger}`"
        ));
        check
    } else {
        Check::ok("speed", detail)
    })
}

fn neovim() -> Check {
    const NAME: &str = "neovim";
    match editors::neovim_version() {
        None => Check::ok(NAME, "not on the path"),
        Some((major, minor)) if (major, minor) >= (0, 12) => Check::ok(
            NAME,
            format!("{major}.{minor}, shows inline completions by itself; `housestyle try` prints the lines"),
        ),
        Some((0, 11)) => Check::ok(NAME, "0.11: needs the plugin in editors/nvim"),
        Some((major, minor)) => {
            Check::warn(NAME, format!("{major}.{minor} is too old"), "Neovim 0.11 or newer is needed")
        }
    }
}

fn vscode() -> Check {
    const NAME: &str = "vs code";
    let names: Vec<String> = VsCode::on_path().iter().map(|program| format!("`{}`", program.name)).collect();
    match names.len() {
        0 => Check::ok(NAME, "not on the path"),
        count => {
            let is = if count == 1 { "is" } else { "are" };
            let names = names.join(" and ");
            Check::ok(
                NAME,
                format!("{names} {is} on the path; `housestyle try` prints how to install the extension"),
            )
        }
    }
}

/// Tells how the last requests went: the shortest answer to "nothing happens".
fn requests(invocation: &Invocation) -> Check {
    const NAME: &str = "requests";
    let log = RequestLog::at(invocation.workspace.home().requests_log());
    match log.last(100, |_| true) {
        Err(error) => {
            Check::warn(NAME, error.to_string(), "make the folder writable, or move HOUSESTYLE_HOME")
        }
        Ok(logged) if logged.is_empty() => Check::ok(NAME, "none has reached the server yet"),
        Ok(logged) => {
            let shown = logged.iter().filter(|logged| logged.request.code == "suggestion").count();
            let detail = format!("{shown} of the last {} had a suggestion", logged.len());
            let last = logged.last().map(|logged| logged.request.code.as_str()).and_then(advice::on);
            match last {
                Some(advice) if shown == 0 => Check::warn(NAME, detail, advice),
                _ => Check {
                    advice: Some("`housestyle why` tells of each".to_owned()),
                    ..Check::ok(NAME, detail)
                },
            }
        }
    }
}

/// Tells whether the journal can be read, and which damaged ones were set aside.
fn journal(invocation: &Invocation) -> Check {
    const NAME: &str = "journal";
    const REMEDY: &str = "`housestyle journal forget --everything` removes all text";
    let path = invocation.workspace.journal();
    let journal = match Journal::open_sound(&path, Stamp::of(SystemTime::now())) {
        Ok(journal) => journal,
        Err(error) => return Check::warn(NAME, error.to_string(), REMEDY),
    };
    let damaged: Vec<_> =
        Journal::damaged_copies(&path).iter().map(|copy| copy.display().to_string()).collect();
    if !damaged.is_empty() {
        let detail = format!("damaged ones were set aside and may hold text: {}", damaged.join(", "));
        return Check::warn(NAME, detail, REMEDY);
    }
    Check::ok(NAME, if journal.is_some() { path.display().to_string() } else { "none yet".to_owned() })
}

/// Tells whether threads of a server here have panicked; they go on after that.
fn threads(invocation: &Invocation) -> Check {
    const NAME: &str = "threads";
    match panics::counted(invocation.workspace.state()) {
        Err(error) => Check::warn(NAME, error.to_string(), "remove the file"),
        Ok(found) if found.is_empty() => Check::ok(NAME, "none of the server's has panicked"),
        Ok(found) => {
            let lines = found.iter().map(|found| {
                let times = if found.count == 1 { "once" } else { &format!("{} times", found.count) };
                format!("{} panicked {times} at {}, last {}", found.thread, found.place, moment(found.last))
            });
            let advice = "each cost one step and is a defect of ours: please report it; \
                          `housestyle journal forget --everything` clears the list";
            Check::warn(NAME, lines.collect::<Vec<_>>().join("; "), advice)
        }
    }
}

fn show(check: &Check) -> Result<(), Failure> {
    let style = Style::for_stdout();
    let mark = match check.verdict {
        Verdict::Ok => style.green("ok  "),
        Verdict::Warn => style.yellow("warn"),
        Verdict::Fail => style.red("fail"),
    };
    print(&format!("{mark}  {}  {}", style.bold(format!("{:18}", check.name)), check.detail))?;
    match &check.advice {
        Some(advice) => print(&format!("{:26}{} {advice}", "", style.cyan("→"))),
        None => Ok(()),
    }
}
