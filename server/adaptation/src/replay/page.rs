//! The report as one page: figures, plots, examples. It loads nothing, runs nothing, and shows all text as text.

use std::fmt::Write;

use housestyle_complete::eval::{Case, Difference, Report};
use housestyle_workspace::display::visible;
use housestyle_workspace::history::holds_secret_around;

use super::arms::Absent;
use super::chart::{self, Bar, Series};
use super::rows::Row;

/// Examples of each kind for an arm.
const EXAMPLES: usize = 5;
/// Characters of the surroundings in an example.
const AROUND: usize = 240;

const STYLE: &str = "\
:root{color-scheme:light dark;--a:#57606a;--b:#0969da;--c:#1a7f37;--d:#bc4c00;--e:#8250df;--f:#bf3989;--g:#d0d7de}\
@media(prefers-color-scheme:dark){:root{--a:#8b949e;--b:#58a6ff;--c:#3fb950;--d:#db6d28;--e:#bc8cff;--f:#f778ba;--g:#30363d}}\
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}th,td{padding:.25rem .5rem;text-align:right;border-bottom:1px solid var(--g)}\
th:first-child,td:first-child{text-align:left}svg{width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:currentColor}\
svg .end{text-anchor:end}svg .mid{text-anchor:middle}.grid{stroke:var(--g)}.zero{stroke:currentColor;stroke-dasharray:3 3}\
.line{fill:none;stroke-width:2}.c0{stroke:var(--a)}.c1{stroke:var(--b)}.c2{stroke:var(--c)}.c3{stroke:var(--d)}.c4{stroke:var(--e)}\
.c5{stroke:var(--f)}svg .f0,.p0{fill:var(--a)}svg .f1,.p1{fill:var(--b)}svg .f2,.p2{fill:var(--c)}svg .f3,.p3{fill:var(--d)}\
svg .f4,.p4{fill:var(--e)}svg .f5,.p5{fill:var(--f)}pre{overflow-x:auto;border:1px solid var(--g);padding:.5rem;font:13px/1.4 ui-monospace,monospace}\
mark{background:#fff8c5;color:#1f2328}small{color:var(--a)}";

/// Facts that the page states next to the figures.
#[derive(Debug)]
pub struct ReportFacts<'a> {
    /// The repository's name.
    pub name: &'a str,
    /// Its newest commit.
    pub head: &'a str,
    /// The model's name.
    pub model: &'a str,
    /// Commits that were read.
    pub commits: usize,
    /// Commits of these that were predicted.
    pub predicted: usize,
    /// Number of cases to measure.
    pub chosen_cases: usize,
    /// Excluded commits and files, by reason.
    pub exclusions: Vec<(&'static str, usize)>,
    /// Arms that could not be run.
    pub absent: &'a [Absent],
}

/// Returns the page. `rows` holds for each arm a row for each case.
pub fn page(facts: &ReportFacts<'_>, report: &Report, cases: &[Case], rows: &[(String, Vec<Row>)]) -> String {
    let mut html = String::from("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    let _ = write!(
        html,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Replay of {0}</title><style>{STYLE}</style></head>\
         <body><h1>Replay of {0}</h1>",
        escaped(facts.name)
    );
    intro(&mut html, facts, report);
    table(&mut html, report);
    plots(&mut html, report, rows);
    for (n, (arm, of_arm)) in rows.iter().enumerate().skip(1) {
        examples(&mut html, arm, n, cases, &rows[0].1, of_arm);
    }
    html.push_str("</body></html>\n");
    html
}

fn intro(html: &mut String, facts: &ReportFacts<'_>, report: &Report) {
    let head: String = facts.head.chars().take(10).collect();
    let _ = write!(
        html,
        "<p>{} commits up to <code>{}</code>, of which the last {} are predicted by what came before each of them; then \
         they are learned from. Model <code>{}</code>. {} cases of {} commits are measured{}. Intervals are the middle \
         95 % of a bootstrap over commits.</p>",
        facts.commits,
        escaped(&head),
        facts.predicted,
        escaped(facts.model),
        report.cases,
        report.commits,
        if report.cases < facts.chosen_cases {
            format!(" so far, of {}", facts.chosen_cases)
        } else {
            String::new()
        }
    );
    for absent in facts.absent {
        let _ = write!(html, "<p>Arm <b>{}</b> was not run: {}.</p>", absent.arm, escaped(&absent.why));
    }
    if !facts.exclusions.is_empty() {
        let reasons: Vec<String> =
            facts.exclusions.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        let _ = write!(html, "<p><small>Not learned from: {}.</small></p>", reasons.join(", "));
    }
}

