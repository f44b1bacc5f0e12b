#!/usr/bin/env bash
# Runs all Neovim tests on the given Neovim binaries.
# usage: HOUSESTYLE_BIN=target/release/housestyle run.sh NVIM...
# Prints "N passed, N failed" at the end; exit 0 if none failed.
set -u
[ $# -ge 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export HOUSESTYLE_BIN=${HOUSESTYLE_BIN:-$root/target/release/housestyle}
[ -x "$HOUSESTYLE_BIN" ] || { echo "run.sh: no server at $HOUSESTYLE_BIN (cargo build --release -p housestyle)" >&2; exit 3; }
HOUSESTYLE_BIN=$(cd "$(dirname "$HOUSESTYLE_BIN")" && pwd)/$(basename "$HOUSESTYLE_BIN")

passed=0
failed=0
run() {
  local out last
  out=$(mktemp)
  "$@" 2>&1 | tee "$out"
  last=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$out" | tail -1)
  rm -f "$out"
  if [ -z "$last" ]; then
    failed=$((failed + 1)) # it did not even finish
    return
  fi
  passed=$((passed + ${last%% *}))
  last=${last#*, }
  failed=$((failed + ${last%% *}))
}

for nvim in "$@"; do
  nvim=$(command -v "$nvim") || { echo "run.sh: cannot run $nvim" >&2; exit 2; }
  run "$nvim" --clean -l "$here/drive.lua"
  run env NVIM="$nvim" "$here/tmux.sh"
  run env NVIM="$nvim" "$here/review.sh"
done
echo "all: $passed passed, $failed failed"
[ "$failed" = 0 ]
