//! How an editor is set up: texts for people, and which editors are here.

use std::path::PathBuf;
use std::process::{Command, Stdio};

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

/// How the server is reached from VS Code.
pub(crate) const VSCODE: &str = "\
VS Code starts language servers by way of extensions. The one for housestyle is not published yet; until then
any extension that runs a server of your choice works: command `housestyle`, argument `serve`. Suggestions
come as ghost text where it speaks textDocument/inlineCompletion, else in the list of completions.";

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
}
