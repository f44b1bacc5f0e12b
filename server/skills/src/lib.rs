//! A team's rules as SKILL.md: parses, lints, renders and checks rules.
//!
//! Nothing here reads a file, a clock, the network or git: texts, edits and times are arguments. A skill is a folder
//! of the Agent Skills standard; a program can check its [`Rule`], which the file `rule.json` holds. Hints,
//! repairs, evidence and precision all come from one question, [`Rule::occurrences`]: where does the rule apply in this
//! text, and does the text follow the rule there?

mod document;
mod error;
mod exception;
mod hidden;
mod insecure;
pub mod lint;
mod prose;
mod rule;
mod skill;
mod source;
mod trigger;

pub use document::{Document, MOST_NAME, Parsed, Warning, kebab};
pub use error::{PatternError, SkillError};
pub use exception::{Exceptions, exception_key};
pub use hidden::is_hidden;
pub use insecure::is_insecure;
pub use prose::{Piece, PieceKind, Word, touching};
pub use rule::{
    FORMAT, Finder, Form, FormKind, Match, Metavariable, Name, NameKind, Occurrence, Pattern, Rewrite, Rule,
    RuleFile, Rules, Scope, Sides, Term, definitions, expand, has_gap, is_separator, is_verbatim,
};
pub use skill::{RULE_FILE, SKILL_FILE, Skill, digest};
pub use source::{Source, indentation, line_end, line_start, significant_children};
pub use trigger::words;
