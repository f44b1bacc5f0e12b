//! One completion request from its arrival to its answer.
//!
//! Both kinds of completion go this way. All state is read and changed under one lock that is never
//! held over a wait; the answer is checked against the document as it is when the answer is given.

use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::Completion;
use housestyle_complete::generator::Usage;
use housestyle_complete::reuse::{Anchor, Served};
use housestyle_complete::settings::{Journal, Settings};
use housestyle_complete::skills::SkillUse;
use housestyle_complete::{Job, Reason, Selected, Suggestion, Trace, Trigger, WindowSize};
use housestyle_text::{Encoding, Offset, Snapshot};

use crate::convert;
use crate::documents::{Document, Run};
use crate::flight::{Flight, Heard, Listening, Overtaken};
use crate::host::{Fate, FateSource, OfferRecord, Record, RequestRecord};
use crate::idle::QUIET;
use crate::outcome::{Outcome, Ready, Why};
use crate::params::{Asked, SelectedItem};
use crate::remember;
use crate::server::Server;
use crate::session::Session;
use crate::spot::Spot;
use crate::suggestions::{Origin, Other, Shown, identify};
use crate::worker::Task;

/// Bytes before a suggestion that are told with it, to see what it is part of.
const SEEN_BEFORE: usize = 16 * 1024;

/// Answers a request. Dropping the future takes the request back.
pub(crate) async fn answer(server: &Server, asked: Asked) -> Outcome {
    let mut request = Request::new(server, asked);
    let outcome = request.settle().await;
    request.told = true;
    request.tell(&outcome);
    outcome
}

/// A request that is being answered.
struct Request<'a> {
    server: &'a Server,
    asked: Asked,
    arrived: Instant,
    /// The document as of the request.
    seen: Option<Seen>,
    /// What the model took.
    usage: Usage,
    /// How much of the surroundings the model was given, if it was asked.
    reach: Option<WindowSize>,
    /// What the skills did where nothing is shown.
    skills: Vec<SkillUse>,
    reused: bool,
    /// The suggestion that is shown there, where others are wanted.
    given: Option<Served<Made>>,
    told: bool,
}

/// What a request saw of its document.
#[derive(Clone)]
struct Seen {
    snapshot: Snapshot,
    cursor: Offset,
    revision: u64,
    serial: u64,
    encoding: Encoding,
    settings: Arc<Settings>,
}

/// What a suggestion was made with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Made {
    model: Option<String>,
    adapter: Option<String>,
    format: Option<&'static str>,
    skills: Vec<SkillUse>,
}

impl Made {
    /// Returns what a run was made with.
    pub(crate) fn by(trace: &Trace) -> Made {
        Made {
            model: trace.by.as_ref().map(|by| by.model.clone()),
            adapter: trace.by.as_ref().and_then(|by| by.adapter.clone()),
            format: trace.prompt.as_ref().map(|prompt| prompt.format),
            skills: trace.skills.clone(),
        }
    }
}

/// What is to be done for a request.
enum Step {
    /// It is answered.
    Answer(Outcome),
    /// It waits for a run.
    Wait(Listening),
}

