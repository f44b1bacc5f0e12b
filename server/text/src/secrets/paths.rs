//! Files that hold secrets more often than not, by their names.

/// Names that are no file of anybody's source.
const NAMES: &[&str] = &[
    ".envrc",
    ".dev.vars",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".pypirc",
    ".htpasswd",
    ".pgpass",
    ".my.cnf",
    ".git-credentials",
    ".vault-token",
    ".dockercfg",
    ".s3cfg",
    ".boto",
    "credentials",
    "credentials.json",
    "credentials.toml",
    "credentials.yml",
    "credentials.yaml",
    "credentials.xml",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "kubeconfig",
    "master.key",
    "secring.gpg",
    "shadow",
];

/// Endings of key stores, keys and states.
const ENDINGS: &[&str] = &[
    ".env",
    ".pem",
    ".key",
    ".p12",
    ".pfx",
    ".pkcs12",
    ".p8",
    ".jks",
    ".keystore",
    ".kdbx",
    ".kdb",
    ".ppk",
    ".ovpn",
    ".cert",
    ".crt",
    ".der",
    ".tfstate",
    ".tfvars",
    ".mobileprovision",
    ".agekey",
];

/// Starts of names.
const STARTS: &[&str] = &[".env.", ".env-", "secrets.", "service-account", "client_secret"];

/// Folders that hold nothing else.
const FOLDERS: &[&str] =
    &[".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".gcloud", ".password-store"];

/// Returns whether a file, parted by `/`, is of a kind that holds secrets. Case does not count.
pub fn is_secret_path(path: &str) -> bool {
    let folded = path.replace('\\', "/").to_ascii_lowercase();
    let mut parts = folded.rsplit('/');
    let name = parts.next().unwrap_or_default();
    name == ".env"
        || NAMES.contains(&name)
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || STARTS.iter().any(|start| name.starts_with(start))
        || parts.any(|folder| FOLDERS.contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_files_are_known_by_their_names() {
        for path in [
            ".env",
            "a/.env.local",
            "deploy/prod.ENV",
            "TLS.PEM",
            "a\\id_rsa",
            ".ssh/config",
            "a/.aws/config",
            "secrets.yaml",
            "credentials",
            "terraform.tfstate",
        ] {
            assert!(is_secret_path(path), "{path}");
        }
        for path in
            ["src/env.rs", "keys.rs", "a/secret_santa.md", "environment.yml", "a.pem.md", "aws/main.tf", ""]
        {
            assert!(!is_secret_path(path), "{path}");
        }
    }
}
