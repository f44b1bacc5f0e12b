//! Candidates that the model follows without the skill.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use housestyle_complete::eval::{Case, run};
use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::{Memory, Settings};
use housestyle_learn::mine::{Candidate, FileEdit, new_occurrences};
use housestyle_skills::{Occurrence, Source};
use housestyle_text::Language;
use serde::Serialize;

/// Places at which the model is asked.
const PLACES: usize = 12;
/// Fewest answers for a verdict.
const ANSWERS: usize = 5;
/// Share of followed answers from which a rule is not worth a skill.
const FOLLOWED: f64 = 0.9;

/// Counts of the model's answers where a rule applies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Answers {
    /// Answers that follow the rule.
    followed: usize,
    /// Answers to which the rule applies.
    all: usize,
}

impl Answers {
    /// Returns whether the model follows the rule without the skill.
    pub(super) fn follow_rule(self) -> bool {
        self.all >= ANSWERS && self.followed as f64 >= FOLLOWED * self.all as f64
    }

    /// Returns why the rule is not proposed.
    pub(super) fn why(self) -> String {
        format!("the model writes so without being told: {} of {} times", self.followed, self.all)
    }
}

/// The end of the time for asking, also within an answer.
#[derive(Debug)]
pub(super) struct Deadline {
    end: Cancel,
    /// The thread that waits ends with this.
    _waiting: mpsc::Sender<()>,
}

impl Deadline {
    /// Begins to wait.
    pub(super) fn after(time: Duration) -> Deadline {
        let (sender, waits) = mpsc::channel::<()>();
        let (end, at) = (Cancel::new(), Instant::now() + time);
        let flag = end.clone();
        let wait = move || {
            let left = at.saturating_duration_since(Instant::now());
            if matches!(waits.recv_timeout(left), Err(RecvTimeoutError::Timeout)) {
                flag.cancel();
            }
        };
        if std::thread::Builder::new().name("deadline".to_owned()).spawn(wait).is_err() {
            // Nothing would end the asking: then it does not begin.
            end.cancel();
        }
        Deadline { end, _waiting: sender }
    }

    /// Returns whether it has come.
    pub(super) fn is_over(&self) -> bool {
        self.end.is_cancelled()
    }
}

/// Asks the model to write where the team wrote, at places where the rule applies; stops at the deadline.
pub(super) fn ask(
    candidate: &Candidate,
    held_out: &[FileEdit<'_>],
    settings: &Settings,
    generator: &mut dyn Generator,
    deadline: &Deadline,
) -> Answers {
    let mut answers = Answers::default();
    for (number, range) in new_occurrences(&candidate.file, held_out, PLACES) {
        if deadline.is_over() {
            break;
        }
        let Some(edit) = held_out.get(number) else { continue };
        let end = edit
            .new
            .get(range.end..)
            .and_then(|rest| rest.find('\n'))
            .map_or(edit.new.len(), |n| range.end + n);
        let (Some(prefix), Some(middle), Some(suffix)) =
            (edit.new.get(..range.start), edit.new.get(range.start..end), edit.new.get(end..))
        else {
            continue;
        };
        let case = Case {
            path: edit.path.to_owned(),
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
            middle: middle.to_owned(),
            time: edit.time as f64,
            ..Case::default()
        };
        let (result, _) = run(&case, Memory::none(), settings, generator, &deadline.end);
        if deadline.is_over() {
            break;
        }
        let Some(written) = result.text else { continue };
        let text = format!("{prefix}{written}{suffix}");
        let source = Source::new(edit.path, &text, Language::from_path(edit.path));
        let within = range.start..range.start + written.len();
        let mut places = candidate.file.rule.occurrences(&source, Some(within.clone()));
        places.retain(|place| place.range.start < within.end && within.start < place.range.end);
        if !places.is_empty() {
            answers.all += 1;
            answers.followed += usize::from(places.iter().all(|place: &Occurrence| place.followed));
        }
    }
    answers
}
