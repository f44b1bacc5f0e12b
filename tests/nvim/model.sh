#!/usr/bin/env bash
# One completion by a real model in a terminal: typed, seen, accepted, written; then the cases of with-model/.
# usage: NVIM=nvim HOUSESTYLE_BIN=... model.sh [--capture FILE]
#   $HOUSESTYLE_HOME  where the model is, if not in the default place (`housestyle model pull` fetches it)
#   --capture FILE    writes the screen with ghost text to FILE, as plain text, and runs no cases
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
capture=
[ "${1:-}" = --capture ] && capture=$2
bin=${HOUSESTYLE_BIN:-$root/target/release/housestyle}
dir=$(mktemp -d)
terminal=(tmux -L "housestyle$$" -f /dev/null)
trap '"${terminal[@]}" kill-server 2>/dev/null; rm -rf "$dir"' EXIT
screen() { "${terminal[@]}" capture-pane -p; }
fail() { echo "FAIL $1"; screen; echo "0 passed, 1 failed"; exit 1; }
wait_for() { for _ in $(seq 1 300); do screen | grep -qE -- "$1" && return 0; sleep 0.2; done; fail "no '$1' on the screen"; }

cat > "$dir/shapes.py" <<'END'
"""Areas and volumes of simple shapes."""

import math


def area_of_circle(radius):
END
export HOUSESTYLE_TEST="{\"plugin\": \"$root/editors/nvim\", \"options\": {\"cmd\": [\"$bin\", \"serve\", \"--offline\"]}}"
export XDG_STATE_HOME=$dir/state NVIM_LOG_FILE=$dir/nvim.log
"${terminal[@]}" new-session -d -x 72 -y 14 "cd '$dir' && '${NVIM:-nvim}' -u '$here/init.lua' -i NONE shapes.py"
wait_for 'housestyle: ready'
"${terminal[@]}" send-keys 'Go' 'return '
wait_for '^ +return [^ ]' # after the blank nothing was typed: this is ghost text
sleep 0.5
[ -n "$capture" ] && screen > "$capture"
screen
seen=$(screen | grep -E '^ +return [^ ]' | tail -1 | sed 's/ *$//')
"${terminal[@]}" send-keys Tab
sleep 0.5
"${terminal[@]}" send-keys Escape ':wq' Enter
for _ in $(seq 1 50); do grep -qxF -- "$seen" "$dir/shapes.py" && break; sleep 0.1; done
grep -qxF -- "$seen" "$dir/shapes.py" || fail "what was seen ('$seen') is not what is in the file"
echo "1 passed, 0 failed"
[ -z "$capture" ] || exit 0
if [ -z "${HOUSESTYLE_HOME:-}" ]; then # the cases have a home each, and take the models from here
  HOUSESTYLE_HOME=$dir/models-of
  mkdir -p "$HOUSESTYLE_HOME"
  ln -s "$(dirname "$("$bin" model path)")" "$HOUSESTYLE_HOME/models"
  export HOUSESTYLE_HOME
fi
CASES=with-model HOUSESTYLE_BIN=$bin "${NVIM:-nvim}" --clean -l "$here/drive.lua"
