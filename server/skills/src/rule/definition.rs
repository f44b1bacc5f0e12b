//! Definitions that have names: tests, constructors, types of errors. Found by the syntax tree alone.

use std::ops::Range;

use tree_sitter::Node;

use super::NameKind;
use crate::source::Source;

/// Returns the kind and the name, in bytes, of every definition of a text, in the order of the text.
///
/// Where tests are named by a sentence (`it("...")`), it is their name, without its quotes.
pub fn definitions(source: &Source<'_>) -> Vec<(NameKind, Range<usize>)> {
    let Some(tree) = &source.tree else { return Vec::new() };
    let find: fn(&Visit<'_, '_>) -> Definition = match source.language.id() {
        "rust" => rust,
        "python" => python,
        "javascript" | "javascriptreact" | "typescript" | "typescriptreact" => script,
        "go" => go,
        "java" => java,
        "c" => c,
        "lua" => lua,
        "shellscript" => shell,
        _ => return Vec::new(),
    };
    let root = tree.root_node();
    let mut cursor = root.walk();
    let (mut found, mut path) = (Vec::new(), vec![root]);
    loop {
        let node = cursor.node();
        if node.is_named() {
            found.extend(find(&Visit { source, node, above: &path, root }));
        }
        if cursor.goto_first_child() {
            path.push(node);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
            path.pop();
        }
    }
}

/// The kind and the name of a definition; none where a node is none.
type Definition = Option<(NameKind, Range<usize>)>;

/// The visit of one node.
struct Visit<'s, 'a> {
    source: &'s Source<'a>,
    node: Node<'s>,
    /// The nodes around it, from the root.
    above: &'s [Node<'s>],
    root: Node<'s>,
}

impl<'s, 'a> Visit<'s, 'a> {
    fn text(&self, node: Node<'_>) -> &'a str {
        self.source.slice(node.byte_range())
    }

    fn field(&self, name: &str) -> Option<Node<'s>> {
        self.node.child_by_field_name(name)
    }

    /// Returns the text of a child, or nothing.
    fn field_text(&self, name: &str) -> &'a str {
        self.field(name).map_or("", |child| self.text(child))
    }

    fn named(&self, kind: NameKind) -> Definition {
        Some((kind, self.field("name")?.byte_range()))
    }

    /// Returns the innermost node of a kind around this one.
    fn around(&self, kind: &str) -> Option<Node<'s>> {
        self.above.iter().rev().find(|node| node.kind() == kind).copied()
    }

    /// Returns the children of another node.
    fn children(&self, node: Node<'s>) -> Vec<Node<'s>> {
        let mut cursor = node.walk();
        node.children(&mut cursor).collect()
    }

    /// Returns the attributes right above this node.
    fn attributes(&self) -> impl Iterator<Item = &'a str> + '_ {
        let above = std::iter::successors(self.node.prev_sibling(), Node::prev_sibling);
        above
            .take_while(|node| node.kind() == "attribute_item" || node.kind().contains("comment"))
            .filter(|node| node.kind() == "attribute_item")
            .map(|node| self.text(node))
    }

    fn is_test_file(&self) -> bool {
        self.source.path.to_ascii_lowercase().contains("test")
    }
}

