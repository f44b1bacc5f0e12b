//! A generator that reads its answers from a file, so that tests can drive everything around the model without a
//! model.
//!
//! The file is JSON Lines: `{"text": "...", "delay_ms": 0}`, returned in order, the last answer again and again. The
//! generator waits `delay_ms` before the text; a cancellation ends the wait.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use housestyle_complete::generator::{
    Cancel, Capabilities, Chunk, Description, Flow, GenerateError, Generation, Generator, Limitation,
    PromptPart, Request, Stop, Usage,
};
use housestyle_workspace::JsonError;
use serde::Deserialize;

use super::Adaptive;
use crate::error::{Error, ScriptProblem};

/// How often a waiting script looks at the cancel flag: about the time of one decoded token.
const TICK: Duration = Duration::from_millis(5);

/// One answer of a script.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    text: String,
    #[serde(default)]
    delay_ms: u64,
}

/// Answers handed out in order.
#[derive(Debug)]
pub(super) struct Script {
    name: String,
    answers: Vec<Answer>,
    next: usize,
}

impl Script {
    /// Reads the answers of `file`.
    ///
    /// # Errors
    /// When the file cannot be read, a line is no answer, or there is none.
    pub(super) fn open(file: &Path) -> Result<Script, Error> {
        let failed = |problem: ScriptProblem| Error::Script { path: file.to_path_buf(), problem };
        let text = std::fs::read_to_string(file).map_err(|error| failed(error.into()))?;
        let name = format!("script:{}", file.file_name().unwrap_or_default().to_string_lossy());
        Script::parse(name, &text).map_err(failed)
    }

    fn parse(name: String, text: &str) -> Result<Script, ScriptProblem> {
        let mut answers = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let answer = serde_json::from_str(line);
            answers.push(answer.map_err(|error| JsonError { line: index + 1, ..error.into() })?);
        }
        if answers.is_empty() {
            return Err(ScriptProblem::NoAnswer);
        }
        Ok(Script { name, answers, next: 0 })
    }
}

impl Adaptive for Script {}

impl Generator for Script {
    fn capabilities(&self) -> Capabilities {
        Capabilities::new(&[], Limitation::Script)
    }

    fn describe(&self) -> Description {
        Description {
            model: self.name.clone(),
            fim: true,
            reads_context: false,
            context_tokens: 32_768,
            adapter: None,
        }
    }

    fn count_tokens(&self, text: &str) -> usize {
        pieces(text).count()
    }

