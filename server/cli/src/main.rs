//! The program `housestyle`: reads the command line, runs one command, says how it ended.

mod adapt;
mod adapters;
mod advice;
mod args;
mod aside;
mod backend;
mod commands;
mod config;
mod context;
mod durable;
mod ear;
mod editors;
mod explain;
mod failure;
mod forge;
mod forgetting;
mod git;
mod home;
mod http;
mod memory;
mod models;
mod notes;
mod output;
mod places;
mod probe;
mod progress;
mod replay;
mod skills;
mod stamp;
mod target;
mod user_git;
mod workspace;
mod workspace_state;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use context::Context;
use failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.global.json;
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
    let context = Context::new(cli.global)?;
    match cli.command {
        Command::Serve(args) => commands::serve::run(&context, &args),
        Command::Model(args) => commands::model::run(&context, &args),
        Command::Complete(args) => commands::complete::run(&context, &args),
        Command::Journal(args) => commands::journal::run(&context, &args),
        Command::Audit(args) => commands::audit::run(&context, &args),
        Command::Why(args) => commands::why::run(&context, &args),
        Command::Try(args) => commands::try_it::run(&context, &args),
        Command::Doctor => commands::doctor::run(&context),
        Command::Eval(args) => commands::eval::run(&context, &args),
        Command::Replay(args) => commands::replay::run(&context, &args),
        Command::Cases(args) => commands::cases::run(&context, &args),
        Command::Starter(args) => commands::starter::run(&context, &args),
        Command::Learn(args) => commands::learn::run(&context, &args),
        Command::Bench(args) => commands::bench::run(&context, &args),
        Command::Memory(args) => commands::memory::run(&context, &args),
        Command::Adapter(args) => commands::adapter::run(&context, &args),
        Command::Skill(args) => commands::skill::run(&context, &args),
    }
}