fn rust(visit: &Visit<'_, '_>) -> Definition {
    match visit.node.kind() {
        "function_item" => {
            let attribute = |text: &str| {
                let name =
                    text.trim_start_matches(['#', '[']).split(['(', ']', '=']).next().unwrap_or_default();
                matches!(
                    name.trim().rsplit("::").next(),
                    Some("test" | "rstest" | "test_case" | "quickcheck")
                )
            };
            if visit.attributes().any(attribute) {
                return visit.named(NameKind::Test);
            }
            let owner = visit.around("impl_item")?;
            if owner.child_by_field_name("trait").is_some() {
                return None;
            }
            let of = owner.child_by_field_name("type").map(|node| visit.text(node))?;
            let of = of.split('<').next().unwrap_or(of);
            let has_self = visit.field("parameters").is_some_and(|parameters| {
                visit.children(parameters).iter().any(|child| child.kind() == "self_parameter")
            });
            let made = visit.field_text("return_type");
            let made = ["Result<", "io::Result<", "Option<"]
                .iter()
                .find_map(|wrapper| made.strip_prefix(wrapper))
                .unwrap_or(made);
            let makes = made
                .strip_prefix("Self")
                .or_else(|| made.strip_prefix(of))
                .is_some_and(|rest| !begins_word(rest));
            (!has_self && makes).then(|| visit.named(NameKind::Constructor)).flatten()
        }
        "struct_item" | "enum_item" => {
            let name = visit.field_text("name");
            let derived = visit.attributes().any(|text| {
                text.contains("derive")
                    && text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "Error")
            });
            let implemented = || {
                visit.children(visit.root).iter().any(|node| {
                    let field = |field| node.child_by_field_name(field).map(|node| visit.text(node));
                    let by_trait =
                        field("trait").is_some_and(|name| name.rsplit("::").next() == Some("Error"));
                    let of = field("type").unwrap_or_default();
                    node.kind() == "impl_item" && by_trait && of.split('<').next() == Some(name)
                })
            };
            (derived || implemented()).then(|| visit.named(NameKind::Error)).flatten()
        }
        _ => None,
    }
}

fn begins_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn python(visit: &Visit<'_, '_>) -> Definition {
    match visit.node.kind() {
        "function_definition" => {
            if visit.field_text("name").starts_with("test") {
                return visit.named(NameKind::Test);
            }
            let decorated = visit.above.last().filter(|node| node.kind() == "decorated_definition")?;
            let method = visit
                .children(*decorated)
                .iter()
                .any(|node| node.kind() == "decorator" && visit.text(*node).trim() == "@classmethod");
            let makes = visit.field_text("body").contains("cls(");
            (method && makes).then(|| visit.named(NameKind::Constructor)).flatten()
        }
        "class_definition" => {
            let bases = visit.field("superclasses")?;
            let error = |node: &Node<'_>| {
                let name = visit.text(*node);
                name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Warning")
            };
            let is_error =
                visit.children(bases).iter().any(|node| node.kind() != "keyword_argument" && error(node));
            is_error.then(|| visit.named(NameKind::Error)).flatten()
        }
        _ => None,
    }
}

fn script(visit: &Visit<'_, '_>) -> Definition {
    match visit.node.kind() {
        "call_expression" => {
            let called = visit.field_text("function");
            let called = called.split(['.', '(']).next().unwrap_or(called);
            if !matches!(called, "it" | "test" | "specify") {
                return None;
            }
            let arguments = visit.field("arguments")?;
            let first = arguments
                .named_child(0)
                .filter(|node| matches!(node.kind(), "string" | "template_string"))?;
            // A test has something to do.
            arguments.named_child(1)?;
            Some((
                NameKind::Test,
                first.start_byte() + 1..first.end_byte().saturating_sub(1).max(first.start_byte() + 1),
            ))
        }
        "method_definition" => {
            let fixed = visit.children(visit.node).iter().any(|node| node.kind() == "static");
            let class = visit.around("class_declaration").and_then(|class| class.child_by_field_name("name"));
            let class = class.map_or("", |name| visit.text(name));
            let body = visit.field_text("body");
            let makes =
                body.contains("new this(") || (!class.is_empty() && body.contains(&format!("new {class}(")));
            (fixed && makes).then(|| visit.named(NameKind::Constructor)).flatten()
        }
        "class_declaration" => {
            let heritage =
                visit.children(visit.node).into_iter().find(|node| node.kind() == "class_heritage")?;
            let base = visit.text(heritage).trim_start_matches("extends").trim();
            let base = base.split(|c: char| c.is_whitespace() || c == '<' || c == '(').next().unwrap_or(base);
            base.ends_with("Error").then(|| visit.named(NameKind::Error)).flatten()
        }
        _ => None,
    }
}

