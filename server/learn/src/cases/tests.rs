//! Cases of made-up histories.

use super::*;
use crate::edit::Hunk;

/// Returns an example of an author in a commit.
pub(crate) fn example(author: &str, commit: &str, time: i64) -> Example {
    Example {
        case: Case {
            path: "a.rs".to_owned(),
            prefix: String::new(),
            suffix: String::new(),
            middle: "x".to_owned(),
            time: time as f64,
            ..Case::default()
        },
        commit: commit.to_owned(),
        author: author.to_owned(),
        blob: "b".to_owned(),
        range: 0..1,
    }
}

/// Returns a commit in which lines are inserted into a text, each at the start of a line of it.
fn commit(id: &str, time: i64, old: &str, inserted: &[(usize, &str)]) -> Commit {
    let (mut new, mut hunks, mut last) = (String::new(), Vec::new(), 0);
    for (at, text) in inserted {
        new.push_str(&old[last..*at]);
        hunks.push(Hunk { old: *at..*at, new: new.len()..new.len() + text.len() });
        new.push_str(text);
        last = *at;
    }
    new.push_str(&old[last..]);
    let file = FileChange {
        path: "src/a.rs".to_owned(),
        origin: None,
        blob: Some(format!("blob-{id}")),
        old: old.to_owned(),
        new,
        hunks,
    };
    Commit { id: id.to_owned(), author: "ann@x.org".to_owned(), time, is_first: false, files: vec![file] }
}

fn never(_: &str) -> bool {
    false
}

#[test]
fn nothing_of_the_future_is_in_a_prompt() {
    let old = "fn a() {\n}\n\nfn b() {\n}\n\nfn c() {\n}\n";
    let inserted = [
        (9, "    let first = earlier_hunk();\n    use_it(first);\n"),
        (21, "    let second = this_hunk(1);\n    let third = planted_future_line();\n"),
        (33, "    let fourth = planted_future_hunk();\n"),
    ];
    let mut seen = 0;
    for seed in 0..40 {
        let options = CaseOptions { seed, ..CaseOptions::default() };
        for example in Collector::new(options, &never).examples(&commit("c1", 5, old, &inserted)) {
            let line = example.case.prefix.matches('\n').count();
            let prompt = format!("{}{}", example.case.prefix, example.case.suffix);
            // The second hunk begins at line 6 of the text after, the third at line 11.
            if line < 6 {
                assert!(!prompt.contains("this_hunk"), "{prompt}");
            }
            if line < 11 {
                assert!(!prompt.contains("planted_future_hunk"), "{prompt}");
            }
            if (5..7).contains(&line) {
                assert!(prompt.contains("earlier_hunk"), "{prompt}");
                seen += 1;
            }
            assert!(!example.case.suffix.contains("planted"), "{prompt}");
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn an_example_cites_the_bytes_it_was_made_of() {
    let old = "fn a() {\n}\n";
    let commit = commit("c1", 7, old, &[(9, "    let first = called(1);\n    let second = other(2);\n")]);
    let examples = Collector::new(CaseOptions::default(), &never).examples(&commit);
    assert!(!examples.is_empty());
    for example in examples {
        assert_eq!(&commit.files[0].new[example.range.clone()], example.case.middle);
        assert_eq!((example.blob.as_str(), example.case.time), ("blob-c1", 7.0));
    }
}

#[test]
fn the_same_seed_gives_the_same_cases_whatever_came_before() {
    let old = "fn a() {\n}\n";
    let one = commit("c1", 1, old, &[(9, "    let first = called(1);\n    store(first);\n    tell();\n")]);
    let two = commit("c2", 2, old, &[(9, "    match kind {\n        Kind::Other => fail(),\n    }\n")]);
    let alone = Collector::new(CaseOptions::default(), &never).examples(&two);
    let mut collector = Collector::new(CaseOptions::default(), &never);
    collector.examples(&one);
    assert_eq!(collector.examples(&two), alone);
    assert_eq!(collector.examples(&two), [], "a second time they are duplicates");
    assert_eq!(collector.dropped().duplicates, alone.len());
}

#[test]
fn secrets_and_first_commits_give_no_cases() {
    let old = "fn a() {\n}\n";
    let commit = commit("c1", 1, old, &[(9, "    let key = token_abc();\n")]);
    // The second begins before the hole, and ends in it.
    for secret in ["token_abc", "{\n    let key"] {
        let is_secret = |text: &str| text.contains(secret);
        let mut collector = Collector::new(CaseOptions::default(), &is_secret);
        assert_eq!((collector.examples(&commit), collector.dropped().secrets), (vec![], 1), "{secret}");
    }
    let first = Commit { is_first: true, ..commit };
    assert_eq!(Collector::new(CaseOptions::default(), &never).examples(&first), []);
}

#[test]
fn a_commit_gives_no_more_than_the_most() {
    let old: String = (0..60).map(|n| format!("fn f{n}() {{\n}}\n")).collect();
    let ends: Vec<usize> = old.match_indices("{\n").map(|(at, _)| at + 2).collect();
    let texts: Vec<String> =
        (0..60).map(|n| format!("    let word{} = made_{}(item);\n", "x".repeat(n), "y".repeat(n))).collect();
    let inserted: Vec<(usize, &str)> =
        ends.iter().zip(&texts).map(|(at, text)| (*at, text.as_str())).collect();
    let mut collector = Collector::new(CaseOptions::default(), &never);
    let examples = collector.examples(&commit("c", 1, &old, &inserted));
    assert!(examples.len() <= CaseOptions::default().per_change && examples.len() > 4, "{}", examples.len());
    assert!(collector.dropped().over_the_most > 40);
}

#[test]
fn the_split_is_by_time() {
    let examples: Vec<Example> = (0..100).map(|n| example("x", &n.to_string(), n)).collect();
    let set = Collector::new(CaseOptions::default(), &never).split(examples);
    assert_eq!((set.train.len(), set.tune.len(), set.test.len()), (70, 15, 15));
    assert!(
        set.train[69].case.time < set.tune[0].case.time && set.tune[14].case.time < set.test[0].case.time
    );
}

#[test]
fn long_texts_are_cut_at_lines() {
    assert_eq!(end_of("one\ntwo\nthree", 8), "three");
    assert_eq!(end_of("one", 8), "one");
    assert_eq!(start_of("one\ntwo\nthree", 9), "one\ntwo\n");
    assert_eq!(start_of("日本", 4), "日");
}
