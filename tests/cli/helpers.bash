# What every command-line test loads (`load helpers`). Each test runs in an empty folder of its own; each command has a time limit.
# shellcheck disable=SC2154 # bats sets status, output and stderr
bats_require_minimum_version 1.5.0

LEAT_SOURCE=${LEAT_SOURCE:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
LEAT=${LEAT:-$LEAT_SOURCE/build/dev/leat}
MAKE_DATA=${MAKE_DATA:-$LEAT_SOURCE/build/dev/tests/bench/make_data}
export LEAT MAKE_DATA LEAT_SOURCE

leat() { timeout 60 "$LEAT" "$@"; }
make_data() { "$MAKE_DATA" "$@"; }
export -f leat make_data

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# What a failed test leaves running would hold the whole run.
teardown() { jobs -p | xargs -r kill 2>/dev/null || true; }

# run_leat WORD...: sets $status, $output (stdout) and $stderr.
run_leat() { run --separate-stderr timeout 60 "$LEAT" "$@"; }

# run_line 'a shell line | with pipes': the same for a line of bash, in which `leat` is the program under test. The status is the last failing command's.
run_line() { run --separate-stderr timeout 60 bash -o pipefail -c "$1"; }

# The assertions say what was there instead.
expect_status() {
  [ "$status" = "$1" ] || { printf 'exit status %s, expected %s\nstdout: %s\nstderr: %s\n' "$status" "$1" "$output" "$stderr"; return 1; }
}
expect_out() {
  [ "$output" = "$1" ] || { printf 'stdout:   %s\nexpected: %s\nstderr: %s\n' "$output" "$1" "$stderr"; return 1; }
}
expect_err() {  # expect_err EXTENDED_REGEX; expect_err '' for nothing at all
  if [ -z "$1" ]; then
    [ -z "$stderr" ] || { printf 'stderr should be empty: %s\n' "$stderr"; return 1; }
  else
    grep -Eq -- "$1" <<<"$stderr" || { printf 'stderr has no /%s/: %s\n' "$1" "$stderr"; return 1; }
  fi
}

# eventually COMMAND...: waits, at most 30 s, until it succeeds. What a test waits for is an effect, never a time.
eventually() {
  local tries=3000
  until "$@"; do
    [ $((tries -= 1)) -gt 0 ] || { echo "never true: $*"; return 1; }
    sleep 0.01
  done
}
