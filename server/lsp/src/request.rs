//! One completion request from its arrival to its answer.
//!
//! Both kinds of completion go this way. One lock, never held over a wait, guards all reading and changing of state.
//! Before the answer leaves, the request compares the document with the document of the request.

mod place;
mod records;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use housestyle_complete::Completion;
use housestyle_complete::generator::Usage;
use housestyle_complete::reuse::{Anchor, Served};
use housestyle_complete::settings::Settings;
use housestyle_complete::skills::SkillUse;
use housestyle_complete::{Job, Reason, Suggestion, Trace, Trigger, WindowSize};
use housestyle_text::{Encoding, Offset, Snapshot};
use tracing::{Span, debug, info, info_span};

use self::place::{document_breaks, menu_item, one_line, rest};
use crate::convert;
use crate::documents::{Document, MAX_BYTES, Run};
use crate::host::Record;
use crate::in_flight::{CancelReason, GenerationResult, InFlight, Overtaken, Waiter};
use crate::params::CompletionParams;
use crate::provenance::Provenance;
use crate::resolution::{Answer, Resolution, Why};
use crate::server::Server;
use crate::session::Session;
use crate::suggestions::{Alternative, Origin, Shown, identify};
use crate::typed_range::TypedRange;
use crate::worker::Task;

/// The number that the next request gets in the log.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Answers a request. Dropping the future takes the request back.
pub(crate) async fn answer(server: &Server, params: CompletionParams) -> Resolution {
    let mut request = Request::new(server, params);
    let resolution = request.settle().await;
    request.recorded = true;
    request.record_end(&resolution);
    resolution
}

/// A request that is being answered.
struct Request<'a> {
    server: &'a Server,
    params: CompletionParams,
    arrived: Instant,
    /// The document as of the request.
    seen: Option<Seen>,
    /// Tokens and time that the model needed.
    usage: Usage,
    /// The size of the window that the model read, if it was asked.
    window_size: Option<WindowSize>,
    /// The effects of skills, where the answer has no suggestion.
    skills: Vec<SkillUse>,
    reused: bool,
    /// The suggestion shown there, where alternatives are wanted.
    current_suggestion: Option<Served<Provenance>>,
    recorded: bool,
    /// The request in the log.
    span: Span,
}

/// The document as a request saw it.
#[derive(Clone)]
struct Seen {
    snapshot: Snapshot,
    cursor: Offset,
    revision: u64,
    serial: u64,
    encoding: Encoding,
    settings: Arc<Settings>,
}

/// The next step of a request.
enum Step {
    /// It gets this answer.
    Answer(Resolution),
    /// It waits for a run.
    Wait(Waiter),
}

