//! Two hundred skills as teams write them: code of five languages, words, forms, names.

use housestyle_complete::skills::{Exceptions, Mode, RuleFile, Scope, ServedSkill, Skills};
use housestyle_skills::{Form, FormKind, Name, NameKind, Rewrite, Rule, Term};

const RUST: &[(&str, &str)] = &[
    ("$A.unwrap()", "$A?"),
    ("return Err(anyhow!($$$A))", "bail!($$$A)"),
    ("\"$A\".to_string()", "\"$A\".to_owned()"),
    ("String::from(\"$A\")", "\"$A\".to_owned()"),
    ("vec![]", "Vec::new()"),
    ("$A.len() == 0", "$A.is_empty()"),
    ("$A.map($B).unwrap_or($C)", "$A.map_or($C, $B)"),
    ("$A.map($B).unwrap_or_else($C)", "$A.map_or_else($C, $B)"),
    ("$A.filter($B).next()", "$A.find($B)"),
    ("$A.iter().any(|x| *x == $B)", "$A.contains(&$B)"),
    ("assert!($A == $B)", "assert_eq!($A, $B)"),
    ("assert!($A != $B)", "assert_ne!($A, $B)"),
    ("log::info!($$$A)", "tracing::info!($$$A)"),
    ("log::debug!($$$A)", "tracing::debug!($$$A)"),
    ("log::warn!($$$A)", "tracing::warn!($$$A)"),
    ("log::error!($$$A)", "tracing::error!($$$A)"),
    ("unimplemented!($$$A)", "todo!($$$A)"),
    ("std::mem::take($A)", "mem::take($A)"),
    ("std::mem::replace($$$A)", "mem::replace($$$A)"),
    ("for $A in $B.iter() { $$$C }", "for $A in &$B { $$$C }"),
    ("$A.lock().unwrap()", "$A.lock().unwrap_or_else(PoisonError::into_inner)"),
    ("Box::new($A) as Box<dyn $B>", "Box::<dyn $B>::from($A)"),
    ("$A.into_iter().map(|x| x.to_owned())", "$A.into_iter().map(str::to_owned)"),
    ("std::env::var($A)", "env::var($A)"),
    ("println!($$$A)", "output::print($$$A)"),
    ("$A.clone().unwrap_or_default()", "$A.as_deref().unwrap_or_default()"),
    ("thread::sleep($A)", "clock.sleep($A)"),
    ("SystemTime::now()", "clock.now()"),
    ("HashMap::new()", "HashMap::default()"),
    ("$A.get(0)", "$A.first()"),
];

const PYTHON: &[(&str, &str)] = &[
    ("Optional[$A]", "$A | None"),
    ("List[$A]", "list[$A]"),
    ("Dict[$A, $B]", "dict[$A, $B]"),
    ("self.assertEqual($A, $B)", "assert $A == $B"),
    ("self.assertIn($A, $B)", "assert $A in $B"),
    ("self.assertIsNone($A)", "assert $A is None"),
    ("self.assertTrue($A)", "assert $A"),
    ("self.assertRaises($$$A)", "pytest.raises($$$A)"),
    ("\"$A\".format($$$B)", "f\"$A\""),
    ("open($A).read()", "Path($A).read_text()"),
    ("os.path.join($$$A)", "Path($$$A)"),
    ("os.path.exists($A)", "Path($A).exists()"),
    ("dict()", "{}"),
    ("list()", "[]"),
    ("print($$$A)", "log.info($$$A)"),
    ("logging.getLogger()", "logging.getLogger(__name__)"),
    ("super($C, self).__init__($$$A)", "super().__init__($$$A)"),
    ("len($A) == 0", "not $A"),
    ("$A.keys()", "$A"),
    ("time.time()", "clock.now()"),
    ("json.loads(open($A).read())", "json.loads(Path($A).read_text())"),
    ("subprocess.call($$$A)", "subprocess.run($$$A, check=True)"),
    ("isinstance($A, str) or isinstance($A, bytes)", "isinstance($A, (str, bytes))"),
    ("type($A) == $B", "isinstance($A, $B)"),
    ("import datetime", "from datetime import datetime"),
];

