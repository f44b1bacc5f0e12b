#!/usr/bin/env bash
# Drives other editors against the server, by what their pages in editors/ tell users to write.
# usage: HOUSESTYLE_BIN=target/release/housestyle run.sh [emacs=FILE] [helix=FILE]
# Prints "all: N passed, N failed" at the end; exit 0 if none failed.
set -u
[ $# -ge 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export HOUSESTYLE_BIN=${HOUSESTYLE_BIN:-$root/target/release/housestyle}
[ -x "$HOUSESTYLE_BIN" ] || { echo "run.sh: no server at $HOUSESTYLE_BIN (cargo build --release -p housestyle)" >&2; exit 3; }

passed=0
failed=0
for editor in "$@"; do
  program=${editor#*=}
  out=$(mktemp)
  case $editor in
    emacs=*) timeout 180 "$program" --batch -Q -l "$here/emacs.el" 2>&1 | tee "$out" ;;
    helix=*) HX=$program timeout 180 "$here/helix.sh" 2>&1 | tee "$out" ;;
    *) echo "run.sh: no test for $editor" >&2; exit 2 ;;
  esac
  last=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$out" | tail -1)
  rm -f "$out"
  if [ -z "$last" ]; then
    failed=$((failed + 1)) # it did not even finish
    continue
  fi
  passed=$((passed + ${last%% *}))
  last=${last#*, }
  failed=$((failed + ${last%% *}))
done
echo "all: $passed passed, $failed failed"
[ "$failed" = 0 ]
