//! Spellings between which people choose: a closed list. [`super::counts`] adds those of the history itself.

/// Spellings of one word, the one that is usual in code and manuals first.
const FAMILIES: &[&[&str]] = &[
    &["color", "colour"],
    &["behavior", "behaviour"],
    &["favor", "favour"],
    &["favorite", "favourite"],
    &["honor", "honour"],
    &["labeled", "labelled"],
    &["labeling", "labelling"],
    &["canceled", "cancelled"],
    &["canceling", "cancelling"],
    &["cancelation", "cancellation"],
    &["center", "centre"],
    &["centered", "centred"],
    &["defense", "defence"],
    &["analyze", "analyse"],
    &["analyzed", "analysed"],
    &["analyzing", "analysing"],
    &["analyzer", "analyser"],
    &["catalog", "catalogue"],
    &["gray", "grey"],
    &["modeling", "modelling"],
    &["modeled", "modelled"],
    &["traveling", "travelling"],
    &["signaled", "signalled"],
    &["signaling", "signalling"],
    &["artifact", "artefact"],
    &["neighbor", "neighbour"],
    &["neighboring", "neighbouring"],
    &["flavor", "flavour"],
    &["fulfill", "fulfil"],
    &["judgment", "judgement"],
    &["acknowledgment", "acknowledgement"],
    &["installment", "instalment"],
    &["skillful", "skilful"],
    &["fiber", "fibre"],
    &["pretense", "pretence"],
    &["offense", "offence"],
    &["marshaling", "marshalling"],
    &["marshaled", "marshalled"],
    &["marshaler", "marshaller"],
    &["serializable", "serialisable"],
    &["toward", "towards"],
    &["afterward", "afterwards"],
    &["among", "amongst"],
    &["while", "whilst"],
    &["learned", "learnt"],
    &["spelled", "spelt"],
    &["sanitize", "sanitise"],
    &["sanitized", "sanitised"],
    &["sanitizing", "sanitising"],
];

/// The stems of verbs in `-ize` that are also spelled with `s`.
const VERBS: &[&str] = &[
    "initial",
    "serial",
    "deserial",
    "normal",
    "optim",
    "organ",
    "recogn",
    "synchron",
    "custom",
    "general",
    "special",
    "minim",
    "maxim",
    "final",
    "author",
    "summar",
    "util",
    "categor",
    "standard",
    "capital",
    "local",
    "modern",
    "visual",
    "virtual",
    "parallel",
    "token",
    "emphas",
    "prior",
    "stabil",
    "character",
    "real",
    "apolog",
    "central",
    "material",
    "neutral",
    "pessim",
    "denormal",
    "deinitial",
    "reinitial",
    "vector",
    "linear",
    "memor",
    "monet",
    "formal",
    "human",
];

/// The forms of such a verb.
const FORMS: [&str; 6] = ["ize", "ized", "izes", "izing", "ization", "izer"];