const SCRIPT: &[(&str, &str)] = &[
    ("$A == $B", "$A === $B"),
    ("$A != $B", "$A !== $B"),
    ("var $A = $B", "const $A = $B"),
    ("Object.assign({}, $A)", "{ ...$A }"),
    ("$A.indexOf($B) !== -1", "$A.includes($B)"),
    ("typeof $A === 'undefined'", "$A === undefined"),
    ("console.log($$$A)", "log.info($$$A)"),
    ("console.error($$$A)", "log.error($$$A)"),
    ("$A.then($B)", "await $A"),
    ("assert.equal($$$A)", "assert.strictEqual($$$A)"),
    ("assert.deepEqual($$$A)", "assert.deepStrictEqual($$$A)"),
    ("expect($A).toEqual($B)", "expect($A).toStrictEqual($B)"),
    ("test($$$A)", "it($$$A)"),
    ("Error($$$A)", "new Error($$$A)"),
    ("$A && $A.$B", "$A?.$B"),
    ("setTimeout($A, 0)", "queueMicrotask($A)"),
    ("new Array()", "[]"),
    ("new Object()", "{}"),
    ("$A.forEach($B)", "for (const it of $A) $B(it)"),
    ("parseInt($A)", "Number.parseInt($A, 10)"),
    ("isNaN($A)", "Number.isNaN($A)"),
    ("$A.substr($B)", "$A.slice($B)"),
    ("require($A)", "await import($A)"),
    ("JSON.parse(JSON.stringify($A))", "structuredClone($A)"),
    ("process.exit($A)", "process.exitCode = $A"),
];

const GO: &[(&str, &str)] = &[
    ("fmt.Errorf($A)", "errors.New($A)"),
    ("errors.Wrap($A, $B)", "fmt.Errorf($B, $A)"),
    ("interface{}", "any"),
    ("ioutil.ReadAll($A)", "io.ReadAll($A)"),
    ("ioutil.ReadFile($A)", "os.ReadFile($A)"),
    ("$A == io.EOF", "errors.Is($A, io.EOF)"),
    ("new($A)", "&$A{}"),
    ("assert.NoError(t, $A)", "require.NoError(t, $A)"),
    ("log.Printf($$$A)", "slog.Info($$$A)"),
    ("time.Now().Sub($A)", "time.Since($A)"),
];

const LUA: &[(&str, &str)] = &[
    ("table.insert($A, $B)", "$A[#$A + 1] = $B"),
    ("string.format($A, $$$B)", "$A:format($$$B)"),
    ("string.sub($A, $$$B)", "$A:sub($$$B)"),
    ("string.match($A, $$$B)", "$A:match($$$B)"),
    ("vim.api.nvim_command($A)", "vim.cmd($A)"),
    ("vim.api.nvim_buf_set_option($$$A)", "vim.bo.option($$$A)"),
    ("vim.fn.nvim_buf_get_lines($$$A)", "vim.api.nvim_buf_get_lines($$$A)"),
    ("vim.loop.$A($$$B)", "vim.uv.$A($$$B)"),
    ("vim.tbl_islist($A)", "vim.islist($A)"),
    ("unpack($A)", "table.unpack($A)"),
];

