//! Figures over all cases: one line an arm, and what each arm gains on the first.

use std::collections::BTreeSet;

use serde::Serialize;

use super::bootstrap::{Difference, Fraction, paired_difference};
use super::run::CaseResult;

/// The end of October 2024, in seconds since 1970. The base models were trained on text of before.
const TRAINING_CUTOFF: f64 = 1_730_419_200.0;

/// The result of `eval`, in the form of its JSON document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How many cases.
    pub cases: usize,
    /// How many commits they are of, by their times: intervals are over these.
    pub commits: usize,
    /// The arms in the order in which they were asked for.
    pub arms: Vec<ArmFigures>,
    /// Every other arm against the first, and against others that it was asked to be compared with.
    pub paired: Vec<Paired>,
    /// The same over the cases of commits after October 2024 alone, as the base model may have read older ones; missing
    /// where there is no such case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recent: Option<Box<Report>>,
}

/// One arm's figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmFigures {
    /// Its name.
    pub arm: String,
    /// Share of cases whose whole middle is right.
    pub exact: f64,
    /// Share of cases whose first line is right.
    pub first_line_exact: f64,
    /// Share of cases whose prompt holds all names of the first line: a model that only copies gets no further.
    pub names_in_prompt: f64,
    /// Share of cases whose prompt holds the first line itself.
    pub line_in_prompt: f64,
    /// Mean over cases.
    pub edit_similarity: f64,
    /// Nats a token of the team's text; `null` where the model gives no probabilities.
    pub nll_per_token: Option<f64>,
    /// The same with the end-of-middle token counted too.
    pub nll_per_token_with_end: Option<f64>,
    /// Share of cases in which there was a suggestion.
    pub shown: f64,
    /// How long suggestions took.
    pub latency_ms: Latency,
}

/// Percentiles in milliseconds; `null` where nothing was timed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Latency {
    /// Half took at most this long.
    pub p50: Option<f64>,
    /// 95 of a hundred took at most this long.
    pub p95: Option<f64>,
}

/// One arm against another, on the same cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paired {
    /// The arm.
    pub arm: String,
    /// The other one.
    pub against: String,
    /// Difference of the shares: more is better.
    pub first_line_exact: Option<Difference>,
    /// Difference of the means: more is better.
    pub edit_similarity: Option<Difference>,
    /// Difference in nats a token: less is better.
    pub nll_per_token: Option<Difference>,
    /// The same with the end-of-middle token counted too.
    pub nll_per_token_with_end: Option<Difference>,
}

/// Returns the figures. Every arm has its name and a result for each case, in the same order of cases.
pub fn report(arms: &[(String, Vec<CaseResult>)]) -> Report {
    let recent = figures(&recent(arms));
    let recent = (recent.cases > 0).then(|| Box::new(recent));
    Report { recent, ..figures(arms) }
}

/// Returns the results of cases of commits after October 2024.
fn recent(arms: &[(String, Vec<CaseResult>)]) -> Vec<(String, Vec<CaseResult>)> {
    let of = |results: &[CaseResult]| {
        results.iter().filter(|result| result.time >= TRAINING_CUTOFF).cloned().collect()
    };
    arms.iter().map(|(name, results)| (name.clone(), of(results))).collect()
}

fn figures(arms: &[(String, Vec<CaseResult>)]) -> Report {
    let cases = arms.iter().map(|(_, results)| results.len()).min().unwrap_or(0);
    let clusters = arms.first().map(|(_, results)| clusters(results)).unwrap_or_default();
    let paired = arms.split_first().map(|((base, of_base), other_arms)| {
        other_arms.iter().map(|(name, results)| pair(name, results, base, of_base, &clusters)).collect()
    });
    Report {
        cases,
        commits: clusters.iter().collect::<BTreeSet<_>>().len(),
        arms: arms.iter().map(|(name, results)| arm(name, results)).collect(),
        paired: paired.unwrap_or_default(),
        recent: None,
    }
}

