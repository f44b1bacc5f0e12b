//! Every gradient against finite differences, and the forward pass against the engine's.

use std::sync::Arc;

use housestyle_engine::{AdapterWeights, FAMILIES, LowRank, SplitMix64, Target};
use housestyle_testkit::tiny::{LAYERS, Tiny};
use housestyle_train::{Example, Network, Parameters, Recipe};

fn noise(n: usize, scale: f32, seed: u64) -> Vec<f32> {
    let mut random = SplitMix64::new(seed);
    (0..n).map(|_| random.signed() * scale).collect()
}

/// Of more than one block of queries.
fn example(from: usize) -> Example {
    let tokens = (0..70u32).map(|i| (i * 37 + i * i) % 250).collect();
    Example { tokens, from, weight: 1.0 }
}

fn everything() -> Recipe {
    Recipe { rank: 3, alpha: 4.5, targets: Target::ALL.to_vec(), bias: true, ..Recipe::default() }
}

/// An adapter of all matrices whose numbers are all unlike zero.
fn adapter(config: &housestyle_engine::Config, recipe: &Recipe, seed: u64) -> AdapterWeights {
    let mut weights = AdapterWeights { rank: recipe.rank, alpha: recipe.alpha, ..AdapterWeights::default() };
    for layer in 0..LAYERS {
        for target in Target::ALL {
            let (rows, cols) = target.shape(config);
            let seed = seed + 100 * layer as u64 + 3 * target as u64;
            let low_rank = LowRank {
                a: noise(recipe.rank * cols, 0.2, seed),
                b: noise(rows * recipe.rank, 0.2, seed + 1),
            };
            weights.low_rank.insert((layer, target), low_rank);
            if recipe.bias {
                weights.biases.insert((layer, target), noise(rows, 0.1, seed + 2));
            }
        }
    }
    weights
}

#[test]
fn gradients_of_every_tensor_of_every_layer_are_those_of_finite_differences() {
    for architecture in FAMILIES.iter().map(|family| family.name) {
        let engine = super::open(&Tiny { architecture, ..Tiny::default() }, 2);
        let recipe = everything();
        let start = adapter(engine.config(), &recipe, 1);
        let beneath =
            adapter(engine.config(), &Recipe { rank: 2, alpha: 1.0, bias: false, ..recipe.clone() }, 9);
        let example = example(60);
        let of = |weights: &AdapterWeights| {
            Parameters::new(&recipe, engine.config(), Some(weights), Some(&beneath)).expect("it fits")
        };
        let mut network = Network::new(engine.frozen());
        let mut loss = |weights: &AdapterWeights| network.evaluate(&of(weights), &example).sum();
        let mut gradient_network = Network::new(engine.frozen());
        let parameters = of(&start);
        let mut gradients = parameters.zeros();
        let outcome = gradient_network.gradients(&parameters, &example, 1.0, true, None, &mut gradients);
        assert!((outcome.sum() - loss(&start)).abs() < 1e-9, "one forward pass like the other");
        let gradients = parameters.as_adapter(&gradients);
        let mut checked = 0;
        let step = 2e-2f32;
        let mut check = |what: String, gradient: &[f32], change: &dyn Fn(&mut AdapterWeights, usize, f32)| {
            // Along the gradient's own direction, and at its largest element.
            let norm = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
            assert!(norm > 1e-4, "{what} has no gradient");
            let mut moved = |by: f32, only: Option<usize>| {
                let mut weights = start.clone();
                for (i, g) in gradient.iter().enumerate() {
                    match only {
                        Some(one) if one != i => {}
                        Some(_) => change(&mut weights, i, by),
                        None => change(&mut weights, i, by * g / norm),
                    }
                }
                loss(&weights)
            };
            let largest =
                (0..gradient.len()).max_by(|a, b| gradient[*a].abs().total_cmp(&gradient[*b].abs()));
            for only in [None, largest] {
                let slope = (moved(step, only) - moved(-step, only)) / f64::from(2.0 * step);
                let exact = f64::from(only.map_or(norm, |i| gradient[i]));
                assert!(
                    (slope - exact).abs() < 0.01 * exact.abs() + 2e-3,
                    "{architecture} {what} {only:?}: {exact}, but the slope is {slope}"
                );
            }
            checked += 1;
        };
        for (key, low_rank) in &gradients.low_rank {
            check(format!("{key:?} A"), &low_rank.a, &|w, i, by| {
                w.low_rank.get_mut(key).expect("there").a[i] += by;
            });
            check(format!("{key:?} B"), &low_rank.b, &|w, i, by| {
                w.low_rank.get_mut(key).expect("there").b[i] += by;
            });
        }
        for (key, bias) in &gradients.biases {
            check(format!("{key:?} bias"), bias, &|w, i, by| {
                w.biases.get_mut(key).expect("there")[i] += by;
            });
        }
        assert_eq!(checked, LAYERS * 7 * 3);
    }
}

