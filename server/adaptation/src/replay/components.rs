//! The components of this version: the starter adapter, the memory, the team's adapter, its phrases, and the control,
//! phrases of other text.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use housestyle_complete::eval::{Arm, Case};
use housestyle_complete::generator::Capability;
use housestyle_engine::AdapterWeights;
use housestyle_learn::Commit;
use housestyle_learn::phrases::{Kind, Phrases};
use housestyle_workspace::digest::hex;
use sha2::{Digest, Sha256};

use super::arms::{Component, FOREIGN};
use super::control::ControlTexts;
use super::latest_texts::LatestTexts;
use super::memory::MemoryComponent;
use super::skills::TeamSkills;
use crate::backend::Adaptive;
use crate::error::Error;
use crate::starter;

/// The form of the phrase cache: another form gives other results.
const CACHE_FORM: &str = "1";

/// Returns the components that there are for a model, with the control where there is text for it.
///
/// # Errors
/// When the program's own adapter does not fit the model.
pub fn components_of(
    model: &mut dyn Adaptive,
    control: Option<ControlTexts>,
    adapter: Option<AdapterWeights>,
    memory: Option<MemoryComponent>,
) -> Result<Vec<Box<dyn Component>>, Error> {
    let mut components: Vec<Box<dyn Component>> = Vec::new();
    if model.capabilities().require_model().is_err() {
        return Ok(components);
    }
    if model.has_starter()? {
        components.push(Box::new(Starter));
    }
    components.extend(memory.map(|memory| Box::new(memory) as Box<dyn Component>));
    if let Some(weights) = adapter {
        let id = digest(&weights);
        model.set_candidate(&id, &weights)?;
        components.push(Box::new(TeamAdapter { id }));
    }
    let has_prior = model.capabilities().has(Capability::Prior);
    let team = Rc::new(RefCell::new(TeamTexts {
        latest: LatestTexts::default(),
        cache: Arc::new(Phrases::new(model.vocabulary())),
    }));
    if has_prior {
        components.push(Box::new(TeamPhrases(Rc::clone(&team))));
    }
    components.push(Box::new(TeamSkills::default()));
    if let Some(control) = control.filter(|_| has_prior) {
        let cache = Arc::new(Phrases::new(model.vocabulary()));
        components.push(Box::new(ForeignPhrases { control, cache, team }));
    }
    Ok(components)
}

/// The adapter that ships with the program.
struct Starter;

impl Component for Starter {
    fn name(&self) -> &'static str {
        Arm::Starter.name()
    }

    fn identity(&self) -> String {
        format!("{}-{}", self.name(), starter::id())
    }

    fn apply(&mut self, _case: &Case, model: &mut dyn Adaptive) -> Result<(), Error> {
        model.apply_adapter(Arm::Starter)
    }

    fn withdraw(&mut self, model: &mut dyn Adaptive) -> Result<(), Error> {
        model.apply_adapter(Arm::Base)
    }
}

/// An adapter of the commits before all predicted ones. It is trained from the starter, and replaces the starter.
struct TeamAdapter {
    id: String,
}

impl Component for TeamAdapter {
    fn name(&self) -> &'static str {
        Arm::Adapter.name()
    }

    fn identity(&self) -> String {
        format!("{}-{}", self.name(), self.id)
    }

    fn apply(&mut self, _case: &Case, model: &mut dyn Adaptive) -> Result<(), Error> {
        model.apply_adapter(Arm::Adapter)
    }

    fn withdraw(&mut self, model: &mut dyn Adaptive) -> Result<(), Error> {
        model.apply_adapter(Arm::Base)
    }
}

/// Returns digits that name an adapter.
fn digest(weights: &AdapterWeights) -> String {
    let mut hasher = Sha256::new();
    for low_rank in weights.low_rank.values() {
        [&low_rank.a, &low_rank.b].into_iter().flatten().for_each(|x| hasher.update(x.to_le_bytes()));
    }
    hex(&hasher.finalize()[..8])
}

/// The team's texts up to the commit learned last.
struct TeamTexts {
    latest: LatestTexts,
    cache: Arc<Phrases>,
}

impl TeamTexts {
    /// Returns the cache after the commit learned last.
    fn updated_cache(&mut self, model: &dyn Adaptive) -> Arc<Phrases> {
        self.latest.update(Arc::make_mut(&mut self.cache), |text| model.encode(text));
        Arc::clone(&self.cache)
    }
}

/// The team's phrases.
struct TeamPhrases(Rc<RefCell<TeamTexts>>);

impl Component for TeamPhrases {
    fn name(&self) -> &'static str {
        Arm::Phrases.name()
    }

    fn identity(&self) -> String {
        format!("{}-{CACHE_FORM}", self.name())
    }

    fn learn(&mut self, commit: &Commit) {
        self.0.borrow_mut().latest.learn(commit);
    }

    fn apply(&mut self, _case: &Case, model: &mut dyn Adaptive) -> Result<(), Error> {
        let phrases = self.0.borrow_mut().updated_cache(model);
        model.set_phrases(Some(phrases));
        Ok(())
    }

    fn withdraw(&mut self, model: &mut dyn Adaptive) -> Result<(), Error> {
        model.set_phrases(None);
        Ok(())
    }
}

/// Phrases of other text, as many of files and of edits as the team's own.
struct ForeignPhrases {
    control: ControlTexts,
    cache: Arc<Phrases>,
    team: Rc<RefCell<TeamTexts>>,
}

impl Component for ForeignPhrases {
    fn name(&self) -> &'static str {
        FOREIGN
    }

    fn identity(&self) -> String {
        format!("{FOREIGN}-{CACHE_FORM}-{}", self.control.identity())
    }

    fn apply(&mut self, _case: &Case, model: &mut dyn Adaptive) -> Result<(), Error> {
        let team = self.team.borrow_mut().updated_cache(model);
        let cache = Arc::make_mut(&mut self.cache);
        let [files, edits] = [Kind::File, Kind::Edit].map(|kind| team.len_of(kind));
        self.control.fill(cache, files, edits, |text| model.encode(text));
        model.set_phrases(Some(Arc::clone(&self.cache)));
        Ok(())
    }

    fn withdraw(&mut self, model: &mut dyn Adaptive) -> Result<(), Error> {
        model.set_phrases(None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use housestyle_complete::generator::{Capabilities, Limitation};
    use housestyle_testkit::scripted::Scripted;

    use super::*;

    impl Adaptive for Scripted {}

    #[track_caller]
    fn check(supported: &'static [Capability], limitation: Limitation, expect: &[&str]) {
        let mut model = Scripted::new(["x"]);
        model.capabilities = Capabilities::new(supported, limitation);
        let components = components_of(&mut model, None, None, None).expect("components");
        assert_eq!(components.iter().map(|component| component.name()).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn a_back_end_gets_the_components_that_its_capabilities_allow() {
        check(&[], Limitation::Script, &[]);
        check(&[], Limitation::Remote, &["skills"]);
        check(&[Capability::Prior], Limitation::Remote, &["phrases", "skills"]);
    }

    #[test]
    fn an_arm_is_refused_with_the_reason_of_the_back_end() {
        let mut model = Scripted::new(["x"]);
        model.capabilities = Capabilities::new(&[], Limitation::Remote);
        let why = model.apply(Arm::Phrases).expect_err("no prior").to_string();
        assert!(why.contains("the program that runs the model takes no prior"), "{why}");
        assert!(model.apply(Arm::Memory).is_ok() && model.trainable().is_none());
    }
}
