//! Choices: code that can be written in more than one way, as a closed list by language. The miner finds the team's way.

/// Ways to write one thing. A rule prefers the first pattern of a way; the other patterns are the same way, too.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) languages: &'static [&'static str],
    pub(super) ways: &'static [&'static [&'static str]],
    /// Whether nearly everybody goes the first way.
    pub(super) usual: bool,
    /// The purpose of the code in a few words that end a title; empty where the code says it.
    pub(super) purpose: &'static str,
}

impl Choice {
    const fn purpose(self, purpose: &'static str) -> Choice {
        Choice { purpose, ..self }
    }
}

const RUST: &[&str] = &["rust"];
const PYTHON: &[&str] = &["python"];
const SCRIPT: &[&str] = &["javascript", "javascriptreact", "typescript", "typescriptreact"];
const TYPED: &[&str] = &["typescript", "typescriptreact"];
const GO: &[&str] = &["go"];
const JAVA: &[&str] = &["java"];
const C: &[&str] = &["c"];
const LUA: &[&str] = &["lua"];
const SHELL: &[&str] = &["shellscript"];

const fn choice(languages: &'static [&'static str], ways: &'static [&'static [&'static str]]) -> Choice {
    Choice { languages, ways, usual: false, purpose: "" }
}

/// A choice of which nearly everybody goes the first way.
const fn usual(languages: &'static [&'static str], ways: &'static [&'static [&'static str]]) -> Choice {
    Choice { languages, ways, usual: true, purpose: "" }
}