fn go(visit: &Visit<'_, '_>) -> Definition {
    match visit.node.kind() {
        "function_declaration" => {
            if visit.field_text("parameters").contains("*testing.T")
                && visit.field_text("name").starts_with("Test")
            {
                return visit.named(NameKind::Test);
            }
            let result = visit.field("result")?;
            let first = if result.kind() == "parameter_list" { result.named_child(0)? } else { result };
            let made = visit.text(first).trim_start_matches('*');
            let is_type = !made.is_empty() && made.chars().all(|c| c.is_alphanumeric() || c == '_');
            let body = visit.field_text("body");
            let makes =
                is_type && (body.contains(&format!("{made}{{")) || body.contains(&format!("new({made})")));
            makes.then(|| visit.named(NameKind::Constructor)).flatten()
        }
        "type_spec" => {
            let name = visit.field_text("name");
            let says = visit.children(visit.root).iter().any(|node| {
                let field = |field| node.child_by_field_name(field).map_or("", |node| visit.text(node));
                let receiver = field("receiver").trim_end_matches(')');
                let of = receiver.rsplit([' ', '*', '(']).next().unwrap_or_default();
                node.kind() == "method_declaration" && field("name") == "Error" && of == name
            });
            says.then(|| visit.named(NameKind::Error)).flatten()
        }
        _ => None,
    }
}

fn java(visit: &Visit<'_, '_>) -> Definition {
    match visit.node.kind() {
        "method_declaration" => {
            let modifiers = visit.children(visit.node).into_iter().find(|node| node.kind() == "modifiers")?;
            let modifiers = visit.text(modifiers);
            let mut words = modifiers.split(|c: char| c.is_whitespace() || c == '(' || c == ')');
            if words.clone().any(|word| matches!(word, "@Test" | "@ParameterizedTest" | "@RepeatedTest")) {
                return visit.named(NameKind::Test);
            }
            let class =
                visit.around("class_declaration").and_then(|class| class.child_by_field_name("name"))?;
            let made = visit.field_text("type");
            let makes =
                made.split('<').next() == Some(visit.text(class)) && words.any(|word| word == "static");
            makes.then(|| visit.named(NameKind::Constructor)).flatten()
        }
        "class_declaration" => {
            let base = visit.field_text("superclass").trim_start_matches("extends").trim();
            let base = base.split('<').next().unwrap_or(base);
            let error = base.ends_with("Exception") || base.ends_with("Error") || base == "Throwable";
            error.then(|| visit.named(NameKind::Error)).flatten()
        }
        _ => None,
    }
}

fn c(visit: &Visit<'_, '_>) -> Definition {
    match visit.node.kind() {
        "function_definition" => {
            let declarator = visit.field("declarator")?;
            let pointer = declarator.kind() == "pointer_declarator";
            let function = if pointer { declarator.child_by_field_name("declarator")? } else { declarator };
            let name =
                function.child_by_field_name("declarator").filter(|node| node.kind() == "identifier")?;
            let parameters = function.child_by_field_name("parameters").map_or("", |node| visit.text(node));
            let none = parameters.trim_matches(['(', ')']).trim();
            let result = visit.field_text("type");
            if visit.is_test_file() && matches!(none, "" | "void") && !pointer && visit.text(name) != "main" {
                return matches!(result, "void" | "int" | "bool" | "TEST")
                    .then(|| (NameKind::Test, name.byte_range()));
            }
            let body = visit.field_text("body");
            let makes = pointer && ["alloc(", "calloc(", "_new("].iter().any(|call| body.contains(call));
            let object =
                result.starts_with("struct") || !matches!(result, "void" | "char" | "int" | "unsigned char");
            (makes && object).then(|| (NameKind::Constructor, name.byte_range()))
        }
        "enum_specifier" => {
            let name = visit.field_text("name");
            let error = name.to_ascii_lowercase().split('_').any(|word| word.starts_with("err"));
            error.then(|| visit.named(NameKind::Error)).flatten()
        }
        _ => None,
    }
}

