//! When the model begins with what a keystroke asked for.
//!
//! Where answers come before the next key, that is at once. Where they take longer, each key would throw away what the
//! key before it began; there the model waits for a pause: for a little more than there is between two keys, at most
//! half as long as an answer takes. It is counted from the key, so what the editor waited by itself is part of it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Answers and intervals that are remembered.
const REMEMBERED: usize = 9;
/// Who pauses longer does not type.
const PAUSE: Duration = Duration::from_secs(1);

/// How fast the user types and the model answers, of late.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    key: Option<Instant>,
    between: VecDeque<Duration>,
    answers: VecDeque<Duration>,
}

impl Pace {
    /// Hears of a change.
    pub(crate) fn typed(&mut self, now: Instant) {
        let since = self.key.replace(now).map(|key| now.saturating_duration_since(key));
        since.into_iter().filter(|since| *since < PAUSE).for_each(|since| remember(&mut self.between, since));
    }

    /// Hears how long the model worked for a keystroke, and whether it came to its end. How long the answer would
    /// have taken otherwise is not known: at least twice as long, and no less than answers take.
    pub(crate) fn worked(&mut self, took: Duration, ended: bool) {
        let least = median(&self.answers).unwrap_or_default();
        remember(&mut self.answers, if ended { took } else { (2 * took).max(least) });
    }

    /// Returns when to begin with what was asked for now; `most` after the last key at the latest.
    pub(crate) fn begin(&self, now: Instant, most: Duration) -> Instant {
        let (Some(key), Some(between), Some(answer)) =
            (self.key, median(&self.between), median(&self.answers))
        else {
            return now;
        };
        if answer <= between {
            return now;
        }
        now.max(key + (between * 5 / 4).min(answer / 2).min(most))
    }
}

fn remember(of: &mut VecDeque<Duration>, one: Duration) {
    of.push_front(one);
    of.truncate(REMEMBERED);
}

fn median(of: &VecDeque<Duration>) -> Option<Duration> {
    let mut sorted: Vec<Duration> = of.iter().copied().collect();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Duration = Duration::from_millis(150);

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// Returns how long after a key the model begins, when the editor asks so long after it.
    fn begins(between: u64, answer: u64, ended: bool, asked: u64) -> Duration {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        for _ in 0..20 {
            now += ms(between);
            pace.typed(now);
            pace.worked(ms(answer), ended);
        }
        pace.begin(now + ms(asked), MOST) - now
    }

    #[test]
    fn it_waits_where_answers_come_too_late_and_counts_what_the_editor_waited() {
        assert_eq!(begins(100, 60, true, 0), ms(0), "the answer comes before the next key");
        assert_eq!(begins(100, 600, true, 0), ms(125));
        assert_eq!(begins(100, 120, true, 0), ms(60), "half of what an answer takes");
        assert_eq!(begins(300, 2000, true, 0), MOST);
        assert_eq!(begins(100, 600, true, 50), ms(125), "the editor waited for a part of it");
        assert_eq!(begins(100, 600, true, 200), ms(200), "and here for more");
    }

    #[test]
    fn what_was_ended_early_would_have_taken_longer() {
        assert_eq!(begins(100, 95, false, 0), ms(95));
        assert_eq!(begins(100, 40, false, 0), ms(0));
    }

    #[test]
    fn nothing_is_known_at_first_and_pauses_are_no_typing() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(pace.begin(now, MOST), now);
        pace.typed(now);
        pace.worked(ms(600), true);
        pace.typed(now + ms(5000));
        assert_eq!(pace.begin(now + ms(5000), MOST), now + ms(5000));
    }

    #[test]
    fn one_slow_answer_changes_nothing() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        for answer in [900, 40, 50, 60, 50] {
            now += ms(100);
            pace.typed(now);
            pace.worked(ms(answer), true);
        }
        assert_eq!(pace.begin(now, MOST), now);
    }
}
