//! The names that are asked for: which definitions, and how their names begin or end.

use housestyle_skills::NameKind;

/// The kinds of definitions.
pub(super) const KINDS: [NameKind; 3] = [NameKind::Test, NameKind::Constructor, NameKind::Error];

/// A beginning and an ending, and whether nearly everybody writes so.
pub(super) type Affix = (&'static str, &'static str, bool);

/// Beginnings and endings, of which a convention is one.
pub(super) const AFFIXES: [Affix; 18] = [
    ("test_", "", true),
    ("should_", "", false),
    ("should ", "", false),
    ("should", "", false),
    ("it_", "", false),
    ("can_", "", false),
    ("Test_", "", false),
    ("", "_test", false),
    ("", "_works", false),
    ("new", "", true),
    ("New", "", true),
    ("create", "", false),
    ("make", "", false),
    ("from", "", false),
    ("of", "", false),
    ("", "Error", true),
    ("", "Exception", true),
    ("", "Err", false),
];
