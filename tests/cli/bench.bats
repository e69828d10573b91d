#!/usr/bin/env bats
# leat bench, as a user meets it. Times differ from run to run: what is looked at is what they stand beside.
# shellcheck disable=SC2016,SC2154
load helpers

counts() { awk '{ print $1, $2, $3, $4 }' <<<"$output" | grep -E "$1"; }

@test "bench counts what the pipeline does and delivers nothing" {
  seq 1000 >in
  run_leat bench --from in filter '. > 900' --to out
  expect_status 0
  expect_err ''
  [ "$(counts '^(source|filter|sink)')" = "source read 1000 1000
source frame 1000 1000
filter fields 1000 1000
filter stage 1000 100
sink write 100 100" ]
  grep -q '^1000 records, 3.8 KiB in ' <<<"$output"
  [ ! -e out ]
}

@test "bench takes a file, and options of a run behind it" {
  printf '%s\n' 'stages:' '  - filter: .a' '  - map: .a' 'to: out.csv.gz' 'dlq: dead.ndjson' >p.yaml
  printf '%s\n' '{"a":{"b":1}}' '{"a":' >in
  run_leat bench p.yaml --threads 1 <in
  expect_status 0
  [ "$(counts '^(dlq|sink)')" = "sink write 1 1
dlq write 1 1" ]
  grep -Eq '^filter +fields .* and of map$' <<<"$output"
  [ ! -e out.csv.gz ] && [ ! -e dead.ndjson ]
  run_leat bench p.yaml --set stages.1.map=.b --json <in
  [ "$(jq -r '.work[] | select(.id == "map") | .in' <<<"$output")" = 1 ]
}

@test "--rounds reads a file again, and refuses a pipe" {
  seq 50 >in
  run_leat bench --rounds 3 --json skip 20 <in
  expect_status 0
  [ "$(jq -c '[(.rounds | length), .records, .balanced, (.work[-1] | .out)]' <<<"$output")" = '[3,50,true,30]' ]
  run_line 'seq 50 | leat bench --rounds 3 skip 20'
  expect_status 2
  expect_out ''
  expect_err 'standard input is no file'
}

@test "--take and --for bound what has no end" {
  run_line 'yes 1 | leat bench --take 70000 --json skip 1'
  [ "$(jq .records <<<"$output")" = 70000 ]
  run_leat bench --for 50ms --json --from tcp-listen://127.0.0.1:0 skip 1
  expect_status 0
  [ "$(jq .records <<<"$output")" = 0 ]
}

@test "an interrupt prints the table before it kills" {
  mkfifo pipe
  "$LEAT" bench --json skip 1 <pipe >out 2>err &
  pid=$!
  exec 9>pipe
  seq 10 >&9
  # What it read is not told before the end: it has read all when the pipe holds nothing.
  eventually python3 -c 'import fcntl, sys, termios; sys.exit(int.from_bytes(fcntl.ioctl(9, termios.FIONREAD, b"0000"), "little") != 0)'
  kill -INT $pid
  run wait $pid
  exec 9>&-
  [ "$(jq .records out)" = 10 ]
}

@test "no checkpoint is read or kept" {
  seq 10 >in
  leat --from in --checkpoint c take 4 >/dev/null
  cp c before
  run_leat bench --json --from in --checkpoint c skip 1
  [ "$(jq .records <<<"$output")" = 10 ]
  cmp c before
}

@test "bench refuses and fails as a run does" {
  run_leat bench filter '.status >='
  expect_status 2
  run_leat bench --from none.ndjson filter .a
  expect_status 66
  expect_out ''
  echo 'not json' >in
  run_leat bench filter .a <in
  expect_status 1
  expect_err 'not JSON'
  grep -q '^1 records' <<<"$output"
  run_leat bench --strict filter .a <in
  expect_status 65
  run_line 'leat bench skip 1 <in >/dev/full'
  expect_status 74
}
