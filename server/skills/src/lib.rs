//! A team's rules as SKILL.md: parses, lints, renders and checks rules, and mines them from edits.
//!
//! Nothing here reads a file, a clock, the network or git: texts, edits and times are arguments. A skill is a folder
//! of the Agent Skills standard; a program can check its [`Rule`], which the file `rule.json` holds. Hints,
//! repairs, evidence and precision all come from one question, [`Rule::occurrences`]: where does the rule apply in this
//! text, and does the text follow the rule there?

mod document;
mod error;
mod exception;
mod hidden;
pub mod lint;
pub mod mine;
mod prose;
mod rule;
mod skill;
mod source;
mod trigger;

pub use document::{Document, Parsed, Warning, kebab};
pub use error::{PatternError, SkillError};
pub use exception::{Exceptions, exception_key};
pub use rule::{
    FORMAT, Form, FormKind, Name, NameKind, Occurrence, Rewrite, Rule, RuleFile, Rules, Scope, Term,
};
pub use skill::{RULE_FILE, SKILL_FILE, Skill, digest};
pub use source::Source;
pub use trigger::words;
