//! Memory is flat over ten thousand requests.

use super::editor::{Editor, PLACE, URI, text};

/// Returns the resident memory of a process in bytes, where the system tells it.
fn memory_in_use(pid: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()? * 1024)
}

/// As much may be added by the last nine thousand requests: what an allocator keeps, not what a leak takes.
const SLACK: usize = 6 * 1024 * 1024;

#[test]
fn ten_thousand_requests() {
    let long = "let value = compute(items, first, second, third);";
    let mut editor = Editor::new(&[(long, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    let mut after_a_thousand = None;
    for round in 0..10_000 {
        // Another letter each time, so that each is computed.
        editor.type_at(URI, at, if round % 2 == 0 { "y " } else { "z " });
        let after = (at.0, at.1 + 2);
        assert!(text(&editor.complete(URI, after)).starts_with("let value"));
        editor.edit(URI, at, after, "");
        if round == 1000 {
            after_a_thousand = memory_in_use(editor.client.pid());
        }
        editor.client.notifications("housestyle/status");
        editor.client.notifications("didChangeStatus");
    }
    let (Some(before), Some(after)) = (after_a_thousand, memory_in_use(editor.client.pid())) else { return };
    assert!(after < before + SLACK, "{before} bytes after 1,000 requests, {after} after 10,000");
}
