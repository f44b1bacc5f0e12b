//! The thread of the model: what gives way to what.

use std::sync::mpsc::{Receiver, Sender, channel};

use housestyle_complete::DraftSource;
use housestyle_complete::generator::{
    Chunk, Description, Flow, GenerateError, Generation, Prompt, Request, Stop, Usage,
};
use housestyle_text::Language;

use super::*;
use crate::in_flight::Waiter;

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call of the model.
#[derive(Debug)]
enum Call {
    Refresh(PathBuf),
    Prefill(String),
    PrefillEnded,
    DraftSources(Vec<String>),
    Generate,
}

/// A model whose prefill never ends by itself, except where the text says that it is short.
struct Slow(Sender<Call>);

impl Generator for Slow {
    fn describe(&self) -> Description {
        Description {
            model: "slow".to_owned(),
            fim: true,
            reads_context: false,
            context_tokens: 4096,
            adapter: None,
        }
    }

    fn refresh(&mut self, workspace: Option<&Path>) {
        assert_ne!(workspace, Some(Path::new("/broken")), "a defect");
        workspace.into_iter().for_each(|path| drop(self.0.send(Call::Refresh(path.to_owned()))));
    }

    fn count_tokens(&self, text: &str) -> usize {
        text.len()
    }

    fn generate(
        &mut self,
        _request: &Request,
        _cancel: &Cancel,
        _listener: &mut dyn FnMut(Chunk<'_>) -> Flow,
    ) -> Result<Generation, GenerateError> {
        self.0.send(Call::Generate).ok();
        Ok(Generation { text: "five();".to_owned(), stop: Stop::EndOfText, usage: Usage::default() })
    }

    fn prefill(&mut self, prompt: &Prompt, cancel: &Cancel) -> Result<Usage, GenerateError> {
        let text = format!("{:?}", prompt.parts);
        let short = text.contains("short");
        self.0.send(Call::Prefill(text)).ok();
        while !short && !cancel.is_cancelled() {
            std::thread::yield_now();
        }
        self.0.send(Call::PrefillEnded).ok();
        Ok(Usage::default())
    }

    fn set_draft_sources(&mut self, texts: &[&str], _cancel: &Cancel) {
        self.0.send(Call::DraftSources(texts.iter().map(|text| (*text).to_owned()).collect())).ok();
    }
}

/// A worker with that model, and the calls that the model gets, in order.
struct Model {
    worker: Worker,
    calls: Receiver<Call>,
}

impl Model {
    fn start() -> Model {
        let (sender, calls) = channel();
        let (outbox, _) = Outbox::new();
        let reports = Reports {
            status: Arc::new(Status::new(outbox.clone())),
            progress: Arc::new(Progress::new(outbox.clone())),
            outbox,
            reads_context: Arc::default(),
        };
        let worker = Worker::start(Box::new(move |_| Ok(Box::new(Slow(sender)))), reports);
        worker.want_model();
        Model { worker, calls }
    }

    /// Waits for the next call.
    #[track_caller]
    fn next(&self) -> Call {
        self.calls.recv_timeout(PATIENCE).expect("the model is called")
    }

    /// Waits for the next call, a prefill, and returns its prompt.
    #[track_caller]
    fn next_prefill(&self) -> String {
        match self.next() {
            Call::Prefill(prompt) => prompt,
            other => panic!("{other:?} in place of a prefill"),
        }
    }

    /// Asserts that no call came since the last one that was waited for: a prefill that is scheduled now is the next.
    #[track_caller]
    fn rests(&self) {
        self.worker.schedule_prefill(Some(job("let barrier = ")), Duration::ZERO);
        let prompt = self.next_prefill();
        assert!(prompt.contains("barrier"), "{prompt}");
    }

