//! The program `housestyle`: reads the command line, runs one command, says how it ended.

mod advice;
mod args;
mod commands;
mod editors;
mod explain;
mod failure;
mod invocation;
mod log;
mod memory;
mod notices;
mod output;
mod places;
mod progress;
mod remote_head;
mod serve;
mod target;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser;
use failure::Failure;
use housestyle_workspace::clone;
use invocation::Invocation;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.flags.json;
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(json);
            failure.exit_code()
        }
    }
}

/// Runs the command that was asked for.
fn run(cli: Cli) -> Result<(), Failure> {
    let invocation = Invocation::new(cli.flags)?;
    let log = match invocation.log() {
        // A mistake in a variable must not take the server from an editor.
        Err(problem) if matches!(cli.command, Command::Serve(_)) => {
            eprintln!("housestyle: there is no log: {problem}");
            None
        }
        asked => asked?,
    };
    let _end = log::install(invocation.flags.verbose > 0, log.as_ref());
    clone::tell();
    tracing::debug!(workspace = %invocation.workspace.root().display(), "housestyle {}", env!("CARGO_PKG_VERSION"));
    match cli.command {
        Command::Serve(args) => serve::run(&invocation, &args),
        Command::Model(args) => commands::model::run(&invocation, &args),
        Command::Complete(args) => commands::complete::run(&invocation, &args),
        Command::Journal(args) => commands::journal::run(&invocation, &args),
        Command::Audit(args) => commands::audit::run(&invocation, &args),
        Command::Why(args) => commands::why::run(&invocation, &args),
        Command::Try(args) => commands::try_it::run(&invocation, &args),
        Command::Doctor => commands::doctor::run(&invocation),
        Command::Eval(args) => commands::eval::run(&invocation, &args),
        Command::Replay(args) => commands::replay::run(&invocation, &args),
        Command::Cases(args) => commands::cases::run(&invocation, &args),
        Command::Starter(args) => commands::starter::run(&invocation, &args),
        Command::Learn(args) => commands::learn::run(&invocation, &args),
        Command::Bench(args) => commands::bench::run(&invocation, &args),
        Command::Memory(args) => commands::memory::run(&invocation, &args),
        Command::Adapter(args) => commands::adapter::run(&invocation, &args),
        Command::Skill(args) => commands::skill::run(&invocation, &args),
    }
}
