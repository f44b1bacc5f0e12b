#!/usr/bin/env bash
# Puts Emacs or Helix into DIR and leaves the system's packages as they are: DIR/bin/emacs, DIR/bin/hx.
# usage: install.sh DIR emacs|helix
#   Debian trixie's packages with their libraries, libc included, unpacked into DIR (needs Debian or a system
#   with its mirror in apt's sources, and patchelf).
set -euo pipefail
[ $# = 2 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
dir=$(mkdir -p "$1" && cd "$1" && pwd)
case $2 in
  emacs) package=emacs-nox program=emacs ;;
  helix) package=hx program=hx ;;
  *) echo "install.sh: no editor '$2': emacs or helix" >&2; exit 2 ;;
esac
command -v patchelf >/dev/null || { echo "install.sh: needs patchelf" >&2; exit 3; }

# A private apt, so that trixie is never a source of the system.
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sort -u | head -1)
[ -n "$mirror" ] || { echo "install.sh: apt knows no Debian mirror; run apt-get update first" >&2; exit 3; }
mkdir -p "$apt"/etc/{sources.list.d,preferences.d,apt.conf.d,trusted.gpg.d} "$apt"/state/lists/partial \
  "$apt"/cache/archives/partial "$apt"/debs
: > "$apt/state/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" > "$apt/etc/sources.list"
cat > "$apt/apt.conf" <<END
Dir::Etc "$apt/etc";
Dir::State "$apt/state";
Dir::State::status "$apt/state/status";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
APT::Sandbox::User "root";
END
export APT_CONFIG=$apt/apt.conf
apt-get update -qq

# What only building and installing need is left out: compilers, headers, sanitizers.
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances "$package" | grep '^[a-z]' | sort -u |
  grep -vE -- '-dev$|-base$|-data$|^(binutils|emacsen|init-system|install-info|linux-libc|rpcsvc)|^emacs-el$' |
  grep -vE '^lib(asan|ubsan|tsan|lsan|hwasan|itm|quadmath|gomp|atomic|sframe|ctf|gprofng|binutils)')
# shellcheck disable=SC2086 # a list of names
(cd "$apt/debs" && apt-get download -qq $packages >/dev/null)
rm -rf "$dir/root"
for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$dir/root"; done
unset APT_CONFIG

mkdir -p "$dir/bin"
libraries=$(dirname "$(find "$dir/root/usr/lib" -name libc.so.6 | head -1)")
loader=$(find "$dir/root/usr/lib" -name 'ld-linux*.so.*' | head -1)
binary=$dir/root/usr/bin/$package
patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$binary"
rm -f "$dir/bin/$program"
if [ "$program" = emacs ]; then
  # It looks for its files where it was built for.
  share=$(find "$dir/root/usr/share/emacs" -maxdepth 1 -type d -name '[0-9]*' | head -1)
  dump=$(find "$dir/root/usr" -name 'emacs*.pdmp' | head -1)
  cat > "$dir/bin/emacs" <<END
#!/bin/sh
export EMACSLOADPATH=$(find "$share/lisp" -type d ! -name obsolete | paste -sd:)
export EMACSDATA=$share/etc EMACSDOC=$share/etc EMACSPATH=$(dirname "$dump")
exec "$binary" --dump-file="$dump" "\$@"
END
  chmod +x "$dir/bin/emacs"
else
  runtime=$(find "$dir/root/usr" -type d -path "*/hx/runtime" | head -1)
  cat > "$dir/bin/hx" <<END
#!/bin/sh
HELIX_RUNTIME="\${HELIX_RUNTIME:-$runtime}" exec "$binary" "\$@"
END
  chmod +x "$dir/bin/hx"
fi
"$dir/bin/$program" --version | head -1
