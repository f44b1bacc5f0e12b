//! Which forge runs at which host, as the user's own file says.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// A kind of forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// GitHub, also at an enterprise's own host.
    GitHub,
    /// GitLab.
    GitLab,
    /// Gitea or Forgejo.
    #[serde(alias = "forgejo")]
    Gitea,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::GitHub => "github",
            Kind::GitLab => "gitlab",
            Kind::Gitea => "gitea",
        })
    }
}

/// A host of the user's own file: `[forge."git.example.com"]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgeHost {
    /// What runs there.
    pub kind: Kind,
    /// The address of its REST interface, if not the usual one of that kind.
    #[serde(default)]
    pub api: Option<String>,
}

/// The hosts of the user's own file, by name.
pub type Hosts = BTreeMap<String, ForgeHost>;
