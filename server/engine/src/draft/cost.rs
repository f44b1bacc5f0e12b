//! Costs of passes of several tokens on this machine, and the gain or loss of drafting.

use std::time::Duration;

use super::MOST_DRAFTED;

/// Passes whose median counts.
const RECENT: usize = 9;
/// Passes of as many tokens that must have been measured before their median is trusted alone.
const ENOUGH: usize = 3;
/// Assumed cost of each further token of a pass before measurements, in passes of one token.
const SLOPE: f64 = 0.25;
/// How many measured passes that counts as.
const SLOPE_WEIGHT: usize = 3;
/// After so many passes of one token, one of each series is dropped: a length that was slow once is tried again.
const FORGET: usize = 64;
/// Share of the decoding time that drafting may lose.
const LOSS: f64 = 0.02;
/// Most that drafting may lose at once, and most of its earlier gains that it may lose again, in passes of one token.
const CREDIT: f64 = 4.0;
/// Decoding time that counts for the share, in passes of one token, roughly.
const MEMORY: f64 = 2000.0;

/// The last few of a series of numbers.
#[derive(Debug, Default)]
struct Recent {
    values: Vec<f64>,
    next: usize,
}

impl Recent {
    fn add(&mut self, value: f64) {
        if self.values.len() < RECENT {
            self.values.push(value);
        } else {
            self.values[self.next] = value;
            self.next = (self.next + 1) % RECENT;
        }
    }

    /// Takes the oldest away.
    fn forget(&mut self) {
        if !self.values.is_empty() {
            self.values.rotate_left(self.next);
            self.values.remove(0);
            self.next = 0;
        }
    }

    fn median(&self) -> Option<f64> {
        median(self.values.clone())
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The times of passes by their number of tokens.
#[derive(Debug)]
pub(super) struct Costs {
    /// Seconds of passes of one token.
    single: Recent,
    /// By tokens of a pass, from two on: how many times one of one token it took.
    ratios: [Recent; MOST_DRAFTED],
    /// Of passes of any number of tokens: what each token after the first cost, in passes of one token.
    slopes: Recent,
    /// The curve by tokens of a pass, from one on.
    curve: [f64; MOST_DRAFTED + 1],
    /// Passes of one token so far.
    singles: usize,
}

impl Default for Costs {
    fn default() -> Costs {
        let mut costs = Costs {
            single: Recent::default(),
            ratios: std::array::from_fn(|_| Recent::default()),
            slopes: Recent::default(),
            curve: [1.0; MOST_DRAFTED + 1],
            singles: 0,
        };
        costs.draw();
        costs
    }
}

impl Costs {
    /// Returns the seconds of a pass of one token, if there was one.
    pub(super) fn single(&self) -> Option<f64> {
        self.single.median()
    }

    /// Returns how many times a pass of one token one of `tokens` takes.
    pub(super) fn ratio(&self, tokens: usize) -> f64 {
        self.curve[tokens.clamp(1, MOST_DRAFTED + 1) - 1]
    }

    /// Counts a pass of `tokens` tokens.
    pub(super) fn add(&mut self, tokens: usize, took: Duration) {
        let took = took.as_secs_f64();
        match (tokens, self.single()) {
            (1, _) => {
                self.single.add(took);
                self.singles += 1;
                if self.singles.is_multiple_of(FORGET) {
                    self.ratios.iter_mut().chain([&mut self.slopes]).for_each(Recent::forget);
                    self.draw();
                }
            }
            (2.., Some(single)) if single > 0.0 && tokens <= MOST_DRAFTED + 1 => {
                self.ratios[tokens - 2].add(took / single);
                self.slopes.add((took / single - 1.0) / (tokens - 1) as f64);
                self.draw();
            }
            _ => {}
        }
    }

    /// Draws the curve: straight between what was measured often enough, and on from there as steeply as
    /// all passes say together.
    fn draw(&mut self) {
        let mut slopes = self.slopes.values.clone();
        slopes.extend([SLOPE; SLOPE_WEIGHT]);
        let slope = median(slopes).unwrap_or(SLOPE).max(0.0);
        let (mut from, mut at) = (1, 1.0);
        for tokens in 2..=MOST_DRAFTED + 1 {
            let ratios = &self.ratios[tokens - 2];
            let Some(ratio) = ratios.median().filter(|_| ratios.values.len() >= ENOUGH) else {
                self.curve[tokens - 1] = at + slope * (tokens - from) as f64;
                continue;
            };
            for between in from + 1..=tokens {
                self.curve[between - 1] =
                    at + (ratio - at) * (between - from) as f64 / (tokens - from) as f64;
            }
            (from, at) = (tokens, ratio);
        }
    }
}

/// Keeps drafting from costing more than a small share of the time, whatever the estimates say.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Seconds that drafting lost; a gain is negative.
    loss: f64,
    /// Seconds of decoding.
    total: f64,
}

impl Ledger {
    /// Returns whether another draft may be verified, given the seconds of a pass of one token. Before
    /// these are known it may not: nothing could be compared.
    pub(super) fn allows(&self, single: Option<f64>) -> bool {
        single.is_some_and(|single| self.loss <= LOSS * self.total + CREDIT * single)
    }