impl Request<'_> {
    fn new(server: &Server, asked: Asked) -> Request<'_> {
        let arrived = Instant::now();
        let usage = Usage::default();
        Request {
            server,
            asked,
            arrived,
            seen: None,
            usage,
            reach: None,
            skills: Vec::new(),
            reused: false,
            given: None,
            told: false,
        }
    }

    async fn settle(&mut self) -> Outcome {
        remember::look(self.server, &self.asked.uri);
        // A run that was joined may turn out to be of no use after all; then one of its own follows.
        for may_reuse in [true, false] {
            let mut listening = match self.begin(may_reuse) {
                Step::Answer(outcome) => return outcome,
                Step::Wait(listening) => listening,
            };
            let heard = listening.hear().await;
            if let Some(outcome) = self.end(heard) {
                return outcome;
            }
        }
        Outcome::Nothing(Why::Pipeline(Reason::Cancelled))
    }

    /// Looks at the document and starts what is needed.
    fn begin(&mut self, may_reuse: bool) -> Step {
        let mut guard = self.server.session();
        let session = &mut *guard;
        let (encoding, settings) = (session.encoding, Arc::clone(&session.settings));
        let (paused, off) = (session.paused, session.is_off());
        if self.seen.is_none() {
            let typing = session.typing(&self.asked.uri, self.arrived);
            typing.into_iter().for_each(|record| self.server.recorder.record(record));
        }
        let Some(document) = session.documents.get_mut(&self.asked.uri) else {
            return Step::Answer(Outcome::Nothing(Why::NotOpen));
        };
        if let Some(seen) = &self.seen
            && (document.revision != seen.revision || document.serial != seen.serial)
        {
            return Step::Answer(Outcome::Overtaken(Overtaken::Change));
        }
        let cursor = document.snapshot.offset_at(convert::position(self.asked.position), encoding);
        if self.seen.is_none() {
            document.serial += 1;
            document.place = Some(cursor);
            if let Some(run) = &document.run {
                run.flight.overtake(Overtaken::Request);
            }
        }
        let snapshot = document.snapshot.clone();
        let (revision, serial) = (document.revision, document.serial);
        let here = (snapshot.clone(), Arc::clone(&settings));
        self.seen = Some(Seen { snapshot: here.0, cursor, revision, serial, encoding, settings: here.1 });

        if let Some(bytes) = document.too_large {
            return Step::Answer(Outcome::Nothing(Why::TooLarge(bytes)));
        }
        if paused {
            return Step::Answer(Outcome::Nothing(Why::Paused));
        }
        if off {
            return Step::Answer(Outcome::Nothing(Why::Pipeline(Reason::Disabled)));
        }
        let selected = self.asked.selected.as_ref();
        let selected = selected.and_then(|item| menu_item(&snapshot, cursor, item, encoding));
        let trigger = self.asked.trigger;
        if may_reuse && selected.is_none() {
            document.harvest(&self.asked.uri, &mut session.recent);
            let job = Job { trigger, ..Job::at(&snapshot, cursor, &settings) };
            if let Some(served) = session.recent.serve(&self.asked.uri, &job) {
                self.reused = true;
                if !is_asked_again(trigger, document, cursor, &served, &settings) {
                    return Step::Answer(self.give(session, served.suggestion, &served.tag));
                }
                if let Some(others) = document.shown.as_ref().and_then(|(_, shown)| shown.others.clone()) {
                    return Step::Answer(self.give_with(session, served, others));
                }
                self.given = Some(served);
            } else if let Some(run) = &document.run {
                let typed = run.origin.typed(&snapshot, cursor);
                if let Some(listening) = typed.and_then(|typed| Flight::join(&run.flight, &typed)) {
                    self.reused = true;
                    return Step::Wait(listening);
                }
            }
        }
        self.reused = self.given.is_some();
        let given = self.given.as_ref().map(|served| served.suggestion.clone());
        let memory = remember::at(session, &self.asked.uri, cursor);
        let (flight, listening) = Flight::new();
        let origin = Anchor::new(&snapshot, cursor);
        let run = Run { spot: Spot::at(cursor), origin, flight: Arc::clone(&flight) };
        let document = session.documents.get_mut(&self.asked.uri);
        if let Some(old) = document.and_then(|document| document.run.replace(run)) {
            old.flight.cancel.cancel();
        }
        drop(guard);
        self.server.worker.submit(Task {
            flight,
            snapshot,
            cursor,
            trigger,
            selected,
            given,
            memory,
            settings,
        });
        Step::Wait(listening)
    }

    /// Turns what was heard into an answer; nothing when the run was of no use to this request.
    fn end(&mut self, heard: Heard) -> Option<Outcome> {
        let heard_of = match heard {
            Heard::Overtaken(by) => return Some(Outcome::Overtaken(by)),
            Heard::NoModel(why) => return Some(Outcome::Nothing(Why::NoModel(why))),
            Heard::Done(trace) => Ok(trace),
            Heard::Others(found) => Err(found),
        };
        let seen = self.seen.clone()?;
        let mut guard = self.server.session();
        let session = &mut *guard;
        let Some(document) = session.documents.get_mut(&self.asked.uri) else {
            return Some(Outcome::Overtaken(Overtaken::Change));
        };
        if document.revision != seen.revision {
            return Some(Outcome::Overtaken(Overtaken::Change));
        }
        if document.serial != seen.serial {
            return Some(Outcome::Overtaken(Overtaken::Request));
        }
        let trace = match heard_of {
            Ok(trace) => trace,
            Err(found) => {
                let served = self.given.take()?;
                let others = found.iter().filter_map(|trace| self.other(session, trace)).collect();
                return Some(self.give_with(session, served, others));
            }
        };
        document.harvest(&self.asked.uri, &mut session.recent);
        self.usage = trace.raw.as_ref().map(|raw| raw.usage).unwrap_or_default();
        self.reach = trace.window_size;
        self.skills = trace.skills.clone();
        match &trace.completion {
            Completion::Nothing(_) if self.reused => None,
            Completion::Nothing(reason) => {
                if let Some(shown) = document.shown.take() {
                    self.replaced(session, &shown);
                }
                Some(Outcome::Nothing(Why::Pipeline(reason.clone())))
            }
            Completion::Suggestion(suggestion) if !self.reused => {
                Some(self.give(session, suggestion.clone(), &Made::by(&trace)))
            }
            Completion::Suggestion(_) => {
                let Seen { snapshot, cursor, settings, .. } = &seen;
                let trigger = self.asked.trigger;
                let job = Job { trigger, ..Job::at(snapshot, *cursor, settings) };
                let served = session.recent.serve(&self.asked.uri, &job)?;
                Some(self.give(session, served.suggestion, &served.tag))
            }
        }
    }

    /// Gives a suggestion and remembers it.
    fn give(&self, session: &mut Session, suggestion: Suggestion, made: &Made) -> Outcome {
        let Some(seen) = &self.seen else { return Outcome::Nothing(Why::NotOpen) };
        let Seen { snapshot, cursor, encoding, .. } = seen;
        let origin = self.origin(session, seen, &suggestion);
        let (id, text) = (origin.id.clone(), origin.text.clone());
        let (start, end) = (Offset(origin.replaced.start), Offset(origin.replaced.end));
        let before = session.documents.get_mut(&self.asked.uri).and_then(|document| document.shown.take());
        let rest = before.as_ref().and_then(|(spot, shown)| rest(*spot, shown, snapshot, *cursor, &text));
        let (origin, offset) = match (rest, before) {
            (Some(rest), Some((_, shown))) => {
                session.suggestions.rest(&id, &shown.origin, rest);
                (shown.origin, rest)
            }
            (_, before) => {
                before.iter().for_each(|shown| self.replaced(session, shown));
                session.suggestions.remember(&origin);
                let offer = self.offer(session, &origin, made);
                offer.into_iter().for_each(|offer| self.server.recorder.record(Record::Offer(offer)));
                (origin, 0)
            }
        };
        if let Some(document) = session.documents.get_mut(&self.asked.uri) {
            let shown = Shown { text, swallowed: end.0 - cursor.0, origin, offset, others: None };
            // A menu's item also replaces what stands left of the cursor: nothing can be typed into that.
            document.shown = (start == *cursor).then(|| (Spot::at(*cursor), shown));
        }
        let range = convert::range(snapshot, start, end, *encoding);
        let skills = made.skills.clone();
        Outcome::Suggestion(Ready {
            id,
            text: suggestion.text,
            range,
            reused: self.reused,
            skills,
            others: Vec::new(),
        })
    }

    /// Gives the suggestion that is shown once more, and others beside it.
    fn give_with(&self, session: &mut Session, served: Served<Made>, others: Vec<Other>) -> Outcome {
        let mut outcome = self.give(session, served.suggestion, &served.tag);
        if let Outcome::Suggestion(first) = &mut outcome {
            first.others = others.iter().map(|other| other.ready.clone()).collect();
        }
        let document = session.documents.get_mut(&self.asked.uri);
        if let Some((_, shown)) = document.and_then(|document| document.shown.as_mut()) {
            shown.others = Some(others);
        }
        outcome
    }

    /// Returns what a run made beside the suggestion that is shown.
    fn other(&self, session: &Session, trace: &Trace) -> Option<Other> {
        let (seen, suggestion) = (self.seen.as_ref()?, trace.suggestion()?);
        let origin = self.origin(session, seen, suggestion);
        let range = origin.replaced.clone();
        let ready = Ready {
            id: origin.id.clone(),
            text: suggestion.text.clone(),
            range: convert::range(&seen.snapshot, Offset(range.start), Offset(range.end), seen.encoding),
            reused: false,
            skills: trace.skills.clone(),
            others: Vec::new(),
        };
        let made = Made::by(trace);
        let offer = self.offer(session, &origin, &made);
        let swallowed = range.end - seen.cursor.0;
        let shown = Shown { text: origin.text.clone(), swallowed, origin, offset: 0, others: None };
        Some(Other { ready, shown, made: (suggestion.clone(), made), offer })
    }

    /// Returns a suggestion as one that was not given before.
    fn origin(&self, session: &Session, seen: &Seen, suggestion: &Suggestion) -> Arc<Origin> {
        let (start, end) = one_line(&seen.snapshot, seen.cursor, suggestion);
        Arc::new(Origin {
            id: identify(&self.asked.uri, seen.cursor.0, &suggestion.text),
            uri: self.asked.uri.clone(),
            text: document_breaks(&seen.snapshot, seen.cursor, &suggestion.text),
            snapshot: seen.snapshot.clone(),
            replaced: start.0..end.0,
            journal: session.journal(),
        })
    }

    /// Tells that a suggestion gave way to this request's answer.
    fn replaced(&self, session: &mut Session, (spot, shown): &(Spot, Shown)) {
        let here = |seen: &Seen| (spot.start()..=spot.end()).contains(&seen.cursor);
        let fate = if self.seen.as_ref().is_some_and(here) { Fate::Superseded } else { Fate::Dismissed };
        let record = session.suggestions.note(&shown.origin.id, fate, FateSource::Change, None);
        record.into_iter().for_each(|record| self.server.recorder.record(Record::Fate(Box::new(record))));
    }

    /// Returns what is noted of a suggestion that was not given before, if anything may be.
    fn offer(&self, session: &Session, origin: &Origin, made: &Made) -> Option<Box<OfferRecord>> {
        if origin.journal == Journal::Off {
            return None;
        }
        let (line, column) = self.place();
        let keeps = origin.journal == Journal::On;
        let before = origin.replaced.start.saturating_sub(SEEN_BEFORE)..origin.replaced.start;
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
            format: made.format,
            model: made.model.clone(),
            adapter: made.adapter.clone(),
            skills: made.skills.clone(),
            journal: origin.journal,
        }))
    }

    /// Tells how the request ended: the record, and the status for what a person would wonder about.
    fn tell(&self, outcome: &Outcome) {
        let mut record = self.record(outcome);
        let mut session = self.server.session();
        record.suggestion = record.suggestion.map(|id| session.suggestions.origin_of(&id).to_owned());
        session.answered(record.clone());
        // Whatever overtook it said where the user is now.
        if !matches!(outcome, Outcome::Overtaken(_)) {
            // What the next key will need is not read yet: no reason to wait for quiet.
            let quiet = if self.reach == Some(WindowSize::Near) { Duration::ZERO } else { QUIET };
            self.server.rest(&mut session, &self.asked.uri, quiet);
        }
        drop(session);
        if !matches!(outcome, Outcome::Overtaken(_) | Outcome::Cancelled) {
            self.server.status.last(outcome.code(), outcome.to_string());
        }
        self.server.recorder.record(Record::Request(Box::new(record)));
    }

    /// Returns line and column of the cursor for people: from 1, the column in characters.
    fn place(&self) -> (u32, u32) {
        let (line, column) = self.seen.as_ref().map_or((self.asked.position.line, 0), |seen| {
            let found = seen.snapshot.position_of(seen.cursor, Encoding::Utf32);
            (found.line, found.column)
        });
        (line.saturating_add(1), column.saturating_add(1))
    }

    fn trigger(&self) -> &'static str {
        match self.asked.trigger {
            Trigger::Invoked => "invoked",
            Trigger::Automatic => "automatic",
        }
    }

    fn record(&self, outcome: &Outcome) -> RequestRecord {
        let suggestion = match outcome {
            Outcome::Suggestion(ready) => Some(ready),
            _ => None,
        };
        let snapshot = self.seen.as_ref().map(|seen| &seen.snapshot);
        let (line, column) = self.place();
        RequestRecord {
            uri: self.asked.uri.clone(),
            path: snapshot.and_then(Snapshot::path).map(str::to_owned),
            language: snapshot.map_or("", |snapshot| snapshot.language().id()).to_owned(),
            version: snapshot.map_or(0, Snapshot::version),
            line,
            column,
            trigger: self.trigger(),
            code: outcome.code().to_owned(),
            sentence: outcome.to_string(),
            suggestion: suggestion.map(|ready| ready.id.clone()),
            lines: suggestion.map_or(0, |ready| ready.text.lines().count()),
            reused: self.reused,
            window: self.reach.map(WindowSize::code),
            total: self.arrived.elapsed(),
            prefill: self.usage.prefill,
            decode: self.usage.decode,
            prompt_tokens: self.usage.prompt_tokens,
            reused_tokens: self.usage.reused_tokens,
            generated_tokens: self.usage.generated_tokens,
            model: self.server.status.model(),
            skills: suggestion.map_or_else(|| self.skills.clone(), |ready| ready.skills.clone()),
        }
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if !self.told {
            self.tell(&Outcome::Cancelled);
        }
    }
}

