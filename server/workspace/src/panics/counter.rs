//! Counts the panics of the server's threads in the workspace's state, where `doctor` finds them.

use std::panic;
use std::path::PathBuf;
use std::thread;

use housestyle_workspace::clock::now;
use housestyle_workspace::panics::count;

/// Counts every panic of this process from now on, besides the usual message on standard error.
pub(super) fn count_panics(state: PathBuf) {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        usual(panic);
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
        let thread = thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        // Standard error has the panic itself; nobody else could be told.
        drop(count(&state, thread, place.as_deref().unwrap_or("an unknown place"), now()));
    }));
}

#[cfg(test)]
mod tests {
    use housestyle_workspace::panics::counted;

    use super::*;

    #[test]
    fn a_panic_is_counted_without_its_message() {
        let folder = tempfile::tempdir().expect("a folder");
        count_panics(folder.path().to_path_buf());
        let thread = thread::Builder::new().name("test-of-panics".to_owned());
        let ended = thread.spawn(|| panic!("text of the user")).expect("started").join();
        drop(panic::take_hook());
        assert!(ended.is_err());
        let found = counted(folder.path()).expect("read");
        // Other tests of this process may panic meanwhile.
        let found = found.iter().find(|found| found.thread == "test-of-panics").expect("counted");
        assert!(found.count == 1 && found.place.contains("panics.rs:"), "{found:?}");
        assert!(!format!("{found:?}").contains("text of the user"));
    }
}
