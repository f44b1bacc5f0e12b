//! Where the text comes from: the model in this process, or a script.

mod adapter_cache;
mod approval;
mod draft_sources;
mod fit;
mod local;
mod parts;
mod phrases;
mod script;
mod starter;
mod watch;
#[cfg(test)]
mod watch_tests;
mod watch_thread;

use std::path::PathBuf;
use std::sync::Arc;

use housestyle_complete::eval::Arm;
use housestyle_complete::generator::{Capability, Generator};
use housestyle_engine::AdapterWeights;
use housestyle_learn::phrases::Phrases;
use housestyle_workspace::adapters::{self, Base, Origin, Version};
use housestyle_workspace::models::{Model, ModelError, Store, packed};
use housestyle_workspace::{Workspace, notice};

use crate::error::{Error, ModelProblem};
use crate::probe;
pub use fit::PhraseFit;
pub use local::Local;

/// Where the text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// The model in this process.
    Local,
    /// Answers read from a JSON Lines file, in order.
    Script(PathBuf),
}

/// The workspace and the model that a back end is opened for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The workspace whose learned knowledge can take part.
    pub workspace: Workspace,
    /// The name or the file of the model; `None` for the default one. Only a back end that opens it reads the name.
    pub model: Option<String>,
    /// Threads for the model's arithmetic; 0 leaves the choice to the engine.
    pub threads: usize,
}

impl Setup {
    /// Returns the model.
    ///
    /// # Errors
    /// When no model has the name.
    pub fn model(&self) -> Result<Model, ModelError> {
        Model::named(self.model.as_deref())
    }

    /// Returns the base that an adapter must have been made for.
    ///
    /// # Errors
    /// When no model has the name, or its file is not here, or none that the engine reads.
    pub(crate) fn base(&self) -> Result<Base, ModelError> {
        Base::of(self.workspace.home(), &self.model()?)
    }
}

impl Backend {
    /// The forms that [`Backend::parse`] reads, for people.
    pub const HELP: &str = "Source of completions: `local` (the model in this process), or `script:FILE` (JSON Lines \
                            {\"text\": \"...\", \"delay_ms\": 0}, answered in order; the last one repeats)";

    /// Reads `local` or `script:FILE`.
    ///
    /// # Errors
    /// Says which forms there are.
    pub fn parse(text: &str) -> Result<Backend, String> {
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
    pub fn open(&self, setup: &Setup) -> Result<Box<dyn Adaptive>, Error> {
        match self {
            Backend::Local => Ok(Box::new(open_local(setup)?)),
            Backend::Script(file) => Ok(Box::new(script::Script::open(file)?)),
        }
    }

    /// Opens the generator for serving: [`Generator::refresh`] lets the phrases and the active adapter of a workspace
    /// take part, or the starter where no adapter is active, and in no workspace. The parts of the setup's workspace are
    /// prepared already, those of others when they are first asked for. A part that is learned or activated later takes
    /// effect once it is prepared. An unusable part is a warning, and the model serves without that part.
    ///
    /// # Errors
    /// As [`Backend::open`].
    pub fn open_serving(&self, setup: &Setup) -> Result<Box<dyn Generator>, Error> {
        let mut opened = self.open(setup)?;
        opened.watch(setup)?;
        Ok(opened)
    }

    /// Returns the model whose file the back end opens, for what must be known before: what to fetch, and what to tell
    /// somebody who waits. `None` where it opens none.
    ///
    /// # Errors
    /// When no model has the name.
    pub fn model(&self, setup: &Setup) -> Result<Option<Model>, ModelError> {
        if *self == Backend::Local { setup.model().map(Some) } else { Ok(None) }
    }
}

/// A generator that can use a team's learned parts.
///
/// A back end lists its capabilities in [`Generator::capabilities`]; the methods for missing capabilities keep their
/// defaults here.
pub trait Adaptive: Generator {
    /// Makes an adapter the candidate, which arms `adapter` and `all` are measured with. It need not be approved.
    ///
    /// # Errors
    /// When it does not fit the model.
    fn set_candidate(&mut self, _id: &str, _weights: &AdapterWeights) -> Result<(), Error> {
        Ok(()) // no arm of this back end has an adapter
    }

    /// Lets the components of an arm take part from now on, and nothing else.
    ///
    /// # Errors
    /// When the back end cannot do what the arm needs, or there is nothing of that kind, or it cannot be read.
    fn apply(&mut self, arm: Arm) -> Result<(), Error> {
        match arm.needs().map(|capability| self.capabilities().require(capability)) {
            Some(Err(why)) => Err(Error::Unsupported { arm, why }),
            _ => Ok(()),
        }
    }

    /// Applies the adapter of an arm to the model, or none. All else stays as it is.
    ///
    /// # Errors
    /// As [`Adaptive::apply`].
    fn apply_adapter(&mut self, arm: Arm) -> Result<(), Error> {
        self.apply(arm)
    }

    /// Returns whether there is a starter adapter for the model.
    ///
    /// # Errors
    /// When the program's own copy does not fit the model.
    fn has_starter(&mut self) -> Result<bool, Error> {
        Ok(false)
    }

