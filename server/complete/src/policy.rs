//! Decides whether a suggestion is wanted at a place, before the model runs.

use housestyle_text::syntax::Scope;

use crate::cursor_context::CursorContext;
use crate::job::Trigger;
use crate::lines;
use crate::reason::Reason;
use crate::settings::{Mode, ProseMode, Settings};
use crate::stop;

/// Words that a sentence must have before it is completed quietly.
const QUIET_WORDS: usize = 3;

/// Says why there is to be no suggestion, if there is a reason. `settings` are those of the place's language.
///
/// # Errors
/// The reason.
pub fn allow(
    cursor: &CursorContext,
    path: Option<&str>,
    trigger: Trigger,
    settings: &Settings,
) -> Result<(), Reason> {
    let mode = standing(cursor, path, trigger, settings)?;
    match trigger {
        Trigger::Invoked => Ok(()),
        Trigger::Automatic => unasked(cursor, mode, settings),
    }
}

/// Returns whether the model may prefill for a place. A reason that forbids suggestions there, whatever the user
/// types next, forbids prefill too. `settings` are those of the place's language.
pub fn may_prefill(cursor: &CursorContext, path: Option<&str>, settings: &Settings) -> bool {
    settings.idle_work && standing(cursor, path, Trigger::Automatic, settings).is_ok()
}

/// Returns whether text of a document may be copied to other places. `settings` are those of its language.
pub fn may_copy_from(path: Option<&str>, settings: &Settings) -> bool {
    let on = settings.enabled && settings.idle_work && settings.mode != Mode::Off;
    on && path.is_none_or(|path| settings.disabled_by(path).is_none())
}

/// Returns the mode that holds here, or the reason why the settings alone forbid a suggestion.
fn standing(
    cursor: &CursorContext,
    path: Option<&str>,
    trigger: Trigger,
    settings: &Settings,
) -> Result<ProseMode, Reason> {
    if !settings.enabled {
        return Err(Reason::Disabled);
    }
    if let Some(glob) = path.and_then(|path| settings.disabled_by(path)) {
        return Err(Reason::PathDisabled { glob: glob.to_owned() });
    }
    let (setting, mode) = mode_here(cursor, settings);
    let general = match settings.mode {
        Mode::Auto => ProseMode::Auto,
        Mode::Manual => ProseMode::Manual,
        Mode::Off => ProseMode::Off,
    };
    let (setting, mode) = if general > mode { ("mode", general) } else { (setting, mode) };
    match (mode, trigger) {
        (ProseMode::Off, _) => Err(Reason::ModeOff { setting }),
        (ProseMode::Manual, Trigger::Automatic) => Err(Reason::ManualOnly { setting }),
        (mode, _) => Ok(mode),
    }
}

/// Returns whether the place is prose that is to be completed quietly.
pub fn is_quiet(cursor: &CursorContext, settings: &Settings) -> bool {
    mode_here(cursor, settings).1 == ProseMode::Quiet
}

fn mode_here(cursor: &CursorContext, settings: &Settings) -> (&'static str, ProseMode) {
    match cursor.scope {
        Scope::Prose => ("prose.mode", settings.prose_mode),
        Scope::Comment | Scope::Docstring => ("comments.mode", settings.comments_mode),
        Scope::Code | Scope::String => ("mode", ProseMode::Auto),
    }
}

