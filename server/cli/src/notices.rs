//! Shows notices on standard error: warnings always, details where a person asked for them (`-v`).

use std::fmt::{Debug, Write};

use housestyle_workspace::notice;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// Returns the layer of the subscriber that shows notices; with `verbose` it shows details too. All other events and all
/// spans are disabled, as far as this layer goes.
pub(crate) fn layer<S>(verbose: bool) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let is_shown = move |about: &Metadata<'_>| {
        about.target() == notice::TARGET && (verbose || *about.level() <= Level::WARN)
    };
    Layer::<S>::with_filter(Notices, filter_fn(is_shown))
}

struct Notices;

impl<S: Subscriber> Layer<S> for Notices {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        eprintln!("housestyle: {}", message.0);
    }
}

/// The text of an event.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, "{value:?}"); // writing to a string cannot fail
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn nothing_but_notices_is_enabled() {
        let check = |verbose: bool, details: bool| {
            let subscriber = tracing_subscriber::registry().with(layer(verbose));
            tracing::subscriber::with_default(subscriber, || {
                assert!(tracing::enabled!(target: notice::TARGET, Level::WARN));
                assert_eq!(tracing::enabled!(target: notice::TARGET, Level::INFO), details);
                assert!(!tracing::enabled!(Level::ERROR));
                assert!(tracing::error_span!("job").is_disabled());
            });
        };
        check(false, false);
        check(true, true);
    }
}
