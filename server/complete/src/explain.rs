//! A trace as text for people: prompt, raw text, what each filter did, outcome.

use std::fmt::{self, Display, Formatter};

use crate::generator::{Generation, Part, Prompt};
use crate::job::{Outcome, Step, Trace};
use crate::stop::Ended;

impl Display for Trace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(plan) = self.plan {
            writeln!(f, "plan      {:?}, at most {} lines: {}", plan.extent, plan.max_lines, plan.why)?;
        }
        if let Some(prompt) = &self.prompt {
            write_prompt(f, prompt)?;
        }
        if let Some(raw) = &self.raw {
            write_raw(f, raw)?;
        }
        if let Some(ended) = self.ended {
            writeln!(f, "ended     by {ended}")?;
        }
        for step in &self.steps {
            write_step(f, step)?;
        }
        match &self.outcome {
            Outcome::Suggestion(suggestion) => write_text(f, "shown", &suggestion.text),
            Outcome::Nothing(reason) => writeln!(f, "nothing   [{}] {reason}", reason.code()),
        }
    }
}

fn write_prompt(f: &mut Formatter<'_>, prompt: &Prompt) -> fmt::Result {
    let part = |part: &Part| match part {
        Part::Marker(marker) => format!("⟨{marker:?}⟩"),
        Part::Text(text) => text.clone(),
    };
    writeln!(f, "format    {}", prompt.format)?;
    write_text(f, "prompt", &prompt.parts.iter().map(part).collect::<String>())
}

fn write_raw(f: &mut Formatter<'_>, raw: &Generation) -> fmt::Result {
    let usage = &raw.usage;
    writeln!(
        f,
        "model     {} prompt tokens ({} reused) in {:.0} ms, {} tokens in {:.0} ms, mean log-probability {:.2}",
        usage.prompt_tokens,
        usage.reused_tokens,
        usage.prefill.as_secs_f64() * 1000.0,
        usage.generated_tokens,
        usage.decode.as_secs_f64() * 1000.0,
        usage.mean_logprob
    )?;
    write_text(f, "raw", &raw.text)
}

/// Filters that changed nothing are not worth a line.
fn write_step(f: &mut Formatter<'_>, step: &Step) -> fmt::Result {
    let Some(reason) = &step.reason else { return Ok(()) };
    writeln!(f, "filter    {}: {reason}", step.filter)?;
    if step.after.is_empty() { Ok(()) } else { write_text(f, "left", &step.after) }
}

/// Writes a text with a bar before every line, so that white space at both ends is seen.
fn write_text(f: &mut Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    for (index, line) in text.split('\n').enumerate() {
        writeln!(f, "{:<9} │{line}", if index == 0 { name } else { "" })?;
    }
    Ok(())
}

impl Display for Ended {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ended::Model => "the model",
            Ended::Line => "the end of the line",
            Ended::Sentence => "the end of the sentence",
            Ended::Cell => "the end of the table cell",
            Ended::Comment => "the end of the comment",
            Ended::Dedent => "a line that is indented less",
            Ended::Paragraph => "a blank line",
            Ended::Suffix => "a line that stands below already",
            Ended::MaxLines => "`maxLines`",
            Ended::SoftBudget => "`timeBudgetMs`, with a whole line",
            Ended::Deadline => "`deadlineMs`, cut back to whole lines or words",
            Ended::MaxTokens => "`maxTokens`, cut back to whole lines or words",
            Ended::Cancelled => "cancelling",
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::generator::Cancel;
    use crate::tests::cursor::document;
    use crate::tests::scripted::Scripted;
    use crate::{Job, Settings, Trigger, suggest};

    #[test]
    fn a_trace_tells_the_whole_story() {
        let (snapshot, cursor) = document("a.rs", "fn f() {\n    foo(‸)\n}\n");
        let settings = Settings::default();
        let job = Job {
            snapshot: &snapshot,
            cursor,
            trigger: Trigger::Automatic,
            selected: None,
            settings: &settings,
        };
        let trace = suggest(&job, &mut Scripted::new(["bar)\n}"]), &Cancel::new(), &mut |_| {});
        let expected = "\
plan      Line, at most 1 lines: text follows on the line
format    fim-line-1
prompt    │⟨FimPrefix⟩fn f() {
          │⟨FimSuffix⟩)
          │}
          │⟨FimMiddle⟩    foo(
model     0 prompt tokens (0 reused) in 0 ms, 2 tokens in 0 ms, mean log-probability -0.10
raw       │bar)
          │
ended     by the end of the line
filter    closers: the model closed a bracket or quote that is closed already
left      │bar
shown     │bar
";
        assert_eq!(trace.to_string(), expected);
        let trace = suggest(&job, &mut Scripted::new([")"]), &Cancel::new(), &mut |_| {});
        assert!(
            trace.to_string().ends_with(
                "nothing   [closed-already] the model closed a bracket or quote that is closed already\n"
            ),
            "{trace}"
        );
    }
}
