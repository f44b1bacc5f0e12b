//! Drafting: a drafter guesses the next tokens cheaply, and one pass of the model verifies several of them.
//!
//! A pass reads all weights whether it evaluates one token or a few, so a pass that confirms two guesses nearly saves
//! two passes. Guesses change the time alone: the engine throws away a token that the model would not have chosen.
//! The number of guesses depends on the share of earlier guesses that came true and on the cost of passes on this
//! machine, both measured while decoding; where drafting gains nothing, it guesses nothing.

mod acceptance;
mod cost;
mod index;
mod lookup;

use std::fmt::Debug;
use std::time::Duration;

use acceptance::Acceptance;
use cost::{Costs, Ledger};
pub(crate) use lookup::Lookup;

/// Most tokens that are guessed at once.
pub const MOST_DRAFTED: usize = 15;
/// A draft is verified if it promises at least so many times the speed of single tokens.
const WORTH: f64 = 1.03;

/// A guessed token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// The token.
    pub token: u32,
    /// How far it is to be trusted if all guesses before it come true: higher is more. Guesses of a rank
    /// are judged together; ranks are any numbers, those beyond a small bound count as that bound.
    pub rank: usize,
}

/// A source of guesses of the next tokens.
pub trait Drafter: Debug + Send {
    /// Appends up to `most` guesses of the tokens that follow `context` to `out`, which is empty.
    fn draft(&mut self, context: &[u32], most: usize, out: &mut Vec<Guess>);
}

/// The drafters, their measured worth, and the draft that is being verified.
#[derive(Debug)]
pub(crate) struct Drafting {
    /// The drafter that is always there.
    pub(crate) lookup: Lookup,
    /// Drafters that were added to it.
    added: Vec<Box<dyn Drafter>>,
    /// The drafts of the moment, that of the lookup first.
    drafts: Vec<Draft>,
    costs: Costs,
    ledger: Ledger,
    /// Which draft is being verified.
    chosen: usize,
    /// How many of its guesses are.
    length: usize,
    /// How many of them came true so far.
    confirmed: usize,
    /// Time of the pass that verifies them.
    took: Option<Duration>,
}

/// A draft, and how often those of the same drafter came true.
#[derive(Debug, Default)]
struct Draft {
    guesses: Vec<Guess>,
    acceptance: Acceptance,
}

impl Default for Drafting {
    fn default() -> Drafting {
        Drafting {
            lookup: Lookup::default(),
            added: Vec::new(),
            drafts: vec![Draft::default()],
            costs: Costs::default(),
            ledger: Ledger::default(),
            chosen: 0,
            length: 0,
            confirmed: 0,
            took: None,
        }
    }
}

impl Drafting {
    /// Adds a drafter; of equally promising drafts the engine takes that of the drafter added first.
    pub(crate) fn add(&mut self, drafter: Box<dyn Drafter>) {
        self.added.push(drafter);
        self.drafts.push(Draft::default());
    }

    /// Drops the draft at hand; measurements stay.
    pub(crate) fn begin(&mut self) {
        self.drafts.iter_mut().for_each(|draft| draft.guesses.clear());
        (self.length, self.confirmed, self.took) = (0, 0, None);
    }

    /// Appends the guesses to `pass` that are worth verifying after `context`, at most `most`, all of them
    /// `usable`.
    pub(crate) fn propose(
        &mut self,
        context: &[u32],
        most: usize,
        usable: &dyn Fn(u32) -> bool,
        pass: &mut Vec<u32>,
    ) {
        self.begin();
        let most = most.min(MOST_DRAFTED);
        let mut best = WORTH;
        let lookup: &mut dyn Drafter = &mut self.lookup;
        let drafters =
            std::iter::once(lookup).chain(self.added.iter_mut().map(|drafter| &mut **drafter as _));
        for (i, (drafter, draft)) in drafters.zip(&mut self.drafts).enumerate() {
            drafter.draft(context, most, &mut draft.guesses);
            let fit = draft.guesses.iter().take(most).take_while(|guess| usable(guess.token)).count();
            draft.guesses.truncate(fit);
            // Expected tokens of the pass, the one that the model adds itself included.
            let (mut expected, mut likely) = (1.0, 1.0);
            for (n, guess) in draft.guesses.iter().enumerate() {
                likely *= draft.acceptance.of(guess.rank);
                expected += likely;
                let gain = expected / self.costs.ratio(n + 2);
                if gain > best {
                    (best, self.chosen, self.length) = (gain, i, n + 1);
                }
            }
        }
        if !self.ledger.allows(self.costs.single()) {
            self.length = 0;
        }
        pass.extend(self.verified().iter().map(|guess| guess.token));
    }

    /// Returns the guesses that the pass at hand verifies.
    fn verified(&self) -> &[Guess] {
        &self.drafts[self.chosen].guesses[..self.length]
    }

    /// Records the time of the pass that verified the last proposal.
    pub(crate) fn passed(&mut self, took: Duration) {
        self.costs.add(1 + self.length, took);
        self.ledger.add(took);
        self.took = Some(took);
    }

    /// Returns how many guesses were confirmed: the row of the pass whose logits come next.
    pub(crate) fn confirmed(&self) -> usize {
        self.confirmed
    }

    /// Records the token that the model chose, and returns whether it is the next of the verified ones.
    ///
    /// The first guess of every drafter is judged whether it was verified or not, so that it is known
    /// what guesses are worth without paying for them.
    pub(crate) fn observe(&mut self, token: u32) -> bool {
        let confirmed = self.confirmed;
        let as_verified = self.verified().get(confirmed).is_some_and(|guess| guess.token == token);
        for (i, draft) in self.drafts.iter_mut().enumerate() {
            if (confirmed == 0 || (i == self.chosen && confirmed < self.length))
                && let Some(guess) = draft.guesses.get(confirmed)
            {
                draft.acceptance.add(guess.rank, guess.token == token);
            }
        }
        if as_verified {
            self.confirmed += 1;
        } else {
            self.settle();
        }
        as_verified
    }

    /// Records that no more tokens are wanted: the rest of the draft is lost.
    pub(crate) fn finish(&mut self) {
        if self.took.is_some()
            && let Some(guess) = self.verified().get(self.confirmed).copied()
        {
            self.drafts[self.chosen].acceptance.add(guess.rank, false);
        }
        self.settle();
    }

    /// Books the gain or loss of the draft.
    fn settle(&mut self) {
        if let (Some(took), Some(single), 1..) = (self.took.take(), self.costs.single(), self.length) {
            self.ledger.settle(took.as_secs_f64() - single * (1 + self.confirmed) as f64, single);
        }
    }
}

#[cfg(test)]
mod tests;