impl Report {
    /// Compares all later arms with this arm too. The comparison with the first arm exists already.
    pub fn compare_with(&mut self, reference: &str, arms: &[(String, Vec<CaseResult>)]) {
        if let Some(recent_report) = &mut self.recent {
            recent_report.compare_with(reference, &recent(arms));
        }
        let Some(at) = arms.iter().position(|(name, _)| name == reference).filter(|at| *at > 0) else {
            return;
        };
        let of_reference = &arms[at].1;
        let clusters = clusters(of_reference);
        let other_arms = arms[at + 1..].iter();
        self.paired.extend(
            other_arms.map(|(name, results)| pair(name, results, reference, of_reference, &clusters)),
        );
    }
}

fn arm(name: &str, results: &[CaseResult]) -> ArmFigures {
    let mean =
        |value: fn(&CaseResult) -> f64| results.iter().map(value).sum::<f64>() / results.len().max(1) as f64;
    let scored: Vec<&CaseResult> = results.iter().filter(|result| result.nll.is_some()).collect();
    let tokens: usize = scored.iter().map(|result| result.tokens).sum();
    let nll: f64 = scored.iter().filter_map(|result| result.nll).sum();
    let ends: f64 = scored.iter().filter_map(|result| result.nll_end).sum();
    ArmFigures {
        arm: name.to_owned(),
        exact: mean(|result| f64::from(result.exact)),
        first_line_exact: mean(|result| f64::from(result.first_line_exact)),
        names_in_prompt: mean(|result| f64::from(result.names_in_prompt)),
        line_in_prompt: mean(|result| f64::from(result.line_in_prompt)),
        edit_similarity: mean(|result| result.edit_similarity),
        nll_per_token: (tokens > 0).then(|| nll / tokens as f64),
        nll_per_token_with_end: (!scored.is_empty()).then(|| (nll + ends) / (tokens + scored.len()) as f64),
        shown: mean(|result| f64::from(result.text.is_some())),
        latency_ms: latency(results),
    }
}

fn latency(results: &[CaseResult]) -> Latency {
    let mut sorted: Vec<f64> = results.iter().filter_map(|result| result.latency_ms).collect();
    sorted.sort_by(f64::total_cmp);
    // Nearest rank: the smallest value that at least so many are no greater than.
    let at = |share: f64| {
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied()
    };
    Latency { p50: at(0.5), p95: at(0.95) }
}

/// Returns a number for each case that is the same for cases of one commit.
pub(super) fn clusters(results: &[CaseResult]) -> Vec<u64> {
    // A case without a time is a commit of its own; its number is no time's bits, which are those of a positive number.
    let own = |n: usize| u64::MAX - n as u64;
    results
        .iter()
        .enumerate()
        .map(|(n, result)| if result.time > 0.0 { result.time.to_bits() } else { own(n) })
        .collect()
}

