#!/usr/bin/env bash
# Drives Helix in a terminal against the server; what is set up here is what editors/helix.md tells users to write.
# usage: HX=hx HOUSESTYLE_BIN=… helix.sh; the last line is "N passed, N failed".
set -u
command -v tmux >/dev/null || { echo "helix.sh: needs tmux" >&2; echo "0 passed, 1 failed"; exit 3; }
dir=$(mktemp -d)
terminal=(tmux -L "housestyle-hx$$" -f /dev/null)
trap '"${terminal[@]}" kill-server 2>/dev/null; rm -rf "$dir"' EXIT

passed=0
failed=0
screen() { "${terminal[@]}" capture-pane -p; }
wait_for() { for _ in $(seq 1 200); do screen | grep -qF -- "$1" && return 0; sleep 0.1; done; return 1; }
keys() { "${terminal[@]}" send-keys "$@"; }
check() {
  local what=$1
  shift
  if "$@"; then
    echo "ok   $what"
    passed=$((passed + 1))
  else
    echo "FAIL $what"
    screen
    failed=$((failed + 1))
  fi
}
holds() { for _ in $(seq 1 50); do grep -qxF -- "$1" "$2" && return 0; sleep 0.1; done; cat "$2"; return 1; }

mkdir -p "$dir/config/helix" "$dir/home" "$dir/work/skills/ask-not"
printf '{"text": "alpha + beta"}\n' > "$dir/script.jsonl"
printf 'def f(rows):\n    return len(rows) == 0\n' > "$dir/work/main.py"
printf -- '---\nname: ask-not\ndescription: Ask not instead of comparing len with 0.\n---\n\nAsk `not`.\n' > "$dir/work/skills/ask-not/SKILL.md"
# shellcheck disable=SC2016 # $A is the rule's
printf '%s' '{"format":1,"scope":{"languages":["python"]},"rule":{"rewrite":{"avoid":["len($A) == 0"],"prefer":"not $A"}}}' > "$dir/work/skills/ask-not/rule.json"
git -C "$dir/work" init --quiet --initial-branch main
git -C "$dir/work" add --all
git -C "$dir/work" -c user.name=Ann -c user.email=ann@example.org commit --quiet --message Begin
cat > "$dir/config/helix/languages.toml" <<END
[language-server.housestyle]
command = "$HOUSESTYLE_BIN"
args = ["serve", "--backend", "script:$dir/script.jsonl"]

[[language]]
name = "python"
language-servers = ["housestyle"]
END
cat > "$dir/config/helix/config.toml" <<END
[editor]
completion-trigger-len = 1
idle-timeout = 50
END
export XDG_CONFIG_HOME=$dir/config XDG_CACHE_HOME=$dir/cache HOUSESTYLE_HOME=$dir/home
"${HX:-hx}" --version
"${terminal[@]}" new-session -d -x 100 -y 24 "cd '$dir/work' && '${HX:-hx}' main.py"

check 'the file is on the screen' wait_for 'return len(rows) == 0'
keys g e o
keys -l 'total = '
wait_for 'total = '
keys C-x
check 'the suggestion is in the menu' wait_for 'alpha + beta'
keys Tab
check 'Tab shows it in its place' wait_for 'total = alpha + beta'
keys Escape
keys -l ':w'
keys Enter
check 'it is in the file' holds '    total = alpha + beta' "$dir/work/main.py"
accepted() { for _ in $(seq 1 100); do "$HOUSESTYLE_BIN" why --json | grep -q '"accepted"' && return 0; sleep 0.1; done; return 1; }
check 'the server saw that it was taken' accepted
keys g g j
keys -l ' d'
check "a hint of a skill is among the file's diagnostics" wait_for 'HINT     ask-not'
keys Escape
keys g g j
keys -l 'wwf('
keys -l ' a'
check 'its quick fix is offered' wait_for 'Apply house style: ask-not'
keys Enter
check 'and applied' wait_for 'return not rows'
keys Escape
keys -l ':w'
keys Enter
check 'and saved' holds '    return not rows' "$dir/work/main.py"
keys -l ':q!'
keys Enter
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
