//! `housestyle starter`: trains the adapter that ships with the program, and measures it on cases held back.

use std::fs;
use std::path::PathBuf;

use housestyle_adaptation::{CasesProblem, backend, cases, training};
use housestyle_complete::Settings;
use housestyle_complete::eval::Case;
use housestyle_complete::generator::Generator;
use housestyle_engine::{AdapterWeights, Target};
use housestyle_train::format::{About, Adapter, Precision, id_of, read, write};
use housestyle_train::{Control, Example, Network, Parameters, Recipe, Run, train};
use housestyle_workspace::Progress;
use housestyle_workspace::digest::sha256_of;
use housestyle_workspace::models::Store;
use serde_json::json;

use crate::args::StarterArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::print_json;
use crate::progress::Bar;

/// Runs `housestyle starter`.
pub(crate) fn run(invocation: &Invocation, args: &StarterArgs) -> Result<(), Failure> {
    let settings =
        Settings { prefix_tokens: args.window[0], suffix_tokens: args.window[1], ..Settings::default() };
    let mut local = backend::open_local(&invocation.setup())?;
    let mut cases = read_all(&args.cases)?;
    cases.truncate(args.limit.unwrap_or(usize::MAX));
    let examples = training::examples(&local, &cases, &settings)?;
    let held = training::examples(&local, &read_all(&args.held)?, &Settings::default())?;
    let recipe = Recipe {
        rank: args.rank,
        alpha: args.alpha,
        rate: args.rate,
        batch: args.batch,
        epochs: args.epochs,
        first_layer: args.first_layer,
        targets: if args.attention { Target::ALL.to_vec() } else { Target::MLP.to_vec() },
        through_prompt: !args.short,
        seed: args.seed,
        ..Recipe::default()
    };
    let model = invocation.model()?;
    let path = model.locate(&Store::at(&invocation.workspace.home().models))?;
    let base_sha256 = sha256_of(&path, &mut |_| {})?;
    let name = local.describe().model;
    let engine = local.engine();
    let load = |file: &Option<PathBuf>| -> Result<Option<AdapterWeights>, Failure> {
        let Some(file) = file else { return Ok(None) };
        let bytes = fs::read(file).map_err(|e| Failure::Usage(format!("{}: {e}", file.display())))?;
        let adapter = read(&bytes, engine.config(), &base_sha256)?;
        Ok(Some(adapter.weights))
    };
    let (start, beneath) = (load(&args.start)?, load(&args.beneath)?);
    let first = Parameters::new(&recipe, engine.config(), start.as_ref(), beneath.as_ref());
    let first = first?;
    let mut network = Network::new(engine.frozen());
    let mut bar = Bar::new();
    let before = losses(&mut network, &first, &held, &mut bar);
    let run = Run { recipe: &recipe, examples: &examples, most_steps: None, checkpoint: None };
    let span = tracing::info_span!("training").entered();
    bar.begin_items("training", examples.len() * recipe.epochs);
    let began = std::time::Instant::now();
    let mut tokens = 0;
    let trained = train(&mut network, run, first, &mut |progress| {
        bar.at(progress.examples as u64);
        tokens = progress.tokens;
        Control::Continue
    })?;
    let seconds = began.elapsed().as_secs_f64();
    bar.end();
    tracing::info!(steps = trained.losses.len(), seconds, "trained");
    drop(span);
    let after = losses(&mut network, &trained.parameters, &held, &mut bar);
    let about = About {
        base_sha256,
        base: name,
        architecture: engine.config().architecture().to_owned(),
        manifest_sha256: args.manifest.as_deref().map(|file| sha256_of(file, &mut |_| {})).transpose()?,
    };
    let adapter = Adapter { weights: trained.parameters.adapter(), about };
    let bytes = write(&adapter, engine.config(), Precision::Half)?;
    fs::write(&args.out, &bytes)?;
    let mean = |losses: &[Vec<f64>], with_end: bool| {
        let own = |l: &Vec<f64>| {
            (l.iter().rev().skip(usize::from(!with_end)).sum::<f64>(), l.len() - usize::from(!with_end))
        };
        let (sum, n) = losses.iter().map(own).fold((0.0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        sum / n.max(1) as f64
    };
    let figures =
        |losses: &[Vec<f64>]| json!({"nll_per_token": mean(losses, false), "with_end": mean(losses, true)});
    print_json(&json!({
        "id": id_of(&bytes), "bytes": bytes.len(), "examples": examples.len(), "tokens": tokens, "seconds": seconds,
        "tokens_per_second": tokens as f64 / seconds,
        "loss": trained.losses.iter().rev().take(20).sum::<f64>() / trained.losses.len().clamp(1, 20) as f64,
        "held": {"cases": held.len(), "before": figures(&before), "after": figures(&after)},
    }))
}

fn read_all(files: &[PathBuf]) -> Result<Vec<Case>, Failure> {
    let mut all = Vec::new();
    for file in files {
        let wrong = |problem: CasesProblem| Failure::Usage(format!("{}: {problem}", file.display()));
        all.extend(cases::read(file).map_err(wrong)?);
    }
    Ok(all)
}

fn losses(
    network: &mut Network<'_>,
    parameters: &Parameters,
    held: &[Example],
    bar: &mut dyn Progress,
) -> Vec<Vec<f64>> {
    bar.begin_items("measuring", held.len());
    let losses = held.iter().enumerate().map(|(i, example)| {
        bar.at(i as u64 + 1);
        network.evaluate(parameters, example).losses
    });
    let losses = losses.collect();
    bar.end();
    losses
}
