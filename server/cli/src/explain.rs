//! A trace printed for people: the prompt, the raw text, the effect of each filter.

use std::fmt::Write;

use housestyle_complete::generator::{Marker, Prompt, PromptPart};
use housestyle_complete::{Completion, Step, Trace};
use serde_json::{Value, json};

use crate::output::{Style, time, visible};

/// Returns the trace as text, section by section.
pub(crate) fn text(trace: &Trace, style: Style) -> String {
    let mut out = String::new();
    let mut section = |title: &str, body: &str| {
        let _ = writeln!(out, "{}\n{}\n", style.bold(format!("── {title} ")), body.trim_end_matches('\n'));
    };
    if let Some(plan) = &trace.plan {
        let body = format!("{:?}, at most {} lines, because: {}", plan.extent, plan.max_lines, plan.why);
        section("plan", &body);
    }
    if let Some(prompt) = &trace.prompt {
        section(&format!("prompt ({})", prompt.format), &prompt_text(prompt, style));
    }
    if let Some(raw) = &trace.raw {
        let usage = &raw.usage;
        let title = format!(
            "raw text ({} tokens read, {} of them again; {} written, {} of them guessed; {} + {}; mean log-probability {:.2}; {:?})",
            usage.prompt_tokens,
            usage.reused_tokens,
            usage.generated_tokens,
            usage.accepted_tokens,
            time(usage.prefill),
            time(usage.decode),
            usage.mean_logprob,
            raw.stop,
        );
        section(&title, &visible(&raw.text));
    }
    if let Some(ended) = trace.ended {
        section("ended by", &ended_code(ended));
    }
    if !trace.steps.is_empty() {
        section("filters", &steps_text(trace, style));
    }
    match &trace.completion {
        Completion::Suggestion(suggestion) => section("suggestion", &style.green(visible(&suggestion.text))),
        Completion::Nothing(reason) => {
            section("nothing", &style.yellow(format!("{reason} [{}]", reason.code())))
        }
    }
    out
}

/// Returns the trace as JSON.
pub(crate) fn json(trace: &Trace) -> Value {
    let step = |step: &Step| {
        let reason = step.reason.as_ref().map(|reason| reason.code());
        json!({ "filter": step.filter, "before": step.before, "after": step.after, "reason": reason })
    };
    let steps: Vec<Value> = trace.steps.iter().map(step).collect();
    json!({
        "plan": trace.plan.map(|plan| json!({
            "extent": format!("{:?}", plan.extent).to_lowercase(), "max_lines": plan.max_lines, "why": plan.why,
        })),
        "prompt": trace.prompt.as_ref().map(|prompt| json!({
            "format": prompt.format, "text": prompt_text(prompt, Style::NONE),
        })),
        "raw": trace.raw.as_ref().map(|raw| &raw.text),
        "filters": steps,
    })
}

fn steps_text(trace: &Trace, style: Style) -> String {
    let mut text = String::new();
    for step in &trace.steps {
        if step.before == step.after {
            let _ = writeln!(text, "{}", style.dim(format!("{:20} no change", step.filter)));
            continue;
        }
        let why = step.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let after = if step.after.is_empty() { "dropped".to_owned() } else { format!("{:?}", step.after) };
        let _ = writeln!(text, "{:20} {:?}\n{:20} → {after}{why}", step.filter, step.before, "");
    }
    text
}

/// Returns the prompt with its markers made visible, in a way that text cannot imitate in colour.
fn prompt_text(prompt: &Prompt, style: Style) -> String {
    let part = |part: &PromptPart| match part {
        PromptPart::Text(text) => visible(text),
        PromptPart::Marker(marker) => style.cyan(match marker {
            Marker::FimPrefix => "⟨prefix⟩",
            Marker::FimSuffix => "⟨suffix⟩",
            Marker::FimMiddle => "⟨middle⟩",
            Marker::RepoName => "⟨repository⟩",
            Marker::FileSep => "⟨file⟩",
        }),
    };
    prompt.parts.iter().map(part).collect()
}

/// Returns why a text ended, in kebab-case.
pub(crate) fn ended_code(ended: housestyle_complete::stop::Ended) -> String {
    kebab(&format!("{ended:?}"))
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use housestyle_complete::stop::Ended;

    use super::*;

    #[test]
    fn end_codes_are_in_kebab_case() {
        assert_eq!([ended_code(Ended::Line), ended_code(Ended::MaxTokens)], ["line", "max-tokens"]);
    }

    #[test]
    fn markers_are_seen() {
        let parts = vec![PromptPart::Marker(Marker::FimPrefix), PromptPart::Text("a\x1b".to_owned())];
        assert_eq!(prompt_text(&Prompt { format: "t", parts }, Style::NONE), "⟨prefix⟩a\\u{1b}");
    }
}
