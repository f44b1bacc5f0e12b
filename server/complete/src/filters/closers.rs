//! Cuts closing brackets, quotes and marks that stand right of the cursor already, mostly because the editor put them there.
//!
//! With `foo(‸)` a model writes `x)`, whose acceptance would make `foo(x))`. The filter cuts before the closer of
//! whatever the text right of the cursor closes. Replacing that text would allow more, but Neovim draws a suggestion
//! with a non-empty range over the text.

mod delimiters;

use housestyle_text::syntax::Scope;

use super::{Context, Verdict};
use crate::cursor_context::CursorContext;
use crate::lines::only_closers;
use crate::reason::Reason;
use delimiters::Delimiters;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let tail = context.cursor.tail.trim();
    if tail.is_empty() {
        return Verdict::Keep;
    }
    let shared = || shared_end(text, tail).filter(|_| only_closers(tail));
    match closed_already(context.cursor, tail, text).or_else(shared) {
        Some(at) => Verdict::left(&text[..at], Reason::ClosedAlready),
        None => Verdict::Keep,
    }
}

/// Returns where the text closes what the tail closes, or where the separators begin that stand before the tail's closers.
fn closed_already(cursor: &CursorContext, tail: &str, text: &str) -> Option<usize> {
    let closers = tail.trim_start_matches(|c: char| is_separator(c) || c.is_whitespace());
    let at = closed_by(cursor, closers, text)?;
    if closers.len() == tail.len() {
        return Some(at);
    }
    let before = text[..at].trim_end();
    Some(shared_end(before, tail).unwrap_or(before.len()))
}

/// Returns where the text closes what the tail begins by closing.
fn closed_by(cursor: &CursorContext, tail: &str, text: &str) -> Option<usize> {
    let mut open = Delimiters::at(cursor, text);
    let level = match open.closed_by(tail) {
        Some(level) if only_closers(tail) || open.is_innermost_mark(level) || open.closed_from(0, tail) => {
            level
        }
        // Where the tail goes on and closes too little, its first bracket may belong to an outer one.
        Some(_) => return None,
        None => {
            let next = tail.chars().next().filter(|_| only_closers(tail))?;
            let in_string = matches!(cursor.scope, Scope::String | Scope::Docstring) && open.is_empty();
            let may_open = !matches!(next, '"' | '\'' | '`') || in_string;
            (may_open && open.open_above(tail)).then_some(0)?
        }
    };
    open.closed_at(level, tail, text)
}

/// Returns where the text's end begins to equal the tail's beginning, brackets left out: `x;` before `;`.
fn shared_end(text: &str, tail: &str) -> Option<usize> {
    let mark = |c: char| is_separator(c) || matches!(c, '"' | '\'' | '`');
    let starts = text.char_indices().map(|(at, _)| at);
    starts.into_iter().find(|at| text[*at..].chars().all(mark) && tail.starts_with(&text[*at..]))
}

