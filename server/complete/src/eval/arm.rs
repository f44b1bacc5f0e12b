//! The arms of a measurement: which of the team's knowledge takes part. One list for every command.
//!
//! An arm of one kind of knowledge stands for that kind: the components of an arm are arms, too.

use std::str::FromStr;

use crate::generator::Capability;

macro_rules! arms {
    ($( $(#[doc = $doc:literal])+ $arm:ident = $name:literal, [$($component:ident),*], $needs:expr; )+) => {
        /// An arm of a measurement.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Arm {
            $( $(#[doc = $doc])+ $arm, )+
        }

        impl Arm {
            /// Every arm, in the order of reports.
            pub const LIST: &[Arm] = &[$( Arm::$arm, )+];

            /// Returns the name on the command line and in reports.
            pub const fn name(self) -> &'static str {
                match self { $( Arm::$arm => $name, )+ }
            }

            /// Returns the components that the arm switches on, in the order in which they are put to use.
            pub const fn components(self) -> &'static [Arm] {
                match self { $( Arm::$arm => &[$(Arm::$component),*], )+ }
            }

            /// Returns the capability that the arm's own component needs of a back end.
            pub const fn needs(self) -> Option<Capability> {
                match self { $( Arm::$arm => $needs, )+ }
            }
        }
    };
}

arms! {
    /// The model with the window alone.
    Base = "base", [], None;
    /// The adapter that ships with the program.
    Starter = "starter", [Starter], Some(Capability::Adapters);
    /// Notes and recent edits in the prompt.
    Memory = "memory", [Memory], None;
    /// The team's phrases mixed into the model's probabilities.
    Phrases = "phrases", [Phrases], Some(Capability::Prior);
    /// The team's skills in the prompt, and on the model's text.
    Skills = "skills", [Skills], None;
    /// The team's adapter, which was trained from the starter and takes its place.
    Adapter = "adapter", [Starter, Adapter], Some(Capability::Adapters);
    /// Every component that there is.
    All = "all", [Starter, Memory, Phrases, Skills, Adapter], None;
}

impl Arm {
    /// Returns whether the arm switches a component on.
    pub fn has(self, component: Arm) -> bool {
        self.components().contains(&component)
    }
}

/// A name that is no arm's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such arm: the arms are {}", names())]
pub struct UnknownArm;

fn names() -> String {
    Arm::LIST.iter().map(|arm| arm.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Arm {
    type Err = UnknownArm;

    fn from_str(name: &str) -> Result<Arm, UnknownArm> {
        Arm::LIST.iter().copied().find(|arm| arm.name() == name).ok_or(UnknownArm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arm_is_found_by_its_name() {
        for arm in Arm::LIST {
            assert_eq!(arm.name().parse(), Ok(*arm));
        }
        let error = "everything".parse::<Arm>().expect_err("no arm");
        assert_eq!(
            error.to_string(),
            "there is no such arm: the arms are base, starter, memory, phrases, skills, adapter, all"
        );
    }

    #[test]
    fn components_are_arms_of_one_kind_and_all_has_every_one() {
        // An arm of one kind of knowledge has itself.
        let components: Vec<Arm> = Arm::LIST.iter().copied().filter(|arm| arm.has(*arm)).collect();
        assert_eq!(Arm::All.components(), components);
        for arm in Arm::LIST {
            assert!(arm.components().iter().all(|component| component.has(*component)), "{arm:?}");
        }
        assert!(!Arm::Base.has(Arm::Base) && !Arm::All.has(Arm::All));
        assert!(Arm::Adapter.has(Arm::Starter) && !Arm::Starter.has(Arm::Adapter));
    }
}
