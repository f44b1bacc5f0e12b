//! Where the text comes from: the model in this process, or a script.

mod beside;
mod fit;
mod local;
pub(crate) mod phrases;
mod resident;
mod script;
mod starter;
mod watch;
#[cfg(test)]
mod watch_tests;

pub(crate) use fit::Fit;
pub(crate) use local::Local;

use std::path::PathBuf;

use housestyle_complete::generator::Generator;
use housestyle_engine::AdapterWeights;

use crate::adapters::{self, Origin, Version};
use crate::args::Arm;
use crate::context::Context;
use crate::failure::Failure;
use crate::models::{Model, Store, kept};
use crate::{probe, workspace_state};
use watch::Watch;

/// Where the text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Backend {
    /// The model in this process.
    Local,
    /// Answers read from a JSON Lines file, in order.
    Script(PathBuf),
}

impl Backend {
    /// Reads `local` or `script:FILE`.
    ///
    /// # Errors
    /// Says which forms there are.
    pub(crate) fn parse(text: &str) -> Result<Backend, String> {
        match text.split_once(':') {
            None if text == "local" => Ok(Backend::Local),
            Some(("script", file)) if !file.is_empty() => Ok(Backend::Script(PathBuf::from(file))),
            _ => Err("expected `local` or `script:FILE`".to_owned()),
        }
    }

    /// Opens the generator. For a model this reads its file, which takes a moment.
    ///
    /// # Errors
    /// When the script or the model is missing or unusable; the message says what to do.
    pub(crate) fn open(&self, context: &Context) -> Result<Box<dyn Learned>, Failure> {
        match self {
            Backend::Local => Ok(Box::new(open_local(context)?)),
            Backend::Script(file) => Ok(Box::new(script::Script::open(file)?)),
        }
    }

    /// Opens the generator as it serves: with the team's phrases, and with the workspace's active adapter beside
    /// the model, or the starter where there is none. What is learned or activated while it serves takes part as soon
    /// as it is ready.
    ///
    /// # Errors
    /// As [`Backend::open`]. What was learned and cannot be used is told on stderr, and the model serves
    /// without it.
    pub(crate) fn open_serving(&self, context: &Context) -> Result<Box<dyn Generator>, Failure> {
        if *self != Backend::Local {
            let opened = self.open(context)?;
            return Ok(opened);
        }
        let mut local = open_local(context)?;
        local.take_part(Arm::Starter)?;
        let mut watch = Watch::new(context, local.vocabulary());
        for news in watch.look() {
            local.hear(news)?;
        }
        local.follow(watch.start());
        Ok(Box::new(local))
    }
}

/// Lets the generator know the active adapter, if there is one: the one that serves.
///
/// # Errors
/// When it is not approved, exchanged, broken, or for another base.
pub(crate) fn know_active(context: &Context, generator: &mut dyn Learned) -> Result<(), Failure> {
    let store = adapters::Store::of(context);
    if store.active()?.is_none() {
        return Ok(()); // the model's digest need not be known then
    }
    let base = adapters::Base::of(context)?;
    match store.load_active(&base.config, &base.sha256)? {
        Some((Version { id: Some(id), .. }, adapter)) => generator.know_adapter(&id, &adapter.weights),
        _ => Ok(()),
    }
}

/// Returns the adapter that is measured: the one that was named, else what `learn` made last in the workspace; none
/// where no arm has one, or nothing was learned yet and it is not asked for.
///
/// # Errors
/// When there is none of that name, or an arm asks for one.
pub(crate) fn candidate(
    context: &Context,
    arms: &[Arm],
    named: Option<&str>,
) -> Result<Option<String>, Failure> {
    if !arms.iter().any(|arm| matches!(arm, Arm::Adapter | Arm::All)) {
        return match named {
            Some(id) => Err(Failure::Usage(format!(
                "--adapter {id}: it takes part in arms `adapter` and `all` alone"
            ))),
            None => Ok(None),
        };
    }
    let store = adapters::Store::of(context);
    let version = match named {
        Some(id) => Some(store.find(id)?),
        None => store.versions()?.into_iter().rev().find(|version| version.origin == Origin::Learned),
    };
    match version.and_then(|version| version.id) {
        None if arms.contains(&Arm::Adapter) => Err(Failure::Usage(
            "arm `adapter`: no adapter was learned in this workspace yet: run `housestyle learn`".to_owned(),
        )),
        id => Ok(id),
    }
}

/// Lets the generator know the adapter that is measured; it need not be approved.
///
/// # Errors
/// When it is exchanged, broken, or for another base.
pub(crate) fn know_candidate(
    context: &Context,
    generator: &mut dyn Learned,
    id: Option<&str>,
) -> Result<(), Failure> {
    let Some(id) = id else { return Ok(()) };
    let base = adapters::Base::of(context)?;
    let adapter = adapters::Store::of(context).measure(id, &base.config, &base.sha256)?;
    generator.know_adapter(id, &adapter.weights)
}

/// A generator that what was learned of the workspace can take part in.
pub(crate) trait Learned: Generator {
    /// Makes an adapter the team's, which arms `adapter` and `all` are measured with. It need not be approved.
    ///
    /// # Errors
    /// When it does not fit the model.
    fn know_adapter(&mut self, id: &str, weights: &AdapterWeights) -> Result<(), Failure>;

    /// Lets what belongs to an arm take part from now on, and nothing else.
    ///
    /// # Errors
    /// When there is nothing of that kind, or it cannot be read.
    fn take_part(&mut self, arm: Arm) -> Result<(), Failure>;

    /// Returns the model in this process, for what must reach below a generator; `None` where there is none.
    fn local(&mut self) -> Option<&mut Local>;
}

/// Opens the model in this process.
///
/// # Errors
/// When its file is missing or unusable, or its fill-in-the-middle markers do not work.
pub(crate) fn open_local(context: &Context) -> Result<Local, Failure> {
    let store = Store::at(&context.home.models);
    let model = Model::named(context.global.model.as_deref()).map_err(Failure::Usage)?;
    let path = model.locate(&store).map_err(Failure::Environment)?;
    let name = model.name();
    let failed = |why: String| Failure::Environment(format!("model {name}: {why}"));
    let kept = kept::places(&context.home, &model, &path);
    let state = workspace_state::folder(&context.home, &context.workspace);
    // Of a file of the user's own nobody knows the digest, and there is no adapter for it.
    let digest = store.digest(&model);
    let mut local = Local::open(name.clone(), &path, context.threads, kept, state, digest)
        .map_err(|error| failed(error.to_string()))?;
    // Of the pinned files it is known that they fill holes; of any other it is asked.
    if !store.is_pinned(&model) && local.describe().fim {
        let probe = probe::run(&mut local).map_err(|error| failed(error.to_string()))?;
        if !probe.works {
            return Err(failed(format!(
                "its fill-in-the-middle markers do not work (it wrote {:?} where {:?} belongs): use a model of the \
                 catalogue, see `housestyle model list`",
                probe.text,
                probe::ANSWER,
            )));
        }
    }
    Ok(local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_ends_are_named() {
        assert_eq!(Backend::parse("local"), Ok(Backend::Local));
        assert_eq!(Backend::parse(r"script:C:\a.jsonl"), Ok(Backend::Script(PathBuf::from(r"C:\a.jsonl"))));
        for wrong in ["", "script", "script:", "http://x", "LOCAL"] {
            assert!(Backend::parse(wrong).is_err(), "{wrong}");
        }
    }
}
