//! What can take part in a replay, and the arms that are made of it.

use std::str::FromStr;

use housestyle_complete::Memory;
use housestyle_complete::eval::Case;
use housestyle_learn::Commit;
use serde::Serialize;

use crate::backend::Learned;
use crate::failure::Failure;

/// The arms' names that can be asked for: the contract's, and the starter, which learned arms are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ArmName {
    /// The frozen model with the window alone.
    Base,
    /// The adapter that ships with the program.
    Starter,
    /// Notes and recent edits in the prompt.
    Memory,
    /// The team's phrases mixed in.
    Phrases,
    /// Rules and examples in the prompt.
    Skills,
    /// The team's adapter.
    Adapter,
    /// Everything together.
    All,
}

impl ArmName {
    const ALL: [ArmName; 7] = [
        ArmName::Base,
        ArmName::Starter,
        ArmName::Memory,
        ArmName::Phrases,
        ArmName::Skills,
        ArmName::Adapter,
        ArmName::All,
    ];

    /// Returns the name in reports.
    pub(crate) fn code(self) -> &'static str {
        match self {
            ArmName::Base => "base",
            ArmName::Starter => "starter",
            ArmName::Memory => "memory",
            ArmName::Phrases => "phrases",
            ArmName::Skills => "skills",
            ArmName::Adapter => "adapter",
            ArmName::All => "all",
        }
    }
}

impl FromStr for ArmName {
    type Err = String;

    fn from_str(text: &str) -> Result<ArmName, String> {
        ArmName::ALL.into_iter().find(|arm| arm.code() == text).ok_or_else(|| {
            let names: Vec<&str> = ArmName::ALL.iter().map(|arm| arm.code()).collect();
            format!("there is no such arm: the arms are {}", names.join(", "))
        })
    }
}

/// An arm that was asked for and cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Absent {
    /// Its name.
    pub(crate) arm: &'static str,
    /// Why.
    pub(crate) why: String,
}

/// Something that learns from commits and can take part in completions.
pub(crate) trait Layer {
    /// Returns its name.
    fn name(&self) -> &'static str;

    /// Returns what tells it from others of its name: results are kept under it.
    fn identity(&self) -> String {
        self.name().to_owned()
    }

    /// Learns a commit. Called for each, in their order, after it was predicted.
    fn learn(&mut self, _commit: &Commit) {}

    /// Returns what a prompt remembers of the commits learned so far.
    fn remembered(&self, _case: &Case) -> Memory {
        Memory::default()
    }

    /// Takes part in what the model says next, knowing the commits learned so far.
    ///
    /// # Errors
    /// When the model cannot take it.
    fn take_part(&mut self, case: &Case, model: &mut dyn Learned) -> Result<(), Failure>;

    /// Takes no part any longer.
    ///
    /// # Errors
    /// When the model cannot go on without it.
    fn stand_aside(&mut self, model: &mut dyn Learned) -> Result<(), Failure>;
}

/// An arm: the layers that take part in it, by their names. All others stand aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arm {
    name: &'static str,
    layers: Vec<&'static str>,
}

/// The name of the control: phrases of other text.
pub(crate) const FOREIGN: &str = "foreign";

/// The layers that there are, the arms that are run, and those that cannot be.
pub(crate) struct Arms {
    layers: Vec<Box<dyn Layer>>,
    arms: Vec<Arm>,
    absent: Vec<Absent>,
}

impl Arms {
    /// Makes the arms that were asked for of the layers that there are; `base` is always one, and the control where
    /// there is something for it. `why` says why there is no layer of a name.
    pub(crate) fn of(
        asked: &[ArmName],
        layers: Vec<Box<dyn Layer>>,
        why: &dyn Fn(ArmName) -> String,
    ) -> Arms {
        let mut names = asked.to_vec();
        names.push(ArmName::Base);
        names.sort_unstable();
        names.dedup();
        let known: Vec<&'static str> = layers.iter().map(|layer| layer.name()).collect();
        let (mut arms, mut absent) = (Vec::new(), Vec::new());
        for name in names {
            let wanted: Vec<&'static str> = match name {
                ArmName::Base => vec![],
                // A team's adapter departs from the starter.
                ArmName::Adapter => vec![ArmName::Starter.code(), name.code()],
                ArmName::All => known.iter().copied().filter(|layer| *layer != FOREIGN).collect(),
                _ => vec![name.code()],
            };
            let is_there = match name {
                ArmName::Base => true,
                ArmName::All => !wanted.is_empty(),
                _ => known.contains(&name.code()),
            };
            if is_there {
                arms.push(Arm { name: name.code(), layers: wanted });
            } else {
                absent.push(Absent { arm: name.code(), why: why(name) });
            }
        }
        if known.contains(&FOREIGN) {
            arms.push(Arm { name: FOREIGN, layers: vec![FOREIGN] });
        }
        Arms { layers, arms, absent }
    }

    /// Returns the arms that are run, `base` first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.arms.iter().map(|arm| arm.name)
    }

    /// Returns the arms that cannot be run.
    pub(crate) fn absent(&self) -> &[Absent] {
        &self.absent
    }

    /// Returns what tells an arm's results from others, by its number: its name, and what takes part in it.
    pub(crate) fn identity(&self, arm: usize) -> String {
        let Arm { name, layers } = &self.arms[arm];
        let taking_part = self.layers.iter().filter(|layer| layers.contains(&layer.name()));
        let parts: Vec<String> = taking_part.map(|layer| layer.identity()).collect();
        if parts.is_empty() { (*name).to_owned() } else { format!("{name}={}", parts.join("+")) }
    }

    /// Learns a commit.
    pub(crate) fn learn(&mut self, commit: &Commit) {
        self.layers.iter_mut().for_each(|layer| layer.learn(commit));
    }

    /// Makes the model answer the next case as an arm does, and as no other: what it has evaluated for others is
    /// forgotten, so that none waits less because another was asked before it.
    ///
    /// Returns what the prompt is to remember.
    ///
    /// # Errors
    /// When a layer cannot take part.
    pub(crate) fn take_part(
        &mut self,
        arm: usize,
        case: &Case,
        model: &mut dyn Learned,
    ) -> Result<Memory, Failure> {
        self.layers.iter_mut().try_for_each(|layer| layer.stand_aside(model))?;
        if let Some(local) = model.local() {
            local.engine().reset();
        }
        let names = &self.arms[arm].layers;
        let mut memory = Memory::default();
        for layer in self.layers.iter_mut().filter(|layer| names.contains(&layer.name())) {
            layer.take_part(case, model)?;
            let Memory { notes, edits, skills, .. } = layer.remembered(case);
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

    impl Layer for Named {
        fn name(&self) -> &'static str {
            self.0
        }

        fn identity(&self) -> String {
            format!("{}-1", self.0)
        }

        fn take_part(&mut self, _: &Case, _: &mut dyn Learned) -> Result<(), Failure> {
            Ok(())
        }

        fn stand_aside(&mut self, _: &mut dyn Learned) -> Result<(), Failure> {
            Ok(())
        }
    }

    fn check(layers: &[&'static str], run: &[&str], absent: &[&str]) {
        let layers = layers.iter().map(|name| Box::new(Named(name)) as Box<dyn Layer>).collect();
        let arms = Arms::of(&ArmName::ALL, layers, &|name| name.code().to_owned());
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
