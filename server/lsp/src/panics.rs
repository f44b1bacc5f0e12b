//! A panic in the pipeline costs one suggestion, not the session.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::warn;

/// Runs a part of the pipeline; returns nothing where it panicked.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(run)).ok();
    if result.is_none() {
        warn!("the pipeline panicked");
    }
    result
}
