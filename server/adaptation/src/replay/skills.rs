//! Skills as a component: rules mined from the commits so far, injected into the prompt and applied to the answers.
//!
//! Mining anew after each commit would take longer than predicting: it is done when so many commits have come since.
//! What would be proposed to the team counts as approved, as nobody is there to ask.

use std::sync::Arc;

use housestyle_complete::Memory;
use housestyle_complete::eval::{Arm, Case};
use housestyle_complete::skills::{Exceptions, Mode, ServedSkill, Skills};
use housestyle_learn::Commit;
use housestyle_learn::mine::{MiningOptions, mine};
use housestyle_workspace::skills::window::{HELD_OUT, MiningWindow};

use super::arms::Component;
use crate::backend::Adaptive;
use crate::error::Error;

/// Commits after which rules are mined anew.
const EVERY: usize = 25;
/// Skills at most, as `skill mine` proposes them.
const MOST: usize = 20;
/// Version of the mining in a replay: another version gives other results.
const FORM: &str = "1";

/// The team's skills as they would have been proposed up to then.
#[derive(Default)]
pub(super) struct TeamSkills {
    window: MiningWindow,
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
                held_out_share: HELD_OUT,
                configs: self.window.configs(),
                rejected: &|_, _, _| false,
            };
            let found = mine(&self.window.edits(0..self.window.len()), &options, &mut |_| {});
            let skill = found.candidates.iter().map(|candidate| {
                ServedSkill::new(
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

impl Component for TeamSkills {
    fn name(&self) -> &'static str {
        Arm::Skills.name()
    }

    fn identity(&self) -> String {
        format!("{}-{FORM}", self.name())
    }

    fn learn(&mut self, commit: &Commit) {
        self.window.push(commit);
        self.since = self.since.map(|since| since + 1);
    }

    fn memory(&self, _case: &Case) -> Memory {
        Memory { skills: Arc::clone(&self.skills), ..Memory::default() }
    }

    fn apply(&mut self, _case: &Case, _model: &mut dyn Adaptive) -> Result<(), Error> {
        self.mine();
        Ok(())
    }

    fn withdraw(&mut self, _model: &mut dyn Adaptive) -> Result<(), Error> {
        Ok(())
    }
}