fn lua(visit: &Visit<'_, '_>) -> Definition {
    match visit.node.kind() {
        "function_call" if matches!(visit.field_text("name"), "it" | "test" | "spec") => {
            let arguments = visit.field("arguments")?;
            let first = arguments.named_child(0).filter(|node| node.kind() == "string")?;
            arguments.named_child(1)?;
            let content = first.child_by_field_name("content")?;
            Some((NameKind::Test, content.byte_range()))
        }
        "function_declaration" => {
            let name = visit.field("name")?;
            // The last part is the name, behind the table that it belongs to.
            let own = name
                .child_by_field_name("field")
                .or_else(|| name.child_by_field_name("method"))
                .unwrap_or(name);
            if visit.text(own).to_ascii_lowercase().starts_with("test") {
                return Some((NameKind::Test, own.byte_range()));
            }
            let makes = visit.field_text("body").contains("setmetatable(");
            makes.then(|| (NameKind::Constructor, own.byte_range()))
        }
        _ => None,
    }
}

fn shell(visit: &Visit<'_, '_>) -> Definition {
    let test = visit.node.kind() == "function_definition"
        && visit.field_text("name").to_ascii_lowercase().starts_with("test");
    test.then(|| visit.named(NameKind::Test)).flatten()
}

#[cfg(test)]
mod tests {
    use housestyle_text::Language;

    use super::*;

    #[track_caller]
    fn check(language: &str, path: &str, text: &str, expected: &str) {
        let source = Source::new(path, text, Language::from_id(language));
        let letter = |kind: NameKind| match kind {
            NameKind::Test => "t",
            NameKind::Constructor => "c",
            NameKind::Error => "e",
        };
        let found: Vec<String> = definitions(&source)
            .into_iter()
            .map(|(kind, range)| format!("{}:{}", letter(kind), &text[range]))
            .collect();
        let tree = source.tree.as_ref().unwrap().root_node().to_sexp();
        assert_eq!(found.join(" "), expected, "{tree}");
    }

    #[test]
    fn definitions_are_found_in_every_language() {
        check(
            "rust",
            "a.rs",
            "#[derive(Debug, thiserror::Error)]\nenum E {}\nstruct F;\nimpl std::error::Error for F {}\nstruct S;\nimpl S { pub fn new() -> Self { S } fn open(p: &str) -> Result<S, E> { S } fn get(&self) -> S { S } fn n() -> u8 { 1 } }\n#[cfg(test)]\nmod tests { #[test]\n/// Why.\nfn it_works() {}\n#[tokio::test(flavor = \"x\")]\nasync fn waits() {}\nfn helper() {} }",
            "e:E e:F c:new c:open t:it_works t:waits",
        );
        check(
            "python",
            "test_a.py",
            "class A(ValueError): pass\nclass B(C): pass\nclass D:\n    @classmethod\n    def make(cls, a):\n        return cls(a)\n    @classmethod\n    def n(cls): return 1\ndef test_x(): pass\n",
            "e:A c:make t:test_x",
        );
        for language in ["javascript", "typescript"] {
            check(
                language,
                "a.js",
                "class A extends TypeError {}\nclass B { static create() { return new B(1) } static n() {} }\nit('does this', () => {});\ntest.only(`x`, f);\nit('todo');\nfoo('x', 1);\n",
                "e:A c:create t:does this t:x",
            );
        }
        check(
            "go",
            "a_test.go",
            "package p\ntype MyErr struct{}\nfunc (e *MyErr) Error() string { return \"\" }\ntype T struct{}\nfunc NewT() (*T, error) { return &T{}, nil }\nfunc f() T { return t }\nfunc TestX(t *testing.T) {}\n",
            "e:MyErr c:NewT t:TestX",
        );
        check(
            "java",
            "A.java",
            "class A extends RuntimeException { public static A of(int x) { return new A(); } @Test public void shouldWork() {} void n() {} }",
            "e:A c:of t:shouldWork",
        );
        check(
            "c",
            "test/a.c",
            "enum my_error { A };\nstatic void test_x(void) {}\nstruct s *s_new(int a) { return malloc(1); }\nint main(void) {}\nvoid help(int a) {}\n",
            "e:my_error t:test_x c:s_new",
        );
        check(
            "lua",
            "a_spec.lua",
            "it('does', function() end)\nfunction M.new(a) return setmetatable({}, M) end\nfunction test_a() end\nlocal function f() end\n",
            "t:does c:new t:test_a",
        );
        check("shellscript", "t.sh", "test_a() { :; }\nfunction b { :; }\n", "t:test_a");
    }
}