    /// Mixes phrases into the model's probabilities from the next call on, or none. Does nothing without
    /// [`Capability::Prior`].
    fn set_phrases(&mut self, _phrases: Option<Arc<Phrases>>) {}

    /// Lets the starter take part, and from now on, at each [`Generator::refresh`], what was learned in the workspace
    /// named there. What was learned and cannot be used is a warning.
    ///
    /// # Errors
    /// As [`Adaptive::apply`].
    fn watch(&mut self, _setup: &Setup) -> Result<(), Error> {
        Ok(())
    }

    /// Returns the model, where its weights are in this process: training goes through them.
    fn trainable(&mut self) -> Option<&mut Local> {
        None
    }

    /// Returns the identity of the vocabulary that [`Adaptive::encode`] makes tokens of: phrases are of one vocabulary.
    fn vocabulary(&self) -> u64 {
        0
    }

    /// Returns the tokens of a text; none where the back end does not give its tokens.
    fn encode(&self, _text: &str) -> Vec<u32> {
        Vec::new()
    }
}

/// Makes the active adapter the candidate, if there is one: the one that serves. An adapter that the team took back is
/// rolled back first. Does nothing where the back end takes no adapters.
///
/// # Errors
/// When the adapter is not approved, has another digest, is broken, or is for another base.
pub fn use_active(setup: &Setup, generator: &mut dyn Adaptive) -> Result<(), Error> {
    let store = adapters::Store::of(&setup.workspace);
    if !generator.capabilities().has(Capability::Adapters) {
        return Ok(());
    }
    approval::roll_back_revoked(&store)?;
    // Where none is active, the model's digest need not be known.
    if store.active()?.is_none() {
        return Ok(());
    }
    let base = setup.base()?;
    match store.load_active(&base.config, &base.sha256) {
        Ok(Some((Version { id: Some(id), .. }, adapter))) => generator.set_candidate(&id, &adapter.weights),
        Ok(_) => Ok(()),
        Err(error) if error.ends_use() => {
            notice::warn(error);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Returns the adapter to measure: the named adapter, else the last adapter that `learn` made in the workspace.
/// Returns none where no arm needs an adapter, or where no arm asks for one by name and nothing is learned yet.
///
/// # Errors
/// When there is none of that name, or an arm asks for one.
pub fn candidate(workspace: &Workspace, arms: &[Arm], named: Option<&str>) -> Result<Option<String>, Error> {
    if !arms.iter().any(|arm| arm.has(Arm::Adapter)) {
        return match named {
            Some(id) => Err(Error::NeedlessAdapter { id: id.to_owned() }),
            None => Ok(None),
        };
    }
    let store = adapters::Store::of(workspace);
    let version = match named {
        Some(id) => Some(store.find(id)?),
        None => store.versions()?.into_iter().rev().find(|version| version.origin == Origin::Learned),
    };
    match version.and_then(|version| version.id) {
        None if arms.contains(&Arm::Adapter) => Err(Error::NothingLearned {
            arm: Arm::Adapter,
            problem: "no adapter was learned in this workspace yet: run `housestyle learn`",
        }),
        id => Ok(id),
    }
}

/// Makes an adapter of the workspace the candidate; it need not be approved. Does nothing where the back end takes no
/// adapters: [`Adaptive::apply`] gives the reason.
///
/// # Errors
/// When it is exchanged, broken, or for another base.
pub fn use_candidate(setup: &Setup, generator: &mut dyn Adaptive, id: Option<&str>) -> Result<(), Error> {
    let Some(id) = id.filter(|_| generator.capabilities().has(Capability::Adapters)) else { return Ok(()) };
    let base = setup.base()?;
    let adapter = adapters::Store::of(&setup.workspace).measure(id, &base.config, &base.sha256)?;
    generator.set_candidate(id, &adapter.weights)
}

/// Opens the model in this process.
///
/// # Errors
/// When its file is missing or unusable, or its fill-in-the-middle markers do not work.
pub fn open_local(setup: &Setup) -> Result<Local, Error> {
    let Setup { workspace, threads, .. } = setup;
    let model = &setup.model()?;
    let store = Store::at(&workspace.home().models);
    let path = model.locate(&store)?;
    let name = model.name();
    let failed = |source| Error::Model { name: name.clone(), source };
    let caches = packed::paths(workspace.home(), model, &path);
    // Of a file of the user's own nobody knows the digest, and there is no adapter for it.
    let digest = store.digest(model);
    let state = workspace.state().to_path_buf();
    let mut local = Local::open(name.clone(), &path, *threads, caches, state, digest)
        .map_err(|error| failed(error.into()))?;
    // Of the pinned files it is known that they fill holes; of any other it is asked.
    if !store.is_pinned(model) && local.describe().fim {
        let probe = probe::run(&mut local).map_err(|error| failed(error.into()))?;
        if !probe.works {
            return Err(failed(ModelProblem::Markers { written: probe.text, expected: probe::ANSWER }));
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
