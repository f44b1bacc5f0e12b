//! A remote's address, in the forms that git knows: `https://host/path`, `ssh://user@host:port/path`, `user@host:path`.

/// A remote's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The host, in lower case, with the port where it is HTTP on a port of its own.
    pub(crate) host: String,
    /// The repository's path, without `.git`.
    pub(crate) path: String,
    /// Whether it is spoken to without TLS.
    pub(crate) is_plain: bool,
}

impl Address {
    /// Reads an address; `None` where it is a folder or no address at all.
    pub(crate) fn parse(text: &str) -> Option<Address> {
        let text = text.trim();
        let (scheme, authority, path) = match text.split_once("://") {
            Some((scheme, rest)) => {
                let (authority, path) = rest.split_once('/')?;
                (scheme.to_ascii_lowercase(), authority, path)
            }
            None => {
                let (authority, path) = text.split_once(':')?;
                // `C:\work` and `./a:b` are folders; so git takes them, too.
                if authority.contains(['/', '\\']) || authority.len() == 1 {
                    return None;
                }
                ("ssh".to_owned(), authority, path)
            }
        };
        if !matches!(scheme.as_str(), "http" | "https" | "ssh" | "git+ssh" | "ssh+git") {
            return None;
        }
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
        let is_web = scheme.starts_with("http");
        let (name, port) = match authority.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
            _ => (authority.as_str(), None),
        };
        let is_usual = matches!((scheme.as_str(), port), ("http", Some("80")) | ("https", Some("443")));
        let host = match port.filter(|_| is_web && !is_usual) {
            Some(port) => format!("{name}:{port}"),
            None => match name {
                "ssh.github.com" => "github.com".to_owned(), // SSH on the port of HTTPS
                "altssh.gitlab.com" => "gitlab.com".to_owned(),
                name => name.to_owned(),
            },
        };
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let is_whole = !host.is_empty() && path.contains('/');
        is_whole.then(|| Address { host, path: path.to_owned(), is_plain: scheme == "http" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, host: &str, path: &str) {
        let address = Address::parse(text).unwrap_or_else(|| panic!("{text} is an address"));
        assert_eq!((address.host.as_str(), address.path.as_str()), (host, path), "{text}");
    }

    #[test]
    fn addresses_of_all_forms_are_read() {
        check("https://github.com/o/r.git", "github.com", "o/r");
        check("https://user:secret@GitHub.com/o/r/", "github.com", "o/r");
        check("https://git.example.com:8443/o/r", "git.example.com:8443", "o/r");
        check("https://git.example.com:443/o/r", "git.example.com", "o/r");
        check("git@gitlab.com:group/sub/r.git", "gitlab.com", "group/sub/r");
        check("ssh://git@codeberg.org:22/o/r.git", "codeberg.org", "o/r");
        check("ssh://git@ssh.github.com:443/o/r.git", "github.com", "o/r");
        check("git@github.com:/o/r.git", "github.com", "o/r");
        for folder in
            ["/srv/r.git", "../r", "file:///srv/o/r.git", "C:\\work\\r", "C:/work/r", "", "https://x"]
        {
            assert_eq!(Address::parse(folder), None, "{folder}");
        }
        assert!(Address::parse("http://127.0.0.1:3000/o/r").is_some_and(|address| address.is_plain));
    }
}
