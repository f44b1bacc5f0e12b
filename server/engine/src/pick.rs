//! The choice of the next token, from the output of the last pass and a prior.

use crate::engine::Engine;
use crate::heal::Constraint;
use crate::ops;
use crate::prior::Mixture;
use crate::sampler::Sampler;
use crate::scratch::Want;

impl Engine {
    /// Returns the next token after `context` by a row of the last pass's output, and the logarithm of its probability;
    /// `None` if no logit is finite.
    pub(crate) fn pick(
        &mut self,
        wanted: Want,
        row: usize,
        context: &[u32],
        sampler: &mut Sampler,
        constraint: &Constraint,
    ) -> Option<(u32, f64)> {
        let Engine { model, tokenizer, scratch, mixing, .. } = self;
        let mixture = mixing.ask(context, tokenizer);
        let vocab = model.vocab;
        if let Want::Best(_) = wanted {
            let best = *scratch.best.get(row)?;
            let likeliest = best.token?;
            let Some(mixture) = mixture else {
                return Some((likeliest, f64::from(best.logit) - best.log_sum));
            };
            // No other token can come first: the model finds none likelier, and the prior adds nothing for the rest.
            let own = mixture.addition(likeliest);
            let rivals = mixture.additions.iter().filter(|(_, addition)| f64::from(*addition) > own);
            let mut tokens: Vec<u32> = rivals.map(|(token, _)| *token).collect();
            tokens.push(likeliest);
            let candidates = tokens.len();
            tokens.extend(mixture.end().filter(|end| *end != likeliest));
            let sum = model.exact(&tokens, row, scratch);
            let alone = |token: u32| (f64::from(scratch.logits[row * vocab + token as usize]) - sum).exp();
            let end = mixture.end().map_or(0.0, alone);
            let of = |token: &u32| (*token, mixture.probability(*token, alone(*token), end));
            let first =
                |a: (u32, f64), b: (u32, f64)| if b.1 > a.1 || (b.1 == a.1 && b.0 < a.0) { b } else { a };
            let (token, p) = tokens[..candidates].iter().map(of).reduce(first)?;
            return Some((token, p.ln()));
        }
        let logits = &scratch.logits[row * vocab..][..vocab];
        // While healing, a token is as likely as it is among those that may come: what stands there is
        // no choice of the model's, and must not make it look unsure.
        let allowed = (!constraint.is_done()).then(|| constraint.allowed(tokenizer));
        let Some(mixture) = mixture else {
            let Some(allowed) = allowed else {
                let picked = sampler.pick((0u32..).zip(logits.iter().copied()))?;
                return Some((picked, f64::from(logits[picked as usize]) - ops::log_sum_exp(logits)));
            };
            return among(sampler, allowed.iter().map(|token| (*token, logits[*token as usize])));
        };
        let mixed = mixed(logits, &mixture);
        match allowed {
            None => among(sampler, (0u32..).zip(mixed)),
            Some(allowed) => among(sampler, allowed.iter().map(|token| (*token, mixed[*token as usize]))),
        }
    }
}

/// Returns (vocab) the logarithms of the tokens' probabilities in the mixture.
fn mixed(logits: &[f32], mixture: &Mixture<'_>) -> Vec<f32> {
    let sum = ops::log_sum_exp(logits);
    let alone = |token: u32| (f64::from(logits[token as usize]) - sum).exp();
    let end = mixture.end().map_or(0.0, alone);
    let share = mixture.share().ln() - sum;
    let mut out: Vec<f32> = logits.iter().map(|logit| (f64::from(*logit) + share) as f32).collect();
    for token in mixture.additions.iter().map(|a| a.0).chain(mixture.end()) {
        out[token as usize] = mixture.probability(token, alone(token), end).ln() as f32;
    }
    out
}

/// Lets the sampler choose among some tokens, and returns how likely its choice is among them.
fn among(sampler: &mut Sampler, candidates: impl Iterator<Item = (u32, f32)>) -> Option<(u32, f64)> {
    let candidates: Vec<(u32, f32)> = candidates.collect();
    let token = sampler.pick(candidates.iter().copied())?;
    let logits: Vec<f32> = candidates.iter().map(|c| c.1).collect();
    let of = candidates.iter().find(|c| c.0 == token)?.1;
    Some((token, f64::from(of) - ops::log_sum_exp(&logits)))
}