fn table(html: &mut String, report: &Report) {
    html.push_str(
        "<table><tr><th>arm</th><th>exact</th><th>first line</th><th>similarity</th><th>nats/token</th><th>with end</th>\
         <th>shown</th><th>p50 ms</th><th>p95 ms</th></tr>",
    );
    let number =
        |value: Option<f64>, places: usize| value.map_or("–".to_owned(), |v| format!("{v:.places$}"));
    for arm in &report.arms {
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{:.1} %</td><td>{:.1} %</td><td>{:.3}</td><td>{}</td><td>{}</td><td>{:.1} %</td><td>{}</td><td>{}</td></tr>",
            escaped(&arm.arm),
            arm.exact * 100.0,
            arm.first_line_exact * 100.0,
            arm.edit_similarity,
            number(arm.nll_per_token, 3),
            number(arm.nll_per_token_with_end, 3),
            arm.shown * 100.0,
            number(arm.latency_ms.p50, 0),
            number(arm.latency_ms.p95, 0),
        );
    }
    html.push_str("</table>");
}

fn plots(html: &mut String, report: &Report, rows: &[(String, Vec<Row>)]) {
    let so_far = |rows: &[Row]| {
        let (mut nll, mut tokens) = (0.0, 0);
        let mut values = Vec::new();
        for row in rows {
            if let Some(here) = row.nll {
                (nll, tokens) = (nll + here, tokens + row.tokens);
                values.push(nll / tokens.max(1) as f64);
            }
        }
        values
    };
    let all: Vec<(&str, Vec<f64>)> = rows.iter().map(|(arm, rows)| (arm.as_str(), so_far(rows))).collect();
    let series: Vec<Series<'_>> = all
        .iter()
        .enumerate()
        .map(|(colour, (name, values))| Series { name, colour, values: values.clone() })
        .collect();
    section(html, "Nats a token so far (less is better)", chart::lines(&series, "nats a token"));
    let gain = |of_arm: &[f64], of_base: &[f64]| -> Vec<f64> {
        of_base.iter().zip(of_arm).map(|(base, arm)| base - arm).collect()
    };
    let series: Vec<Series<'_>> = all
        .iter()
        .enumerate()
        .skip(1)
        .map(|(colour, (name, values))| Series { name, colour, values: gain(values, &all[0].1) })
        .collect();
    section(html, "Gain on base so far (more is better)", chart::lines(&series, "nats a token gained"));
    let colour = |arm: &str| rows.iter().position(|(name, _)| name == arm).unwrap_or(0);
    let mut references: Vec<&str> = Vec::new();
    for paired in &report.paired {
        if !references.contains(&paired.against.as_str()) {
            references.push(&paired.against);
        }
    }
    for against in references {
        for (title, unit, difference) in DIFFERENCES {
            let of_reference = report.paired.iter().filter(|paired| paired.against == against);
            let bars: Vec<Bar<'_>> = of_reference
                .filter_map(|paired| {
                    let Difference { diff, ci95 } = difference(paired)?;
                    Some(Bar { name: &paired.arm, colour: colour(&paired.arm), diff, ci95 })
                })
                .collect();
            let title = format!("Against {}: {title}", escaped(against));
            section(html, &title, chart::intervals(&bars, unit));
        }
    }
}

/// A difference that is plotted: its title, its unit, and where it stands.
type Plotted = (&'static str, &'static str, fn(&housestyle_complete::eval::Paired) -> Option<Difference>);

const DIFFERENCES: [Plotted; 3] = [
    ("nats a token (less is better)", "nats a token", |paired| paired.nll_per_token),
    ("first line right (more is better)", "share of cases", |paired| paired.first_line_exact),
    ("similarity of the first line (more is better)", "similarity", |paired| paired.edit_similarity),
];

fn section(html: &mut String, title: &str, plot: Option<String>) {
    if let Some(plot) = plot {
        let _ = write!(html, "<h2>{title}</h2>{plot}");
    }
}

/// Shows the cases that an arm gains and loses most on, by nats a token.
fn examples(html: &mut String, arm: &str, colour: usize, cases: &[Case], base: &[Row], of_arm: &[Row]) {
    let mut gains: Vec<(f64, usize)> = base
        .iter()
        .zip(of_arm)
        .enumerate()
        .filter_map(|(n, (base, arm))| Some((base.nll_per_token()? - arm.nll_per_token()?, n)))
        .collect();
    gains.sort_by(|a, b| b.0.total_cmp(&a.0));
    let is_clean = |(_, n): &&(f64, usize)| {
        let texts =
            [base.get(*n), of_arm.get(*n)].into_iter().flatten().filter_map(|row| row.text.as_deref());
        cases.get(*n).is_some_and(|case| !shows_secret(case, texts))
    };
    let won: Vec<_> = gains.iter().filter(|(gain, _)| *gain > 0.0).filter(is_clean).take(EXAMPLES).collect();
    let lost = gains.iter().rev().filter(|(gain, _)| *gain < 0.0).filter(is_clean).take(EXAMPLES).collect();
    for (word, found) in [("won", won), ("lost", lost)] {
        if found.is_empty() {
            continue;
        }
        let _ = write!(html, "<h2>Examples {word} by {}</h2>", escaped(arm));
        for (gain, n) in found {
            let (Some(case), Some(base), Some(own)) = (cases.get(*n), base.get(*n), of_arm.get(*n)) else {
                continue;
            };
            let before = last(&case.prefix);
            let after: String = case.suffix.chars().take(AROUND / 3).collect();
            let text = |row: &Row| row.text.as_deref().map_or("(nothing)".to_owned(), escaped);
            let _ = write!(
                html,
                "<p><small>{} · {gain:+.2} nats a token</small></p><pre>{}<mark>{}</mark>{}</pre>\
                 <table><tr><td>base</td><td><code>{}</code></td></tr><tr><td class=\"f{}\">{}</td><td><code>{}</code></td></tr></table>",
                escaped(&own.name),
                escaped(before),
                escaped(&case.middle),
                escaped(&after),
                text(base),
                colour % 6,
                escaped(arm),
                text(own)
            );
        }
    }
}