#[test]
fn the_loss_is_the_one_that_serving_has() {
    for (architecture, quantized) in
        FAMILIES.iter().flat_map(|family| [(family.name, false), (family.name, true)])
    {
        let mut engine = super::open(&Tiny { architecture, quantized, ..Tiny::default() }, 2);
        let recipe = everything();
        let (one, two) = (adapter(engine.config(), &recipe, 1), adapter(engine.config(), &recipe, 5));
        let two = AdapterWeights { biases: Default::default(), ..two };
        let example = example(61);
        let parameters = Parameters::new(&recipe, engine.config(), Some(&one), Some(&two)).expect("it fits");
        assert!(parameters.adapter() == one, "what goes in comes out");
        let trained = Network::new(engine.frozen()).evaluate(&parameters, &example).sum();
        let ready = engine.prepare(&[&one, &two]).expect("it fits");
        engine.set_adapter(Some(Arc::new(ready))).expect("it fits");
        let mut served = 0.0;
        for i in example.from..example.tokens.len() {
            let logits = engine.logits(&example.tokens[..i], &|| false).expect("valid").expect("whole");
            let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f64 = logits.iter().map(|v| f64::from(v - max).exp()).sum();
            served += f64::from(max) + sum.ln() - f64::from(logits[example.tokens[i] as usize]);
        }
        // Keys, values and the adapter are halves in serving.
        let bound = if quantized { 0.02 } else { 0.005 } * served;
        assert!((trained - served).abs() < bound, "{architecture} {quantized}: {trained} and {served}");
    }
}

#[test]
fn gradients_through_what_is_learned_alone_are_whole_where_the_prompt_has_no_part() {
    for architecture in FAMILIES.iter().map(|family| family.name) {
        let engine = super::open(&Tiny { architecture, ..Tiny::default() }, 2);
        let recipe = everything();
        let start = adapter(engine.config(), &recipe, 1);
        let parameters = Parameters::new(&recipe, engine.config(), Some(&start), None).expect("it fits");
        let example = example(60);
        let of = |whole: bool| {
            let mut gradients = parameters.zeros();
            let mut network = Network::new(engine.frozen());
            network.gradients(&parameters, &example, 1.0, whole, None, &mut gradients);
            parameters.as_adapter(&gradients)
        };
        let (whole, short) = (of(true), of(false));
        let near = |a: &[f32], b: &[f32]| {
            let largest = a.iter().fold(0.0f32, |m, v| m.max(v.abs()));
            a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-4 * largest)
        };
        // In the last layer the prompt takes part as keys and values only.
        for target in [Target::Query, Target::Output, Target::Gate, Target::Up, Target::Down] {
            let key = (LAYERS - 1, target);
            let (a, b) = (&whole.low_rank[&key], &short.low_rank[&key]);
            assert!(near(&a.a, &b.a) && near(&a.b, &b.b), "{architecture} {target:?}");
        }
        let key = (0, Target::Up);
        assert!(!near(&whole.low_rank[&key].a, &short.low_rank[&key].a), "{architecture}");
        // Below, both go into about the same direction.
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let (a, b) = (&whole.low_rank[&key].b, &short.low_rank[&key].b);
        let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
        assert!(cosine > 0.3, "{architecture}: {cosine}");
    }
}