/// Returns whether a person asks again where a suggestion is shown: for others.
fn is_asked_again(
    trigger: Trigger,
    document: &Document,
    cursor: Offset,
    served: &Served<Made>,
    settings: &Settings,
) -> bool {
    let of_language = settings.for_language(document.snapshot.language().id());
    let text = document_breaks(&document.snapshot, cursor, &served.suggestion.text);
    let is_shown =
        |(spot, shown): &(Spot, Shown)| rest(*spot, shown, &document.snapshot, cursor, &text).is_some();
    trigger == Trigger::Invoked
        && of_language.alternatives > 0
        && document.shown.as_ref().is_some_and(is_shown)
}

/// Returns from which byte of its origin on `text` is what typing has left of the suggestion shown at `spot`; nothing
/// where it is another one.
fn rest(spot: Spot, shown: &Shown, snapshot: &Snapshot, cursor: Offset, text: &str) -> Option<usize> {
    if cursor < spot.start() || cursor > spot.end() {
        return None;
    }
    let typed = snapshot.slice(spot.start().0..cursor.0);
    let left = shown.text.strip_prefix(&typed)?;
    (left == text).then_some(shown.offset + typed.len())
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

/// Returns what a suggestion replaces, held to the cursor's line: clients refuse anything else.
fn one_line(snapshot: &Snapshot, cursor: Offset, suggestion: &Suggestion) -> (Offset, Offset) {
    let line = snapshot.line_of(cursor);
    let (first, last) = (snapshot.line_start(line), snapshot.line_end(line));
    let start = suggestion.replace.start.max(first).min(cursor);
    let end = suggestion.replace.end.min(last).max(cursor);
    (start, end)
}

/// Returns the menu's item in our words. Neovim sends the visual selection in its place, which may
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
