//! One completion request from its arrival to its answer.
//!
//! Both kinds of completion go this way. All state is read and changed under one lock that is never
//! held over a wait; the answer is checked against the document as it is when the answer is given.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use housestyle_complete::Completion;
use housestyle_complete::generator::Usage;
use housestyle_complete::reuse::{Anchor, Served};
use housestyle_complete::settings::{Journal, Settings};
use housestyle_complete::skills::SkillUse;
use housestyle_complete::{Job, Reason, Selected, Suggestion, Trace, Trigger, WindowSize};
use housestyle_text::{Encoding, Offset, Snapshot};
use tracing::{Span, debug, info, info_span};

use crate::convert;
use crate::documents::{Document, MAX_BYTES, Run};
use crate::host::{OfferRecord, OutcomeSource, Record, RequestRecord, SuggestionOutcome};
use crate::idle::QUIET;
use crate::in_flight::{GenerationResult, InFlight, Overtaken, Waiter};
use crate::params::{CompletionParams, SelectedItem};
use crate::provenance::Provenance;
use crate::resolution::{Answer, Resolution, Why};
use crate::server::Server;
use crate::session::Session;
use crate::suggestions::{Alternative, Origin, Shown, identify};
use crate::typed_range::TypedRange;
use crate::worker::Task;

/// Bytes before a suggestion that its record holds, to see what it is part of.
const BYTES_BEFORE: usize = 16 * 1024;

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
    /// What the skills did, where no suggestion is shown.
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