/// Words that are written together, with a hyphen or apart, and words between which teams choose.
const COMPOUNDS: &[&[&str]] = &[
    &["email", "e-mail"],
    &["filename", "file name", "file-name"],
    &["filesystem", "file system", "file-system"],
    &["timestamp", "time stamp", "time-stamp"],
    &["namespace", "name space", "name-space"],
    &["whitespace", "white space", "white-space"],
    &["newline", "new line", "new-line"],
    &["database", "data base", "data-base"],
    &["backend", "back end", "back-end"],
    &["frontend", "front end", "front-end"],
    &["website", "web site", "web-site"],
    &["webpage", "web page", "web-page"],
    &["codebase", "code base", "code-base"],
    &["plugin", "plug-in"],
    &["built-in", "builtin"],
    &["callback", "call back", "call-back"],
    &["lifetime", "life time", "life-time"],
    &["lifecycle", "life cycle", "life-cycle"],
    &["runtime", "run time", "run-time"],
    &["metadata", "meta data", "meta-data"],
    &["username", "user name", "user-name"],
    &["hostname", "host name", "host-name"],
    &["pathname", "path name", "path-name"],
    &["lowercase", "lower case", "lower-case"],
    &["uppercase", "upper case", "upper-case"],
    &["subclass", "sub-class", "sub class"],
    &["superclass", "super-class", "super class"],
    &["subdirectory", "sub-directory", "sub directory"],
    &["submodule", "sub-module", "sub module"],
    &["substring", "sub-string", "sub string"],
    &["wildcard", "wild card", "wild-card"],
    &["workaround", "work-around", "work around"],
    &["placeholder", "place holder", "place-holder"],
    &["keyword", "key word", "key-word"],
    &["cannot", "can not"],
    &["online", "on-line"],
    &["offline", "off-line"],
    &["open source", "open-source"],
    &["real time", "real-time", "realtime"],
    &["third-party", "third party"],
    &["command line", "command-line", "commandline"],
    &["multithreaded", "multi-threaded", "multi threaded"],
    &["read-only", "readonly", "read only"],
    &["non-empty", "nonempty", "non empty"],
    &["nonzero", "non-zero", "non zero"],
    &["reuse", "re-use"],
    &["recreate", "re-create"],
    &["preprocess", "pre-process"],
    &["preprocessor", "pre-processor"],
    &["predefined", "pre-defined"],
    &["coordinate", "co-ordinate"],
    &["toolchain", "tool chain", "tool-chain"],
    &["changelog", "change log", "change-log"],
    &["endpoint", "end point", "end-point"],
    &["middleware", "middle ware"],
    &["boilerplate", "boiler plate", "boiler-plate"],
    &["checkbox", "check box", "check-box"],
    &["dataset", "data set", "data-set"],
    &["bitmask", "bit mask", "bit-mask"],
    &["bytecode", "byte code", "byte-code"],
    &["opcode", "op code", "op-code"],
    &["codepoint", "code point", "code-point"],
    &["docstring", "doc string", "doc-string"],
    &["subprocess", "sub-process", "sub process"],
    &["superset", "super set", "super-set"],
    &["autocomplete", "auto-complete", "auto complete"],
    &["autocompletion", "auto-completion"],
    &["allowlist", "whitelist", "allow list", "white list"],
    &["blocklist", "blacklist", "block list", "black list", "denylist"],
    &["main branch", "master branch"],
    &["indexes", "indices"],
    &["matrices", "matrixes"],
    &["appendixes", "appendices"],
    &["schemas", "schemata"],
];

/// Words that stand next to others by grammar: `set up` is no spelling of `setup`.
const SMALL: &[&str] = &[
    "a", "an", "the", "and", "or", "nor", "but", "if", "so", "as", "at", "by", "for", "from", "in", "into",
    "of", "off", "on", "onto", "out", "over", "per", "than", "that", "then", "this", "to", "up", "via",
    "with", "within", "without", "any", "every", "some", "no", "not", "all", "may", "be", "is", "are", "was",
    "were", "it", "its", "can", "do", "does", "each", "other", "one", "who", "whom", "when", "where", "how",
    "what", "which", "more", "most", "less", "you", "we", "they", "he", "she", "i", "under", "down", "back",
    "there", "here", "thing", "body", "time", "way", "day", "set", "log", "sign", "check", "make", "run",
    "start", "stop", "shut", "break", "fall", "look", "turn", "clean", "pass", "work", "hand", "hold",
    "build", "left", "right", "end", "pull", "push", "feed", "call", "follow",
];

/// Returns the families of spellings.
pub(super) fn families() -> impl Iterator<Item = Vec<String>> {
    let listed = |list: &'static [&'static [&'static str]]| {
        list.iter().map(|family| family.iter().map(|spelling| (*spelling).to_owned()).collect())
    };
    let forms = |stem: &'static &'static str| FORMS.iter().map(move |form| format!("{stem}{form}"));
    let verbs = VERBS.iter().flat_map(forms).map(|usual| {
        let other = usual.replace('z', "s");
        vec![usual, other]
    });
    listed(FAMILIES).chain(verbs).chain(listed(COMPOUNDS))
}

/// Returns whether a word stands next to others by grammar.
pub(super) fn is_small(word: &str) -> bool {
    SMALL.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_is_in_two_families() {
        let mut seen = std::collections::HashSet::new();
        for spelling in families().flatten() {
            assert!(seen.insert(spelling.clone()), "{spelling}");
        }
    }
}
