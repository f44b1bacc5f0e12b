//! From the files of a workspace to the settings that hold there.
//!
//! Only the file at the tip of the default branch can loosen; every other file counts where it is stricter.

use housestyle_complete::settings::SettingsSource;
use housestyle_learn::gate::{Bounds, BoundsSource};

use super::files::{Content, DiskFile, Level, PolicyFiles, Team, Tip};
use super::{Configuration, everything_off};
use crate::display::{listed, shortened};
use crate::error::BrokenFile;
use crate::root;

/// What the files of one level, or of several, say together.
#[derive(Debug, Clone, Default, PartialEq)]
struct Policy {
    source: SettingsSource,
    gate: BoundsSource,
}

impl Policy {
    fn tightened_by(&self, other: &Policy) -> Policy {
        Policy { source: self.source.tightened_by(&other.source), gate: self.gate.tightened_by(&other.gate) }
    }

    /// Returns the names of the settings that differ in `other`.
    fn changes(&self, other: &Policy) -> Vec<String> {
        let differs = |name: &&str| self.source.values().get(*name) != other.source.values().get(*name);
        let general = other.source.values().keys().copied().filter(differs).map(|name| format!("`{name}`"));
        let languages = other.source.languages().iter();
        let languages = languages.filter(|(id, values)| self.source.languages().get(*id) != Some(*values));
        let languages = languages.map(|(id, _)| format!("`languages.{id}`"));
        let gate = (self.gate != other.gate).then(|| "`[gate]`".to_owned());
        general.chain(languages).chain(gate).collect()
    }

    /// Returns what of `other` does not count, for people.
    fn uncounted(&self, other: &Policy) -> Vec<String> {
        let settings = self.source.uncounted(&other.source).into_iter();
        let settings = settings.map(|it| {
            let [value, holds] = [&it.value, &it.holds].map(|value| shortened(&value.to_string()));
            format!("`{} = {value}` ({holds} holds)", it.path)
        });
        let gate = self.tightened_by(other).gate.values();
        let bounds = other.gate.values().into_iter().filter_map(|(name, value)| {
            let (_, holds) = gate.iter().find(|(other, _)| *other == name)?;
            (*holds != value).then(|| format!("`[gate] {name} = {value}` ({holds} holds)"))
        });
        settings.chain(bounds).collect()
    }
}

impl PolicyFiles {
    /// Returns the settings that hold.
    pub(super) fn configuration(&self) -> Configuration {
        let mut found = Configuration::default();
        let mut policy: Option<Policy> = None;
        for level in &self.levels {
            let of_level = found.take_level(level, policy.is_none());
            policy = Some(match (policy, self.levels.first()) {
                (Some(inner), Some(innermost)) => {
                    let folder = root::relative(&level.root, &innermost.root);
                    let source = of_level.source.seen_below(&folder);
                    inner.tightened_by(&Policy { source, ..of_level })
                }
                _ => of_level,
            });
        }
        if std::mem::take(&mut found.has_forges) {
            let warning = "[forge] counts in your own housestyle.toml alone: it says where your token goes";
            found.warnings.push(warning.to_owned());
        }
        let policy = policy.unwrap_or_default();
        let user = found.take_file(&self.user);
        if let Some(Ok(parsed)) = &*self.user.content {
            found.forges = parsed.forges.clone();
        }
        let all = Policy {
            source: SettingsSource::stricter(&policy.source, &user.source),
            gate: policy.gate.tightened_by(&user.gate),
        };
        found.list(
            &self.user,
            "your own file, which can only be stricter than the team",
            &policy.changes(&all),
        );
        found.gate = Bounds::of(&all.gate);
        found.source = if found.broken.is_empty() { all.source } else { everything_off() };
        found
    }
}

impl Configuration {
    /// Returns the policy of a level, and takes what a person is to know about its files. Of the workspace's own level,
    /// that includes the values that do not count.
    fn take_level(&mut self, level: &Level, is_own: bool) -> Policy {
        let (team, place) = match &level.team {
            Team::Folder => {
                self.list(&level.work_tree, "the policy here", &[]);
                return self.take_file(&level.work_tree);
            }
            Team::Tip(tip) => {
                let name = tip.name();
                if tip.content.is_some() {
                    self.files.push(format!("{name}: the team's policy"));
                }
                (self.take(&name, &tip.content), format!("the default branch ({})", tip.branch))
            }
            Team::Unknown { why, doubtful } => {
                let forbidden = doubtful.as_ref().map(|tip| self.take_doubtful(tip)).unwrap_or_default();
                (Policy::default().tightened_by(&forbidden), format!("the default branch; {why}"))
            }
        };
        let work_tree = self.take_file(&level.work_tree);
        let all = team.tightened_by(&work_tree);
        self.list(&level.work_tree, "can only be stricter than the default branch", &team.changes(&all));
        let uncounted = team.uncounted(&work_tree);
        if is_own && !uncounted.is_empty() {
            let (path, values) = (level.work_tree.path.display(), listed(&uncounted));
            self.uncounted
                .push(format!("{path}: not stricter, so counts only once it is on {place}: {values}"));
        }
        all
    }

    fn take_doubtful(&mut self, tip: &Tip) -> Policy {
        let name = tip.name();
        if tip.content.is_some() {
            self.files
                .push(format!("{name}: can only be stricter than the defaults, as the branch is in doubt"));
        }
        self.take(&name, &tip.content)
    }

    fn take_file(&mut self, file: &DiskFile) -> Policy {
        self.take(&file.path.display().to_string(), &file.content)
    }

    /// Returns what a file says, and takes its warnings, or its problem.
    fn take(&mut self, name: &str, content: &Content) -> Policy {
        match content {
            None => Policy::default(),
            Some(Ok(parsed)) => {
                self.has_forges |= !parsed.forges.is_empty();
                self.warnings.extend(parsed.warnings.iter().map(|warning| format!("{name}: {warning}")));
                Policy { source: parsed.source.clone(), gate: parsed.gate }
            }
            Some(Err(problem)) => {
                self.broken.push(BrokenFile { file: name.to_owned(), problem: problem.clone() });
                Policy::default()
            }
        }
    }

    /// Lists a file that is there, with its part and the settings that it changes.
    fn list(&mut self, file: &DiskFile, part: &str, changes: &[String]) {
        if file.content.is_some() {
            let changes = match changes {
                [] => String::new(),
                changes => format!(", and sets {}", listed(changes)),
            };
            self.files.push(format!("{}: {part}{changes}", file.path.display()));
        }
    }
}
