//! When the model begins with what a keystroke asked for.
//!
//! At once, as long as the text goes the model's way: then what it began for one key serves the next ones too. Where most
//! of what it began was thrown away by the next key, it waits for a pause: for a little more than there is between two
//! keys, at most half as long as an answer takes. It is counted from the key, so what the editor waited by itself is part
//! of it.

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
    answers: VecDeque<Answer>,
}

/// What became of work for a keystroke.
#[derive(Debug, Clone, Copy)]
struct Answer {
    /// How long it took, or would have taken at least.
    took: Duration,
    /// Whether it came to its end.
    ended: bool,
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
        let least = median(self.answers.iter().map(|answer| answer.took)).unwrap_or_default();
        let took = if ended { took } else { (2 * took).max(least) };
        remember(&mut self.answers, Answer { took, ended });
    }

    /// Returns when to begin with what was asked for now; `most` after the last key at the latest.
    pub(crate) fn begin(&self, now: Instant, most: Duration) -> Instant {
        let lost = self.answers.iter().filter(|answer| !answer.ended).count();
        let between = median(self.between.iter().copied());
        let answer = median(self.answers.iter().map(|answer| answer.took));
        let (Some(key), Some(between), Some(answer)) = (self.key, between, answer) else { return now };
        if answer <= between || 2 * lost <= self.answers.len() {
            return now;
        }
        now.max(key + (between * 5 / 4).min(answer / 2).min(most))
    }
}

fn remember<T>(of: &mut VecDeque<T>, one: T) {
    of.push_front(one);
    of.truncate(REMEMBERED);
}

fn median(of: impl Iterator<Item = Duration>) -> Option<Duration> {
    let mut sorted: Vec<Duration> = of.collect();
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
    fn it_waits_where_work_is_lost_and_counts_what_the_editor_waited() {
        assert_eq!(begins(100, 40, false, 0), ms(0), "the answer would come before the next key");
        assert_eq!(begins(100, 95, false, 0), ms(95), "half of what an answer takes at least");
        assert_eq!(begins(100, 300, false, 0), ms(125), "a little more than between two keys");
        assert_eq!(begins(300, 1000, false, 0), MOST);
        assert_eq!(begins(100, 300, false, 50), ms(125), "the editor waited for a part of it");
        assert_eq!(begins(100, 300, false, 200), ms(200), "and here for more");
    }

    #[test]
    fn it_begins_at_once_where_answers_are_wanted_however_long_they_take() {
        assert_eq!(begins(100, 60, true, 0), ms(0));
        assert_eq!(begins(100, 2000, true, 0), ms(0));
    }

    #[test]
    fn nothing_is_known_at_first_and_pauses_are_no_typing() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(pace.begin(now, MOST), now);
        pace.typed(now);
        pace.worked(ms(600), false);
        pace.typed(now + ms(5000));
        assert_eq!(pace.begin(now + ms(5000), MOST), now + ms(5000));
    }

    #[test]
    fn lost_work_is_forgotten_when_answers_are_wanted_again() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        let mut works = |ended: bool| {
            now += ms(100);
            pace.typed(now);
            pace.worked(ms(300), ended);
            pace.begin(now, MOST) > now
        };
        assert_eq!([false; 6].map(&mut works), [false, true, true, true, true, true], "one key has no pace");
        assert_eq!([true; 6].map(&mut works), [true, true, true, true, false, false]);
    }
}
