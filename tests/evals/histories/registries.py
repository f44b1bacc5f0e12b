"""Released versions of packages, asked of each registry by its own client.

Each registry is a class with `versions(name)`, which returns [(version, seconds since 1970 or None)], oldest first
and without pre-releases, and `files(name, version, folder)`, which yields (path, bytes) of one version. Where a
client looks is that client's configuration; no host stands here.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

RELEASE = re.compile(r"^v?(\d+)\.(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\+.*)?$")


def call(*command, cwd=None):
    """Runs a client and returns what it said; its own words stand in the error."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()[-500:]}")
    return done.stdout


def order(version):
    """Returns what versions are sorted by, or None for a pre-release."""
    match = RELEASE.match(version)
    return match and tuple(int(part or 0) for part in match.groups())


def seconds(text):
    """Returns an ISO 8601 time as seconds since 1970, or None."""
    if not text:
        return None
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def in_order(found):
    """Returns the releases among {version: time}, oldest first."""
    return sorted(((v, t) for v, t in found.items() if order(v)), key=lambda pair: order(pair[0]))


def tar_files(path, strip):
    """Yields the plain files of a tar archive without the first `strip` parts of their paths."""
    with tarfile.open(path) as archive:
        for member in archive:
            parts = pathlib.PurePosixPath(member.name).parts
            if member.isfile() and len(parts) > strip and ".." not in parts:
                yield "/".join(parts[strip:]), archive.extractfile(member).read()


class PyPI:
    """Wheels, which need no build and run no code; the list of versions comes by pip's own session."""

    def versions(self, name):
        program = (
            "import json, sys\n"
            "from pip._internal.models.index import PyPI\n"
            "from pip._internal.network.session import PipSession\n"
            "kind = 'application/vnd.pypi.simple.v1+json'\n"
            "page = PipSession().get(f'{PyPI.simple_url}/{sys.argv[1]}/', headers={'Accept': kind})\n"
            "page.raise_for_status()\n"
            "print(json.dumps(page.json()['files']))\n"
        )
        found = {}
        for file in json.loads(call(sys.executable, "-c", program, name)):
            if file["filename"].endswith("-py3-none-any.whl") and not file.get("yanked"):
                found[file["filename"].split("-")[1]] = seconds(file.get("upload-time"))
        return in_order(found)

    def files(self, name, version, folder):
        if not list(folder.glob("*.whl")):
            call(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                 "--ignore-requires-python", "--dest", folder, f"{name}=={version}")
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            for member in wheel.infolist():
                if not member.is_dir() and ".dist-info/" not in member.filename:
                    yield member.filename, wheel.read(member)


class Npm:
    """Packed packages as they were published."""

    def versions(self, name):
        times = json.loads(call("npm", "view", name, "time", "--json"))
        live = json.loads(call("npm", "view", name, "versions", "--json"))
        return in_order({version: seconds(times.get(version)) for version in live})

    def files(self, name, version, folder):
        if not list(folder.glob("*.tgz")):
            call("npm", "pack", "--silent", "--pack-destination", folder, f"{name}@{version}")
        yield from tar_files(next(folder.glob("*.tgz")), 1)


class Crates:
    """Crates as `cargo vendor` lays them out; versions and times from the index that cargo keeps."""

    def project(self, folder, name, requirement):
        """Writes a package without code that depends on the crate."""
        (folder / "src").mkdir(parents=True, exist_ok=True)
        (folder / "src/lib.rs").write_text("")
        (folder / "Cargo.toml").write_text(
            '[package]\nname = "asks"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n'
            f'[dependencies]\n{name} = {{ version = "{requirement}", default-features = false }}\n')
        (folder / "Cargo.lock").unlink(missing_ok=True)

    def versions(self, name):
        with tempfile.TemporaryDirectory() as temporary:
            self.project(pathlib.Path(temporary), name, "*")
            call("cargo", "generate-lockfile", cwd=temporary)
        home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
        found = {}
        for kept in (home / "registry/index").glob(f"*/.cache/*/*/{name.lower()}"):
            for piece in kept.read_bytes().split(b"\0"):
                if piece.startswith(b"{"):
                    entry = json.loads(piece)
                    if not entry["yanked"]:
                        found[entry["vers"]] = seconds(entry.get("pubtime"))
        return in_order(found)

    def files(self, name, version, folder):
        crate = folder / "vendor" / f"{name}-{version}"
        if not crate.exists():
            self.project(folder, name, f"={version}")
            call("cargo", "vendor", "--quiet", "--versioned-dirs", "vendor", cwd=folder)
        for path in sorted(crate.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(crate).as_posix(), path.read_bytes()


class Debian:
    """The one version of a package that apt offers: text of languages whose registry is none of the others."""

    def versions(self, name):
        shown = call("apt-cache", "show", "--no-all-versions", name)
        return [(re.search(r"^Version: (.*)$", shown, re.M).group(1), None)]

    def files(self, name, version, folder):
        if not list(folder.glob("*.deb")):
            call("apt-get", "download", f"{name}={version}", cwd=folder)
        laid = folder / "laid"
        if not laid.exists():
            call("dpkg-deb", "--extract", next(folder.glob("*.deb")), laid)
        for path in sorted(laid.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(laid).as_posix(), path.read_bytes()


REGISTRIES = {"pypi": PyPI(), "npm": Npm(), "crates": Crates(), "debian": Debian()}
