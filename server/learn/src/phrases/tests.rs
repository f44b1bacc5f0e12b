//! Against counting by hand, on random texts.

use proptest::prelude::*;

use super::order::{BORDER, LONGEST};
use super::predict::LEVELS;
use super::*;
use crate::LearnError;

fn cache<'a>(texts: impl IntoIterator<Item = &'a (&'a str, Kind, Vec<u32>)>) -> Phrases {
    let mut cache = Phrases::new(7);
    let full = cache.extend(texts.into_iter().map(|(path, kind, tokens)| (*path, *kind, tokens.as_slice())));
    assert_eq!(full, []);
    cache
}

fn predict(cache: &Phrases, path: &str, context: &[u32]) -> Prediction {
    let mut out = Prediction::default();
    cache.predict(&cache.scopes(path), Hole { before: context, after: &[] }, &mut out);
    out
}

/// Texts of few tokens, so that they repeat themselves and each other.
fn texts() -> impl Strategy<Value = Vec<(&'static str, Kind, Vec<u32>)>> {
    let path = prop_oneof![Just("a/x.rs"), Just("a/y.rs"), Just("b/x.rs"), Just("z")];
    let kind = prop_oneof![Just(Kind::File), Just(Kind::Edit), (0..4i64).prop_map(Kind::Taken)];
    proptest::collection::vec((path, kind, proptest::collection::vec(0u32..4, 0..40)), 0..8)
}