/// The list. Code that a compiler or a linter with its usual settings refuses is not in it.
pub(super) const CHOICES: &[Choice] = &[
    // Rust: errors
    choice(RUST, &[&["$A.unwrap()"], &["$A.expect($B)"]]),
    choice(
        RUST,
        &[
            &["bail!($$$A)"],
            &["return Err(anyhow!($$$A))", "return Err(anyhow!($$$A));", "Err(anyhow!($$$A))"],
        ],
    ),
    usual(RUST, &[&["return Err($A)"], &["Err($A)?"]]),
    choice(RUST, &[&["todo!($$$A)"], &["unimplemented!($$$A)"]]).purpose("for missing code"),
    // Rust: values
    choice(
        RUST,
        &[&["\"$A\".to_string()"], &["\"$A\".to_owned()"], &["String::from(\"$A\")"], &["\"$A\".into()"]],
    ),
    choice(RUST, &[&["Vec::new()"], &["vec![]"]]).purpose("for an empty vector"),
    choice(RUST, &[&["let $A: $B = $C.collect();"], &["let $A = $C.collect::<$B>();"]]),
    choice(RUST, &[&["for $A in &$B { $$$C }"], &["for $A in $B.iter() { $$$C }"]]),
    choice(RUST, &[&["$A.map_or($B, $C)"], &["$A.map($C).unwrap_or($B)"]]),
    usual(RUST, &[&["mem::take($A)"], &["std::mem::take($A)"]]),
    choice(RUST, &[&["mem::replace($$$A)"], &["std::mem::replace($$$A)"]]),
    // Rust: tests, logs, attributes
    usual(RUST, &[&["assert_eq!($A, $B, $$$C)"], &["assert!($A == $B, $$$C)"]]),
    usual(RUST, &[&["assert_ne!($A, $B, $$$C)"], &["assert!($A != $B, $$$C)"]]),
    choice(RUST, &[&["info!($$$A)"], &["log::info!($$$A)"], &["tracing::info!($$$A)"]]),
    choice(RUST, &[&["debug!($$$A)"], &["log::debug!($$$A)"], &["tracing::debug!($$$A)"]]),
    choice(RUST, &[&["warn!($$$A)"], &["log::warn!($$$A)"], &["tracing::warn!($$$A)"]]),
    choice(RUST, &[&["error!($$$A)"], &["log::error!($$$A)"], &["tracing::error!($$$A)"]]),
    usual(RUST, &[&["#[inline]"], &["#[inline(always)]"]]),
    // Python: tests
    choice(PYTHON, &[&["assert $A == $B", "assert $A == $B, $C"], &["self.assertEqual($A, $B, $$$C)"]]),
    choice(PYTHON, &[&["assert $A in $B"], &["self.assertIn($A, $B, $$$C)"]]),
    choice(PYTHON, &[&["assert $A is None"], &["self.assertIsNone($A, $$$C)"]]),
    choice(PYTHON, &[&["pytest.raises($$$A)"], &["self.assertRaises($$$A)"]]),
    choice(PYTHON, &[&["@pytest.fixture"], &["@pytest.fixture()"]]),
    choice(
        PYTHON,
        &[
            &["monkeypatch.setattr($$$A)"],
            &["mock.patch($$$A)", "patch($$$A)", "mock.patch.object($$$A)", "patch.object($$$A)"],
        ],
    ),
    // Python: types
    choice(PYTHON, &[&["$A | None"], &["Optional[$A]"], &["typing.Optional[$A]"], &["t.Optional[$A]"]])
        .purpose("in types"),
    choice(PYTHON, &[&["list[$A]"], &["List[$A]"], &["typing.List[$A]"], &["t.List[$A]"]])
        .purpose("in types"),
    choice(PYTHON, &[&["dict[$A, $B]"], &["Dict[$A, $B]"], &["typing.Dict[$A, $B]"], &["t.Dict[$A, $B]"]])
        .purpose("in types"),
    choice(PYTHON, &[&["tuple[$$$A]"], &["Tuple[$$$A]"], &["typing.Tuple[$$$A]"], &["t.Tuple[$$$A]"]])
        .purpose("in types"),
    choice(PYTHON, &[&["def $F($$$P) -> $R:\n    $$$B"], &["def $F($$$P):\n    $$$B"]]),
    // Python: imports
    choice(PYTHON, &[&["import typing as t"], &["import typing"], &["from typing import $$$A"]]),
    choice(PYTHON, &[&["import datetime"], &["from datetime import $$$A"], &["import datetime as dt"]]),
    choice(
        PYTHON,
        &[
            &["from collections import abc"],
            &["from collections.abc import $$$A"],
            &["import collections.abc"],
        ],
    ),
    choice(PYTHON, &[&["from functools import $$$A"], &["import functools"]]),
    choice(PYTHON, &[&["from pathlib import $$$A"], &["import pathlib"]]),
    // Python: calls, texts, errors
    choice(
        PYTHON,
        &[
            &["f\"$$$A\"", "f'$$$A'"],
            &["\"$A\".format($$$B)", "'$A'.format($$$B)"],
            &["\"$A\" % $B", "'$A' % $B"],
        ],
    ),
    choice(
        PYTHON,
        &[
            &["logger.$M($A, $B, $$$C)"],
            &["logger.$M(f\"$$$A\")", "logger.$M(f'$$$A')"],
            &["logger.$M($A % $B)"],
            &["logger.$M($A.format($$$B))"],
        ],
    ),
    choice(
        PYTHON,
        &[&["log.$M($A, $B, $$$C)"], &["log.$M(f\"$$$A\")", "log.$M(f'$$$A')"], &["log.$M($A % $B)"]],
    ),
    usual(PYTHON, &[&["logging.getLogger(__name__)"], &["logging.getLogger(\"$A\")", "logging.getLogger()"]]),
    usual(PYTHON, &[&["super().__init__($$$A)"], &["super($C, self).__init__($$$A)"]]),
    usual(PYTHON, &[&["{}"], &["dict()"]]).purpose("for an empty dictionary"),
    usual(PYTHON, &[&["[]"], &["list()"]]).purpose("for an empty list"),
    choice(PYTHON, &[&["$A.read_text($$$B)"], &["open($A).read()"]]).purpose("to read a file"),
    usual(PYTHON, &[&["with open($$$A) as $B:\n    $$$C"], &["with $P.open($$$A) as $B:\n    $$$C"]]),
    choice(
        PYTHON,
        &[
            &["except $E as e:\n    $$$B"],
            &["except $E as exc:\n    $$$B"],
            &["except $E as err:\n    $$$B"],
            &["except $E as ex:\n    $$$B"],
            &["except $E as error:\n    $$$B"],
        ],
    ),
    // JavaScript and TypeScript
    usual(SCRIPT, &[&["$A === $B"], &["$A == $B"]]),
    usual(SCRIPT, &[&["$A !== $B"], &["$A != $B"]]),
    choice(
        SCRIPT,
        &[
            &["function $F($$$P) { $$$B }"],
            &["const $F = ($$$P) => { $$$B }"],
            &["const $F = function ($$$P) { $$$B }"],
        ],
    ),
    usual(SCRIPT, &[&["await $A"], &["$A.then($$$B)"]]),
    choice(
        SCRIPT,
        &[
            &["import $A from $B"],
            &["const $A = require($B)", "var $A = require($B)", "let $A = require($B)"],
        ],
    ),
    usual(SCRIPT, &[&["const $A = $B"], &["var $A = $B"]]),
    choice(SCRIPT, &[&["for (const $A of $B) { $$$C }"], &["$B.forEach($$$C)"]]),
    usual(SCRIPT, &[&["new Error($$$A)"], &["Error($$$A)"]]),
    choice(SCRIPT, &[&["{ ...$A }"], &["Object.assign({}, $A)"]]).purpose("to copy"),
    choice(
        SCRIPT,
        &[
            &["typeof $A === 'undefined'", "typeof $A === \"undefined\""],
            &["$A === undefined"],
            &["$A === void 0"],
        ],
    ),
    choice(SCRIPT, &[&["it($$$A)"], &["test($$$A)"]]).purpose("to name a test"),
    choice(SCRIPT, &[&["expect($A).toEqual($B)"], &["expect($A).toStrictEqual($B)"]]),
    choice(SCRIPT, &[&["assert.strictEqual($$$A)"], &["assert.equal($$$A)"]]),
    choice(SCRIPT, &[&["assert.deepStrictEqual($$$A)"], &["assert.deepEqual($$$A)"]]),
    choice(SCRIPT, &[&["export default $A"], &["module.exports = $A"]]),
    choice(SCRIPT, &[&["t.equal($$$A)"], &["t.strictEqual($$$A)"], &["t.assert.strictEqual($$$A)"]]),
    choice(SCRIPT, &[&["t.same($$$A)"], &["t.deepEqual($$$A)"], &["t.assert.deepStrictEqual($$$A)"]]),
    choice(SCRIPT, &[&["t.error($A)"], &["t.ifError($A)"], &["t.assert.ifError($A)"]]),
    choice(SCRIPT, &[&["t.plan($A)"], &["t.end()"]]),
    usual(SCRIPT, &[&["Buffer.from($$$A)"], &["new Buffer($$$A)"]]),
    usual(SCRIPT, &[&["Number.isNaN($A)"], &["isNaN($A)"]]).purpose("to recognise NaN"),
    choice(SCRIPT, &[&["setImmediate($$$A)"], &["process.nextTick($$$A)"], &["queueMicrotask($$$A)"]]),
    choice(SCRIPT, &[&["($$$P) => { $$$B }"], &["function ($$$P) { $$$B }"]]),
    choice(SCRIPT, &[&["async ($$$P) => { $$$B }"], &["async function ($$$P) { $$$B }"]]),
    choice(
        SCRIPT,
        &[
            &["if ($A) { $$$B }"],
            &["if ($A) return", "if ($A) return $B", "if ($A) throw $B", "if ($A) $F($$$B)"],
        ],
    ),
    choice(
        SCRIPT,
        &[
            &["Object.hasOwn($A, $B)"],
            &["$A.hasOwnProperty($B)"],
            &["Object.prototype.hasOwnProperty.call($A, $B)"],
        ],
    ),
    choice(SCRIPT, &[&["catch (err) { $$$B }"], &["catch (error) { $$$B }"], &["catch (e) { $$$B }"]]),
    choice(TYPED, &[&["interface $N { $$$B }"], &["type $N = { $$$B }"]]),
    choice(TYPED, &[&["import type { $$$A } from $B"], &["import { type $A } from $B"]]),
    usual(TYPED, &[&["$A[]"], &["Array<$A>"]]).purpose("in types"),
    choice(TYPED, &[&["readonly $A[]"], &["ReadonlyArray<$A>"]]).purpose("in types"),
    usual(TYPED, &[&["$A as $B"], &["<$B>$A"]]),
    // Go
    usual(GO, &[&["errors.New($A)"], &["fmt.Errorf($A)"]]),
    choice(GO, &[&["errors.Wrap($A, $B)"], &["fmt.Errorf($B, $A)"]]),
    choice(
        GO,
        &[
            &["require.NoError(t, $A)"],
            &["assert.NoError(t, $A)"],
            &["if $A != nil { t.Fatal($$$B) }"],
            &["if $A != nil { t.Fatalf($$$B) }"],
            &["if $A != nil { t.Error($$$B) }"],
            &["if $A != nil { t.Errorf($$$B) }"],
        ],
    ),
    choice(GO, &[&["any"], &["interface{}"]]).purpose("for a value of any type"),
    choice(
        GO,
        &[
            &["if err := $A; err != nil { $$$B }"],
            &["err := $A\nif err != nil { $$$B }"],
            &["err = $A\nif err != nil { $$$B }"],
        ],
    ),
    choice(GO, &[&["var $A []$B"], &["$A := []$B{}"]]).purpose("for an empty slice"),
    choice(GO, &[&["$A := make(map[$K]$V)"], &["$A := map[$K]$V{}"]]).purpose("for an empty map"),
    usual(GO, &[&["&$A{}"], &["new($A)"]]).purpose("for a pointer"),
    choice(GO, &[&["errors.Is($A, io.EOF)"], &["$A == io.EOF"]]),
    usual(GO, &[&["io.ReadAll($A)"], &["ioutil.ReadAll($A)"]]),
    usual(GO, &[&["os.ReadFile($A)"], &["ioutil.ReadFile($A)"]]),
    // Java
    choice(
        JAVA,
        &[
            &["assertEquals($A, $B)"],
            &["assertThat($B).isEqualTo($A)"],
            &["assertThat($B, is($A))"],
            &["assertThat($B, equalTo($A))"],
        ],
    ),
    choice(JAVA, &[&["assertTrue($A)"], &["assertThat($A).isTrue()"]]),
    choice(JAVA, &[&["assertThrows($$$A)"], &["assertThatThrownBy($$$A)"]]),
    usual(JAVA, &[&["new ArrayList<>()"], &["Lists.newArrayList()"]]).purpose("for an empty list"),
    choice(JAVA, &[&["List.of($$$A)"], &["Arrays.asList($$$A)"], &["ImmutableList.of($$$A)"]]),
    usual(JAVA, &[&["$A == null"], &["Objects.isNull($A)"]]),
    usual(JAVA, &[&["$A != null"], &["Objects.nonNull($A)"]]),
    choice(
        JAVA,
        &[&["Objects.requireNonNull($$$A)"], &["checkNotNull($$$A)"], &["Preconditions.checkNotNull($$$A)"]],
    ),
    choice(JAVA, &[&["LOG.$M($$$A)"], &["log.$M($$$A)"], &["LOGGER.$M($$$A)"], &["logger.$M($$$A)"]]),
    usual(JAVA, &[&["StandardCharsets.UTF_8"], &["\"UTF-8\""], &["Charsets.UTF_8"]]),
    // C
    usual(C, &[&["$A == NULL"], &["NULL == $A"]]),
    choice(C, &[&["!$A"], &["$A == NULL"]]).purpose("for null pointers"),
    choice(C, &[&["sizeof($A)"], &["sizeof $A"]]),
    choice(
        C,
        &[
            &["for (int $I = $A; $B; $C) { $$$D }"],
            &["for (unsigned $I = $A; $B; $C) { $$$D }"],
            &["for (uint32_t $I = $A; $B; $C) { $$$D }"],
            &["for (size_t $I = $A; $B; $C) { $$$D }"],
        ],
    ),
    choice(
        C,
        &[
            &["if ($A) { $$$B }"],
            &[
                "if ($A) return;",
                "if ($A) return $B;",
                "if ($A) break;",
                "if ($A) continue;",
                "if ($A) goto $B;",
                "if ($A) $F($$$B);",
            ],
        ],
    ),
    choice(C, &[&["typedef struct { $$$A } $B;"], &["typedef struct $C { $$$A } $B;"]]),
    choice(C, &[&["while (1) { $$$B }"], &["for (;;) { $$$B }"], &["while (true) { $$$B }"]]),
    choice(C, &[&["malloc(sizeof(*$A))"], &["malloc(sizeof *$A)"], &["malloc(sizeof($A))"]]),
    usual(C, &[&["$A++;"], &["++$A;"], &["$A += 1;"]]).purpose("to count up"),
    usual(C, &[&["memset(&$A, 0, sizeof($A))"], &["memset(&$A, 0, sizeof $A)"]]),
    // Lua
    usual(LUA, &[&["local function $F($$$P) $$$B end"], &["local $F = function($$$P) $$$B end"]]),
    choice(LUA, &[&["table.insert($A, $B)"], &["$A[#$A + 1] = $B"]]).purpose("to append"),
    usual(LUA, &[&["for $I, $V in ipairs($T) do $$$B end"], &["for $I = 1, #$T do $$$B end"]]),
    choice(LUA, &[&["$A:format($$$B)"], &["string.format($A, $$$B)"]]),
    choice(LUA, &[&["$A:sub($$$B)"], &["string.sub($A, $$$B)"]]),
    choice(LUA, &[&["$A:match($$$B)"], &["string.match($A, $$$B)"]]),
    choice(
        LUA,
        &[
            &["assert.equals($$$A)"],
            &["assert.equal($$$A)"],
            &["assert.are.equal($$$A)"],
            &["assert.are.equals($$$A)"],
        ],
    ),
    choice(LUA, &[&["assert.same($$$A)"], &["assert.are.same($$$A)"]]),
    // Shell
    choice(SHELL, &[&["[[ $$$A ]]"], &["[ $$$A ]"]]).purpose("for conditions"),
    usual(SHELL, &[&["$($$$A)"], &["`$$$A`"]]).purpose("for a command's output"),
    usual(SHELL, &[&["$F() {\n$$$B\n}"], &["function $F {\n$$$B\n}"], &["function $F() {\n$$$B\n}"]]),
    choice(SHELL, &[&["source $A"], &[". $A"]]).purpose("to load a script"),
    usual(SHELL, &[&["command -v $A"], &["which $A"], &["type $A"]]).purpose("to find a program"),
];
