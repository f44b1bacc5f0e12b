//! Shows one completion case: the prompt, the raw text, and what each filter did. Without a name: writes all cases
//! as JSON Lines.
//!
//!     cargo run --release -p housestyle-tests --features models --example case -- js-export-list

#[expect(dead_code, reason = "tests use more of it")]
#[path = "../e2e/binary.rs"]
mod binary;
#[expect(dead_code, reason = "tests use more of it")]
mod cases;
mod format;

use std::error::Error;
use std::io::Write;
use std::process::{Command, ExitCode};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let lines = cases::jsonl(&cases::read()?);
    let Some(name) = std::env::args().nth(1) else {
        std::io::stdout().write_all(lines.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cases.jsonl");
    std::fs::write(&file, lines)?;
    let shown = Command::new(binary::fresh())
        .args(["eval", "--offline", "--explain", "--case", &name, "--cases"])
        .arg(&file)
        .arg("--workspace")
        .arg(folder.path())
        .env("HOUSESTYLE_HOME", binary::home())
        .status()?;
    Ok(if shown.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
