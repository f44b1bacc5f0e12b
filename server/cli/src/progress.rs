//! A progress bar for one long task: a moving line in a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use housestyle_workspace::Progress;

use crate::output::bytes;

/// Redrawing more often only makes the terminal work.
const REDRAW: Duration = Duration::from_millis(80);
/// Where there is no terminal, a line so often is enough for a log.
const LOG_EVERY: Duration = Duration::from_secs(3);
/// Cells of the bar.
const CELLS: usize = 28;

/// The unit of a bar's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    Items,
}

/// A progress bar on stderr.
#[derive(Debug)]
pub(crate) struct Bar {
    terminal: bool,
    label: String,
    unit: Unit,
    total: u64,
    position: u64,
    start: u64,
    began: Instant,
    drawn: Option<Instant>,
    logged: Instant,
}

impl Bar {
    /// Returns a bar that shows nothing yet.
    pub(crate) fn new() -> Bar {
        Bar {
            terminal: std::io::stderr().is_terminal(),
            label: String::new(),
            unit: Unit::Bytes,
            total: 0,
            position: 0,
            start: 0,
            began: Instant::now(),
            drawn: None,
            logged: Instant::now(),
        }
    }

    fn restart(&mut self, label: &str, total: u64, unit: Unit) {
        self.end();
        let terminal = self.terminal;
        *self = Bar { terminal, label: label.to_owned(), total, unit, ..Bar::new() };
    }

    fn line(&self) -> String {
        let share =
            if self.total == 0 { 0.0 } else { self.position as f64 / self.total as f64 }.clamp(0.0, 1.0);
        let (done, all) = match self.unit {
            Unit::Bytes => (bytes(self.position), bytes(self.total)),
            Unit::Items => (self.position.to_string(), self.total.to_string()),
        };
        let mut line = String::new();
        if self.terminal {
            let full = (share * CELLS as f64).round() as usize;
            line.push_str(&format!("{} {}{} ", self.label, "━".repeat(full), "─".repeat(CELLS - full)));
        } else {
            line.push_str(&format!("{}: ", self.label));
        }
        line.push_str(&format!("{:3.0} %  {done} of {all}", share * 100.0));
        let seconds = self.began.elapsed().as_secs_f64();
        let gained = self.position.saturating_sub(self.start);
        if gained > 0 && seconds > 0.5 && self.position < self.total {
            let speed = gained as f64 / seconds;
            if self.unit == Unit::Bytes {
                line.push_str(&format!("  {}/s", bytes(speed as u64)));
            }
            line.push_str(&format!("  {} left", span((self.total - self.position) as f64 / speed)));
        }
        line
    }
}

impl Progress for Bar {
    fn begin(&mut self, label: &str, total: u64) {
        self.restart(label, total, Unit::Bytes);
    }

    fn begin_items(&mut self, label: &str, total: usize) {
        self.restart(label, total as u64, Unit::Items);
    }

    fn at(&mut self, position: u64) {
        if self.position == 0 {
            self.start = position; // bytes of an earlier run do not count for the speed
            self.began = Instant::now();
        }
        self.position = position;
        if self.terminal {
            let due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW);
            if due || position >= self.total {
                self.drawn = Some(Instant::now());
                let _ = write!(std::io::stderr(), "\r\x1b[2K{}", self.line());
            }
        } else if self.logged.elapsed() >= LOG_EVERY {
            self.logged = Instant::now();
            let _ = writeln!(std::io::stderr(), "{}", self.line());
        }
    }

    fn end(&mut self) {
        if self.drawn.take().is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
        self.total = 0;
    }

    fn message(&mut self, line: &str) {
        if self.drawn.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

/// Returns a span of time the way people say it.
fn span(seconds: f64) -> String {
    match seconds.round() as u64 {
        short @ 0..=90 => format!("{short} s"),
        long => format!("{} min", (long + 30) / 60),
    }
}