impl Request<'_> {
    fn new(server: &Server, params: CompletionParams) -> Request<'_> {
        let arrived = Instant::now();
        let usage = Usage::default();
        let span =
            info_span!("request", id = NEXT.fetch_add(1, Ordering::Relaxed), trigger = ?params.trigger);
        Request {
            server,
            params,
            arrived,
            seen: None,
            usage,
            window_size: None,
            skills: Vec::new(),
            reused: false,
            current_suggestion: None,
            recorded: false,
            span,
        }
    }

    async fn settle(&mut self) -> Resolution {
        self.server.file_settings.update(&self.params.uri);
        self.server.update_notes(&self.params.uri);
        self.server.update_chunks(&self.params.uri, Some(convert::position(self.params.position)));
        // A run that was joined may turn out to be of no use after all; then one of its own follows.
        for may_reuse in [true, false] {
            let mut waiter = match self.begin(may_reuse) {
                Step::Answer(resolution) => return resolution,
                Step::Wait(waiter) => waiter,
            };
            let result = waiter.wait().await;
            if let Some(resolution) = self.end(result) {
                return resolution;
            }
        }
        Resolution::Nothing(Why::Pipeline(Reason::Cancelled))
    }

    /// Looks at the document, and answers or starts the necessary work.
    fn begin(&mut self, may_reuse: bool) -> Step {
        let mut guard = self.server.session();
        let session = &mut *guard;
        let (encoding, settings) = (session.encoding, session.settings(&self.params.uri));
        let (paused, off) = (session.paused, session.is_off(&self.params.uri));
        if self.seen.is_none() {
            let typing = session.typing(&self.params.uri, self.arrived);
            typing.into_iter().for_each(|record| self.server.recorder.record(record));
        }
        let Some(document) = session.documents.get_mut(&self.params.uri) else {
            return Step::Answer(Resolution::Nothing(Why::NotOpen));
        };
        if let Some(seen) = &self.seen
            && (document.revision != seen.revision || document.serial != seen.serial)
        {
            return Step::Answer(Resolution::Overtaken(Overtaken::Change));
        }
        let cursor = document.snapshot.offset_at(convert::position(self.params.position), encoding);
        if self.seen.is_none() {
            document.serial += 1;
            document.cursor = Some(cursor);
            if let Some(run) = &document.run {
                run.in_flight.overtake(Overtaken::Request);
            }
        }
        let snapshot = document.snapshot.clone();
        let (revision, serial) = (document.revision, document.serial);
        debug!(parent: &self.span, uri = self.params.uri, revision, serial, "arrived");
        self.seen = Some(Seen {
            snapshot: snapshot.clone(),
            cursor,
            revision,
            serial,
            encoding,
            settings: Arc::clone(&settings),
        });

        if let Some(bytes) = document.too_large {
            return Step::Answer(Resolution::Nothing(Why::TooLarge { bytes, limit: MAX_BYTES }));
        }
        if paused {
            return Step::Answer(Resolution::Nothing(Why::Paused));
        }
        if off {
            return Step::Answer(Resolution::Nothing(why_off(document)));
        }
        let selected = self.params.selected.as_ref();
        let selected = selected.and_then(|item| menu_item(&snapshot, cursor, item, encoding));
        let trigger = self.params.trigger;
        if may_reuse && selected.is_none() {
            document.harvest(&self.params.uri, &mut session.recent);
            let job = Job { trigger, ..Job::at(&snapshot, cursor, &settings) };
            if let Some(served) = session.recent.serve(&self.params.uri, &job) {
                self.reused = true;
                info!(parent: &self.span, "the rest of an earlier suggestion fits");
                if !wants_alternatives(trigger, document, cursor, &served, &settings) {
                    return Step::Answer(self.answer_with(session, served.suggestion, &served.tag));
                }
                if let Some(alternatives) =
                    document.shown.as_ref().and_then(|(_, shown)| shown.alternatives.clone())
                {
                    return Step::Answer(self.answer_with_alternatives(session, served, alternatives));
                }
                self.current_suggestion = Some(served);
            } else if let Some(run) = &document.run {
                let typed = run.origin.typed(&snapshot, cursor);
                if let Some(waiter) = typed.and_then(|typed| InFlight::join(&run.in_flight, &typed)) {
                    self.reused = true;
                    info!(parent: &self.span, job = run.in_flight.id, "joins");
                    return Step::Wait(waiter);
                }
            }
        }
        self.reused = self.current_suggestion.is_some();
        let current_suggestion = self.current_suggestion.as_ref().map(|served| served.suggestion.clone());
        let memory = session.prompt_memory(&self.params.uri, cursor);
        let workspace = session.root_of(&self.params.uri);
        let (in_flight, waiter) = InFlight::new();
        let origin = Anchor::new(&snapshot, cursor);
        let run = Run { typed_range: TypedRange::at(cursor), origin, in_flight: Arc::clone(&in_flight) };
        let document = session.documents.get_mut(&self.params.uri);
        info!(parent: &self.span, job = in_flight.id, "waits for a new job");
        if let Some(old) = document.and_then(|document| document.run.replace(run)) {
            old.in_flight.cancel(CancelReason::NewerJob { id: in_flight.id });
        }
        drop(guard);
        self.server.worker.submit(Task {
            in_flight,
            uri: self.params.uri.clone(),
            workspace,
            snapshot,
            cursor,
            trigger,
            selected,
            current_suggestion,
            memory,
            settings,
        });
        Step::Wait(waiter)
    }

    /// Turns the result of a run into an answer; nothing when the run was of no use to this request.
    fn end(&mut self, result: GenerationResult) -> Option<Resolution> {
        let found = match result {
            GenerationResult::Overtaken(by) => return Some(Resolution::Overtaken(by)),
            GenerationResult::NoModel(why) => return Some(Resolution::Nothing(Why::NoModel(why))),
            GenerationResult::Done(trace) => Ok(trace),
            GenerationResult::Alternatives(traces) => Err(traces),
        };
        let seen = self.seen.clone()?;
        self.server.file_settings.update(&self.params.uri);
        let mut guard = self.server.session();
        let session = &mut *guard;
        let Some(document) = session.documents.get_mut(&self.params.uri) else {
            return Some(Resolution::Overtaken(Overtaken::Change));
        };
        if document.revision != seen.revision {
            return Some(Resolution::Overtaken(Overtaken::Change));
        }
        if document.serial != seen.serial {
            return Some(Resolution::Overtaken(Overtaken::Request));
        }
        if !Arc::ptr_eq(&document.settings, &seen.settings) {
            // The suggestion was made under settings that no longer hold.
            let why = why_off(document);
            return Some(match session.is_off(&self.params.uri) {
                true => Resolution::Nothing(why),
                false => Resolution::Overtaken(Overtaken::Change),
            });
        }
        let trace = match found {
            Ok(trace) => trace,
            Err(traces) => {
                let served = self.current_suggestion.take()?;
                let alternatives =
                    traces.iter().filter_map(|trace| self.alternative(session, trace)).collect();
                return Some(self.answer_with_alternatives(session, served, alternatives));
            }
        };
        document.harvest(&self.params.uri, &mut session.recent);
        self.usage = trace.raw.as_ref().map(|raw| raw.usage).unwrap_or_default();
        self.window_size = trace.window_size;
        self.skills = trace.skills.clone();
        match &trace.completion {
            Completion::Nothing(_) if self.reused => None,
            Completion::Nothing(reason) => {
                if let Some(shown) = document.shown.take() {
                    self.record_replaced(session, &shown);
                }
                Some(Resolution::Nothing(Why::Pipeline(reason.clone())))
            }
            Completion::Suggestion(suggestion) if !self.reused => {
                Some(self.answer_with(session, suggestion.clone(), &Provenance::of(&trace)))
            }
            Completion::Suggestion(_) => {
                let Seen { snapshot, cursor, settings, .. } = &seen;
                let trigger = self.params.trigger;
                let job = Job { trigger, ..Job::at(snapshot, *cursor, settings) };
                let served = session.recent.serve(&self.params.uri, &job)?;
                Some(self.answer_with(session, served.suggestion, &served.tag))
            }
        }
    }

    /// Answers with a suggestion, and adds it to the known suggestions.
    fn answer_with(
        &self,
        session: &mut Session,
        suggestion: Suggestion,
        provenance: &Provenance,
    ) -> Resolution {
        let Some(seen) = &self.seen else { return Resolution::Nothing(Why::NotOpen) };
        let Seen { snapshot, cursor, encoding, .. } = seen;
        let origin = self.origin(session, seen, &suggestion);
        let (id, text) = (origin.id.clone(), origin.text.clone());
        let (start, end) = (Offset(origin.replaced.start), Offset(origin.replaced.end));
        let before = session.documents.get_mut(&self.params.uri).and_then(|document| document.shown.take());
        let rest = before
            .as_ref()
            .and_then(|(typed_range, shown)| rest(*typed_range, shown, snapshot, *cursor, &text));
        let (origin, offset) = match (rest, before) {
            (Some(rest), Some((_, shown))) => {
                session.suggestions.add_rest(&id, &shown.origin, rest);
                (shown.origin, rest)
            }
            (_, before) => {
                before.iter().for_each(|shown| self.record_replaced(session, shown));
                session.suggestions.add(&origin);
                let offer = self.offer(session, &origin, provenance);
                offer.into_iter().for_each(|offer| self.server.recorder.record(Record::Offer(offer)));
                (origin, 0)
            }
        };
        if let Some(document) = session.documents.get_mut(&self.params.uri) {
            let shown = Shown { text, swallowed: end.0 - cursor.0, origin, offset, alternatives: None };
            // A menu's item also replaces what stands left of the cursor: nothing can be typed into that.
            document.shown = (start == *cursor).then(|| (TypedRange::at(*cursor), shown));
        }
        let range = convert::range(snapshot, start, end, *encoding);
        let skills = provenance.skills.clone();
        Resolution::Suggestion(Answer {
            id,
            text: suggestion.text,
            range,
            reused: self.reused,
            skills,
            alternatives: Vec::new(),
        })
    }

    /// Answers with the suggestion that is shown, and its alternatives.
    fn answer_with_alternatives(
        &self,
        session: &mut Session,
        served: Served<Provenance>,
        alternatives: Vec<Alternative>,
    ) -> Resolution {
        let mut resolution = self.answer_with(session, served.suggestion, &served.tag);
        if let Resolution::Suggestion(first) = &mut resolution {
            first.alternatives = alternatives.iter().map(|alternative| alternative.answer.clone()).collect();
        }
        let document = session.documents.get_mut(&self.params.uri);
        if let Some((_, shown)) = document.and_then(|document| document.shown.as_mut()) {
            shown.alternatives = Some(alternatives);
        }
        resolution
    }

    /// Returns the alternative that a run found; nothing where it found none.
    fn alternative(&self, session: &Session, trace: &Trace) -> Option<Alternative> {
        let (seen, suggestion) = (self.seen.as_ref()?, trace.suggestion()?);
        let origin = self.origin(session, seen, suggestion);
        let range = origin.replaced.clone();
        let answer = Answer {
            id: origin.id.clone(),
            text: suggestion.text.clone(),
            range: convert::range(&seen.snapshot, Offset(range.start), Offset(range.end), seen.encoding),
            reused: false,
            skills: trace.skills.clone(),
            alternatives: Vec::new(),
        };
        let provenance = Provenance::of(trace);
        let offer = self.offer(session, &origin, &provenance);
        let swallowed = range.end - seen.cursor.0;
        let shown = Shown { text: origin.text.clone(), swallowed, origin, offset: 0, alternatives: None };
        Some(Alternative { answer, shown, suggestion: suggestion.clone(), provenance, offer })
    }

    /// Returns a suggestion as the origin of its rests.
    fn origin(&self, session: &Session, seen: &Seen, suggestion: &Suggestion) -> Arc<Origin> {
        let (start, end) = one_line(&seen.snapshot, seen.cursor, suggestion);
        Arc::new(Origin {
            id: identify(&self.params.uri, seen.cursor.0, &suggestion.text),
            uri: self.params.uri.clone(),
            text: document_breaks(&seen.snapshot, seen.cursor, &suggestion.text),
            snapshot: seen.snapshot.clone(),
            replaced: start.0..end.0,
            journal: session.journal(&self.params.uri),
        })
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if !self.recorded {
            self.record_end(&Resolution::Cancelled);
        }
    }
}

/// Returns why the settings of a document allow no suggestion.
fn why_off(document: &Document) -> Why {
    match &document.files.problem {
        Some(problem) => Why::BrokenSettings(problem.clone()),
        None => Why::Pipeline(Reason::Disabled),
    }
}

/// Returns whether a person asks for alternatives: by hand, where a suggestion is shown.
fn wants_alternatives(
    trigger: Trigger,
    document: &Document,
    cursor: Offset,
    served: &Served<Provenance>,
    settings: &Settings,
) -> bool {
    let of_language = settings.for_language(document.snapshot.language().id());
    let text = document_breaks(&document.snapshot, cursor, &served.suggestion.text);
    let is_shown = |(typed_range, shown): &(TypedRange, Shown)| {
        rest(*typed_range, shown, &document.snapshot, cursor, &text).is_some()
    };
    trigger == Trigger::Invoked
        && of_language.alternatives > 0
        && document.shown.as_ref().is_some_and(is_shown)
}
