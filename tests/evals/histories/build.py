"""Makes git repositories whose commits are the released versions of packages.

    python3 build.py FOLDER [--role reported|tuning|starter] [--only NAME] [--versions 60]

FOLDER/ROLE/NAME is then a repository with one commit for each version, at the version's time, and
FOLDER/histories.json tells what is in each. See README.md.
"""

import argparse
import concurrent.futures
import fnmatch
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys

from registries import REGISTRIES

# Larger files are tables and generated text more often than writing.
MAX_BYTES = 256 * 1024
# A mean over this is a bundle or data, not lines that somebody wrote.
MAX_MEAN_LINE = 160
# Clients that ask at the same time.
CLIENTS = 4
# Where a registry tells no time, versions are taken to be this many seconds apart.
MONTH = 30 * 24 * 3600
EPOCH = 1_500_000_000


def wanted(path, data, project):
    """Says whether a file is writing that the project names."""
    if not any(fnmatch.fnmatchcase(path, take) for take in project["take"]):
        return False
    if any(fnmatch.fnmatchcase(path, leave) for leave in project.get("leave", [])):
        return False
    if not data or len(data) > MAX_BYTES or b"\0" in data:
        return False
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(text) / (text.count("\n") + 1) <= MAX_MEAN_LINE


def spread(versions, most):
    """Returns at most `most` of the versions, evenly, the first and the last among them."""
    if len(versions) <= most:
        return versions
    if most == 1:
        return versions[-1:]
    step = (len(versions) - 1) / (most - 1)
    return [versions[round(i * step)] for i in range(most)]


def times(versions):
    """Returns the versions with times that only ever grow."""
    grown, last = [], None
    for version, time in versions:
        if time is None:
            time = EPOCH if last is None else last + MONTH
        last = time if last is None else max(time, last + 1)
        grown.append((version, last))
    return grown


def commit_all(repository, project, versions):
    """Writes one commit a version, through git's own import; returns how many and the last one's size."""
    if repository.exists():
        shutil.rmtree(repository)
    repository.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", repository], check=True)
    stream = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=repository, stdin=subprocess.PIPE)
    say = stream.stdin.write
    commits, before, size, files = 0, None, 0, 0
    for version, time, content in versions:
        if content == before or not content:
            continue
        message = f"{project['name']} {version}\n".encode()
        say(f"commit refs/heads/main\ncommitter Release <release@localhost> {time} +0000\n".encode())
        say(b"data %d\n%s" % (len(message), message))
        say(b"deleteall\n")
        for path, data in sorted(content.items()):
            say(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
        before, commits = content, commits + 1
        size, files = sum(map(len, content.values())), len(content)
    stream.stdin.close()
    if stream.wait() != 0:
        raise RuntimeError(f"{repository}: git fast-import failed with {stream.returncode}")
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=repository, check=True)
    return commits, files, size


def build(project, role, folder, most):
    """Makes one repository and returns its line of histories.json."""
    registry = REGISTRIES[project["registry"]]
    name = project.get("as", project["name"].split("/")[-1])
    versions = times(spread(registry.versions(project["name"]), min(most, project.get("versions", most))))

    key = hashlib.sha256(f"{project['registry']} {project['name']}".encode()).hexdigest()[:12]

    def content(pair):
        version, time = pair
        kept = folder / ".packages" / key / version
        kept.mkdir(parents=True, exist_ok=True)
        try:
            files = registry.files(project["name"], version, kept)
            return version, time, {p: d for p, d in files if wanted(p, d, project)}
        except (RuntimeError, StopIteration, OSError) as error:
            print(f"{name} {version}: left out: {error}", file=sys.stderr)
            return version, time, {}

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
        commits, files, size = commit_all(folder / role / name, project, clients.map(content, versions))
    return {"name": name, "package": project["name"], "registry": project["registry"], "role": role,
            "language": project["language"], "licence": project["licence"], "commits": commits,
            "first": versions[0][0], "last": versions[-1][0], "last_time": versions[-1][1],
            "files": files, "bytes": size}


def main():
    parser = argparse.ArgumentParser(description="Makes git repositories from released versions of packages.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--role", choices=["reported", "tuning", "starter"])
    parser.add_argument("--only", help="one package")
    parser.add_argument("--versions", type=int, default=60, help="at most this many of each package")
    arguments = parser.parse_args()
    listed = json.loads((pathlib.Path(__file__).parent / "projects.json").read_text())
    arguments.folder.mkdir(parents=True, exist_ok=True)
    listing = arguments.folder / "histories.json"
    made = {(m["role"], m["name"]): m for m in json.loads(listing.read_text())} if listing.exists() else {}
    failed = 0
    for role, projects in listed.items():
        for project in projects:
            if arguments.role not in (None, role) or arguments.only not in (None, project["name"]):
                continue
            try:
                line = build(project, role, arguments.folder.resolve(), arguments.versions)
            except (RuntimeError, OSError, AttributeError) as error:
                failed += 1
                print(f"{project['name']}: {error}", file=sys.stderr)
                continue
            made[role, line["name"]] = line
            listing.write_text(json.dumps(list(made.values()), indent=1) + "\n")
            print(f"{role:9} {line['name']:22} {line['commits']:3} commits, {line['files']:4} files, "
                  f"{line['bytes'] // 1024:5} KiB, {line['first']} to {line['last']}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
