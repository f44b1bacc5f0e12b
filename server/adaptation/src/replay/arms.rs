//! The components of a replay, and the arms that combine them.

use housestyle_complete::Memory;
use housestyle_complete::eval::{Arm, Case};
use housestyle_learn::Commit;
use serde::Serialize;

use crate::backend::Adaptive;
use crate::error::Error;

/// An arm that was asked for and cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// Its name.
    pub arm: &'static str,
    /// Why.
    pub why: String,
}

/// Something that learns from commits and can take part in completions.
pub trait Component {
    /// Returns its name.
    fn name(&self) -> &'static str;

    /// Returns a key that distinguishes the component from others of its name; results are stored under this key.
    fn identity(&self) -> String {
        self.name().to_owned()
    }

    /// Learns a commit. Called for each, in their order, after it was predicted.
    fn learn(&mut self, _commit: &Commit) {}

    /// Returns the memory for a prompt, from the commits learned so far.
    fn memory(&self, _case: &Case) -> Memory {
        Memory::default()
    }

    /// Applies the component to the model, with the commits learned so far.
    ///
    /// # Errors
    /// When the model cannot take it.
    fn apply(&mut self, case: &Case, model: &mut dyn Adaptive) -> Result<(), Error>;

    /// Withdraws the component from the model.
    ///
    /// # Errors
    /// When the model cannot go on without it.
    fn withdraw(&mut self, model: &mut dyn Adaptive) -> Result<(), Error>;
}

/// An arm: the components that take part in it, by their names. All others withdraw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MeasuredArm {
    name: &'static str,
    components: Vec<&'static str>,
}

/// The name of the control: phrases of other text.
pub(crate) const FOREIGN: &str = "foreign";

/// The components that there are, the arms that are run, and those that cannot be.
pub struct Arms {
    components: Vec<Box<dyn Component>>,
    arms: Vec<MeasuredArm>,
    absent: Vec<Absent>,
}

impl Arms {
    /// Makes the arms that were asked for of the components that there are; `base` is always one, and the control where
    /// there is something for it. `why` says why there is no component of a name.
    pub fn of(asked: &[Arm], components: Vec<Box<dyn Component>>, why: &dyn Fn(Arm) -> String) -> Arms {
        let mut names = asked.to_vec();
        names.push(Arm::Base);
        names.sort_unstable();
        names.dedup();
        let known: Vec<&'static str> = components.iter().map(|component| component.name()).collect();
        let (mut arms, mut absent) = (Vec::new(), Vec::new());
        for name in names {
            let wanted: Vec<&'static str> = match name {
                Arm::All => known.iter().copied().filter(|component| *component != FOREIGN).collect(),
                _ => name.components().iter().map(|component| component.name()).collect(),
            };
            let is_there = match name {
                Arm::Base => true,
                Arm::All => !wanted.is_empty(),
                _ => known.contains(&name.name()),
            };
            if is_there {
                arms.push(MeasuredArm { name: name.name(), components: wanted });
            } else {
                absent.push(Absent { arm: name.name(), why: why(name) });
            }
        }
        if known.contains(&FOREIGN) {
            arms.push(MeasuredArm { name: FOREIGN, components: vec![FOREIGN] });
        }
        Arms { components, arms, absent }
    }

    /// Returns the arms that are run, `base` first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.arms.iter().map(|arm| arm.name)
    }

    /// Returns the arms that cannot be run.
    pub fn absent(&self) -> &[Absent] {
        &self.absent
    }

    /// Returns a key that tells an arm's results from others: its name, and the identities of its components.
    pub fn identity(&self, arm: usize) -> String {
        let MeasuredArm { name, components } = &self.arms[arm];
        let taking_part = self.components.iter().filter(|component| components.contains(&component.name()));
        let parts: Vec<String> = taking_part.map(|component| component.identity()).collect();
        if parts.is_empty() { (*name).to_owned() } else { format!("{name}={}", parts.join("+")) }
    }

    /// Learns a commit.
    pub fn learn(&mut self, commit: &Commit) {
        self.components.iter_mut().for_each(|component| component.learn(commit));
    }

    /// Sets the model up for the next case of an arm. The model forgets its cache of other arms, so that no arm waits
    /// less because another came before.
    ///
    /// Returns the memory for the prompt.
    ///
    /// # Errors
    /// When a component cannot take part.
    pub fn apply(&mut self, arm: usize, case: &Case, model: &mut dyn Adaptive) -> Result<Memory, Error> {
        self.components.iter_mut().try_for_each(|component| component.withdraw(model))?;
        model.reset();
        let names = &self.arms[arm].components;
        let mut memory = Memory::default();
        for component in self.components.iter_mut().filter(|component| names.contains(&component.name())) {
            component.apply(case, model)?;
            let Memory { notes, edits, skills, .. } = component.memory(case);
            if !notes.is_empty() || !edits.is_empty() {
                (memory.notes, memory.edits) = (notes, edits);
            }
            if !skills.is_empty() {
                memory.skills = skills;
            }
        }
        Ok(memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Named(&'static str);

    impl Component for Named {
        fn name(&self) -> &'static str {
            self.0
        }

        fn identity(&self) -> String {
            format!("{}-1", self.0)
        }

        fn apply(&mut self, _: &Case, _: &mut dyn Adaptive) -> Result<(), Error> {
            Ok(())
        }

        fn withdraw(&mut self, _: &mut dyn Adaptive) -> Result<(), Error> {
            Ok(())
        }
    }

    fn check(components: &[&'static str], run: &[&str], absent: &[&str]) {
        let components = components.iter().map(|name| Box::new(Named(name)) as Box<dyn Component>).collect();
        let arms = Arms::of(Arm::LIST, components, &|name| name.name().to_owned());
        let identities: Vec<String> = (0..arms.names().count()).map(|arm| arms.identity(arm)).collect();
        assert_eq!(identities, run);
        assert_eq!(arms.absent().iter().map(|absent| absent.arm).collect::<Vec<_>>(), absent);
    }

    #[test]
    fn arms_are_made_of_what_there_is() {
        check(&[], &["base"], &["starter", "memory", "phrases", "skills", "adapter", "all"]);
        check(
            &["starter", "phrases", "foreign"],
            &[
                "base",
                "starter=starter-1",
                "phrases=phrases-1",
                "all=starter-1+phrases-1",
                "foreign=foreign-1",
            ],
            &["memory", "skills", "adapter"],
        );
        check(
            &["phrases", "adapter"],
            &["base", "phrases=phrases-1", "adapter=adapter-1", "all=phrases-1+adapter-1"],
            &["starter", "memory", "skills"],
        );
    }
}