/// Returns whether a case shows a secret, with its own middle or with one of these texts.
fn shows_secret<'a>(case: &'a Case, mut texts: impl Iterator<Item = &'a str>) -> bool {
    let with = |middle: &str| holds_secret_around(&case.prefix, middle, &case.suffix);
    with(&case.middle) || texts.any(with)
}

fn last(text: &str) -> &str {
    let at = text.char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    &text[at..]
}

/// Returns a text escaped for HTML, in elements and attributes, with visible control characters.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_complete::eval::report;

    fn row(arm: &str, n: usize, nll: f64, text: &str) -> Row {
        Row {
            arm: arm.to_owned(),
            name: format!("c{n}:<b>.rs:{n}"),
            time: n as f64 + 1.0,
            text: Some(text.to_owned()),
            exact: false,
            first_line_exact: n.is_multiple_of(2),
            edit_similarity: 0.5,
            names_in_prompt: true,
            line_in_prompt: false,
            nll: Some(nll),
            nll_end: Some(1.0),
            tokens: 4,
            latency_ms: Some(10.0),
        }
    }

    #[test]
    fn the_page_is_text_and_plots_and_nothing_that_runs() {
        let evil = "</pre><script>alert(1)</script>\u{1b}[31m";
        let case = |n: usize| Case {
            path: "a.rs".to_owned(),
            prefix: format!("let x{n} = {evil}"),
            suffix: evil.to_owned(),
            middle: evil.to_owned(),
            time: n as f64 + 1.0,
            ..Case::default()
        };
        let cases: Vec<Case> = (0..6).map(case).collect();
        let rows = vec![
            ("base".to_owned(), (0..6).map(|n| row("base", n, 8.0, evil)).collect::<Vec<_>>()),
            ("starter".to_owned(), (0..6).map(|n| row("starter", n, 6.0, evil)).collect()),
            ("phrases".to_owned(), (0..6).map(|n| row("phrases", n, 3.0 + n as f64, evil)).collect()),
        ];
        let results: Vec<_> =
            rows.iter().map(|(arm, rows)| (arm.clone(), rows.iter().map(Row::result).collect())).collect();
        let absent = [Absent { arm: "adapter", why: "nothing <was> learned".to_owned() }];
        let facts = ReportFacts {
            name: "<repo>",
            head: "0123456789abcdef",
            model: "tiny",
            commits: 9,
            predicted: 6,
            chosen_cases: 8,
            exclusions: vec![("merge", 2)],
            absent: &absent,
        };
        let mut report = report(&results);
        report.compare_with("starter", &results);
        let html = page(&facts, &report, &cases, &rows);
        assert!(!html.contains("<script") && !html.contains('\u{1b}') && !html.contains("<repo>"), "{html}");
        assert!(!html.contains("http:") && !html.contains("https:") && !html.contains("src="), "{html}");
        for part in [
            "default-src 'none'",
            "so far, of 8",
            "nothing &lt;was&gt; learned",
            "Examples won by phrases",
            "Gain on base so far",
            "Against base: nats a token",
            "Against starter: nats a token",
            "merge 2",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        assert!(!html.contains("Examples lost by base"));
    }

    #[test]
    fn an_example_that_would_show_a_secret_is_left_out() {
        let value = ["q7Rt", "2xWp", "9LmZ"].concat();
        let case = |prefix: &str, middle: &str| Case {
            path: "a.yaml".to_owned(),
            prefix: prefix.to_owned(),
            suffix: "\n".to_owned(),
            middle: middle.to_owned(),
            time: 1.0,
            ..Case::default()
        };
        let cases = [case("password: ", &value), case("password: ", "open"), case("name: ", "fine")];
        let rows = |nll: f64| [row("x", 0, nll, "a"), row("x", 1, nll, &value), row("x", 2, nll, "b")];
        let mut html = String::new();
        examples(&mut html, "phrases", 1, &cases, &rows(8.0), &rows(4.0));
        assert!(html.contains("fine") && !html.contains(&value) && !html.contains("open"), "{html}");
    }
}
