//! Alternatives: more suggestions for a place that shows one already, for a person who asks again.

use std::time::Duration;

use crate::generator::{Cancel, Generator};
use crate::job::{Job, Suggestion};
use crate::policy;
use crate::reason::Reason;
use crate::suggest::PreparedJob;
use crate::trace::Trace;
use crate::view::View;

/// Runs of the model for each alternative: some runs write the current suggestion again.
const TRIES: u64 = 2;
/// The lowest temperature of a run: enough to leave the likeliest text, and little enough to write code.
const TEMPERATURE: f64 = 0.7;
/// The largest nucleus of a run.
const TOP_P: f64 = 0.95;

/// Returns up to `alternatives` (a setting) suggestions that differ from the `current` one and from each other, the
/// likeliest first. The same job and settings give the same alternatives, unless time cuts a run short: no run begins
/// after three time budgets.
pub fn alternatives(
    job: &Job<'_>,
    current: &Suggestion,
    generator: &mut dyn Generator,
    cancel: &Cancel,
) -> Vec<Trace> {
    let mut prepared = PreparedJob::of(job);
    let most = prepared.settings.alternatives;
    if policy::allow(&prepared.cursor, job.snapshot.path(), job.trigger, &prepared.settings).is_err()
        || most == 0
    {
        return Vec::new();
    }
    let View { prompt, size, held, .. } = prepared.viewer(generator).in_time();
    let mut spent = Duration::ZERO;
    let enough = Duration::from_millis(prepared.settings.time_budget_ms.saturating_mul(3));
    prepared.settings.temperature = prepared.settings.temperature.max(TEMPERATURE);
    prepared.settings.top_p = prepared.settings.top_p.min(TOP_P);
    let mut found: Vec<Trace> = Vec::new();
    for _ in 0..TRIES * most as u64 {
        if found.len() == most || cancel.is_cancelled() || spent > enough {
            break;
        }
        prepared.settings.seed = prepared.settings.seed.wrapping_add(1);
        let request = prepared.request(prompt.clone(), prepared.settings.max_tokens);
        let trace = Trace {
            prompt: Some(prompt.clone()),
            window_size: Some(size),
            held: held.clone(),
            ..Trace::nothing(Reason::Cancelled)
        };
        let trace = prepared.write(trace, &request, generator, cancel, &mut |_| {});
        spent += trace.raw.as_ref().map_or(Duration::ZERO, |raw| raw.usage.prefill + raw.usage.decode);
        let differs =
            |a: &Suggestion, b: &Suggestion| a.replace == b.replace && a.text.trim_end() != b.text.trim_end();
        if let Some(new) = trace.suggestion()
            && differs(new, current)
            && found.iter().filter_map(Trace::suggestion).all(|old| differs(new, old))
        {
            found.push(trace);
        }
    }
    let likelihood = |trace: &Trace| trace.raw.as_ref().map_or(0.0, |raw| raw.usage.mean_logprob);
    found.sort_by(|a, b| likelihood(b).total_cmp(&likelihood(a)));
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generator::Sampling;
    use crate::settings::Settings;
    use crate::tests::cursor::document;
    use crate::tests::scripted::{Answer, Scripted};
    use crate::{Memory, Trigger, suggest};

    /// Checks the alternatives to the first of the model's texts, each with its mean log-probability; returns how each
    /// run was sampled.
    #[track_caller]
    fn check(settings: serde_json::Value, model: &[(&str, f32)], expected: &[&str]) -> Vec<Sampling> {
        let (snapshot, cursor) = document("a.rs", "fn f(a: &[u8]) -> usize {\n    ‸\n}\n");
        let (settings, _) = Settings::from_json(&settings);
        let memory = Memory::default();
        let job = Job { trigger: Trigger::Invoked, memory: &memory, ..Job::at(&snapshot, cursor, &settings) };
        let answers = model.iter().map(|&(text, mean_logprob)| Answer { mean_logprob, ..Answer::from(text) });
        let mut model = Scripted::new(answers);
        let first = suggest(&job, &mut model, &Cancel::new(), &mut |_| {});
        let found = alternatives(&job, first.suggestion().expect("one"), &mut model, &Cancel::new());
        let texts: Vec<&str> =
            found.iter().filter_map(|trace| Some(trace.suggestion()?.text.as_str())).collect();
        assert_eq!(texts, expected);
        model.asked.iter().map(|request| request.sampling).collect()
    }

    #[test]
    fn alternatives_differ_and_the_likelier_comes_first() {
        let model = [("a.len()", -0.1), ("a.len()", -0.2), ("0", -0.9), ("0 ", -0.1), ("a.len() + 1", -0.3)];
        let sampled = check(json!({}), &model, &["a.len() + 1", "0"]);
        assert_eq!(sampled[0], Sampling::GREEDY);
        let seeds: Vec<u64> = sampled[1..].iter().map(|sampling| sampling.seed).collect();
        assert_eq!(seeds, [1, 2, 3, 4]);
        assert!(sampled[1..].iter().all(|sampling| sampling.temperature > 0.0));
    }

    #[test]
    fn a_model_that_knows_one_answer_is_not_asked_for_ever() {
        assert_eq!(check(json!({}), &[("a.len()", -0.1)], &[]).len(), 5);
        assert_eq!(check(json!({ "alternatives": 0 }), &[("0", -0.1), ("1", -0.1)], &[]).len(), 1);
    }

    #[test]
    fn a_text_that_the_filters_drop_is_no_alternative() {
        check(json!({}), &[("0", -0.1), ("  ", -0.1), ("}", -0.1), ("1", -9.0), ("2", -0.1)], &["2"]);
    }
}
