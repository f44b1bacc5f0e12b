//! Shows notices on standard error: warnings always, details where a person asked for them (`-v`).

use std::fmt::{Debug, Write};

use housestyle_workspace::notice;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// The layer of the subscriber that shows notices.
pub(crate) struct Notices {
    /// Whether details are shown, too.
    pub(crate) verbose: bool,
}

impl<S: Subscriber> Layer<S> for Notices {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let about = event.metadata();
        if about.target() != notice::TARGET || (*about.level() > Level::WARN && !self.verbose) {
            return;
        }
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
