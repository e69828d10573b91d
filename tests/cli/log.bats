# The stage log, and who reads what it says.
# shellcheck disable=SC2016,SC2154 # ${...} is not for this shell, bats sets stderr
load helpers

setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "lines of two programs that share a pipe are never torn" {
  run_line 'yes "{\"m\":\"$(printf "%05000d" 7)\"}" | head -2000 > in
    (leat --from in log .m --to drop: & leat --from in log .m --to drop: ; wait) 2>&1 | sort | uniq -c'
  expect_status 0
  [ "$(wc -l <<<"$output")" = 1 ]
  [[ $output =~ ^\ *4000\ leat:\ log:\ 0000.*\.\.\.$ ]]
}

@test "a reader of stderr that reads nothing does not hold up the records" {
  mkfifo nobody
  exec 9<>nobody
  run_line 'seq 200000 | leat log --to out 2>nobody; cmp out <(seq 200000)'
  expect_status 0
  # What it took are whole lines, from the first on.
  run_line 'timeout 1 cat nobody > taken; head -c -1 taken | diff - <(seq "$(wc -l < taken)" | sed "s/^/leat: log: /" | head -c -1)'
  exec 9>&-
  expect_status 0
}

@test "what is lost is counted" {
  mkfifo nobody
  exec 9<>nobody
  seq 100000 | leat --summary=json log --to out --append 2>nobody 9>&- &
  eventually eval '[ "$(wc -l < out 2>/dev/null)" = 100000 ]'
  exec 8<nobody
  cat <&8 >taken 9>&- &
  exec 9>&- 8<&-
  wait
  lost=$(tail -1 taken | jq '.. | .unlogged? // empty')
  told=$(grep -c '^leat: log: [0-9]*$' taken)
  [ "$lost" -gt 0 ]
  [ $((lost + told)) = 100000 ]
}

@test "a line of JSON is cut to what fits, however much of it is escaped" {
  run_line 'jq -n "{m: ([range(5000)] | map(\"\\n\") | add)}" -c | leat --log json log .m --to drop: 2>line; wc -c <line'
  [ "$output" -le 4096 ] && [ "$output" -gt 4000 ]
  [ "$(jq -r '.message | startswith("log: \n\n\n") and endswith("\n...")' line)" = true ]
}
