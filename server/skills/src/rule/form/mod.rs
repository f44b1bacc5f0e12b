//! The form of a piece of prose or of a literal.

mod changelog;
mod comment;
mod docstring;
mod heading;
mod list;
mod quotes;
mod stop;
#[cfg(test)]
mod tests;
mod verbs;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Occurrence;
use crate::prose::touch;
use crate::source::Source;

/// Pieces of a kind have a form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The kind of piece and its form.
    pub of: FormKind,
}

/// A kind of piece with the form that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// Headings in sentence case: `Set up the server`.
    HeadingSentenceCase,
    /// Headings in title case: `Set Up the Server`.
    HeadingTitleCase,
    /// List items that end in a full stop.
    ListItemFullStop,
    /// List items that do not.
    ListItemNoStop,
    /// Lists marked with `-`.
    ListMarkDash,
    /// Lists marked with `*`.
    ListMarkStar,
    /// Entries of a changelog in the imperative: `Add`.
    ChangelogImperative,
    /// Entries of a changelog in the past tense: `Added`.
    ChangelogPast,
    /// Function documentation in the third person: `Returns`.
    DocThirdPerson,
    /// Function documentation in the imperative: `Return`.
    DocImperative,
    /// The first paragraph of documentation ends in a full stop.
    DocFullStop,
    /// It does not.
    DocNoStop,
    /// A docstring of several lines begins behind its quotes.
    DocstringFirstLine,
    /// It begins on the line after them.
    DocstringNextLine,
    /// Comments on lines of their own begin with a capital.
    CommentCapital,
    /// They begin with a small letter.
    CommentLowercase,
    /// They end in a full stop.
    CommentFullStop,
    /// They do not.
    CommentNoStop,
    /// Strings in double quotes.
    QuotesDouble,
    /// Strings in single quotes.
    QuotesSingle,
}

/// The aspect of which two forms are alternatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Aspect {
    Heading,
    ListStop,
    ListMark,
    Changelog,
    DocVoice,
    DocStop,
    DocstringStart,
    CommentCase,
    CommentStop,
    Quotes,
}

/// A site in a text that has one of the two forms of an aspect, or neither.
#[derive(Debug)]
pub(super) struct FormSite {
    range: Range<usize>,
    /// The one that it has.
    has: Option<Side>,
    /// The texts that have the first and the second form, where they are certain.
    fixes: [Option<String>; 2],
}

/// The first or the second form of an aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    First,
    Second,
}

impl FormKind {
    /// Every kind; the two of an aspect are neighbours.
    pub const ALL: [FormKind; 20] = [
        FormKind::HeadingSentenceCase,
        FormKind::HeadingTitleCase,
        FormKind::ListItemFullStop,
        FormKind::ListItemNoStop,
        FormKind::ListMarkDash,
        FormKind::ListMarkStar,
        FormKind::ChangelogImperative,
        FormKind::ChangelogPast,
        FormKind::DocThirdPerson,
        FormKind::DocImperative,
        FormKind::DocFullStop,
        FormKind::DocNoStop,
        FormKind::DocstringFirstLine,
        FormKind::DocstringNextLine,
        FormKind::CommentCapital,
        FormKind::CommentLowercase,
        FormKind::CommentFullStop,
        FormKind::CommentNoStop,
        FormKind::QuotesDouble,
        FormKind::QuotesSingle,
    ];

    pub(crate) fn aspect(self) -> Aspect {
        self.parts().0
    }

    /// Returns whether two kinds ask for a form of the same aspect.
    pub fn shares_aspect(self, other: FormKind) -> bool {
        self.aspect() == other.aspect()
    }

    fn parts(self) -> (Aspect, Side) {
        use Side::{First, Second};
        match self {
            FormKind::HeadingSentenceCase => (Aspect::Heading, First),
            FormKind::HeadingTitleCase => (Aspect::Heading, Second),
            FormKind::ListItemFullStop => (Aspect::ListStop, First),
            FormKind::ListItemNoStop => (Aspect::ListStop, Second),
            FormKind::ListMarkDash => (Aspect::ListMark, First),
            FormKind::ListMarkStar => (Aspect::ListMark, Second),
            FormKind::ChangelogImperative => (Aspect::Changelog, First),
            FormKind::ChangelogPast => (Aspect::Changelog, Second),
            FormKind::DocThirdPerson => (Aspect::DocVoice, First),
            FormKind::DocImperative => (Aspect::DocVoice, Second),
            FormKind::DocFullStop => (Aspect::DocStop, First),
            FormKind::DocNoStop => (Aspect::DocStop, Second),
            FormKind::DocstringFirstLine => (Aspect::DocstringStart, First),
            FormKind::DocstringNextLine => (Aspect::DocstringStart, Second),
            FormKind::CommentCapital => (Aspect::CommentCase, First),
            FormKind::CommentLowercase => (Aspect::CommentCase, Second),
            FormKind::CommentFullStop => (Aspect::CommentStop, First),
            FormKind::CommentNoStop => (Aspect::CommentStop, Second),
            FormKind::QuotesDouble => (Aspect::Quotes, First),
            FormKind::QuotesSingle => (Aspect::Quotes, Second),
        }
    }
}

impl Form {
    /// Returns every occurrence: the pieces of the kind whose range touches `within`.
    pub fn occurrences(&self, source: &Source<'_>, within: Option<Range<usize>>) -> Vec<Occurrence> {
        self.among(&FormSite::of(self.of.aspect(), source, within.as_ref()))
    }

    /// Returns the occurrences among sites of the form's aspect that are known already.
    pub(super) fn among(&self, sites: &[FormSite]) -> Vec<Occurrence> {
        let (_, side) = self.of.parts();
        let occurrence = |site: &FormSite| {
            let followed = site.has == Some(side);
            let [first, second] = &site.fixes;
            let fix = if side == Side::First { first } else { second };
            Occurrence { range: site.range.clone(), followed, fix: fix.clone().filter(|_| !followed) }
        };
        sites.iter().map(occurrence).collect()
    }
}

impl FormSite {
    /// Returns the sites of an aspect that touch `within`.
    pub(super) fn of(aspect: Aspect, source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
        let mut sites = match aspect {
            Aspect::Heading => heading::sites(source, within),
            Aspect::ListStop => list::stops(source, within),
            Aspect::ListMark => list::marks(source, within),
            Aspect::Changelog => changelog::sites(source, within),
            Aspect::DocVoice => comment::voice(source, within),
            Aspect::DocStop => docstring::stops(source, within),
            Aspect::DocstringStart => docstring::starts(source, within),
            Aspect::CommentCase => comment::case(source, within),
            Aspect::CommentStop => comment::stops(source, within),
            Aspect::Quotes => quotes::sites(source, within),
        };
        sites.retain(|site| touch(&site.range, within));
        sites
    }
}
