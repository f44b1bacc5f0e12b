//! Figures over the cases of each kind, and over all, as a page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::results::{Outcome, Verdict};

/// Figures over some cases.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Figures {
    /// How many cases.
    pub(crate) cases: usize,
    /// In how many all is right.
    pub(crate) exact: usize,
    /// In how many the first line is right.
    pub(crate) first_line: usize,
    /// In how many there is a suggestion.
    pub(crate) shown: usize,
    similarity: f64,
    nats: f64,
    tokens: usize,
}

impl Figures {
    /// Counts a case.
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        let verdict = outcome.verdict;
        self.cases += 1;
        self.exact += usize::from(verdict == Verdict::Exact);
        self.first_line += usize::from(matches!(verdict, Verdict::Exact | Verdict::FirstLine));
        self.shown += usize::from(verdict != Verdict::Silent);
        self.similarity += outcome.similarity;
        self.nats += outcome.nll * outcome.tokens as f64;
        self.tokens += outcome.tokens;
    }

    /// Returns a count as a share of the cases, in per cent.
    pub(crate) fn per_cent(&self, count: usize) -> f64 {
        count as f64 * 100.0 / self.cases.max(1) as f64
    }

    fn row(&self, name: &str) -> String {
        format!(
            "| {name} | {} | {:.1} % | {:.1} % | {:.1} % | {:.3} | {:.3} |\n",
            self.cases,
            self.per_cent(self.first_line),
            self.per_cent(self.exact),
            self.per_cent(self.shown),
            self.similarity / self.cases.max(1) as f64,
            self.nats / self.tokens.max(1) as f64,
        )
    }
}

/// Returns the figures of each group, with those of all as the last.
pub(crate) fn figures(groups: &[(String, Vec<&Outcome>)]) -> Vec<(String, Figures)> {
    let mut all = Figures::default();
    let mut rows = Vec::new();
    for (name, outcomes) in groups {
        let mut figures = Figures::default();
        for outcome in outcomes {
            figures.add(outcome);
            all.add(outcome);
        }
        rows.push((name.clone(), figures));
    }
    rows.push(("all".to_owned(), all));
    rows
}

/// Returns the page.
pub(crate) fn page(model: &str, groups: &[(String, Vec<&Outcome>)]) -> String {
    let mut page = format!(
        "# What {model} completes\n\n\
         Written by the test `evals`; `../README.md` says how. Per case: `{model}.jsonl`.\n\n\
         | cases | number | first line | exact | shown | similarity | nats a token |\n|---|--:|--:|--:|--:|--:|--:|\n"
    );
    let figures = figures(groups);
    page.extend(figures.iter().map(|(name, figures)| figures.row(name)));
    let mut silent: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in groups.iter().flat_map(|(_, outcomes)| outcomes) {
        if let Some(reason) = &outcome.reason {
            *silent.entry(reason).or_default() += 1;
        }
    }
    page.push_str("\n| silent because | cases |\n|---|--:|\n");
    for (reason, cases) in silent {
        // Writing into a string cannot fail.
        let _ = writeln!(page, "| {reason} | {cases} |");
    }
    page
}
