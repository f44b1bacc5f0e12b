#!/usr/bin/env bash
# Packs the extension and runs its tests in a real VS Code in a headless browser.
# usage: HOUSESTYLE_BIN=target/release/housestyle run.sh [PATTERN]
#   VSCODE_TOOLS          where VS Code is, or is put (default: target/tools/code-server)
#   HOUSESTYLE_TEST_HOME  where the default model is; without it the one test with a model is left out
#   CHROMIUM              the browser (default: /usr/bin/chromium)
#   SHOTS                 a folder for pictures of the screen
# Prints "N passed, N failed" at the end; exit 0 if none failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export HOUSESTYLE_BIN=${HOUSESTYLE_BIN:-$root/target/release/housestyle}
[ -x "$HOUSESTYLE_BIN" ] || { echo "run.sh: no server at $HOUSESTYLE_BIN (cargo build --release -p housestyle)" >&2; exit 3; }
HOUSESTYLE_BIN=$(cd "$(dirname "$HOUSESTYLE_BIN")" && pwd)/$(basename "$HOUSESTYLE_BIN")
export VSCODE_TOOLS=${VSCODE_TOOLS:-$root/target/tools/code-server}
extension=$root/editors/vscode
export PATH=$VSCODE_TOOLS:$PATH # its Node: the system's may be too old to pack with

if [ ! -e "$VSCODE_TOOLS/entry.js" ]; then "$here/install.sh" "$VSCODE_TOOLS" || exit 3; fi
# The lock file tells whether what is there is what is wanted.
if ! cmp -s "$extension/package-lock.json" "$extension/node_modules/.lock-seen"; then
  (cd "$extension" && npm ci --ignore-scripts --loglevel=error --no-audit --no-fund && cp package-lock.json node_modules/.lock-seen) || exit 3
fi
export VSIX=$root/target/housestyle.vsix
(cd "$extension" && npm run --silent package -- --out "$VSIX") || exit 3

out=$(mktemp)
trap 'rm -f "$out"' EXIT
passed=0
failed=0
# Takes the sums of node's own tests: "# pass N", "# fail N".
(cd "$extension" && npm run --silent test) > "$out" 2>&1 || cat "$out"
passed=$((passed + $(sed -n 's/^# pass //p' "$out")))
failed=$((failed + $(sed -n 's/^# fail //p' "$out")))
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "without an editor: $passed passed, $failed failed"

"$VSCODE_TOOLS/node" "$here/drive.mjs" "$@" 2>&1 | tee "$out"
last=$(tail -n 1 "$out")
if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
  passed=$((passed + BASH_REMATCH[1]))
  failed=$((failed + BASH_REMATCH[2]))
else
  failed=$((failed + 1)) # it did not come to its end
fi
echo "all: $passed passed, $failed failed"
[ "$failed" = 0 ]
