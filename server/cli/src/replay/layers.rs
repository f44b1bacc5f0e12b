//! The layers of this version: the starter adapter, what is remembered, the team's adapter, its phrases, and the control,
//! phrases of other text.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use housestyle_complete::eval::Case;
use housestyle_engine::AdapterWeights;
use housestyle_learn::Commit;
use housestyle_learn::phrases::{Kind, Phrases};
use sha2::{Digest, Sha256};

use super::arms::{ArmName, FOREIGN, Layer};
use super::control::Control;
use super::follow::Follower;
use super::memory::Remembered;
use super::skills::TeamSkills;
use crate::adapt;
use crate::args::Arm;
use crate::backend::{Learned, Local};
use crate::failure::Failure;
use crate::models::hex;

/// What the cache counts and how much: another one gives other results.
const COUNTS: &str = "1";

/// Returns the layers that there are for a model, with the control where there is text for it.
///
/// # Errors
/// When the program's own adapter does not fit the model.
pub(crate) fn layers(
    model: &mut dyn Learned,
    control: Option<Control>,
    adapter: Option<AdapterWeights>,
    memory: Option<Remembered>,
) -> Result<Vec<Box<dyn Layer>>, Failure> {
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    let Some(local) = model.local() else { return Ok(layers) };
    if local.has_starter()? {
        layers.push(Box::new(Starter));
    }
    layers.extend(memory.map(|memory| Box::new(memory) as Box<dyn Layer>));
    if let Some(weights) = adapter {
        let id = digest(&weights);
        local.know_adapter(&id, &weights)?;
        layers.push(Box::new(TeamAdapter { id }));
    }
    let own = Rc::new(RefCell::new(Own {
        follower: Follower::default(),
        cache: Arc::new(Phrases::new(local.vocabulary())),
    }));
    layers.push(Box::new(TeamPhrases(Rc::clone(&own))));
    layers.push(Box::new(TeamSkills::default()));
    if let Some(control) = control {
        let cache = Arc::new(Phrases::new(local.vocabulary()));
        layers.push(Box::new(Foreign { control, cache, own }));
    }
    Ok(layers)
}

/// The adapter that ships with the program.
struct Starter;

impl Layer for Starter {
    fn name(&self) -> &'static str {
        ArmName::Starter.code()
    }

    fn identity(&self) -> String {
        format!("{}-{}", self.name(), adapt::starter_id())
    }

    fn take_part(&mut self, _case: &Case, model: &mut dyn Learned) -> Result<(), Failure> {
        local(model)?.use_adapter(Arm::Starter)
    }

    fn stand_aside(&mut self, model: &mut dyn Learned) -> Result<(), Failure> {
        local(model)?.use_adapter(Arm::Base)
    }
}

/// An adapter of what came before all that is predicted. It departs from the starter, and takes its place.
struct TeamAdapter {
    id: String,
}

impl Layer for TeamAdapter {
    fn name(&self) -> &'static str {
        ArmName::Adapter.code()
    }

    fn identity(&self) -> String {
        format!("{}-{}", self.name(), self.id)
    }

    fn take_part(&mut self, _case: &Case, model: &mut dyn Learned) -> Result<(), Failure> {
        local(model)?.use_adapter(Arm::Adapter)
    }

    fn stand_aside(&mut self, model: &mut dyn Learned) -> Result<(), Failure> {
        local(model)?.use_adapter(Arm::Base)
    }
}

/// Returns digits that tell an adapter from others.
fn digest(weights: &AdapterWeights) -> String {
    let mut hasher = Sha256::new();
    for low_rank in weights.low_rank.values() {
        [&low_rank.a, &low_rank.b].into_iter().flatten().for_each(|x| hasher.update(x.to_le_bytes()));
    }
    hex(&hasher.finalize()[..8])
}

/// What the team wrote up to the commit learned last.
struct Own {
    follower: Follower,
    cache: Arc<Phrases>,
}

impl Own {
    /// Returns the cache as it is after the commit learned last.
    fn up_to_date(&mut self, local: &Local) -> Arc<Phrases> {
        self.follower.update(Arc::make_mut(&mut self.cache), |text| local.encode(text));
        Arc::clone(&self.cache)
    }
}

/// The team's phrases.
struct TeamPhrases(Rc<RefCell<Own>>);

impl Layer for TeamPhrases {
    fn name(&self) -> &'static str {
        ArmName::Phrases.code()
    }

    fn identity(&self) -> String {
        format!("{}-{COUNTS}", self.name())
    }

    fn learn(&mut self, commit: &Commit) {
        self.0.borrow_mut().follower.learn(commit);
    }

    fn take_part(&mut self, _case: &Case, model: &mut dyn Learned) -> Result<(), Failure> {
        let local = local(model)?;
        let phrases = self.0.borrow_mut().up_to_date(local);
        local.put_phrases(Some(phrases));
        Ok(())
    }

    fn stand_aside(&mut self, model: &mut dyn Learned) -> Result<(), Failure> {
        local(model)?.put_phrases(None);
        Ok(())
    }
}

/// Phrases of other text, as many of files and of edits as the team's own.
struct Foreign {
    control: Control,
    cache: Arc<Phrases>,
    own: Rc<RefCell<Own>>,
}

impl Layer for Foreign {
    fn name(&self) -> &'static str {
        FOREIGN
    }

    fn identity(&self) -> String {
        format!("{FOREIGN}-{COUNTS}-{}", self.control.identity())
    }

    fn take_part(&mut self, _case: &Case, model: &mut dyn Learned) -> Result<(), Failure> {
        let local = local(model)?;
        let own = self.own.borrow_mut().up_to_date(local);
        let cache = Arc::make_mut(&mut self.cache);
        let [files, edits] = [Kind::File, Kind::Edit].map(|kind| own.len_of(kind));
        self.control.fill(cache, files, edits, |text| local.encode(text));
        local.put_phrases(Some(Arc::clone(&self.cache)));
        Ok(())
    }

    fn stand_aside(&mut self, model: &mut dyn Learned) -> Result<(), Failure> {
        local(model)?.put_phrases(None);
        Ok(())
    }
}

/// Returns the model in this process, without which there is no such layer.
fn local(model: &mut dyn Learned) -> Result<&mut Local, Failure> {
    model
        .local()
        .ok_or_else(|| Failure::Usage("a script has no model that anything could take part in".into()))
}
