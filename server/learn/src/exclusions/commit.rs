//! Exclusions of commits: by author and message alone.

/// Names of programs that commit; others call themselves `[bot]` or `-bot`.
const BOTS: &[&str] = &[
    "dependabot",
    "renovate",
    "greenkeeper",
    "github-actions",
    "github actions",
    "pre-commit-ci",
    "imgbot",
    "allcontributors",
    "weblate",
    "copybara",
    "mergify",
    "snyk",
];

/// Returns whether a program wrote a commit, by its author's name and mail address.
pub fn is_bot(name: &str, mail: &str) -> bool {
    let name = name.trim().to_lowercase();
    let mail = mail.trim().to_lowercase();
    let user = mail.split('@').next().unwrap_or_default();
    let called = |text: &str| {
        text.contains("[bot]")
            || text == "bot"
            || text.ends_with("-bot")
            || text.ends_with(" bot")
            || BOTS.iter().any(|bot| {
                text == *bot || text.strip_prefix(bot).is_some_and(|rest| rest.starts_with(['-', ' ', '[']))
            })
    };
    called(&name) || called(user)
}

/// Returns the commits that a message says it reverts; `None` where it is no revert. The list is empty where the
/// message names none.
pub fn reverted(message: &str) -> Option<Vec<String>> {
    let named: Vec<String> = message
        .match_indices("This reverts commit ")
        .filter_map(|(at, phrase)| {
            let id: String =
                message[at + phrase.len()..].chars().take_while(char::is_ascii_hexdigit).collect();
            (id.len() >= 7).then(|| id.to_lowercase())
        })
        .collect();
    let subject = message.trim_start().lines().next().unwrap_or_default().to_lowercase();
    let is_revert =
        subject.starts_with("revert \"") || subject.starts_with("revert:") || subject.starts_with("revert(");
    (is_revert || !named.is_empty()).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_name_and_people_called_abbot_are_people() {
        for (name, mail) in [
            ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
            ("Renovate Bot", "bot@renovateapp.com"),
            ("release", "semantic-release-bot@martynus.net"),
            ("github-actions", "a@b"),
        ] {
            assert!(is_bot(name, mail), "{name}");
        }
        for (name, mail) in [("Ann Abbot", "abbot@x.org"), ("Release", "release@localhost"), ("", "")] {
            assert!(!is_bot(name, mail), "{name}");
        }
    }

    #[test]
    fn reverts_name_what_they_take_back() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let message = format!("Revert \"Add x\"\n\nThis reverts commit {id}.\n");
        assert_eq!(reverted(&message), Some(vec![id.to_owned()]));
        assert_eq!(reverted("revert: drop x"), Some(vec![]));
        assert_eq!(reverted("Reverts are now shown in the list"), None);
        assert_eq!(reverted(""), None);
    }
}