    fn generate(
        &mut self,
        request: &Request,
        cancel: &Cancel,
        listener: &mut dyn FnMut(Chunk<'_>) -> Flow,
    ) -> Result<Generation, GenerateError> {
        let began = Instant::now();
        let answer = self.answers[self.next].clone();
        self.next = (self.next + 1).min(self.answers.len() - 1);

        let prompt_tokens = request.prompt.parts.iter().map(|part| match part {
            PromptPart::Marker(_) => 1,
            PromptPart::Text(text) => pieces(text).count(),
        });
        let mut made = Generation {
            text: String::new(),
            stop: Stop::EndOfText,
            usage: Usage { prompt_tokens: prompt_tokens.sum(), ..Usage::default() },
        };
        let wait = Duration::from_millis(answer.delay_ms);
        let end_before_token = |generated: usize| {
            if cancel.is_cancelled() {
                Some(Stop::Cancelled)
            } else if began.elapsed() >= request.limits.deadline {
                Some(Stop::Deadline)
            } else if generated >= request.limits.max_tokens {
                Some(Stop::MaxTokens)
            } else {
                None
            }
        };
        loop {
            if let Some(stop) = end_before_token(0) {
                made.stop = stop;
                made.usage.prefill = began.elapsed();
                return Ok(made);
            }
            let left = wait.saturating_sub(began.elapsed());
            if left.is_zero() {
                break;
            }
            thread::sleep(left.min(TICK));
        }
        made.usage.prefill = began.elapsed();
        for piece in pieces(&answer.text) {
            if let Some(stop) = end_before_token(made.usage.generated_tokens) {
                made.stop = stop;
                break;
            }
            made.text.push_str(piece);
            made.usage.generated_tokens += 1;
            if listener(Chunk { text: piece, elapsed: began.elapsed() }) == Flow::Stop {
                made.stop = Stop::Listener;
                break;
            }
        }
        made.usage.decode = began.elapsed().saturating_sub(made.usage.prefill);
        Ok(made)
    }
}

/// Splits text much as a tokenizer would: runs of letters with the space before them, single signs.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let skip = first.len_utf8();
        let starts_word = first == ' ' || first.is_alphanumeric() || first == '_';
        let end = if starts_word {
            rest[skip..]
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .map_or(rest.len(), |length| skip + length)
        } else {
            skip
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use housestyle_complete::generator::{Limits, Prompt, Sampling};

    use super::*;

    fn script(text: &str) -> Script {
        Script::parse("script:test".to_owned(), text).expect("a script")
    }

    /// A deadline, and a delay of an answer, that no test waits for.
    const HOUR: Duration = Duration::from_secs(3600);

    fn request(max_tokens: usize, deadline: Duration) -> Request {
        Request {
            prompt: Prompt { format: "test-1", parts: vec![PromptPart::Text("let x".to_owned())] },
            limits: Limits { max_tokens, deadline },
            sampling: Sampling::GREEDY,
        }
    }

    fn texts(script: &mut Script, calls: usize) -> Vec<String> {
        let mut ask = || {
            let request = request(100, HOUR);
            script.generate(&request, &Cancel::new(), &mut |_| Flow::Continue).expect("an answer").text
        };
        (0..calls).map(|_| ask()).collect()
    }

    #[test]
    fn answers_come_in_order_and_the_last_one_repeats() {
        let mut script = script("{\"text\": \"a = 1\"}\n\n{\"text\": \"b\", \"delay_ms\": 1}\n");
        assert_eq!(texts(&mut script, 4), ["a = 1", "b", "b", "b"]);
    }

    #[test]
    fn a_wrong_line_is_named_and_not_quoted() {
        let text = "{\"text\": \"a\"}\n{\"text\": \"a\", \"delay_ms\": \"secret\"}\n";
        let error = Script::parse(String::new(), text).expect_err("wrong").to_string();
        assert!(error.starts_with("line 2, ") && !error.contains("secret"), "{error}");
        assert!(Script::parse(String::new(), "\n\n").is_err());
    }

    #[test]
    fn waiting_ends_on_cancel_and_on_the_deadline() {
        let mut script = script(r#"{"text": "late", "delay_ms": 3600000}"#);
        let cancel = Cancel::new();
        let other = cancel.clone();
        let canceller = thread::spawn(move || {
            thread::sleep(Duration::from_millis(30));
            other.cancel();
        });
        let made = script.generate(&request(9, HOUR), &cancel, &mut |_| Flow::Continue).expect("no error");
        assert_eq!((made.stop, made.text.as_str()), (Stop::Cancelled, ""));
        let short = request(9, Duration::from_millis(20));
        let made = script.generate(&short, &Cancel::new(), &mut |_| Flow::Continue).expect("no error");
        assert_eq!(made.stop, Stop::Deadline);
        canceller.join().expect("the canceller");
    }

    #[test]
    fn limits_and_the_listener_end_the_text() {
        let mut script = script(r#"{"text": "one two three"}"#);
        let made = script.generate(&request(2, HOUR), &Cancel::new(), &mut |_| Flow::Continue).expect("made");
        assert_eq!((made.stop, made.text.as_str()), (Stop::MaxTokens, "one two"));
        let made = script.generate(&request(9, HOUR), &Cancel::new(), &mut |_| Flow::Stop).expect("made");
        assert_eq!((made.stop, made.text.as_str()), (Stop::Listener, "one"));
    }

    #[test]
    fn pieces_lose_nothing() {
        for text in ["", " ", "fn é(x_1) {\r\n\t  y }", "你好 wörld!"] {
            assert_eq!(pieces(text).collect::<String>(), text);
        }
    }
}
