//! How an editor is set up: texts for people, and which editors are here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Returns what to put into Neovim's `init.lua`, from version 0.12 on, where no plugin is needed. A program
/// that is not on the path is named by its place, so that the lines work as they are.
pub(crate) fn neovim() -> String {
    let program = match (on_path("housestyle"), std::env::current_exe()) {
        (None, Ok(program)) => program.display().to_string(),
        _ => "housestyle".to_owned(),
    };
    let program = program.replace('\\', "\\\\").replace('\'', "\\'");
    format!(
        "\
vim.lsp.config('housestyle', {{ cmd = {{ '{program}', 'serve' }}, root_markers = {{ '.git' }} }})
vim.lsp.enable('housestyle')
vim.lsp.inline_completion.enable()
vim.keymap.set('i', '<Tab>', function()
  return vim.lsp.inline_completion.get() and '' or '<Tab>'
end, {{ expr = true }})"
    )
}

/// A note on the plugin, after the set-up of Neovim's own completion.
pub(crate) const NEOVIM_NOTE: &str = "\
Neovim 0.11, accepting by word or line, status, :checkhealth: add the plugin in editors/nvim";

/// A program of VS Code, or of a relative, on the path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct VsCode {
    /// Its name.
    pub(crate) name: &'static str,
    /// The version of the extension in it; none where it is not installed, or the program does not tell.
    extension: Option<String>,
}

/// Names of the program of VS Code and of its relatives.
const VSCODES: [&str; 3] = ["code", "codium", "code-server"];
/// The longest wait for VS Code's list of extensions.
const LONGEST_LIST: Duration = Duration::from_secs(10);

impl VsCode {
    /// Returns all that are on the path, without asking for their extensions.
    pub(crate) fn on_path() -> Vec<VsCode> {
        let here = VSCODES.into_iter().filter(|name| on_path(name).is_some());
        here.map(|name| VsCode { name, extension: None }).collect()
    }

    /// Asks the program for its extensions, which takes it a second or two.
    pub(crate) fn with_extension(self) -> VsCode {
        let program = on_path(self.name);
        VsCode {
            extension: program.and_then(|program| extension_version(&list_extensions(&program)?)),
            ..self
        }
    }
}

/// Returns what to do in VS Code and its relatives, for people, and the commands.
pub(crate) fn vscode_steps(programs: &[VsCode]) -> (String, Vec<String>) {
    let server = match (on_path("housestyle"), std::env::current_exe()) {
        (None, Ok(program)) => Some(program),
        _ => None,
    };
    steps_with(programs, server.as_deref())
}

/// As [`vscode_steps`]; `server` is the program's place where it is not on the path.
fn steps_with(programs: &[VsCode], server: Option<&Path>) -> (String, Vec<String>) {
    let mut sentences = Vec::new();
    for VsCode { name, extension } in programs {
        if let Some(version) = extension {
            sentences
                .push(format!("The extension {version} is installed in `{name}`: open a folder and type."));
        }
    }
    let mut without: Vec<&str> =
        programs.iter().filter(|program| program.extension.is_none()).map(|program| program.name).collect();
    if !without.is_empty() {
        let names: Vec<String> = without.iter().map(|name| format!("`{name}`")).collect();
        let is = if names.len() == 1 { "is" } else { "are" };
        sentences.push(format!("{} {is} on the path.", names.join(" and ")));
    }
    if let Some(program) = server {
        sentences.push(format!(
            "The extension starts the `housestyle` on the path; there is none, so name {} in the setting \
             `housestyle.server.path`.",
            program.display()
        ));
    }
    if programs.is_empty() {
        without.push("code");
    }
    if without.is_empty() {
        return (sentences.join(" "), Vec::new());
    }
    sentences.push(
        "These commands package the extension and install it, in a clone of housestyle's repository and with Node.js:"
            .to_owned(),
    );
    let vsix = format!("housestyle-{}.vsix", env!("CARGO_PKG_VERSION"));
    let mut commands =
        ["cd editors/vscode", "npm ci --ignore-scripts", "npm run package"].map(str::to_owned).to_vec();
    commands.extend(without.iter().map(|name| format!("{name} --install-extension {vsix}")));
    (sentences.join(" "), commands)
}

