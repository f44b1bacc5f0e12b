//! `housestyle learn`: learns from the team's own text, step by step.

mod phrases;
mod texts;

use std::time::Instant;

use serde_json::json;

use crate::args::{LearnArgs, Source};
use crate::backend::open_local;
use crate::config::Configuration;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{print, print_json};

/// Runs `housestyle learn`.
pub(crate) fn run(context: &Context, args: &LearnArgs) -> Result<(), Failure> {
    let end = Instant::now() + args.budget;
    let settings = Configuration::load(context).checked()?;
    let read = match &args.from {
        Source::Git => texts::of_git(&context.workspace, args.since.as_deref(), &settings)?,
        Source::Cases(file) => texts::of_cases(file, &settings)?,
    };
    let local = open_local(context)?;
    let made = phrases::make(context, &local, &read, end)?;
    if context.global.json {
        return print_json(&json!({ "workspace": context.workspace, "phrases": made }));
    }
    print(&made.to_string())?;
    print("what it is worth: housestyle eval --cases FILE.jsonl --arm base,phrases")
}
