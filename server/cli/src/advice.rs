//! The remedy for each way in which a request can end.

/// Returns what a user can do when requests end with `code`; nothing where all is as it should be.
pub(crate) fn on(code: &str) -> Option<&'static str> {
    Some(match code {
        "no-model" | "no-generator" => "run `housestyle model pull`, then restart the server in the editor",
        "disabled" => {
            "set `enabled = true` in housestyle.toml or in the editor's settings; `housestyle doctor` says whether a \
             housestyle.toml is broken, which switches everything off"
        }
        "paused" => "run the editor command housestyle.toggle",
        "mode-off" => "change the setting that is named, in housestyle.toml or in the editor",
        "manual-only" => "ask for a completion by key, or set that mode to `auto`",
        "path-disabled" => "take the glob out of `disabled`, if this file really may be read",
        "text-right" => "raise `maxLineSuffix`, or ask for a completion by key",
        "inside-word" => "ask for a completion by key, or go to the end of the word",
        "no-context" => "write a first line, or a comment that says what is to come",
        "prose-quiet" => "set `prose.mode = \"auto\"` to be helped more often, or ask by key",
        "not-open" => "reopen the file; if it stays so, the editor plugin is at fault: please report it",
        "document-too-large" => "nothing: files of that size are left alone",
        "model-failed" => "run `housestyle doctor`: it tries the model and says what is wrong",
        "too-slow" => {
            "run `housestyle doctor` for this machine's speed; lower `prefixTokens`, raise `deadlineMs`, or use a \
             smaller model"
        }
        "low-confidence" => "lower `minLogprob` (or `quietLogprob`) to see less certain suggestions",
        "chat" => "use a model for completion (`housestyle model list`): a chat model answers in words",
        "breaks-skill" => {
            "nothing, if the team means it; else put the skill that is named into `skills.shadow` or `skills.off`, or see \
             what it says with `housestyle skill show`"
        }
        "too-long" => "raise `maxLines`",
        "unfinished" => "raise `maxTokens` or `deadlineMs`",
        "overtaken-by-change" | "overtaken-by-request" | "superseded" | "stale" => {
            "nothing, if it happens while you type; if it always does, the model is too slow here: see `housestyle \
             doctor`"
        }
        _ => return None,
    })
}
