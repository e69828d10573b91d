#!/usr/bin/env bats
# Row 162: hooks with real commands and ends, and what they may not do to the run they tell of.
# shellcheck disable=SC1010,SC2016,SC2154 # ${...} is not for this shell nor then, bats sets stderr
load helpers

@test "row 162: a command for each event, an end for others; the data and its status are as without" {
  cat >p.yaml <<'YAML'
hooks:
  on_error: {exec: [sh, -c, 'cat >>told']}
  on_complete: exec:cat >complete.ndjson
stages:
  - filter: '.a > 1'
YAML
  run_line 'printf "{\"a\":1}\nbroken\n{\"a\":2}\nbroken\n" | leat run p.yaml'
  expect_status 1
  expect_out '{"a":2}'
  [ "$(jq -r '[.event, .stage, .code, .offset] | @csv' told)" = '"error","filter","malformed",8
"error","filter","malformed",23' ] || { cat told; return 1; }
  [ "$(jq -c '[.event, .read, .delivered, .filtered, .failed, .pending]' complete.ndjson)" = '["complete",4,1,1,2,0]' ] || { cat complete.ndjson; return 1; }
}

@test "row 162: a hook that fails, is not there or dies is told of, and the status stays 0" {
  for hook in '{exec: ["false"]}' '{exec: [sh, -c, "exit 3"], retry: {attempts: 2, base: 1ms}}' "'exec:exit 3'"; do
    printf 'hooks: {on_complete: %s}\nstages: [map: .]\n' "$hook" >p.yaml
    run_line 'echo 1 | leat run p.yaml'
    expect_status 0
    expect_out 1
    expect_err '.'
  done
}

@test "row 162: a hook that hangs is given up when the time of a drain has passed, and nothing of it is left" {
  printf 'drain: 300ms\nhooks: {on_complete: {exec: [sleep, "4545"]}}\nstages: [map: .]\n' >p.yaml
  run_line 'echo 1 | leat run p.yaml'
  expect_status 0
  expect_out 1
  expect_err 'what reads events has not come to its end 300ms after the data did: 1 of them are given up'
  run ! pgrep -f 'sleep 4545'
}

@test "row 162: under --strict the run stops at the first failure, the hook is told of it, and the status is 65" {
  printf 'strict: true\nhooks: {on_error: told.ndjson, on_complete: told.ndjson}\nstages: [filter: .a]\n' >p.yaml
  run_line 'printf "{\"a\":1}\nbroken\nbroken\n" | leat run p.yaml'
  expect_status 65
  expect_out '{"a":1}'
  [ "$(jq -c '[.event, .failed]' told.ndjson)" = '["error",null]
["complete",1]' ] || { cat told.ndjson; return 1; }
}

@test "row 162: SIGTERM drains, and the end is told of" {
  mkfifo pipe
  printf 'from: pipe\nhooks: {on_open: told.ndjson, on_complete: told.ndjson}\nstages: [map: .]\nto: out.ndjson\n' >p.yaml
  "$LEAT" run p.yaml &
  run=$!
  exec 7>pipe
  echo 1 >&7
  opened() { [ -s told.ndjson ]; }  # while it runs: a hook's file is added to
  eventually opened
  kill -TERM "$run"
  wait "$run"
  exec 7>&-
  [ "$(jq -r .event told.ndjson)" = $'open\nopen\ncomplete' ] || { cat told.ndjson; return 1; }
}

@test "row 162: what is told of a run that fails stays" {
  printf 'from: {url: "tcp://127.0.0.1:1", retry: {attempts: 1}}\nhooks: {on_error: told.ndjson, on_close: told.ndjson}\nto: out.ndjson\n' >p.yaml
  run_leat run p.yaml
  [ "$status" != 0 ]
  grep -q '"event":"error"' told.ndjson || { cat told.ndjson; echo "$stderr"; return 1; }
  [ ! -e out.ndjson ]
}

@test "row 162: on the command line events are a source; the codec of the data is not theirs" {
  run_line 'printf "a,b\n1,2\n" | leat --in csv filter ".a == 1" --from events:close,complete map "[.event, .stage]" --to told'
  expect_status 0
  expect_out 'a,b
1,2'
  [ "$(cat told)" = '["close","source"]
["close","sink"]
["complete",null]' ] || { cat told; return 1; }
}

@test "row 162: events are counted by themselves" {
  printf 'hooks: {on_close: told.ndjson}\nstages: [map: .]\n' >p.yaml
  run_line 'echo 1 | leat run p.yaml --summary=json 2>&1 >/dev/null'
  [ "$(jq -c '[.read, .delivered, .balanced, .events.read, .events.delivered]' <<<"$output")" = '[1,1,true,2,2]' ] || { echo "$output"; return 1; }
  run_line 'echo 1 | leat run p.yaml --summary 2>&1 >/dev/null'
  grep -qx 'events: read 2 = delivered 2' <<<"$output"
}

@test "row 162: the circuit of a sink that cannot connect is told of" {
  cat >p.yaml <<'YAML'
hooks: {on_circuit: told.ndjson}
stages: [map: .]
to: {url: 'tcp://127.0.0.1:1', retry: {attempts: 3, base: 1ms}, breaker: {rate: 0.5, min: 2, open: 1h, while_open: drop}}
YAML
  run_line 'seq 3 | leat run p.yaml'
  [ "$(head -n 1 told.ndjson | jq -c '[.event, .stage, .from, .to]')" = '["circuit","sink","closed","open"]' ] || { cat told.ndjson; echo "$stderr"; return 1; }
}

@test "row 162: a case looks at what a hook was told" {
  cat >p.yaml <<'YAML'
hooks:
  on_error: {stages: [{map: '{time, code}'}], to: alerts.ndjson}
stages:
  - filter: .ok
tests:
  - name: a broken line is told of
    start: 2026-03-01T12:00:00Z
    steps:
      - input: |
          {"ok":true}
      - wait: 90s
      - input: |
          broken
      - end
      - expect: [{ok: true}]
      - expect: {alerts.ndjson: [{time: '2026-03-01T12:01:30Z', code: malformed}], failed: 1}
YAML
  run_leat test p.yaml
  expect_status 0
  expect_out 'ok    p.yaml: a broken line is told of
1 passed, 0 failed'
  [ ! -e alerts.ndjson ]
}

@test "row 27: a graph that does not fit is refused before anything is read" {
  run_leat --from nosuch window 1m --emit '{n: count}' --id w then unbatch
  expect_status 2
  expect_err 'unbatch: unbatch wants batch, gets window \(from window "w"\) \(each record would fail; a map in front of unbatch can make a batch of it\)'
  printf 'from: nosuch\nstages:\n  - {batch: 2, id: b}\n  - flatten\n' >p.yaml
  run_leat run p.yaml
  expect_status 78
  expect_err 'p.yaml:4:5: stages\[1\].flatten: flatten wants item, gets batch \(from batch "b"\)'
  run_leat check p.yaml
  expect_status 78
}
