#!/usr/bin/env bats
# leat test, as a user meets it. What a case may say is in tests/unit/pipelines/test_*_test.cc.
load helpers

write_pipeline() {
  cat >p.yaml <<'YAML'
from: in.ndjson
stages:
  - filter: '.n > 1'
  - batch: {size: 10, latency: 5s}
to: out.ndjson
dlq: dead.ndjson
YAML
}

@test "cases of a pipeline file: one line each, the difference below, 1 if one failed" {
  write_pipeline
  cat >>p.yaml <<'YAML'
tests:
  - name: passes
    steps: [{input: [{n: 1}, {n: 2}]}, {wait: 5s}, {expect: [[{n: 2}]]}]
  - name: fails
    input: [{n: 3}]
    expect: [[{n: 4}]]
YAML
  run_leat test p.yaml
  expect_status 1
  expect_out 'ok    p.yaml: passes
FAIL  p.yaml:10: fails
  p.yaml:12: sink: record 1 of 1 differs
    want [{"n":4}]
    got  [{"n":3}]
1 passed, 1 failed'
  [ ! -e out.ndjson ] && [ ! -e dead.ndjson ]  # nothing outside is touched
  run_leat test --match passes p.yaml
  expect_status 0
  leat check p.yaml
}

@test "cases beside the pipeline, found in a directory; a golden file is made by --update" {
  mkdir d
  write_pipeline
  mv p.yaml d/
  printf '%s\n' '{"n":5}' >d/some.ndjson
  cat >d/p_test.yaml <<'YAML'
pipeline: p.yaml
tests:
  - name: golden
    input: {file: some.ndjson}
    expect: {file: want.ndjson}
YAML
  run_leat test d
  expect_status 1
  [[ $output = *'want.ndjson: No such file or directory (--update makes it)'* ]]
  run_leat test d --update
  expect_status 0
  [ "$(cat d/want.ndjson)" = '[{"n":5}]' ]
  run_leat test d
  expect_status 0
  expect_out 'ok    d/p_test.yaml: golden
1 passed, 0 failed'
}

@test "coverage names the ports that nothing reached" {
  write_pipeline
  printf '%s\n' 'tests:' '  - {name: n, input: [{n: 2}], expect: {count: 1}}' >>p.yaml
  run_leat test --coverage p.yaml
  expect_status 0
  expect_out 'ok    p.yaml: n
p.yaml: 2 of 4 ports reached
  never reached: batch.err
  never reached: filter.err
1 passed, 0 failed'
}

@test "JUnit is well formed, whatever stands in a record" {
  write_pipeline
  cat >>p.yaml <<'YAML'
tests:
  - name: 'a < "b" & c'
    input: [{n: 2, s: "]]> \u0001 <x>"}]
    expect: {count: 0}
YAML
  run_leat test --format junit p.yaml
  expect_status 1
  printf '%s\n' "$output" >junit.xml
  run python3 -c '
import sys, xml.etree.ElementTree as tree
suite = tree.parse("junit.xml").getroot()[0]
print(suite.get("tests"), suite.get("failures"), suite[0].get("name"), len(suite[0]))'
  [ "$output" = '1 1 a < "b" & c 1' ]
}

@test "mistakes have their places and their statuses" {
  run_leat test
  expect_status 2
  run_leat test gone.yaml
  expect_status 66
  write_pipeline
  run_leat test p.yaml
  expect_status 78
  expect_err '^p.yaml:1:1: there are no tests here'
  printf '%s\n' 'tests:' '  - {name: n, expcet: [1]}' >>p.yaml
  run_leat test p.yaml
  expect_status 78
  expect_err "^p.yaml:8:15: tests\[0\]: a case has no 'expcet' \(did you mean expect\?\)$"
  printf '%s\n' 'stages: [flter: .a]' 'tests:' '  - {name: n, expect: {count: 0}}' >q.yaml
  run_leat test q.yaml
  expect_status 78
  expect_err "^q.yaml:1:10: stages\[0\]: there is no stage 'flter'"
  mkdir empty
  run_leat test empty
  expect_status 66
}

@test "a case's variables and settings are its own" {
  # shellcheck disable=SC2016 # ${...} is the file's
  printf '%s\n' 'stages: [{take: "${N:-1}"}, {map: $ENV.WHO}]' 'tests:' \
    '  - {name: one, input: [1, 2], environment: {WHO: ann}, expect: [ann]}' \
    '  - {name: two, input: [1, 2], environment: {N: 2, WHO: bob}, expect: [bob, bob]}' \
    '  - {name: set, input: [1, 2, 3], set: {stages.0.take: 3, stages.1.map: "."}, expect: [1, 2, 3]}' >p.yaml
  run_leat test p.yaml
  expect_status 0
}

@test "the recipes pass their cases" {
  run_leat test "$LEAT_SOURCE/pipelines/recipes"
  expect_status 0
}

@test "the schema takes the recipes' cases and refuses a misspelt one" {
  leat schema tests >schema.json
  printf '%s\n' 'pipeline: p.yaml' 'tests: [{name: n, input: [1], expct: [1]}]' >bad_test.yaml
  run python3 "$LEAT_SOURCE/tests/support/schema_check.py" schema.json "$LEAT_SOURCE"/pipelines/recipes/*_test.yaml bad_test.yaml
  [ "$(grep -c ' fits$' <<<"$output")" = "$(find "$LEAT_SOURCE/pipelines/recipes" -name '*_test.yaml' | wc -l)" ]
  [[ $output = *'bad_test.yaml does not fit' ]]
}

@test "run --record makes a case that plays back to what the run gave" {
  mkdir cases
  write_pipeline
  printf '%s\n' '{"n":1}' 'no json' '{"n":2}' '  {"n":3}' '' >in.ndjson
  run_leat run p.yaml --record cases/live_test.yaml
  expect_status 0
  expect_err ''
  [ "$(cat out.ndjson)" = '[{"n":2},{"n":3}]' ]
  cmp out.ndjson cases/live_test.sink.out
  run_leat test cases
  expect_status 0
  # a pipeline that gives something else is found out
  sed -i 's/> 1/> 2/' p.yaml
  run_leat test cases
  expect_status 1
}

@test "run --record writes over no file" {
  echo 'stages: [{map: .}]' >p.yaml
  run_line 'echo 1 | leat run p.yaml --record p.yaml'
  expect_status 2
  expect_err 'p.yaml is there already'
  [ "$(cat p.yaml)" = 'stages: [{map: .}]' ]
}

@test "run --record of a table, of bytes that are no text, and of a run that is cut short" {
  printf '%s\n' 'from: t.csv' 'stages: [{window: {size: 1h, by: [.a], emit: "{n: count}"}}]' 'to: o.ndjson' >csv.yaml
  printf 'a,b\n1,"x\ny"\n2,z\n' >t.csv
  leat run csv.yaml --record csv_test.yaml
  leat test csv_test.yaml
  printf '%s\n' 'in: nul' 'out: lines' 'from: t.nul' 'stages: [{map: length}]' 'to: o.txt' >nul.yaml
  printf 'a\0bc\n\0\0' >t.nul
  leat run nul.yaml --record nul_test.yaml
  leat test nul_test.yaml
  seq 2000 >many
  printf '%s\n' 'from: many' 'stages: [{window: {size: 1h, emit: "{n: count}"}}]' 'to: o.ndjson' >many.yaml
  run_leat run many.yaml --batch-records 100 --record many_test.yaml
  expect_err 'that is enough for a case'
  leat test many_test.yaml
}
