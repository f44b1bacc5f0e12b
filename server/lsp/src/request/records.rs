//! The records of a request: the offered suggestion, the replaced suggestion, and the outcome.

use std::time::Duration;

use housestyle_complete::settings::JournalMode;
use housestyle_complete::{Trigger, WindowSize};
use housestyle_text::{Encoding, Snapshot};
use tracing::info;

use super::{Request, Seen};
use crate::convert;
use crate::host::{OfferRecord, OutcomeSource, OutcomeStep, Record, RequestRecord};
use crate::idle::QUIET;
use crate::provenance::Provenance;
use crate::resolution::Resolution;
use crate::session::Session;
use crate::suggestions::{Origin, Shown};
use crate::typed_range::TypedRange;

impl Request<'_> {
    /// Records that this request's answer replaced a suggestion.
    pub(super) fn record_replaced(&self, session: &mut Session, (typed_range, shown): &(TypedRange, Shown)) {
        let here = |seen: &Seen| (typed_range.start()..=typed_range.end()).contains(&seen.cursor);
        let step = if self.seen.as_ref().is_some_and(here) {
            OutcomeStep::Superseded
        } else {
            OutcomeStep::Dismissed
        };
        let record = session.suggestions.record_outcome(&shown.origin.id, step, OutcomeSource::Change, None);
        record.into_iter().for_each(|record| self.server.recorder.record(Record::Outcome(Box::new(record))));
    }

    /// Returns the record of a new suggestion, unless the journal is off or the document is in no workspace.
    pub(super) fn offer(
        &self,
        session: &Session,
        origin: &Origin,
        provenance: &Provenance,
    ) -> Option<Box<OfferRecord>> {
        if origin.journal == JournalMode::Off {
            return None;
        }
        let file = session.documents.get(&origin.uri)?.file.clone()?;
        let (line, column) = self.line_and_column();
        let keeps = origin.journal == JournalMode::On;
        Some(Box::new(OfferRecord {
            suggestion: origin.id.clone(),
            file,
            language: origin.snapshot.language().id().to_owned(),
            line,
            column,
            trigger: self.trigger(),
            text: if keeps { origin.text.clone() } else { String::new() },
            before: if keeps { origin.text_before() } else { String::new() },
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
    pub(super) fn record_end(&self, resolution: &Resolution) {
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
            suggestion = record.suggestion.is_some(),
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
