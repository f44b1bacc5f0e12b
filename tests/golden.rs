//! The engine against llama.cpp: token ids, first logits and greedy continuations of both models.
//!
//! `golden/README.md` says how the files were made and why the bounds are what they are.

use std::path::Path;

use housestyle_engine::{Engine, Options};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::models;

/// The models, and what the median over their prompts of the root mean square of logits may be.
const MODELS: [(&str, f64); 2] = [("qwen2.5-coder-0.5b", 0.15), ("smollm2-135m", 0.25)];
/// A step whose two best logits are nearer than this may be decided the other way.
const UNDECIDED: f32 = 0.75;
/// The worst prompt's root mean square, largest difference, and largest |Δ ln p| of the ten likeliest tokens.
const WORST: [f64; 3] = [0.8, 1.6, 1.0];
/// The median prompt's largest difference.
const MEDIAN_LARGEST: f64 = 0.5;

/// The ids of a text.
#[derive(Deserialize)]
struct Tokens {
    text: String,
    ids: Vec<u32>,
}

/// A prompt and what follows it.
#[derive(Deserialize)]
struct Greedy {
    name: String,
    prompt_ids: Vec<u32>,
    continuation_ids: Vec<u32>,
    margins: Vec<f32>,
    first_logits: Logits,
    first_logits_f32: Logits,
}

/// Some of the logits after a prompt.
#[derive(Deserialize)]
struct Logits {
    top: Vec<(u32, f64)>,
    fixed: Vec<(u32, f64)>,
    logsumexp: f64,
}

#[test]
fn token_ids_are_equal() {
    let mut wrong = Vec::new();
    for (model, _) in MODELS {
        let engine = open(model);
        for Tokens { text, ids } in read::<Tokens>("tokens", model) {
            let mut ours = Vec::new();
            engine.tokenizer().encode(&text, &mut ours);
            if ours != ids {
                let at = ours.iter().zip(&ids).take_while(|(a, b)| a == b).count();
                let some = |ids: &[u32]| ids[at..ids.len().min(at + 8)].to_vec();
                let start: String = text.chars().take(60).collect();
                wrong.push(format!(
                    "{model}: {start:?}: from token {at}: {:?} for {:?}",
                    some(&ours),
                    some(&ids)
                ));
            }
        }
    }
    none(&wrong);
}

#[test]
fn logits_and_greedy_tokens_agree() {
    let _alone = models::alone();
    let mut wrong = Vec::new();
    for (model, median_rms) in MODELS {
        let mut engine = open(model);
        let (mut rounded, mut exact) = (Vec::new(), Vec::new());
        let (mut decided, mut agreed, mut steps) = (0, 0, 0);
        for golden in read::<Greedy>("greedy", model) {
            engine.reset();
            let mut tokens = golden.prompt_ids.clone();
            for (step, (token, margin)) in golden.continuation_ids.iter().zip(&golden.margins).enumerate() {
                let logits =
                    engine.logits(&tokens, &|| false).expect("a prompt that fits").expect("no abort");
                if step == 0 {
                    rounded.push(distance(logits, &golden.first_logits));
                    exact.push(distance(logits, &golden.first_logits_f32));
                }
                let ours = best(logits);
                steps += 1;
                agreed += usize::from(ours == *token);
                decided += usize::from(*margin >= UNDECIDED);
                if ours != *token && *margin >= UNDECIDED {
                    wrong.push(format!(
                        "{model}: {} step {step}: token {ours} for {token}, margin {margin}",
                        golden.name
                    ));
                }
                tokens.push(*token);
            }
        }
        assert!(decided * 2 > steps, "{model}: only {decided} of {steps} steps are decided");
        println!("{model}: {agreed} of {steps} tokens equal, {decided} of them have to be");
        for (against, prompts) in [("llama.cpp", rounded), ("llama.cpp with F32 weights", exact)] {
            for (n, bound) in WORST.into_iter().enumerate() {
                let mut values: Vec<f64> = prompts.iter().map(|far| far[n]).collect();
                values.sort_by(f64::total_cmp);
                let (median, most) = (values[values.len() / 2], values[values.len() - 1]);
                let what = ["root mean square", "largest difference", "Δ ln p"][n];
                let median_bound = [median_rms, MEDIAN_LARGEST, f64::INFINITY][n];
                let figures =
                    format!("{model} against {against}: {what}: median {median:.3}, most {most:.3}");
                println!("{figures}");
                // Written so that a NaN is wrong too.
                if !(median <= median_bound && most <= bound) {
                    wrong.push(format!("{figures}; allowed are {median_bound} and {bound}"));
                }
            }
        }
    }
    none(&wrong);
}

/// Returns how far logits are from the golden ones: root mean square, largest difference, and largest difference
/// in the log-probability of the ten likeliest tokens.
fn distance(logits: &[f32], golden: &Logits) -> [f64; 3] {
    let of = |id: u32| f64::from(logits[id as usize]);
    let all: Vec<f64> = golden.top.iter().chain(&golden.fixed).map(|(id, logit)| of(*id) - logit).collect();
    let mean_square = all.iter().map(|d| d * d).sum::<f64>() / all.len() as f64;
    let most = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let logsumexp = most + logits.iter().map(|l| (f64::from(*l) - most).exp()).sum::<f64>().ln();
    let log_p = golden.top[..10].iter().map(|(id, logit)| (of(*id) - logsumexp) - (logit - golden.logsumexp));
    let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, |most: f64, v| most.max(v.abs()));
    [mean_square.sqrt(), largest(&mut all.iter().copied()), largest(&mut log_p.into_iter())]
}

/// Returns the first of the likeliest tokens.
fn best(logits: &[f32]) -> u32 {
    let higher = |best: usize, at: usize| if logits[at] > logits[best] { at } else { best };
    (0..logits.len()).reduce(higher).map_or(0, |at| at as u32)
}

fn open(model: &str) -> Engine {
    Engine::open(&models::file(model), Options::default()).expect("a model of the catalogue")
}

fn read<T: DeserializeOwned>(kind: &str, model: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{kind}-{model}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let all: Vec<T> = text.lines().map(parse).collect();
    assert!(all.len() >= 20, "{}: only {} lines", path.display(), all.len());
    all
}

#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
