//! The text of a `housestyle.toml`.

use housestyle_complete::settings::SettingsSource;
use housestyle_learn::gate::BoundsSource;

use crate::display::shortened;
use crate::error::ConfigurationProblem;
use crate::forges::Hosts;

/// Most warnings of a file: anybody may have written the file, and each warning is a message to the editor.
const MOST_WARNINGS: usize = 20;

/// The content of a file.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) source: SettingsSource,
    pub(super) gate: BoundsSource,
    pub(super) forges: Hosts,
    /// Single settings that were left out.
    pub(super) warnings: Vec<String>,
}

impl Parsed {
    /// Reads settings, `[gate]` and `[forge]`. An editor's byte order mark is no error.
    pub(super) fn of(content: Vec<u8>) -> Result<Parsed, ConfigurationProblem> {
        let text = String::from_utf8(content).map_err(|_| ConfigurationProblem::NoText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut value: serde_json::Value = toml::from_str(text)?;
        let mut table = |name: &str| value.as_object_mut().and_then(|table| table.remove(name));
        // A bound that is not understood might be the one that matters, and so might a host.
        let wrong = |table: &'static str| {
            move |source: serde_json::Error| ConfigurationProblem::Table { table, source }
        };
        let gate = table("gate").map(serde_json::from_value).transpose().map_err(wrong("gate"))?;
        let forges = table("forge").map(serde_json::from_value).transpose().map_err(wrong("forge"))?;
        let (source, warnings) = SettingsSource::from_json(&value);
        let mut texts: Vec<String> =
            warnings.iter().take(MOST_WARNINGS).map(|warning| shortened(&warning.to_string())).collect();
        if let Some(rest) = warnings.len().checked_sub(MOST_WARNINGS).filter(|rest| *rest > 0) {
            texts.push(format!("{rest} more settings are not understood"));
        }
        Ok(Parsed {
            source,
            gate: gate.unwrap_or_default(),
            forges: forges.unwrap_or_default(),
            warnings: texts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Parsed, ConfigurationProblem> {
        Parsed::of(text.as_bytes().to_vec())
    }

    #[test]
    fn what_is_wrong_is_named() {
        let Parsed { warnings, .. } =
            parse("\u{feff}colour = 1\nmaxLines = \"many\"\n").expect("read nevertheless");
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        let Parsed { gate, warnings, .. } =
            parse("[gate]\nleastCommits = 3\ncore_loss = 0.0\n").expect("bounds");
        assert!(warnings.is_empty());
        let expected =
            BoundsSource { least_commits: Some(3), core_loss: Some(0.0), ..BoundsSource::default() };
        assert_eq!(gate, expected);
        let forges = parse("[forge.\"git.x.org\"]\nkind = \"forgejo\"\n").expect("a host").forges;
        assert_eq!(forges.keys().collect::<Vec<_>>(), ["git.x.org"]);
        let error = |text: &str| parse(text).expect_err("refused").to_string();
        assert!(error("[forge.\"x\"]\nkind = \"cvs\"\n").contains("[forge]"));
        assert!(error("[gate]\ncoreLos = 0.0\n").contains("[gate]"));
        assert!(error("maxLines = = 2").contains("line 1"));
        assert!(Parsed::of(vec![0xff]).is_err());
    }

    #[test]
    fn the_words_about_a_file_are_bounded_whatever_is_in_it() {
        let settings: String = (0..1000).map(|number| format!("{}{number} = 1\n", "x".repeat(50))).collect();
        let Parsed { warnings, .. } = parse(&settings).expect("read nevertheless");
        assert_eq!(warnings.len(), 21);
        assert_eq!(warnings[20], "980 more settings are not understood");
        let long = "x".repeat(10_000);
        assert!(parse(&format!("{long} = 1")).expect("read").warnings[0].len() < 1000);
        for broken in [format!("a = {long}"), format!("[gate]\n{long} = 1")] {
            let problem = parse(&broken).expect_err("refused").to_string();
            assert!(problem.len() < 2000, "{problem}");
        }
    }

    #[test]
    fn a_bound_that_is_no_number_breaks_the_file() {
        for value in ["nan", "inf", "1e999", "-1", "\"8\""] {
            assert!(parse(&format!("[gate]\nleastCommits = {value}\n")).is_err(), "{value}");
        }
    }
}
