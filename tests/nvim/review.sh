#!/usr/bin/env bash
# A review in a terminal: a rule is mined from a history, its page opened, and the branch made; a hint of an approved
# one is seen and fixed.
# usage: NVIM=nvim HOUSESTYLE_BIN=... review.sh [--capture FILE]
#   --capture FILE  also writes the screen with the page to FILE as text with colour codes
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
capture=
[ "${1:-}" = --capture ] && capture=$2
command -v tmux >/dev/null || { echo "review.sh: needs tmux" >&2; echo "0 passed, 1 failed"; exit 3; }
dir=$(mktemp -d)
terminal=(tmux -L "housestyle-review$$" -f /dev/null)
trap '"${terminal[@]}" kill-server 2>/dev/null; rm -rf "$dir"' EXIT

passed=0
failed=0
screen() { "${terminal[@]}" capture-pane -p; }
wait_for() { for _ in $(seq 1 300); do screen | grep -qF -- "$1" && return 0; sleep 0.1; done; return 1; }
keys() { "${terminal[@]}" send-keys "$@"; }
command() { keys -l ":$1"; keys Enter; }
check() {
  local what=$1
  shift
  if "$@"; then
    echo "ok   review · $what"
    passed=$((passed + 1))
  else
    echo "FAIL review · $what"
    screen
    failed=$((failed + 1))
  fi
}

# A team that writes `behaviour` in its pages, once corrected, and has an approved skill of another kind.
work=$dir/shop
mkdir -p "$work/skills/ask-none" "$dir/home"
git -C "$work" init --quiet --initial-branch main
# Commits everything: commit AUTHOR SUBJECT, an hour after the one before.
clock=1700000000
commit() {
  clock=$((clock + 3600))
  git -C "$work" add --all
  GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000" git -C "$work" -c user.name="$1" -c user.email="$1@example.org" commit --quiet --message "$2"
}
printf -- '---\nname: ask-none\ndescription: Compare with None by is.\n---\n\nWrite `is None`.\n' > "$work/skills/ask-none/SKILL.md"
# shellcheck disable=SC2016 # $A is the rule's
printf '%s' '{"format":1,"scope":{"languages":["python"]},"rule":{"rewrite":{"avoid":["$A == None"],"prefer":"$A is None"}}}' > "$work/skills/ask-none/rule.json"
commit ann 'Add a skill'
mkdir "$work/docs"
pages=(guide usage)
people=(ann bob cy)
verbs=(reads writes keeps sorts)
for i in $(seq 0 39); do
  page=$work/docs/${pages[$((i % 2))]}.md
  word=behaviour
  [ "$i" != 5 ] || word=behavior # which somebody else puts right
  [ ! -f "$page" ] || sed -i 's/behavior /behaviour /' "$page"
  printf '\nStep %s %s the table and shows the %s of rows that come\nafter it.\n' "$i" "${verbs[$((i % 4))]}" "$word" >> "$page"
  commit "${people[$((i % 3))]}" "Step $i"
done
printf 'def total(rows, rate):\n    if rate == None:\n        rate = 1\n    return sum(rows) * rate\n' > "$work/total.py"
commit bob 'Add totals'

printf '{"text": ""}\n' > "$dir/script.jsonl"
export HOUSESTYLE_TEST="{\"plugin\": \"$root/editors/nvim\", \"options\": {\"cmd\": [\"$HOUSESTYLE_BIN\", \"serve\", \"--backend\", \"script:$dir/script.jsonl\"]}}"
export HOUSESTYLE_HOME=$dir/home XDG_STATE_HOME=$dir/state NVIM_LOG_FILE=$dir/nvim.log
"${terminal[@]}" new-session -d -x 92 -y 42 "cd '$work' && '${NVIM:-nvim}' -u '$here/init.lua' -i NONE total.py"
check 'the server is ready' wait_for 'housestyle: ready'
command 'lua vim.diagnostic.config({ virtual_text = true })'
check 'the hint stands beside its line' wait_for 'Write `a is None`'
command 'Housestyle mine'
check 'mining is in the status line' wait_for 'mining'
check 'something was found' wait_for 'Housestyle skills shows'
command 'Housestyle skills'
check 'candidates come first' wait_for '1: candidate  term-behaviour'
keys 1 Enter
check 'the page is open' wait_for 'what can be done'
if [ -n "$capture" ]; then
  sleep 1
  "${terminal[@]}" capture-pane -pe > "$capture"
fi
keys Enter
check 'what can be done is offered' wait_for 'commit it to a branch for review'
keys 1 Enter
check 'it is proposed' wait_for '**proposed**'
branches() { for _ in $(seq 1 50); do git -C "$work" branch --list 'housestyle/proposals/*' | grep -q . && return 0; sleep 0.1; done; return 1; }
check 'the branch is there' branches
keys q
command 'wincmd t | 2'
command 'Housestyle fix'
command 'write'
fixed() { for _ in $(seq 1 100); do grep -q 'if rate is None:' "$work/total.py" && return 0; command write; sleep 0.1; done; cat "$work/total.py"; return 1; }
check 'the fix is in the file' fixed
command 'qall!'
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