    /// Submits a request's task for the place of a job.
    fn submit(&self, job: PrefillJob) -> Waiter {
        let (in_flight, waiter) = InFlight::new();
        let PrefillJob { uri, workspace, snapshot, cursor, settings, .. } = job;
        self.worker.submit(Task {
            in_flight,
            uri,
            workspace,
            snapshot,
            cursor: cursor.unwrap_or_default(),
            trigger: Trigger::Automatic,
            selected: None,
            current_suggestion: None,
            memory: Arc::default(),
            settings,
        });
        waiter
    }
}

fn job(text: &str) -> PrefillJob {
    let snapshot = Snapshot::new(text, 1, Language::from_id("rust"));
    PrefillJob {
        uri: "file:///a.rs".to_owned(),
        workspace: None,
        snapshot,
        cursor: Some(Offset(text.len())),
        draft_sources: Vec::new(),
        memory: Arc::default(),
        settings: Arc::default(),
    }
}

#[test]
fn a_prefill_gives_way_to_a_request() {
    let model = Model::start();
    model.worker.schedule_prefill(Some(job("let x = ")), Duration::ZERO);
    model.next_prefill();
    // By itself this prefill never ends.
    let _waiter = model.submit(job("let x = "));
    assert!(matches!(model.next(), Call::PrefillEnded));
    assert!(matches!(model.next(), Call::Generate), "no prefill comes before the request");
}

#[test]
fn what_was_learned_is_looked_up_for_the_workspace_of_the_document() {
    let model = Model::start();
    let workspace = Some(PathBuf::from("/work"));
    model.worker.schedule_prefill(Some(PrefillJob { workspace, ..job("let short = ") }), Duration::ZERO);
    assert!(matches!(model.next(), Call::Refresh(path) if path == Path::new("/work")));
    model.next_prefill();
    let _waiter = model.submit(PrefillJob { workspace: Some("/other".into()), ..job("let x = ") });
    let path = std::iter::repeat_with(|| model.next()).find_map(|call| match call {
        Call::Refresh(path) => Some(path),
        _ => None,
    });
    assert_eq!(path, Some("/other".into()));
    assert!(matches!(model.next(), Call::Generate));
}

#[test]
fn a_panic_outside_of_the_pipeline_costs_one_suggestion() {
    let model = Model::start();
    let mut waiter = model.submit(PrefillJob { workspace: Some("/broken".into()), ..job("let x = ") });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert!(matches!(runtime.block_on(waiter.wait()), GenerationResult::NoModel(why) if why == PANICKED));
    let _waiter = model.submit(job("let x = "));
    assert!(matches!(model.next(), Call::Generate));
}

#[test]
fn draft_sources_are_set_after_the_prefill_and_never_for_a_request() {
    let model = Model::start();
    let text = format!("let far = 1;\n{}let short = ", "let number = 1;\n".repeat(500));
    let mut here = job(&text);
    let snapshot = Snapshot::new("let other = 1;\n", 1, Language::from_id("rust"));
    here.draft_sources = vec![DraftSource { snapshot, cursor: Offset(0) }];
    let _waiter = model.submit(here.clone());
    assert!(matches!(model.next(), Call::Generate));
    model.worker.schedule_prefill(Some(here.clone()), Duration::ZERO);
    let prompt = model.next_prefill();
    assert!(!prompt.contains("far"), "{prompt}");
    assert!(matches!(model.next(), Call::PrefillEnded));
    let Call::DraftSources(texts) = model.next() else { panic!("no draft sources are set") };
    assert!(texts[0] == "let other = 1;\n" && texts[1].starts_with("let far = 1;\n"), "{texts:?}");
    let _waiter = model.submit(here);
    assert!(matches!(model.next(), Call::Generate));
    model.rests();
}

#[test]
fn a_change_ends_a_prefill_and_quiet_comes_before_the_next() {
    let model = Model::start();
    model.worker.schedule_prefill(Some(job("let x = ")), Duration::ZERO);
    model.next_prefill();
    // Typing: each key is another place, and none but the last sees its quiet.
    model.worker.schedule_prefill(Some(job("\nlet x = f")), PATIENCE);
    model.worker.schedule_prefill(Some(job("\nlet x = fi")), PATIENCE);
    let (quiet, last) = (Duration::from_millis(50), Instant::now());
    model.worker.schedule_prefill(Some(job("\nlet x = five")), quiet);
    assert!(matches!(model.next(), Call::PrefillEnded));
    let prompt = model.next_prefill();
    assert!(last.elapsed() >= quiet && prompt.contains("five"), "{prompt}");
    model.worker.schedule_prefill(None, Duration::ZERO);
    assert!(matches!(model.next(), Call::PrefillEnded));
    model.rests();
}
