//! When the likeliest token is looked for by estimates first, and whether that pays.

/// When the likeliest token is looked for by estimates first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screening {
    /// Never: all logits are computed.
    Off,
    /// Where it saves time, which depends on the model and is found out.
    #[default]
    Auto,
    /// Always.
    Always,
}

/// Whether estimates pay: they do where they leave few tiles to compute, which depends on the model.
#[derive(Debug, Default)]
pub(crate) struct Savings {
    /// Share of the tiles that had to be computed, a decaying mean.
    share: f32,
    /// Passes until estimates are tried again.
    pause: u32,
}

impl Savings {
    /// Returns whether to estimate in this pass; `steady` says that it must not depend on the passes before.
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
