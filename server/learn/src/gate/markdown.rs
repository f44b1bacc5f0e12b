//! A report for people, as Markdown: what a reviewer reads in a pull request.

use std::fmt::Write;

use super::judge::{Report, Verdict};

impl Report {
    /// Returns the report as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let heading = match self.verdict {
            Verdict::Eligible => "eligible: it passed every check, and a person may approve it",
            Verdict::NotEligible => "not eligible",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "**{heading}**\n");
        for reason in &self.reasons {
            let _ = writeln!(out, "- {}", plain(reason));
        }
        if !self.reasons.is_empty() {
            out.push('\n');
        }
        out.push_str("| check | | finding |\n|---|---|---|\n");
        for check in &self.checks {
            let passed = if check.passed { "passed" } else { "**failed**" };
            let _ = writeln!(out, "| {} | {passed} | {} |", check.name, plain(&check.finding));
        }
        let figures = &self.figures;
        let _ = writeln!(
            out,
            "\n{} later edits of {} commits by {} authors. Nats a token of what the team wrote, less is better; \
             intervals hold 95 % of resampled commits.\n",
            figures.edits, figures.commits, figures.authors
        );
        out.push_str("| | difference | 95 % interval |\n|---|---|---|\n");
        for (name, found) in [
            (format!("candidate against {}", figures.reference), figures.against_reference),
            ("candidate against the frozen model".to_owned(), figures.against_base),
            ("candidate against another repository's adapter".to_owned(), figures.against_foreign),
            (
                format!("another repository's adapter against {}", figures.reference),
                figures.foreign_against_reference,
            ),
        ] {
            let _ = match found {
                Some(i) => {
                    writeln!(out, "| {name} | {:+.4} | {:+.4} to {:+.4} |", i.diff, i.ci95[0], i.ci95[1])
                }
                None => writeln!(out, "| {name} | not measured | |"),
            };
        }
        out
    }
}

/// Returns a text that cannot break out of a table's cell: authors' names come from outside.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '|' | '`' | '<' | '>' | '[' | ']' | '*' | '_' | '\\' => format!("\\{c}"),
            c if c.is_control() => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}
