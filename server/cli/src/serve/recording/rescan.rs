//! The scan of a journal for secrets that the rules of an older version let in.

use housestyle_journal::Stamp;
use housestyle_workspace::rescan::{self, Rescan};
use housestyle_workspace::{Workspace, notice};

/// Scans the journal of a workspace on a thread of its own, as that may take seconds. A scan that does not come to its
/// end is repeated by the next server.
pub(super) fn start(workspace: Workspace, now: Stamp) {
    let scan = move || match rescan::journal(&workspace, now) {
        Ok(found) if found.suggestions > 0 => notice::warn(sentence(&found)),
        Err(error) if !error.is_busy() => {
            notice::warn(format_args!("secrets may be in the journal: {error}"))
        }
        _ => {}
    };
    drop(std::thread::Builder::new().name("rescan".to_owned()).spawn(scan));
}

fn sentence(found: &Rescan) -> String {
    let told = format!(
        "{} suggestions in the journal hold secrets by the rules of this version: their texts were forgotten",
        found.suggestions
    );
    let versions: Vec<String> = found.stale.iter().map(ToString::to_string).collect();
    match versions.as_slice() {
        [] => told,
        _ => format!(
            "{told}; the adapter learned from some of them (version {}), and `housestyle learn` trains one without them",
            versions.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_the_adapters_that_learned_from_secrets() {
        let found = Rescan { suggestions: 3, stale: vec![2, 5] };
        assert!(sentence(&found).contains("3 suggestions") && sentence(&found).contains("(version 2, 5)"));
        assert!(!sentence(&Rescan { stale: vec![], ..found }).contains("adapter"));
    }
}