/// Avoided and preferred terms; several avoided terms make one rule.
const TERMS: &[(&[&str], &str)] = &[
    (&["email", "E-Mail"], "e-mail"),
    (&["behavior"], "behaviour"),
    (&["color"], "colour"),
    (&["Github", "github"], "GitHub"),
    (&["Gitlab", "gitlab"], "GitLab"),
    (&["Javascript", "javascript"], "JavaScript"),
    (&["Typescript", "typescript"], "TypeScript"),
    (&["neovim", "NeoVim"], "Neovim"),
    (&["VSCode", "Vscode"], "VS Code"),
    (&["filesystem", "file-system"], "file system"),
    (&["dataset", "data-set"], "data set"),
    (&["filename", "file-name"], "file name"),
    (&["whitespace", "white-space"], "white space"),
    (&["timestamp", "time-stamp"], "time stamp"),
    (&["runtime", "run-time"], "run time"),
    (&["command-line"], "command line"),
    (&["work-tree", "worktree"], "work tree"),
    (&["sub-module"], "submodule"),
    (&["utilize", "utilise"], "use"),
    (&["leverage"], "use"),
    (&["in order to"], "to"),
    (&["due to the fact that"], "because"),
    (&["blacklist"], "block list"),
    (&["whitelist"], "allow list"),
    (&["master branch"], "main branch"),
    (&["log in", "login"], "sign in"),
    (&["log out", "logout"], "sign out"),
    (&["initialize"], "initialise"),
    (&["initialized"], "initialised"),
    (&["serialize"], "serialise"),
    (&["serialized"], "serialised"),
    (&["normalize"], "normalise"),
    (&["optimize"], "optimise"),
    (&["organize"], "organise"),
    (&["recognize"], "recognise"),
    (&["synchronize"], "synchronise"),
    (&["customize"], "customise"),
    (&["generalize"], "generalise"),
    (&["minimize"], "minimise"),
    (&["license key"], "licence key"),
    (&["catalog"], "catalogue"),
    (&["center"], "centre"),
    (&["canceled"], "cancelled"),
    (&["labeled"], "labelled"),
    (&["toward"], "towards"),
    (&["amongst"], "among"),
    (&["whilst"], "while"),
    (&["gray"], "grey"),
    (&["neighbor"], "neighbour"),
    (&["artifact"], "artefact"),
    (&["end user", "end-user"], "user"),
    (&["back end", "back-end"], "backend"),
    (&["front end", "front-end"], "frontend"),
    (&["plug-in", "plug in"], "plugin"),
    (&["pull-request", "merge request"], "pull request"),
    (&["code-action"], "code action"),
    (&["key-word", "key word"], "keyword"),
    (&["meta-variable", "meta variable"], "metavariable"),
    (&["sub-command"], "subcommand"),
    (&["config"], "configuration"),
    (&["repo"], "repository"),
    (&["args"], "arguments"),
    (&["params"], "parameters"),
    (&["dir"], "folder"),
    (&["directory"], "folder"),
    (&["directories"], "folders"),
    (&["regex"], "regular expression"),
    (&["id"], "identifier"),
    (&["info"], "information"),
    (&["spec"], "specification"),
];

/// Returns the 200 skills, all of them on.
pub(crate) fn skills() -> Skills {
    let mut rules: Vec<(Vec<&str>, Rule)> = Vec::new();
    let script: &[&str] = &["javascript", "typescript"];
    let code =
        [(&["rust"][..], RUST), (&["python"], PYTHON), (script, SCRIPT), (&["go"], GO), (&["lua"], LUA)];
    for (languages, pairs) in code {
        rules.extend(pairs.iter().map(|(avoid, prefer)| {
            let rewrite = Rewrite { avoid: vec![(*avoid).to_owned()], prefer: (*prefer).to_owned() };
            (languages.to_vec(), Rule::Rewrite(rewrite))
        }));
    }
    rules.extend(TERMS.iter().map(|(avoid, prefer)| {
        let avoid = avoid.iter().map(|avoid| (*avoid).to_owned()).collect();
        (Vec::new(), Rule::Term(Term { avoid, prefer: (*prefer).to_owned() }))
    }));
    let form = |language, of| (vec![language], Rule::Form(Form { of }));
    let of_prose = [
        FormKind::HeadingSentenceCase,
        FormKind::ListItemFullStop,
        FormKind::ListMarkDash,
        FormKind::ChangelogImperative,
    ];
    rules.extend(of_prose.map(|of| form("markdown", of)));
    let of_code =
        [FormKind::DocThirdPerson, FormKind::DocFullStop, FormKind::CommentCapital, FormKind::QuotesDouble];
    for language in ["rust", "python", "typescript", "go"] {
        rules.extend(of_code.map(|of| form(language, of)));
    }
    for language in ["rust", "python", "typescript", "go", "lua"] {
        rules.extend([(NameKind::Test, "test_", ""), (NameKind::Error, "", "Error")].map(
            |(of, prefix, suffix)| {
                let (prefix, suffix) = (prefix.to_owned(), suffix.to_owned());
                (vec![language], Rule::Name(Name { of, prefix, suffix }))
            },
        ));
    }
    let skill = |(number, (languages, rule)): (usize, (Vec<&str>, Rule))| {
        let languages = languages.into_iter().map(str::to_owned).collect();
        let rule = RuleFile { format: 1, scope: Scope { languages, paths: Vec::new() }, rule };
        ServedSkill::new(&format!("skill-{number}"), "A rule of the team.", "", Some(rule), Mode::On)
    };
    let skills: Vec<ServedSkill> = rules.into_iter().enumerate().map(skill).collect();
    assert_eq!(skills.len(), 200);
    Skills::new(skills, Exceptions::default())
}
