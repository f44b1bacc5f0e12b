//! The text of a `housestyle.toml`.

use housestyle_complete::settings::SettingsSource;
use housestyle_learn::gate::BoundsSource;

use crate::error::ConfigurationProblem;
use crate::forges::Hosts;

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
        let warnings = warnings.iter().map(ToString::to_string).collect();
        Ok(Parsed { source, gate: gate.unwrap_or_default(), forges: forges.unwrap_or_default(), warnings })
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
    fn a_bound_that_is_no_number_breaks_the_file() {
        for value in ["nan", "inf", "1e999", "-1", "\"8\""] {
            assert!(parse(&format!("[gate]\nleastCommits = {value}\n")).is_err(), "{value}");
        }
    }
}