/// Of several whole files with one path only the last one counts.
fn held(texts: &[(&'static str, Kind, Vec<u32>)]) -> Vec<(&'static str, Kind, Vec<u32>)> {
    let later = |n: usize| texts[n + 1..].iter().any(|t| t.0 == texts[n].0 && t.1 == Kind::File);
    let kept = (0..texts.len()).filter(|n| texts[*n].1 != Kind::File || !later(*n));
    kept.map(|n| texts[n].clone()).collect()
}

/// The probabilities as the definition has them: each position looked at, and every level on its own.
fn by_hand(texts: &[(&str, Kind, Vec<u32>)], path: &str, context: &[u32]) -> Vec<(u32, f64)> {
    let folder = |path: &str| path.rfind('/').map_or(String::new(), |at| path[..at].to_owned());
    let weights = Weights::default();
    let mut counts = vec![[0.0f64; 4]; LEVELS.len()];
    for (of, kind, tokens) in texts {
        let scope = match kind {
            Kind::Edit | Kind::Taken(_) => Scope::Edit,
            Kind::File if *of == path => Scope::File,
            Kind::File if folder(of) == folder(path) => Scope::Directory,
            Kind::File => Scope::Repository,
        };
        for at in 2..tokens.len() {
            let pairs = tokens[..at].iter().rev().zip(context.iter().rev());
            let common = pairs.take_while(|(a, b)| a == b).count();
            for (_, counts) in LEVELS.iter().zip(&mut counts).filter(|(length, _)| common >= **length) {
                counts[tokens[at] as usize] += f64::from(weights.of_scope(scope));
            }
        }
    }
    let mut p = [0.0; 4];
    for (level, counts) in counts.iter().enumerate() {
        let total: f64 = counts.iter().sum();
        if total > 0.0 {
            let distinct = counts.iter().filter(|count| **count > 0.0).count() as f64;
            let escape = if level == 0 { 0.0 } else { f64::from(weights.escape) * distinct };
            let own = total / (total + escape);
            p.iter_mut().zip(counts).for_each(|(p, count)| *p = own * count / total + (1.0 - own) * *p);
        }
    }
    (0..4).map(|token| (token, p[token as usize])).collect()
}

proptest! {
    #[test]
    fn probabilities_are_those_of_counting_by_hand(
        texts in texts(), context in proptest::collection::vec(0u32..4, 0..30)
    ) {
        let cache = cache(&texts);
        let out = predict(&cache, "a/x.rs", &context);
        let sum: f64 = out.tokens.iter().map(|t| f64::from(t.1)).sum();
        prop_assert!((sum + f64::from(out.model) - 1.0).abs() < 1e-5, "{:?}", out);
        // Few positions: none is left out, so the counts are whole.
        for (token, p) in by_hand(&held(&texts), "a/x.rs", &context) {
            let found = out.alone(token);
            prop_assert!((found - p).abs() < 5e-3, "{}: {} by hand {}, {:?}", token, found, p, out);
        }
    }

    #[test]
    fn what_was_removed_has_never_been_there(texts in texts(), path in 0usize..4) {
        let path = ["a/x.rs", "a/y.rs", "b/x.rs", "z"][path];
        let mut less = cache(&texts);
        let removed = less.remove(path);
        let fresh = cache(texts.iter().filter(|text| text.0 != path));
        prop_assert_eq!(&less, &fresh);
        prop_assert_eq!(less.to_bytes(), fresh.to_bytes());
        prop_assert_eq!(removed, held(&texts).iter().filter(|text| text.0 == path).count());
    }

    #[test]
    fn one_by_one_or_all_at_once(texts in texts()) {
        let mut one_by_one = Phrases::new(7);
        for (path, kind, tokens) in held(&texts) {
            one_by_one.insert(path, kind, &tokens).expect("room");
        }
        prop_assert_eq!(&one_by_one, &cache(&texts));
        prop_assert_eq!(Phrases::from_bytes(&one_by_one.to_bytes()), Ok(one_by_one));
    }

    #[test]
    fn the_longest_match_is_the_longest(texts in texts(), context in proptest::collection::vec(0u32..4, 0..30)) {
        let held = held(&texts);
        let common = |tokens: &[u32], at: usize| {
            tokens[..at].iter().rev().zip(context.iter().rev()).take_while(|(a, b)| a == b).count().min(LONGEST)
        };
        let all = held.iter().flat_map(|(_, _, tokens)| (2..tokens.len()).map(move |at| (tokens, at)));
        let longest = all.map(|(tokens, at)| common(tokens, at)).max().filter(|length| *length >= LEVELS[0]);
        let cache = cache(&texts);
        let found = cache.longest(&cache.scopes("a/x.rs"), &context);
        prop_assert_eq!(found.map(|found| found.length), longest);
        if let Some(found) = found {
            let after: Vec<u32> = cache.after(found).collect();
            let stands = |(_, _, tokens): &(&str, Kind, Vec<u32>)| {
                (2..tokens.len()).any(|at| tokens[at..] == after[..] && common(tokens, at) == found.length)
            };
            prop_assert!(held.iter().any(stands), "{:?}", after);
        }
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Phrases::from_bytes(&bytes).is_err());
        let headed = [b"HSPHRASE\x01\0\0\0", bytes.as_slice()].concat();
        prop_assert!(Phrases::from_bytes(&headed).is_err());
    }

    /// Damage that a checksum does not show, as when somebody writes a file on purpose.
    #[test]
    fn what_is_wrong_on_purpose_does_no_harm(
        texts in texts(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()
    ) {
        let mut bytes = cache(&texts).to_bytes();
        bytes.truncate(bytes.len() - 8);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        let sum = file::checksum(&bytes);
        bytes.extend(sum.to_le_bytes());
        if let Ok(cache) = Phrases::from_bytes(&bytes) {
            let out = predict(&cache, "a/x.rs", &[1, 2, 3, 1, 2]);
            prop_assert!((0.0..=1.0).contains(&out.model), "{:?}", out);
            let found = cache.longest(&cache.scopes("z"), &[1, 1]);
            let _ = found.map(|found| cache.after(found).count());
        }
    }
}

#[test]
fn one_bit_of_damage_is_found() {
    let bytes = cache(&[("a", Kind::File, vec![1, 2, 3, 4, 5]), ("b", Kind::Edit, vec![1, 2])]).to_bytes();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        assert!(Phrases::from_bytes(&damaged).is_err(), "byte {at}");
        assert!(Phrases::from_bytes(&bytes[..at]).is_err(), "the first {at} bytes");
    }
    let mut newer = bytes;
    newer[8] = 9;
    assert_eq!(Phrases::from_bytes(&newer), Err(LearnError::Version { found: 9, known: 1 }));
}

#[test]
fn nearer_texts_count_more() {
    let texts = [
        ("a/x.rs", Kind::File, vec![1, 2, 3]),
        ("a/y.rs", Kind::File, vec![1, 2, 4]),
        ("b/z.rs", Kind::File, vec![1, 2, 5]),
    ];
    let cache = cache(&texts);
    let likeliest = |path| predict(&cache, path, &[1, 2]).tokens[0].0;
    assert_eq!(["a/x.rs", "a/y.rs", "b/z.rs"].map(likeliest), [3, 4, 5]);
    let found = cache.longest(&cache.scopes("b/z.rs"), &[9, 1, 2]).expect("a match");
    assert_eq!((found.length, cache.after(found).collect::<Vec<_>>()), (2, vec![5]));
}

#[test]
fn what_stands_after_the_hole_is_not_what_is_missing() {
    let cache = cache(&[("a", Kind::File, vec![1, 2, 3, 4, 5, 6, 7]), ("b", Kind::File, vec![1, 2, 9])]);
    let likeliest = |path, after: &[u32]| {
        let mut out = Prediction::default();
        cache.predict(&cache.scopes(path), Hole { before: &[1, 2], after }, &mut out);
        out.tokens[0].0
    };
    assert_eq!(likeliest("a", &[]), 3);
    assert_eq!(likeliest("a", &[8, 3, 4, 5, 6]), 9, "a line was opened there");
    assert_eq!(likeliest("a", &[8, 3, 4, 8]), 3, "another text");
    assert_eq!(likeliest("c", &[3, 4, 5, 6]), 3, "other files may have the same after it");
}

#[test]
fn the_oldest_edits_go_first_and_files_stay() {
    let texts = [
        ("a", Kind::Edit, vec![1, 2, 3]),
        ("a", Kind::File, vec![1, 2, 4]),
        ("b", Kind::Edit, vec![1, 2, 5]),
        ("a", Kind::Edit, vec![1, 2, 6]),
    ];
    let mut all = cache(&texts);
    assert_eq!((all.keep_last_edits(3), all.keep_last_edits(2)), (0, 1));
    assert_eq!(all, cache(&texts[1..]));
    assert_eq!(all.keep_last_edits(0), 2);
    assert_eq!(all, cache(&texts[1..2]));
}

#[test]
fn what_knows_nothing_says_nothing() {
    let empty = Phrases::new(7);
    assert_eq!((predict(&empty, "a", &[1, 2]).kind, empty.len(), empty.is_empty()), (None, 0, true));
    let cache = cache(&[("a", Kind::File, vec![1, 2, 3]), ("b", Kind::File, vec![4])]);
    for context in [&[][..], &[2], &[3, 2], &[2, 3], &[3, 4], &[BORDER, 4], &[1, BORDER]] {
        let out = predict(&cache, "a", context);
        assert_eq!((out.tokens.len(), out.model, out.kind), (0, 1.0, None), "{context:?}");
    }
}

#[test]
fn it_is_full_at_its_bound_and_says_so() {
    let mut cache = Phrases::new(7);
    let half = vec![5; MOST_TOKENS / 2];
    cache.insert("a", Kind::File, &half).expect("room");
    let full = cache.insert("b", Kind::File, &half).expect_err("no room");
    assert!(full.to_string().starts_with("b: its 2097152 tokens and the"), "{full}");
    cache.insert("a", Kind::File, &half[1..]).expect("in the place of the old one");
    assert_eq!(cache.extend([("c", Kind::Edit, &half[..]), ("d", Kind::Edit, &half[..9])]).len(), 1);
    assert_eq!(cache.documents().len(), 2);
    assert!(cache.bytes() <= 8 * (cache.len() + 64) + 1024);
}

#[test]
fn a_fit_finds_the_weight_that_outcomes_speak_for() {
    let weights = Weights::default();
    let kind = 3;
    // The cache is right in three of four, the model never sure.
    let outcomes: Vec<HeldOutToken> = (0..4000)
        .map(|n| HeldOutToken { kind, model: 0.1, cache: if n % 4 == 0 { 0.0 } else { 1.0 } })
        .collect();
    let nll = |weights: &Weights| -> f64 {
        let share = f64::from(weights.share(kind));
        outcomes.iter().map(|o| -((1.0 - share) * o.model + share * o.cache).ln()).sum()
    };
    let fitted = weights.fit(&outcomes);
    assert!(nll(&fitted) < nll(&weights));
    // Where its derivative is zero: 0.75 · 0.9 / (0.1 + 0.9 s) = 0.25 / (1 − s).
    assert!((fitted.share(kind) - 0.7222).abs() < 0.01, "{}", fitted.share(kind));
    assert_eq!(fitted.share(kind + 1), weights.share(kind + 1), "no outcomes of that kind");
    assert_eq!(weights.fit(&[]), weights);
}

#[test]
fn weights_of_a_team_are_never_worse_than_none_and_few_outcomes_change_nothing() {
    let weights = Weights::default();
    // Phrases that are right, wrong, and wrong where the model is right.
    for (model, cache) in [(0.05, 0.9), (0.9, 0.3), (0.9, 0.0)] {
        let outcomes: Vec<HeldOutToken> =
            (0..400).map(|n| HeldOutToken { kind: n % 42, model, cache }).collect();
        let fitted = weights.fitted(&outcomes);
        let [none, before, after] =
            [&weights.none(), &weights, &fitted].map(|weights| weights.nats(&outcomes));
        assert!(after <= none && (after <= before || after == none), "{none} {before} {after}");
        assert_eq!(after == none, cache < model, "{cache}");
        let few = &outcomes[..FEWEST - 1];
        assert_eq!(weights.fitted(few), weights);
    }
}