/// Returns a program's list of extensions with their versions; `None` where it fails or takes too long.
fn list_extensions(program: &Path) -> Option<String> {
    let mut list = Command::new(program);
    list.args(["--list-extensions", "--show-versions"]);
    let mut list = list.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let end = Instant::now() + LONGEST_LIST;
    // The list of some hundred extensions fits a pipe, so the program need not be read from meanwhile.
    while list.try_wait().ok()?.is_none() {
        if Instant::now() > end {
            let _ = list.kill();
            let _ = list.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = list.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns the version of the extension in a list of `publisher.name@version`.
fn extension_version(list: &str) -> Option<String> {
    list.lines().find_map(|line| line.trim().strip_prefix("housestyle.housestyle@")).map(str::to_owned)
}

/// Returns where a program is on the path.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let names: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let path = std::env::var_os("PATH")?;
    let files = std::env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |extension| folder.join(format!("{program}{extension}"))));
    files.into_iter().find(|file| file.is_file())
}

/// Returns the version of the Neovim on the path, as major and minor.
pub(crate) fn neovim_version() -> Option<(u32, u32)> {
    let program = on_path("nvim")?;
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    version_in(&String::from_utf8_lossy(&output.stdout))
}

fn version_in(text: &str) -> Option<(u32, u32)> {
    let version = text.lines().next()?.strip_prefix("NVIM v")?;
    let mut parts = version.split(['.', '-']).map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_neovim_is_read() {
        assert_eq!(version_in("NVIM v0.12.4\nBuild type: Release\n"), Some((0, 12)));
        assert_eq!(version_in("NVIM v0.13.0-dev-1+g1\n"), Some((0, 13)));
        assert_eq!(version_in("VIM 9\n"), None);
    }

    fn program(name: &'static str, extension: Option<&str>) -> VsCode {
        VsCode { name, extension: extension.map(str::to_owned) }
    }

    #[test]
    fn the_steps_for_vs_code_are_commands_that_can_be_run() {
        let install =
            |name: &str| format!("{name} --install-extension housestyle-{}.vsix", env!("CARGO_PKG_VERSION"));
        let (about, commands) = steps_with(&[program("codium", None)], None);
        assert!(about.starts_with("`codium` is on the path. These commands"), "{about}");
        assert_eq!((&*commands[0], &commands[3..]), ("cd editors/vscode", &[install("codium")][..]));
        let (about, commands) = steps_with(&[], None);
        assert!(about.starts_with("These commands"), "{about}");
        assert_eq!(commands[3..], [install("code")]);
        let package = include_str!("../../../editors/vscode/package.json");
        assert!(
            package.contains(&format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"))),
            "the extension's version"
        );
    }

    #[test]
    fn each_program_of_vs_code_gets_its_own_step() {
        let all = [program("code", None), program("codium", Some("0.1.0")), program("code-server", None)];
        let (about, commands) = steps_with(&all, None);
        assert!(about.starts_with("The extension 0.1.0 is installed in `codium`"), "{about}");
        assert!(about.contains("`code` and `code-server` are on the path."), "{about}");
        let names: Vec<_> = commands[3..].iter().filter_map(|command| command.split(' ').next()).collect();
        assert_eq!(names, ["code", "code-server"]);
    }

    #[test]
    fn a_server_that_is_not_on_the_path_is_named_with_and_without_the_extension() {
        for extension in [None, Some("0.1.0")] {
            let (about, commands) =
                steps_with(&[program("code", extension)], Some(Path::new("/opt/housestyle")));
            assert!(
                about.contains("name /opt/housestyle in the setting `housestyle.server.path`"),
                "{about}"
            );
            assert_eq!(commands.is_empty(), extension.is_some());
        }
    }

    #[test]
    fn the_extension_is_found_in_the_list() {
        let list = "a.housestyle@9.9.9\r\nhousestyle.housestyle@0.1.0\r\nz.y@1.0.0\r\n";
        assert_eq!(extension_version(list).as_deref(), Some("0.1.0"));
        assert_eq!(extension_version("housestyle.housestyle-theme@1.0.0\n"), None);
    }

    #[test]
    #[cfg(unix)]
    fn a_program_that_fails_tells_no_extensions() {
        assert_eq!(list_extensions(Path::new("/bin/false")), None);
        assert_eq!(list_extensions(Path::new("/no/such/program")), None);
        assert!(
            list_extensions(Path::new("/bin/echo")).is_some_and(|list| list.contains("--list-extensions"))
        );
    }
}
