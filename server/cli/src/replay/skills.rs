//! The layer of skills: rules mined from the commits so far, told to the model and asked of what it writes.
//!
//! Mining anew after each commit would take longer than predicting: it is done when so many commits have come since.
//! What would be proposed to the team counts as approved, as nobody is there to ask.

use std::sync::Arc;

use housestyle_complete::Memory;
use housestyle_complete::eval::Case;
use housestyle_complete::skills::{Exceptions, Mode, Skill, Skills};
use housestyle_learn::Commit;
use housestyle_skills::mine::{MiningOptions, mine};

use super::arms::{ArmName, Layer};
use crate::backend::Learned;
use crate::commands::skill::LATER;
use crate::failure::Failure;
use crate::skills::history::Past;

/// Commits after which rules are mined anew.
const EVERY: usize = 25;
/// Skills at most, as `skill mine` proposes them.
const MOST: usize = 20;
/// What is mined and how: another one gives other results.
const FORM: &str = "1";

/// The team's skills as they would have been proposed up to then.
#[derive(Default)]
pub(super) struct TeamSkills {
    past: Past,
    /// Commits that came since rules were mined; none where nothing was mined yet.
    since: Option<usize>,
    skills: Arc<Skills>,
}

impl TeamSkills {
    /// Mines anew where so much is new.
    fn mine(&mut self) {
        if self.since.is_none_or(|since| since >= EVERY) {
            self.since = Some(0);
            let options = MiningOptions {
                most: MOST,
                held_out_share: LATER,
                configs: self.past.configs(),
                rejected: &|_, _, _| false,
            };
            let found = mine(&self.past.edits(0..self.past.len()), &options, &mut |_| {});
            let skill = found.candidates.iter().map(|candidate| {
                Skill::new(
                    &candidate.name,
                    &candidate.description,
                    "",
                    Some(candidate.file.clone()),
                    Mode::On,
                )
            });
            self.skills = Arc::new(Skills::new(skill.collect(), Exceptions::default()));
        }
    }
}

impl Layer for TeamSkills {
    fn name(&self) -> &'static str {
        ArmName::Skills.code()
    }

    fn identity(&self) -> String {
        format!("{}-{FORM}", self.name())
    }

    fn learn(&mut self, commit: &Commit) {
        self.past.push(commit);
        self.since = self.since.map(|since| since + 1);
    }

    fn remembered(&self, _case: &Case) -> Memory {
        Memory { skills: Arc::clone(&self.skills), ..Memory::default() }
    }

    fn take_part(&mut self, _case: &Case, _model: &mut dyn Learned) -> Result<(), Failure> {
        self.mine();
        Ok(())
    }

    fn stand_aside(&mut self, _model: &mut dyn Learned) -> Result<(), Failure> {
        Ok(())
    }
}