/// The rules for suggestions that nobody asked for.
fn unasked(cursor: &CursorContext, mode: ProseMode, settings: &Settings) -> Result<(), Reason> {
    if cursor.head.ends_with(lines::is_word) && cursor.tail.starts_with(lines::is_word) {
        return Err(Reason::InsideWord);
    }
    let found = cursor
        .tail
        .chars()
        .filter(|c| !c.is_whitespace() && !lines::only_closers(c.encode_utf8(&mut [0; 4])))
        .count();
    if found > settings.max_line_suffix {
        return Err(Reason::TextRight { found, allowed: settings.max_line_suffix });
    }
    if mode == ProseMode::Quiet {
        let sentence = stop::under_way(&cursor.head);
        // Chinese and Japanese have no spaces between words: there, characters are counted instead.
        let wide = sentence.chars().filter(|c| *c >= '\u{2E80}').count();
        let under_way = sentence.split_whitespace().count() >= QUIET_WORDS || wide > QUIET_WORDS;
        if !lines::is_blank(&cursor.tail) || !under_way {
            return Err(Reason::ProseQuiet);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cursor_context;
    use serde_json::{Value, json};

    #[track_caller]
    fn check(path: &str, fixture: &str, trigger: Trigger, settings: Value, expect: &str) {
        let cursor = cursor_context(path, fixture);
        let (settings, warnings) = Settings::from_json(&settings);
        assert_eq!(warnings, []);
        let settings = settings.for_language(cursor.language.id());
        let found =
            allow(&cursor, Some(path), trigger, &settings).map_or_else(|reason| reason.code(), |()| "ok");
        assert_eq!(found, expect, "for {fixture:?} in {path}");
    }

    #[test]
    fn switches() {
        use Trigger::{Automatic, Invoked};
        check("a.rs", "let x = ‸", Automatic, json!({}), "ok");
        check("a.rs", "let x = ‸", Invoked, json!({"enabled": false}), "disabled");
        check("a.rs", "let x = ‸", Invoked, json!({"mode": "off"}), "mode-off");
        check("a.rs", "let x = ‸", Automatic, json!({"mode": "manual"}), "manual-only");
        check("a.rs", "let x = ‸", Invoked, json!({"mode": "manual"}), "ok");
        check("a.rs", "let x = ‸", Invoked, json!({"languages": {"rust": {"mode": "off"}}}), "mode-off");
        check("a.py", "x = ‸", Invoked, json!({"languages": {"rust": {"mode": "off"}}}), "ok");
        check("conf/.env", "KEY=‸", Invoked, json!({}), "path-disabled");
        check("a.md", "One two three ‸", Automatic, json!({"prose.mode": "manual"}), "manual-only");
        check("a.md", "One two three ‸", Automatic, json!({"prose.mode": "auto", "mode": "off"}), "mode-off");
        check("a.rs", "// one ‸", Automatic, json!({"comments.mode": "off"}), "mode-off");
    }

    #[test]
    fn prefill_is_for_places_where_suggestions_come_unasked() {
        let check = |path, fixture, settings: Value, expect| {
            let cursor = cursor_context(path, fixture);
            let settings = Settings::from_json(&settings).0.for_language(cursor.language.id());
            assert_eq!(may_prefill(&cursor, Some(path), &settings), expect, "{fixture:?} in {path}");
        };
        check("a.rs", "let x = ‸", json!({}), true);
        // The next key may change these.
        check("a.rs", "let ‸ = compute_it(1);", json!({}), true);
        check("a.md", "The ‸", json!({}), true);
        // Nothing that is typed changes these.
        check("a.rs", "let x = ‸", json!({"idleWork": false}), false);
        check("a.rs", "let x = ‸", json!({"languages": {"rust": {"idleWork": false}}}), false);
        check("a.rs", "let x = ‸", json!({"enabled": false}), false);
        check("a.rs", "let x = ‸", json!({"mode": "manual"}), false);
        check("a.rs", "let x = ‸", json!({"languages": {"rust": {"mode": "off"}}}), false);
        check("a.md", "The ‸", json!({"prose.mode": "off"}), false);
        check("conf/.env", "KEY=‸", json!({}), false);
    }

    #[test]
    fn unasked_only_where_it_does_not_disturb() {
        let check = |fixture, expect| check("a.rs", fixture, Trigger::Automatic, json!({}), expect);
        check("foo(‸)", "ok");
        check("foo(bar(\"‸\"));", "ok");
        check("let ‸ = compute_it(1);", "text-right");
        check("let ‸ = 5;", "ok");
        check("let ab‸cd", "inside-word");
        check("ab‸ cd", "ok");
    }

    #[test]
    fn prose_is_quiet() {
        let check = |fixture, expect| check("a.md", fixture, Trigger::Automatic, json!({}), expect);
        check("‸", "prose-quiet");
        check("The ‸", "prose-quiet");
        check("The quick brown ‸", "ok");
        check("The quick brown fox. And ‸", "prose-quiet");
        check("The quick brown ‸ dog", "prose-quiet");
        check("Das gilt z. B. ‸", "ok");
        check("यह एक वाक्य है। दूसरा ‸", "prose-quiet");
        check("这是一个很‸", "ok");
    }
}
