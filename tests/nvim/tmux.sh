#!/usr/bin/env bash
# The same in a terminal: Neovim's own screen inside tmux, read with capture-pane.
# usage: NVIM=nvim HOUSESTYLE_BIN=... tmux.sh [--capture FILE]
#   --capture FILE  also writes the screen with ghost text to FILE as text with colour codes
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
capture=
[ "${1:-}" = --capture ] && capture=$2
command -v tmux >/dev/null || { echo "tmux.sh: needs tmux" >&2; echo "0 passed, 1 failed"; exit 3; }
dir=$(mktemp -d)
terminal=(tmux -L "housestyle$$" -f /dev/null)
trap '"${terminal[@]}" kill-server 2>/dev/null; rm -rf "$dir"' EXIT

passed=0
failed=0
screen() { "${terminal[@]}" capture-pane -p; }
wait_for() { for _ in $(seq 1 100); do screen | grep -qF -- "$1" && return 0; sleep 0.1; done; return 1; }
wait_hidden() { for _ in $(seq 1 50); do screen | grep -qF -- "$1" || return 0; sleep 0.1; done; return 1; }
keys() { "${terminal[@]}" send-keys "$@"; }
check() {
  local what=$1
  shift
  if "$@"; then
    echo "ok   terminal · $what"
    passed=$((passed + 1))
  else
    echo "FAIL terminal · $what"
    screen
    failed=$((failed + 1))
  fi
}
same() { diff <(printf "$1") "$2" >&2; }

printf '{"text": "a: i32, b: i32) -> i32 {\\n    a + b\\n}"}\n' > "$dir/script.jsonl"
printf 'fn main() {}\n' > "$dir/main.rs"
mkdir "$dir/home"
export HOUSESTYLE_TEST="{\"plugin\": \"$root/editors/nvim\", \"options\": {\"cmd\": [\"$HOUSESTYLE_BIN\", \"serve\", \"--backend\", \"script:$dir/script.jsonl\"]}}"
export HOUSESTYLE_HOME=$dir/home XDG_STATE_HOME=$dir/state NVIM_LOG_FILE=$dir/nvim.log
"${terminal[@]}" new-session -d -x 80 -y 16 "cd '$dir' && '${NVIM:-nvim}' -u '$here/init.lua' -i NONE main.rs"

check 'the file is on the screen' wait_for 'fn main() {}'
check 'the status line says that the server is ready' wait_for 'housestyle: ready'
keys 'ofn add('
check 'ghost text is on the terminal' wait_for 'a: i32, b: i32) -> i32 {'
check 'and its further lines' wait_for '    a + b'
if [ -n "$capture" ]; then
  "${terminal[@]}" capture-pane -pe > "$capture"
fi
keys C-f
check 'a word was accepted, the rest is still shown' wait_for 'fn add(a: i32, b: i32) -> i32 {'
check 'the cursor is after the word' wait_for '2,9'
keys Tab
check 'Tab accepted the rest' wait_for '4,2'
keys Escape
check 'normal mode' wait_for '4,1'
keys ':w' Enter
check 'saved' wait_for '4L, 57B written'
check 'the file is right' same 'fn main() {}\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n' "$dir/main.rs"
keys 'ofn sub('
check 'ghost text again' wait_for 'fn sub(a: i32'
keys Escape
check 'Esc hides it' wait_hidden 'fn sub(a: i32'
keys ':qa!' Enter
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
