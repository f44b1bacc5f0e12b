//! Many rules against one text: shared work is done once.

use std::cell::LazyCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use housestyle_text::Language;

use super::form::{Aspect, FormSite};
use super::name::definitions;
use super::pattern::{Finder, Match};
use super::rewrite::Sides;
use super::term::Terms;
use super::{Occurrence, Rule, RuleFile};
use crate::source::Source;

/// Rules that are asked together. All rewrites of a text are found in one walk over its tree, all terms in one over its
/// words.
#[derive(Debug, Default)]
pub struct Rules {
    files: Vec<RuleFile>,
    terms: Terms,
    /// The patterns of a language, made when a text of it first comes.
    compiled: Mutex<HashMap<Language, Arc<Compiled>>>,
}

/// The rewrites of a language.
#[derive(Debug, Default)]
struct Compiled {
    finder: Finder,
    /// The rules that have patterns here, with their patterns' places in the finder.
    sides: Vec<(usize, Sides)>,
    /// For each pattern its place in `sides`.
    owners: Vec<usize>,
}

impl Rules {
    /// Takes rules; their places in the list are their numbers.
    pub fn new(files: Vec<RuleFile>) -> Rules {
        let terms = files.iter().enumerate().filter_map(|(number, file)| match &file.rule {
            Rule::Term(term) => Some((number, term)),
            _ => None,
        });
        Rules { terms: Terms::new(terms), files, compiled: Mutex::default() }
    }

    /// Returns the rules.
    pub fn files(&self) -> &[RuleFile] {
        &self.files
    }

    /// Returns the occurrences of every rule whose scope holds for the text, as [`Rule::occurrences`] does for one, with the
    /// rule's number; by rule, and then in the order of the text.
    pub fn all_occurrences(
        &self,
        source: &Source<'_>,
        within: Option<Range<usize>>,
    ) -> Vec<(usize, Occurrence)> {
        let holds: Vec<bool> =
            self.files.iter().map(|file| file.scope.holds(source.path, source.language)).collect();
        if !holds.contains(&true) {
            return Vec::new();
        }
        let mut all = self.rewrites(source, within.as_ref(), &holds);
        all.extend(self.terms.occurrences(source, within.as_ref(), |rule| holds[rule]));
        // What several rules ask of a text is looked for once.
        let mut sites: HashMap<Aspect, Vec<FormSite>> = HashMap::new();
        let defined = LazyCell::new(|| definitions(source));
        for (number, file) in self.files.iter().enumerate().filter(|(number, _)| holds[*number]) {
            let places = match &file.rule {
                Rule::Form(form) => {
                    let aspect = form.of.aspect();
                    let look = || FormSite::of(aspect, source, within.as_ref());
                    form.among(sites.entry(aspect).or_insert_with(look))
                }
                Rule::Name(name) => name.among(&defined, source, within.as_ref()),
                Rule::Rewrite(_) | Rule::Term(_) => continue,
            };
            all.extend(places.into_iter().map(|place| (number, place)));
        }
        all.sort_by_key(|(rule, place)| (*rule, place.range.start, place.range.end));
        all
    }

    /// Returns the places of the rewrites that hold, with the rules' numbers.
    fn rewrites(
        &self,
        source: &Source<'_>,
        within: Option<&Range<usize>>,
        holds: &[bool],
    ) -> Vec<(usize, Occurrence)> {
        let compiled = self.compiled(source.language);
        let owner = |pattern: usize| compiled.owners.get(pattern).and_then(|side| compiled.sides.get(*side));
        let wanted = |pattern: usize| owner(pattern).is_some_and(|(rule, _)| holds[*rule]);
        let matches = compiled.finder.find(source, within.cloned(), wanted);
        let mut by_rule: HashMap<usize, Vec<&Match>> = HashMap::new();
        for found in &matches {
            if let Some((rule, _)) = owner(found.pattern) {
                by_rule.entry(*rule).or_default().push(found);
            }
        }
        let mut all = Vec::new();
        for (rule, sides) in &compiled.sides {
            if let Some(matches) = by_rule.get(rule) {
                let places = sides.occurrences(source, &compiled.finder, matches);
                all.extend(places.into_iter().map(|place| (*rule, place)));
            }
        }
        all
    }