fn is_separator(c: char) -> bool {
    matches!(c, ';' | ',' | ':')
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn brackets() {
        check(judge, "a.rs", "foo(‸)", "x)", "x");
        check(judge, "a.rs", "foo(‸)", "x);", "x");
        check(judge, "a.rs", "foo(‸);", "bar(1), x);", "bar(1), x");
        check(judge, "a.rs", "foo(‸)", "bar(1)", "bar(1)");
        check(judge, "a.rs", "foo([‸])", "1, 2])", "1, 2");
        check(judge, "a.rs", "foo(‸)", "\")\")", "\")\"");
        check(judge, "a.rs", "foo(‸)", ")", "✗closed-already");
        check(judge, "a.rs", "foo(x‸)", ").bar()", "✗closed-already");
        check(judge, "a.rs", "foo(‸)", "a[0]", "a[0]");
    }

    #[test]
    fn quotes() {
        check(judge, "a.js", "x = \"hel‸\"", "lo\";", "lo");
        check(judge, "a.js", "x = \"hel‸\"", "lo \\\" there\"", "lo \\\" there");
        check(judge, "a.py", "f('a‸')", "bc')", "bc");
        check(judge, "a.py", "\"\"\"Return ‸\"\"\"", "the sum.\"\"\"", "the sum.");
        check(judge, "a.md", "don't‸", " 'x'", " 'x'");
    }

    #[test]
    fn interpolations() {
        check(judge, "a.js", "const s = `a ${‸}`;", "name}`;", "name");
        check(judge, "a.js", "const s = `a ${‸} and ${b}`;", "name} or", "name");
        check(judge, "a.ts", "const s = `a ${f(\"‸\")}`;", "x\")}`;", "x");
        check(judge, "a.ts", "const s = `a ${‸}`;", "f(`${x}`)}`;", "f(`${x}`)");
        check(judge, "a.ts", "const s = `a ‸`;", "b ${f(`c`)} d`;", "b ${f(`c`)} d");
        check(judge, "a.vue", "  const s = `a ${‸}`", "name}`", "name");
        check(judge, "a.py", "print(f\"{na‸}\")", "me}\")", "me");
        check(judge, "a.py", "print(f\"{‸}\")", "d[\"key\"]}\")", "d[\"key\"]");
        check(judge, "a.py", "print(f'{na‸}')", "me!r}')", "me!r");
        check(judge, "a.sh", "echo \"${na‸}\"", "me}\"", "me");
        check(judge, "a.sh", "echo \"$(‸)\"", "basename \"$1\")\"", "basename \"$1\"");
        check(judge, "a.kt", "println(\"x ${a‸}\")", ".b}\")", ".b");
        check(judge, "a.cs", "var s = $\"{na‸}\";", "me}\";", "me");
        check(judge, "a.fs", "let s = $\"{na‸}\"", "me}\"", "me");
        check(judge, "a.rb", "puts \"a #{‸}\"", "h[\"b\"]}\"", "h[\"b\"]");
        check(judge, "a.ex", "IO.puts(\"a #{‸}\")", "b}\")", "b");
        check(judge, "a.swift", "print(\"a \\(‸)\")", "bcd)\")", "bcd");
        check(judge, "a.rs", "println!(\"{‸}\");", "xyz}\");", "xyz");
        check(judge, "a.tf", "name = \"a-${‸}\"", "var.b}\"", "var.b");
        check(judge, "a.dart", "    return \"Hello ${‸}\";", "name}\";", "name");
        check(judge, "a.php", "echo \"a {$‸}\";", "b[\"c\"]}\";", "b[\"c\"]");
        check(judge, "a.scala", "println(s\"a ${‸}\")", "b}\")", "b");
        check(judge, "a.groovy", "println \"a ${‸}\"", "b}\"", "b");
        check(judge, "a.ps1", "Write-Host \"a $(‸)\"", "$b.C())\"", "$b.C()");
        check(judge, "a.jl", "println(\"a $(‸)\")", "f(b))\")", "f(b)");
        check(judge, "a.nix", "\"a ${‸}\"", "b}\"", "b");
    }

    #[test]
    fn a_string_that_began_above_ends_on_the_line() {
        check(judge, "a.py", "x = \"\"\"\n    \"\"\".format(‸)\n", "name=\"x\")", "name=\"x\"");
        check(judge, "a.py", "x = \"\"\"\n    \"\"\".format(‸)\n", "\"x\", y)", "\"x\", y");
        check(judge, "a.py", "x = f('''\n  it's \"'''.join(‸))\n", "\"x\", y)", "\"x\", y");
        check(
            judge,
            "a.py",
            "db.run((\"\"\"\n  SELECT 1\n    \"\"\", (‸))\n",
            "name, \"x\"))",
            "name, \"x\"",
        );
        check(judge, "a.js", "x = `a\nb` + f(‸)", "`c`)", "`c`");
        check(judge, "a.js", "x = `a\nb` + f(`c`, ‸)", "\"d\")", "\"d\"");
        check(judge, "a.js", "x = `a\nb` + f(‸) + `c`;", "\"d\") + e", "\"d\"");
        check(judge, "a.js", "x = `a \"\nb \" c` + f(‸)", "`d`)", "`d`");
    }

    #[test]
    fn three_quotes_are_one_delimiter() {
        check(judge, "a.py", "x = \"\"\"a ‸\"\"\"", "\"b\" c\"\"\"", "\"b\" c");
        check(judge, "a.py", "def f():\n    \"\"\"A.\n\n    B ‸\"\"\"", "\"b\" c\"\"\"", "\"b\" c");
        check(judge, "a.py", "x = f(\"\"\"a\"\"\", ‸)", "\"\"\"b\"\"\")", "\"\"\"b\"\"\"");
        check(judge, "a.py", "x = f(\"\", ‸)", "\"\")", "\"\"");
    }

    #[test]
    fn apostrophes_of_prose() {
        for (path, fixture) in [("a.py", "# the '90s (‸)"), ("a.md", "The '90s (‸)")] {
            check(judge, path, fixture, "I don't know)", "I don't know");
            check(judge, path, fixture, "the '80s)", "the '80s");
        }
        check(judge, "a.py", "# the '90s (‸) don't", "I don't know) do", "I don't know");
        check(judge, "a.py", "# the word 'a‸'", "b' and", "b");
        check(judge, "a.md", "Say 'don't (‸)'", "I know)'", "I know");
    }

    #[test]
    fn a_quote_that_ends_closes_no_bracket_in_it() {
        check(judge, "a.c", "printf(\"a (‸)", "b\")", "b\"");
        check(judge, "a.c", "printf(\"a (‸)", "b)\")", "b");
        check(judge, "a.c", "printf(\"a (‸)\");", "b\", c);", "b");
    }

    #[test]
    fn a_bracket_in_a_string_is_closed_too() {
        check(judge, "a.c", "printf(\"a (‸)\");", "%d)\", n);", "%d");
        check(judge, "a.py", "re.compile(\"\\(‸\")", "foo\\)\")", "foo\\)");
        check(judge, "a.js", "f(\"(\", ‸)", "x)", "x");
        check(judge, "a.js", "f(\"abc‸)", "def\")", "def\"");
    }

    #[test]
    fn angle_brackets() {
        check(judge, "a.rs", "let v: Vec<‸>", "Vec<u8>>", "Vec<u8>");
        check(judge, "a.rs", "let v: Vec<‸> = x;", "u8> = y;", "u8");
        check(judge, "a.rs", "let f: Box<‸>;", "dyn Fn(u8) -> u8>;", "dyn Fn(u8) -> u8");
        check(judge, "a.rs", "fn f<'a, 'b>(‸)", "x: &'a str)", "x: &'a str");
        check(judge, "a.cpp", "std::map<‸> m;", "int, std::vector<int>> m;", "int, std::vector<int>");
        check(judge, "a.html", "<a ‸>", "href=\"a>b\">", "href=\"a>b\"");
        check(judge, "a.tsx", "<a ‸>", "onClick={() => f(a > b)}>", "onClick={() => f(a > b)}");
        check(judge, "a.c", "if (a < ‸)", "b)", "b");
        check(judge, "a.c", "for (i = 0; i<‸)", "n; i++)", "n; i++");
    }

    #[test]
    fn bars() {
        check(judge, "a.rs", "v.map(|‸|)", "x| x + 1)", "x");
        check(judge, "a.rs", "v.fold(0, |‸|", "a, (b, c)| a)", "a, (b, c)");
        check(judge, "a.rs", "v.any(|x| f(|‸|))", "y| y))", "y");
        check(judge, "a.rb", "a.each do |‸|", "x| puts x", "x");
        check(judge, "a.rb", "a.each { |‸| }", "x| puts x }", "x");
        check(judge, "a.zig", "if (a) |‸|", "x| {", "x");
        check(judge, "a.rs", "f(a || ‸)", "b | c)", "b | c");
        check(judge, "a.rs", "f(a | ‸)", "b)", "b");
    }

    #[test]
    fn marks_of_prose() {
        check(judge, "a.md", "Some **bold‸**", " words** and", " words");
        check(judge, "a.md", "Some **‸** here", "words** are", "words");
        check(judge, "a.md", "Some **bold *and‸***", " more*** here", " more");
        check(judge, "a.md", "Some _it‸_.", "alic_ words.", "alic");
        check(judge, "a.md", "Some ~~old‸~~", " words~~ here", " words");
        check(judge, "a.md", "Some `co‸`", "de` here", "de");
        check(judge, "a.rst", "Some ``co‸``", "de`` here", "de");
        check(judge, "a.md", "Let $x‸$", " + \\$y$ be", " + \\$y");
        check(judge, "a.tex", "Let $$‸$$", "x^2$$ be", "x^2");
        check(judge, "a.md", "* 2 * 3 is ‸*", "6 * 1*", "6 * 1*");
        check(judge, "a.md", "Some _my‸_", "_snake_case_ word", "_snake_case");
        check(judge, "a.md", "a_b is ‸_", "_c_", "_c_");
    }

    #[test]
    fn quotation_marks_of_prose() {
        check(judge, "a.md", "He said “hel‸”", "lo” and", "lo");
        check(judge, "a.md", "He said “hel‸” twice", "lo” once", "lo");
        check(judge, "a.md", "Er sagte „hal‸“", "lo“ und", "lo");
        check(judge, "a.md", "Il dit « bon‸ »", "jour » et", "jour ");
        check(judge, "a.md", "彼は「‸」", "はい」と", "はい");
        check(judge, "a.js", "f(\"He said “‸”\")", "no”\")", "no");
        check(judge, "a.md", "It’s (‸)", "John’s)", "John’s");
    }

    #[test]
    fn what_belongs_to_an_outer_bracket_stays() {
        check(judge, "a.js", "foo(bar(a, ‸) + 1", "b)", "b)");
        check(judge, "a.js", "foo(‸) + 1", "x)", "x");
        check(judge, "a.js", "x = \"hel‸\" + y", "lo\" + z", "lo");
        check(judge, "a.js", "foo([‸)", "1])", "1]");
        check(judge, "a.js", "foo(\n  a‸)", "b)", "b");
        check(judge, "a.js", "x = `a\n  b‸`)", "c`)", "c");
    }

    #[test]
    fn prefixes_of_strings() {
        for prefix in ["f", "r", "b", "u", "t", "rb", "Br", "fR", "RF", "F"] {
            check(judge, "a.py", &format!("print({prefix}'hel‸')"), "lo')", "lo");
            check(judge, "BUILD", &format!("print({prefix}'hel‸')"), "lo')", "lo");
        }
        check(judge, "a.py", "re.compile(r'\\d‸')", "+')", "+");
        check(judge, "a.py", "d[f'a‸']", "b'] = 1", "b");
        check(judge, "a.py", "print(f'{na‸}')", "me} it')", "me");
        check(judge, "a.py", "print(f‸)", "'a)')", "'a)'");
        check(judge, "a.dart", "RegExp(r'\\d‸');", "+');", "+");
        check(judge, "a.c", "f(L'‸');", "a');", "a");
        check(judge, "a.rs", "f(b'‸');", "a');", "a");
        check(judge, "a.sql", "f(E'a‸')", "b')", "b");
        check(judge, "a.sh", "f --a=$(g b'c‸')", "d')", "d");
        check(judge, "a.js", "f(tag`a‸`)", "b`)", "b");
    }

    #[test]
    fn quotations_in_strings() {
        check(judge, "a.py", "db.q(\"select a = '‸'\")", "foo'\")", "foo");
        check(judge, "a.py", "db.q(\"select a = '‸' and b = 'c'\")", "foo' or", "foo");
        check(judge, "a.py", "db.q(\"select a = 'b' and c = '‸'\")", "foo'\")", "foo");
        check(judge, "a.js", "db.q(\"select `a‸`\");", "b`\");", "b");
        check(judge, "a.js", "x = `<a href=\"‸\">`;", "b\">`;", "b");
        check(judge, "a.php", "f('<a href=\"‸\">');", "b\">');", "b");
        check(judge, "a.sh", "f \"a = '‸'\"", "foo'\"", "foo");
        check(judge, "a.go", "db.Q(\"select a = '‸'\")", "foo'\")", "foo");
        check(judge, "a.java", "f(\"don't (‸)\");", "I know)\");", "I know");
        check(judge, "a.c", "f(\"the '90s (‸)\");", "and 's)\");", "and 's");
        check(judge, "a.c", "f(\"the '90s (‸)\");", "the dogs' and)\");", "the dogs' and");
        check(judge, "a.c", "f(\"a = '‸\");", "b'\");", "b'");
        check(judge, "a.md", "He said \"the word 'a‸'\"", "b'\" twice", "b");
    }

    #[test]
    fn apostrophes_that_nothing_ends() {
        check(judge, "a.fs", "let f (x: 'a) (‸) =", "y: 'b) =", "y: 'b");
        check(judge, "a.fs", "let f (x: 'a) = g '(' (‸)", "')' y)", "')' y");
        check(judge, "a.fs", "let f (x: 'a) = \"it's\" + (‸)", "y)", "y");
        check(judge, "a.jl", "f((x)' * (‸))", "y))", "y");
        check(judge, "a.jl", "f((x)' * (‸))", "(y)' * z))", "(y)' * z");
        check(judge, "a.m", "f(x‸)", ", '(')", ", '('");
        check(judge, "a.hs", "f (x' y) (‸)", "g '(' z')", "g '(' z'");
        check(judge, "a.ml", "f (x : 'a) (‸)", "(y : 'b))", "(y : 'b)");
        check(judge, "a.scala", "f('a, ‸)", "'b)", "'b");
        check(judge, "a.rs", "fn f<'a>(x: &'a str, ‸)", "y: &'a str, c: '(')", "y: &'a str, c: '('");
        check(judge, "a.rs", "f('\\'', ‸)", "'\\\\', x)", "'\\\\', x");
        check(judge, "a.tsx", "<p>{it}'s (‸)</p>", "dog's)", "dog's");
        check(judge, "a.js", "f('abc‸)", "def')", "def'");
        check(judge, "a.py", "f('don\\'t ‸')", "know')", "know");
        check(judge, "a.clj", "(f '(a) (‸))", "g '(b)))", "g '(b)");
    }

    #[test]
    fn backticks_that_quote_nothing() {
        check(judge, "a.ml", "f (`A, ‸)", "`B)", "`B");
        check(judge, "a.clj", "`(f (‸))", "g ~x))", "g ~x");
        check(judge, "a.el", "`(f (‸))", "g ,x))", "g ,x");
        check(judge, "a.ps1", "f \"a`\"b\" (‸)", "$c)", "$c");
        check(judge, "a.ps1", "# use `a‸`", "b` here", "b");
    }

    #[test]
    fn regular_expressions() {
        for path in ["a.js", "a.ts", "a.tsx", "a.vue", "a.rb", "a.groovy"] {
            for regex in ["/\\)/", "/\\(/", "/'/", "/\"/", "/[(]/", "/`/", "/a\\/(/"] {
                check(judge, path, "s.replace(‸)", &format!("{regex}, x)"), &format!("{regex}, x"));
                check(judge, path, &format!("s.replace({regex}, ‸)"), "x)", "x");
            }
            check(judge, path, "s.replace(/‸)", "\\)/, x)", "\\)/, x");
        }
        check(judge, "a.js", "s.replace(‸)", "/\\)/g, \"\")", "/\\)/g, \"\"");
        check(judge, "a.js", "s.replace(‸)", "/\\(/g, \"\")", "/\\(/g, \"\"");
        check(judge, "a.rb", "s.gsub(/(‸)/, x)", "a)/, \"\")", "a");
        check(judge, "a.js", "f(() => ‸)", "/\\)/)", "/\\)/");
        check(judge, "a.js", "f(a / ‸)", "(b / c))", "(b / c)");
        check(judge, "a.js", "f(a, ‸)", "b / (c)); x / y", "b / (c)");
        check(judge, "a.tsx", "<A b={‸} />", "c} />", "c");
        check(judge, "a.svelte", "{/if} (‸)</p>", "x)", "x");
        check(judge, "a.js", "f(‸) // a / b", "c) //", "c");
    }

    #[test]
    fn escapes_in_code() {
        check(judge, "a.sh", "f $(g ‸)", "\\) h)", "\\) h");
        check(judge, "a.clj", "(f \\( ‸)", "\\) x)", "\\) x");
        check(judge, "a.el", "(f ?\\( ‸)", "?\\) x)", "?\\) x");
        check(judge, "a.ex", "f(~r/\\(/, ‸)", "~r/\\)/)", "~r/\\)/");
        check(judge, "a.ps1", "f (g ‸)", "C:\\)", "C:\\");
        check(judge, "a.hs", "f (‸)", "\\(a, b) -> a)", "\\(a, b) -> a");
    }

    #[test]
    fn semicolons() {
        check(judge, "a.rs", "let x = ‸;", "5;", "5");
        check(judge, "a.rs", "let x = ‸", "5;", "5;");
        check(judge, "a.rs", "[a, ‸,]", "b,", "b");
    }

    #[test]
    fn separators_before_closers() {
        check(judge, "a.css", "a { color: ‸; }", "red; }", "red");
        check(judge, "a.css", "a { color: ‸; }", "red }", "red");
        check(judge, "a.css", "a { color: ‸; }", "red; margin: 0; }", "red; margin: 0");
        check(judge, "a.css", "a { color: ‸; } b {}", "red; }", "red");
        check(judge, "a.js", "if (x) { return ‸; }", "y; }", "y");
        check(judge, "a.js", "if (x) { return ‸; }", "{ a: 1 }; }", "{ a: 1 }");
        check(judge, "a.js", "if (x) { return ‸; }", "y;\n}", "y");
        check(judge, "a.js", "x = { a: ‸, };", "b, };", "b");
        check(judge, "a.js", "x = { a: ‸, };", "b, c: d };", "b, c: d");
        check(judge, "a.java", "int[] a = { ‸, };", "f(1), };", "f(1)");
        check(judge, "a.py", "x = [a, ‸, ]", "b]", "b");
        check(judge, "a.py", "x = y[‸:]", "1:]", "1");
        check(judge, "a.rs", "match x { a => ‸, }", "f(b), }", "f(b)");
        check(judge, "a.go", "x := T{‸, }", "A: 1}", "A: 1");
        check(judge, "a.js", "if (x) {\n  return ‸; }", "y; }", "y");
        check(judge, "a.js", "if (x) { return ‸; }", "f(() => { g(); })", "f(() => { g(); })");
        check(judge, "a.js", "f(‸, b)", "a, c", "a, c");
    }
}
