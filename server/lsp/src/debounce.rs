//! The debounce: when the model begins to work for a keystroke.
//!
//! At once, as long as the user types the text that the model writes: then a run for one key serves the next keys, too.
//! Where the next key made most runs useless, the model waits for a pause: a little longer than the time between two
//! keys, at most half the time of an answer. The wait counts from the key, so it includes the time that the editor
//! waited by itself.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Runs and intervals that the debounce is computed from.
const SAMPLES: usize = 9;
/// Two keys further apart than this are not typed in one go.
const PAUSE: Duration = Duration::from_secs(1);

/// How fast the user types and the model answers, of late.
#[derive(Debug, Default)]
pub(crate) struct Debounce {
    key: Option<Instant>,
    intervals: VecDeque<Duration>,
    runs: VecDeque<Run>,
}

/// A run of the model for a keystroke.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// How long it took, or would have taken at least.
    took: Duration,
    /// Whether it came to its end.
    ended: bool,
}

impl Debounce {
    /// Takes the time of a change of a document.
    pub(crate) fn key_pressed(&mut self, now: Instant) {
        let since = self.key.replace(now).map(|key| now.saturating_duration_since(key));
        since.into_iter().filter(|since| *since < PAUSE).for_each(|since| push(&mut self.intervals, since));
    }

    /// Takes how long the model worked for a keystroke, and whether the run came to its end. A run that did not is
    /// taken to need twice as long, and no less than the other runs.
    pub(crate) fn worked(&mut self, took: Duration, ended: bool) {
        let least = median(self.runs.iter().map(|run| run.took)).unwrap_or_default();
        let took = if ended { took } else { (2 * took).max(least) };
        push(&mut self.runs, Run { took, ended });
    }

    /// Returns when to begin with a request of now; `most` after the last key at the latest.
    pub(crate) fn start_at(&self, now: Instant, most: Duration) -> Instant {
        let lost = self.runs.iter().filter(|run| !run.ended).count();
        let between = median(self.intervals.iter().copied());
        let answer = median(self.runs.iter().map(|run| run.took));
        let (Some(key), Some(between), Some(answer)) = (self.key, between, answer) else { return now };
        if answer <= between || 2 * lost <= self.runs.len() {
            return now;
        }
        now.max(key + (between * 5 / 4).min(answer / 2).min(most))
    }
}

fn push<T>(of: &mut VecDeque<T>, one: T) {
    of.push_front(one);
    of.truncate(SAMPLES);
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
        let (mut debounce, mut now) = (Debounce::default(), Instant::now());
        for _ in 0..20 {
            now += ms(between);
            debounce.key_pressed(now);
            debounce.worked(ms(answer), ended);
        }
        debounce.start_at(now + ms(asked), MOST) - now
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
        let (mut debounce, now) = (Debounce::default(), Instant::now());
        assert_eq!(debounce.start_at(now, MOST), now);
        debounce.key_pressed(now);
        debounce.worked(ms(600), false);
        debounce.key_pressed(now + ms(5000));
        assert_eq!(debounce.start_at(now + ms(5000), MOST), now + ms(5000));
    }

    #[test]
    fn lost_work_is_forgotten_when_answers_are_wanted_again() {
        let (mut debounce, mut now) = (Debounce::default(), Instant::now());
        let mut works = |ended: bool| {
            now += ms(100);
            debounce.key_pressed(now);
            debounce.worked(ms(300), ended);
            debounce.start_at(now, MOST) > now
        };
        assert_eq!(
            [false; 6].map(&mut works),
            [false, true, true, true, true, true],
            "one key makes no interval"
        );
        assert_eq!([true; 6].map(&mut works), [true, true, true, true, false, false]);
    }
}