fn pair(name: &str, results: &[CaseResult], base: &str, of_base: &[CaseResult], clusters: &[u64]) -> Paired {
    let compare = |fraction: fn(&CaseResult) -> Option<Fraction>| {
        // Only cases that both arms have a value for.
        let both = results.iter().zip(of_base).zip(clusters);
        let both = both.filter_map(|((a, b), cluster)| Some(((fraction(a)?, fraction(b)?), *cluster)));
        let (values, clusters): (Vec<(Fraction, Fraction)>, Vec<u64>) = both.unzip();
        let (a, b): (Vec<Fraction>, Vec<Fraction>) = values.into_iter().unzip();
        paired_difference(&a, &b, &clusters)
    };
    Paired {
        arm: name.to_owned(),
        against: base.to_owned(),
        first_line_exact: compare(|result| {
            Some(Fraction { top: f64::from(result.first_line_exact), bottom: 1.0 })
        }),
        edit_similarity: compare(|result| Some(Fraction { top: result.edit_similarity, bottom: 1.0 })),
        nll_per_token: compare(|result| Some(Fraction { top: result.nll?, bottom: result.tokens as f64 })),
        nll_per_token_with_end: compare(|result| {
            Some(Fraction { top: result.nll? + result.nll_end?, bottom: result.tokens as f64 + 1.0 })
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn result(right: bool, nll: Option<(f64, usize)>, latency_ms: Option<f64>) -> CaseResult {
        CaseResult {
            name: "case".to_owned(),
            time: 0.0,
            text: right.then(|| "x".to_owned()),
            reason: None,
            exact: right,
            first_line_exact: right,
            edit_similarity: f64::from(right),
            names_in_prompt: true,
            line_in_prompt: right,
            nll: nll.map(|(nll, _)| nll),
            nll_end: nll.map(|_| 1.0),
            tokens: nll.map_or(0, |(_, tokens)| tokens),
            latency_ms,
        }
    }

    #[test]
    fn figures_are_as_documented() {
        let base = vec![result(false, Some((6.0, 4)), Some(10.0)), result(true, Some((4.0, 1)), Some(30.0))];
        let adapter = vec![result(true, Some((1.0, 4)), Some(20.0)), result(true, Some((4.0, 1)), None)];
        let report = report(&[("base".to_owned(), base), ("adapter".to_owned(), adapter)]);
        let json = serde_json::to_value(&report).expect("serialisable");
        assert_eq!(json["cases"], 2);
        assert_eq!(
            json["arms"][0],
            json!({"arm": "base", "exact": 0.5, "first_line_exact": 0.5, "names_in_prompt": 1.0, "line_in_prompt": 0.5,
                   "edit_similarity": 0.5, "nll_per_token": 2.0,
                   "nll_per_token_with_end": 12.0 / 7.0, "shown": 0.5, "latency_ms": {"p50": 10.0, "p95": 30.0}})
        );
        assert_eq!(
            (json["paired"][0]["arm"].as_str(), json["paired"][0]["against"].as_str()),
            (Some("adapter"), Some("base"))
        );
        assert_eq!(
            (
                json["paired"][0]["first_line_exact"]["diff"].as_f64(),
                json["paired"][0]["nll_per_token"]["diff"].as_f64()
            ),
            (Some(0.5), Some(-1.0))
        );
        assert_eq!(json["paired"][0]["nll_per_token"]["ci95"].as_array().map(Vec::len), Some(2));
        assert_eq!(
            (json["commits"].as_u64(), json["paired"][0]["edit_similarity"]["diff"].as_f64()),
            (Some(2), Some(0.5))
        );
    }

    #[test]
    fn a_second_reference_is_compared_with_what_stands_behind_it() {
        let arms: Vec<(String, Vec<CaseResult>)> = [("base", 6.0), ("starter", 4.0), ("all", 3.0)]
            .map(|(name, nll)| (name.to_owned(), vec![result(true, Some((nll, 2)), None)]))
            .into();
        let mut report = report(&arms);
        report.compare_with("starter", &arms);
        report.compare_with("base", &arms);
        report.compare_with("adapter", &arms);
        let pairs = report
            .paired
            .iter()
            .map(|p| (p.arm.as_str(), p.against.as_str(), p.nll_per_token.map(|difference| difference.diff)));
        let expected =
            [("starter", "base", Some(-1.0)), ("all", "base", Some(-1.5)), ("all", "starter", Some(-0.5))];
        assert_eq!(pairs.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn cases_of_recent_commits_are_also_counted_apart() {
        let at = |time: f64, right: bool| CaseResult { time, ..result(right, None, None) };
        // The last second of October 2024, and the first one after it.
        let base = vec![at(1_730_419_199.0, false), at(1_730_419_200.0, true), at(0.0, false)];
        let arms: Vec<(String, Vec<CaseResult>)> =
            ["base", "starter", "all"].map(|name| (name.to_owned(), base.clone())).into();
        let mut made = report(&arms);
        made.compare_with("starter", &arms);
        let recent = made.recent.as_ref().expect("recent cases");
        assert_eq!((recent.cases, recent.commits, recent.paired.len()), (1, 1, made.paired.len()));
        assert_eq!((recent.arms[0].first_line_exact, recent.recent.is_none()), (1.0, true));
        assert_eq!(made.cases, 3);
        assert!(report(&[("base".to_owned(), vec![at(1.0, true)])]).recent.is_none());
    }

    #[test]
    fn what_is_not_known_is_null() {
        let report = report(&[("base".to_owned(), vec![result(true, None, None)])]);
        assert_eq!(
            (report.arms[0].nll_per_token, report.arms[0].latency_ms.p50, report.paired.len()),
            (None, None, 0)
        );
        assert_eq!(super::report(&[]).cases, 0);
    }
}