    /// Counts a pass.
    pub(super) fn add(&mut self, took: Duration) {
        self.total += took.as_secs_f64();
    }

    /// Books the seconds that a draft lost, given the seconds of a pass of one token.
    pub(super) fn settle(&mut self, loss: f64, single: f64) {
        self.loss = (self.loss + loss).max(-CREDIT * single);
        let long = self.total / (MEMORY * single);
        if long > 1.0 {
            self.loss /= long;
            self.total /= long;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn the_curve_goes_through_what_was_measured() {
        let mut c = Costs::default();
        assert_eq!((c.single(), c.ratio(1), c.ratio(5)), (None, 1.0, 2.0));
        c.add(4, 9 * MS);
        assert_eq!(c.ratio(4), 1.75, "there is nothing to compare it with");
        for took in [10, 10, 90] {
            c.add(1, took * MS);
        }
        assert_eq!(c.single(), Some(0.01), "one slow pass changes nothing");
        c.add(5, 140 * MS);
        assert_eq!(c.ratio(5), 2.0, "nor does a slow pass of several");
        (0..8).for_each(|_| c.add(5, 14 * MS));
        assert!(near(c.ratio(3), 1.2) && near(c.ratio(5), 1.4) && near(c.ratio(9), 1.8), "{:?}", c.curve);
        (0..3).for_each(|_| c.add(16, 60 * MS));
        assert!(near(c.ratio(16), 6.0) && near(c.ratio(1), 1.0) && near(c.ratio(100), 6.0));
    }

    #[test]
    fn what_was_slow_once_is_tried_again() {
        let mut c = Costs::default();
        c.add(1, MS);
        (0..20).for_each(|_| c.add(2, 5 * MS));
        assert_eq!(c.ratio(2), 5.0);
        (0..RECENT * FORGET).for_each(|_| c.add(1, MS));
        assert_eq!(c.ratio(2), 1.0 + SLOPE);
    }

    #[test]
    fn losing_drafts_end_at_the_bound_and_gains_are_not_saved_up() {
        let mut l = Ledger::default();
        assert!(!l.allows(None) && l.allows(Some(1.0)));
        (0..1000).for_each(|_| l.settle(-1.0, 1.0));
        let mut lost = 0.0;
        for _ in 0..10_000 {
            l.add(Duration::from_secs(1));
            if l.allows(Some(1.0)) {
                lost += 0.5;
                l.add(Duration::from_millis(500));
                l.settle(0.5, 1.0);
            }
        }
        assert!(lost < 10_000.0 * 0.03, "{lost}");
    }
}