    fn compiled(&self, language: Language) -> Arc<Compiled> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled.entry(language).or_insert_with(|| Arc::new(Compiled::new(&self.files, language))).clone()
    }
}

impl Compiled {
    fn new(files: &[RuleFile], language: Language) -> Compiled {
        let mut made = Compiled::default();
        let mut all = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let languages = &file.scope.languages;
            let here = languages.is_empty() || languages.iter().any(|id| Language::from_id(id) == language);
            let Rule::Rewrite(rewrite) = &file.rule else { continue };
            let Some(patterns) = here.then(|| rewrite.patterns(language).ok()).flatten() else { continue };
            made.owners.extend(patterns.iter().map(|_| made.sides.len()));
            made.sides.push((number, Sides::new(&patterns, all.len())));
            all.extend(patterns);
        }
        made.finder = Finder::new(all);
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{FORMAT, Form, FormKind, Name, NameKind, Rewrite, Scope, Term};

    /// Words and marks of which texts are made at random: some begin with others, some are plurals, some end sentences.
    const WORDS: &str = "set up Set set-up setup setups sets Up ups e-mail email Emails EMAILS Github GitHub straße STRASSE \
                         x.unwrap() `email` \"up\" 'up' fn test_a() {} enum E {} # ## // /// . , \n \n\n * - def class";

    fn rules() -> Vec<RuleFile> {
        let term = |avoid: &[&str], prefer: &str| {
            let avoid = avoid.iter().map(|avoid| (*avoid).to_owned()).collect();
            Rule::Term(Term { avoid, prefer: prefer.to_owned() })
        };
        let name = |of| Rule::Name(Name { of, prefix: "test_".to_owned(), suffix: String::new() });
        let rewrite = Rewrite { avoid: vec!["$A.unwrap()".to_owned()], prefer: "$A?".to_owned() };
        let mut rules = vec![
            term(&["set-up", "setup"], "set up"),
            term(&["set"], "sets up"),
            term(&["up"], "set"),
            term(&["e-mail"], "email"),
            term(&["Github", "github"], "GitHub"),
            term(&["strasse"], "straße"),
            Rule::Rewrite(rewrite),
            name(NameKind::Test),
            name(NameKind::Error),
        ];
        rules.extend(FormKind::ALL.map(|of| Rule::Form(Form { of })));
        let file = |rule| RuleFile { format: FORMAT, scope: Scope::default(), rule };
        rules.into_iter().map(file).collect()
    }

    #[test]
    fn asked_together_rules_say_what_each_says_alone() {
        let words: Vec<&str> = WORDS.split(' ').collect();
        let files = rules();
        let together = Rules::new(files.clone());
        let mut state = 1_u64;
        let mut next = |end: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % end
        };
        let mut places = 0;
        for round in 0..300 {
            let text: Vec<&str> = (0..next(80)).map(|_| words[next(words.len())]).collect();
            let text = text.join(" ");
            let path = ["a.md", "a.rs", "a.py", "a.ts"][round % 4];
            let source = Source::new(path, &text, Language::from_path(path));
            let (from, to) = (next(text.len() + 1), next(text.len() + 1));
            let within = (round % 3 == 0).then(|| from.min(to)..from.max(to));
            let alone = files.iter().enumerate().flat_map(|(number, file)| {
                file.rule.occurrences(&source, within.clone()).into_iter().map(move |place| (number, place))
            });
            let alone: Vec<(usize, Occurrence)> = alone.collect();
            assert_eq!(together.all_occurrences(&source, within.clone()), alone, "{within:?} of {text:?}");
            places += alone.len();
        }
        assert!(places > 1_000, "{places}");
    }
}
