//! Screening: finding the likeliest token by estimates first, where that pays.

/// When estimates come first in the search for the likeliest token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screening {
    /// Never: all logits are computed.
    Off,
    /// Where it saves time, which the engine measures.
    #[default]
    Auto,
    /// Always.
    Always,
}

/// Measures whether screening pays: it does where few tiles remain to compute, which depends on the model.
#[derive(Debug, Default)]
pub(crate) struct Savings {
    /// Share of the tiles that had to be computed, a decaying mean.
    share: f32,
    /// Passes until estimates are tried again.
    pause: u32,
}

impl Savings {
    /// Returns whether to estimate in this pass; with `steady` the answer does not depend on the passes before.
    pub(crate) fn estimate(&mut self, screening: Screening, steady: bool) -> bool {
        self.pause = self.pause.saturating_sub(1);
        match screening {
            Screening::Off => false,
            Screening::Auto => self.pause == 0 || steady,
            Screening::Always => true,
        }
    }

    pub(crate) fn record(&mut self, share: f32) {
        self.share += (share - self.share) / 8.0;
        // An estimate reads half of the bytes that the product does, and then some tiles whole.
        if self.share > 0.3 {
            *self = Savings { share: 0.0, pause: 256 };
        }
    }
}