/// What a request does next.
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
        self.server.update_notes(&self.params.uri);
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

    /// Looks at the document and starts what is needed.
    fn begin(&mut self, may_reuse: bool) -> Step {
        let mut guard = self.server.session();
        let session = &mut *guard;
        let (encoding, settings) = (session.encoding, Arc::clone(&session.settings));
        let (paused, off) = (session.paused, session.is_off());
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
        let here = (snapshot.clone(), Arc::clone(&settings));
        debug!(parent: &self.span, uri = self.params.uri, revision, serial, "arrived");
        self.seen = Some(Seen { snapshot: here.0, cursor, revision, serial, encoding, settings: here.1 });

        if let Some(bytes) = document.too_large {
            return Step::Answer(Resolution::Nothing(Why::TooLarge { bytes, limit: MAX_BYTES }));
        }
        if paused {
            return Step::Answer(Resolution::Nothing(Why::Paused));
        }
        if off {
            return Step::Answer(Resolution::Nothing(Why::Pipeline(Reason::Disabled)));
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
        let workspace = session.workspace_of(&self.params.uri);
        let (in_flight, waiter) = InFlight::new();
        let origin = Anchor::new(&snapshot, cursor);
        let run = Run { typed_range: TypedRange::at(cursor), origin, in_flight: Arc::clone(&in_flight) };
        let document = session.documents.get_mut(&self.params.uri);
        info!(parent: &self.span, job = in_flight.id, "waits for a new job");
        if let Some(old) = document.and_then(|document| document.run.replace(run)) {
            debug!(parent: &self.span, job = old.in_flight.id, "cancels the document's earlier job");
            old.in_flight.cancel.cancel();
        }
        drop(guard);
        self.server.worker.submit(Task {
            in_flight,
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

    /// Answers with a suggestion, and adds it to those that are known.
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

    /// Returns the alternative that a run provenance.
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
            journal: session.journal(),
        })
    }

    /// Records that this request's answer replaced a suggestion.
    fn record_replaced(&self, session: &mut Session, (typed_range, shown): &(TypedRange, Shown)) {
        let here = |seen: &Seen| (typed_range.start()..=typed_range.end()).contains(&seen.cursor);
        let outcome = if self.seen.as_ref().is_some_and(here) {
            SuggestionOutcome::Superseded
        } else {
            SuggestionOutcome::Dismissed
        };
        let record =
            session.suggestions.record_outcome(&shown.origin.id, outcome, OutcomeSource::Change, None);
        record.into_iter().for_each(|record| self.server.recorder.record(Record::Outcome(Box::new(record))));
    }

    /// Returns the record of a new suggestion, unless the journal is off.
    fn offer(&self, session: &Session, origin: &Origin, provenance: &Provenance) -> Option<Box<OfferRecord>> {
        if origin.journal == Journal::Off {
            return None;
        }
        let (line, column) = self.line_and_column();
        let keeps = origin.journal == Journal::On;
        let before = origin.replaced.start.saturating_sub(BYTES_BEFORE)..origin.replaced.start;
        Some(Box::new(OfferRecord {
            suggestion: origin.id.clone(),
            uri: origin.uri.clone(),
            folder: convert::folder_of(&origin.uri, &session.folders),
            language: origin.snapshot.language().id().to_owned(),
            line,
            column,
            trigger: self.trigger(),
            text: if keeps { origin.text.clone() } else { String::new() },
            before: if keeps { origin.snapshot.slice(before) } else { String::new() },
            length: convert::utf16_len(&origin.text),
            lines: origin.text.lines().count(),
            format: provenance.format,
            model: provenance.model.clone(),
            adapter: provenance.adapter.clone(),
            skills: provenance.skills.clone(),
            journal: origin.journal,
        }))
    }

    /// Records how the request ended, and sets the status where a person would wonder.
    fn record_end(&self, resolution: &Resolution) {
        let mut record = self.record(resolution);
        let mut session = self.server.session();
        record.suggestion = record.suggestion.map(|id| session.suggestions.origin_of(&id).to_owned());
        session.answered(record.clone());
        // Whatever overtook it said where the user is now.
        if !matches!(resolution, Resolution::Overtaken(_)) {
            // What the next key will need is not read yet: no reason to wait for quiet.
            let quiet = if self.window_size == Some(WindowSize::Near) { Duration::ZERO } else { QUIET };
            self.server.schedule_prefill(&mut session, &self.params.uri, quiet);
        }
        drop(session);
        info!(
            parent: &self.span,
            code = record.code,
            suggestion = record.suggestion,
            lines = record.lines,
            reused = record.reused,
            ms = record.total.as_millis() as u64,
            "answered"
        );
        if !matches!(resolution, Resolution::Overtaken(_) | Resolution::Cancelled) {
            self.server.status.last(resolution.code(), resolution.to_string());
        }
        self.server.recorder.record(Record::Request(Box::new(record)));
    }

    /// Returns line and column of the cursor for people: from 1, the column in characters.
    fn line_and_column(&self) -> (u32, u32) {
        let (line, column) = self.seen.as_ref().map_or((self.params.position.line, 0), |seen| {
            let found = seen.snapshot.position_of(seen.cursor, Encoding::Utf32);
            (found.line, found.column)
        });
        (line.saturating_add(1), column.saturating_add(1))
    }

    fn trigger(&self) -> &'static str {
        match self.params.trigger {
            Trigger::Invoked => "invoked",
            Trigger::Automatic => "automatic",
        }
    }

    fn record(&self, resolution: &Resolution) -> RequestRecord {
        let suggestion = match resolution {
            Resolution::Suggestion(answer) => Some(answer),
            _ => None,
        };
        let snapshot = self.seen.as_ref().map(|seen| &seen.snapshot);
        let (line, column) = self.line_and_column();
        RequestRecord {
            uri: self.params.uri.clone(),
            path: snapshot.and_then(Snapshot::path).map(str::to_owned),
            language: snapshot.map_or("", |snapshot| snapshot.language().id()).to_owned(),
            version: snapshot.map_or(0, Snapshot::version),
            line,
            column,
            trigger: self.trigger(),
            code: resolution.code().to_owned(),
            sentence: resolution.to_string(),
            suggestion: suggestion.map(|answer| answer.id.clone()),
            lines: suggestion.map_or(0, |answer| answer.text.lines().count()),
            reused: self.reused,
            window: self.window_size.map(WindowSize::code),
            total: self.arrived.elapsed(),
            prefill: self.usage.prefill,
            decode: self.usage.decode,
            prompt_tokens: self.usage.prompt_tokens,
            reused_tokens: self.usage.reused_tokens,
            generated_tokens: self.usage.generated_tokens,
            model: self.server.status.model(),
            skills: suggestion.map_or_else(|| self.skills.clone(), |answer| answer.skills.clone()),
        }
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if !self.recorded {
            self.record_end(&Resolution::Cancelled);
        }
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

/// Returns at which byte of its origin `text` begins, where it is the rest of the suggestion shown at `typed_range`;
/// nothing where it is another suggestion.
fn rest(
    typed_range: TypedRange,
    shown: &Shown,
    snapshot: &Snapshot,
    cursor: Offset,
    text: &str,
) -> Option<usize> {
    if cursor < typed_range.start() || cursor > typed_range.end() {
        return None;
    }
    let typed = snapshot.slice(typed_range.start().0..cursor.0);
    let rest = shown.text.strip_prefix(&typed)?;
    (rest == text).then_some(shown.offset + typed.len())
}

/// Returns `text` with the line breaks of the document around the cursor, as it will stand there.
fn document_breaks(snapshot: &Snapshot, cursor: Offset, text: &str) -> String {
    let line = snapshot.line_of(cursor);
    let broken = |line: usize| snapshot.slice(snapshot.line_end(line).0..snapshot.line_start(line + 1).0);
    let mut found = broken(line);
    if found.is_empty() && line > 0 {
        found = broken(line - 1);
    }
    if found == "\r\n" { text.replace('\n', "\r\n") } else { text.to_owned() }
}

/// Returns the range that a suggestion replaces, held to the cursor's line: clients refuse anything else.
fn one_line(snapshot: &Snapshot, cursor: Offset, suggestion: &Suggestion) -> (Offset, Offset) {
    let line = snapshot.line_of(cursor);
    let (first, last) = (snapshot.line_start(line), snapshot.line_end(line));
    let start = suggestion.replace.start.max(first).min(cursor);
    let end = suggestion.replace.end.min(last).max(cursor);
    (start, end)
}

/// Returns the menu's item in the pipeline's types. Neovim sends the visual selection in its place, which may
/// span lines or lie elsewhere: then there is no item.
fn menu_item(
    snapshot: &Snapshot,
    cursor: Offset,
    item: &SelectedItem,
    encoding: Encoding,
) -> Option<Selected> {
    let start = snapshot.offset_at(convert::position(item.range.start), encoding);
    let end = snapshot.offset_at(convert::position(item.range.end), encoding);
    let one_line = snapshot.line_of(start) == snapshot.line_of(end);
    let around = start <= cursor && cursor <= end;
    (one_line && around).then(|| Selected { range: start..end, text: item.text.clone() })
}

#[cfg(test)]
mod tests {
    use housestyle_testkit::cursor;
    use housestyle_text::Language;

    use super::*;

    #[test]
    fn replaced_text_is_held_to_the_line_of_the_cursor() {
        let (text, at) = cursor::split("one\ntw‸o)\nthree");
        let snapshot = Snapshot::new(&text, 1, Language::PLAIN);
        let check = |start: usize, end: usize, expected: (usize, usize)| {
            let suggestion = Suggestion { text: String::new(), replace: Offset(start)..Offset(end) };
            let (start, end) = one_line(&snapshot, Offset(at), &suggestion);
            assert_eq!((start.0, end.0), expected);
        };
        check(at, at, (6, 6));
        check(at, at + 2, (6, 8));
        check(0, 100, (4, 8));
        check(100, 0, (6, 6));
    }

    #[test]
    fn breaks_are_those_of_the_document() {
        let check = |fixture: &str, expected: &str| {
            let (text, at) = cursor::split(fixture);
            let snapshot = Snapshot::new(&text, 1, Language::PLAIN);
            assert_eq!(document_breaks(&snapshot, Offset(at), "a\nb"), expected, "{fixture:?}");
        };
        check("x‸\r\ny", "a\r\nb");
        check("x\r\n‸", "a\r\nb");
        check("x\n‸\r\n", "a\r\nb");
        check("x‸\ny", "a\nb");
        check("‸", "a\nb");
    }

    #[test]
    fn a_selection_is_no_menu_item() {
        let (text, at) = cursor::split("one\ntwo.‸\nthree");
        let snapshot = Snapshot::new(&text, 1, Language::PLAIN);
        let check = |start: (u32, u32), end: (u32, u32), expected: bool| {
            let at_position = |(line, character)| tower_lsp::ls_types::Position { line, character };
            let range = tower_lsp::ls_types::Range { start: at_position(start), end: at_position(end) };
            let item = SelectedItem { range, text: ".len".to_owned() };
            assert_eq!(menu_item(&snapshot, Offset(at), &item, Encoding::Utf16).is_some(), expected);
        };
        check((1, 3), (1, 4), true);
        check((0, 0), (1, 4), false);
        check((0, 0), (0, 2), false);
        check((1, 4), (9, 9), false);
    }
}
