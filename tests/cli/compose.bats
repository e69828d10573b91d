#!/usr/bin/env bats
# Pipelines of several files: include, and templates with parameters. Row24 of the semantics.
# shellcheck disable=SC1010,SC2016,SC2154 # then is a word of leat, $NAME one of its files, and bats sets stderr
load helpers

write_files() {
  mkdir -p conf/lib
  cat >conf/lib/errors.yaml <<'EOF'
# What counts as an error.
templates:
  errors:
    params: {least: 500, fields: }
    stages:
      - filter: '.status >= $least'
      - map: '[getpath($fields[])]'
dlq: dead.ndjson
stages: [{map: '{late: .}', id: late}]
from: stage:errors-filter.reject
to: rest.ndjson
EOF
  cat >conf/p.yaml <<'EOF'
include: lib/errors.yaml
from: '-'
stages:
  - use: errors
    with: {least: 400, fields: [[status], [req, path]]}
to: '-'
EOF
}

records() { printf '%s\n' '{"status":200,"req":{"path":"/a"}}' '{"status":404,"req":{"path":"/b"}}' '{"status":503,"req":{"path":"/c"}}'; }

@test "Row24: a file runs with what it includes, wherever leat is started" {
  write_files
  records >in
  run_line 'leat run conf/p.yaml <in'
  expect_status 0
  expect_out '[404,"/b"]
[503,"/c"]'
  [ "$(cat rest.ndjson)" = '{"late":{"status":200,"req":{"path":"/a"}}}' ]
  cd conf
  [ "$(leat run p.yaml <../in)" = "$output" ]
  [ "$(leat run p.yaml --set templates.errors.params.least=1 --set chains.0.stages.0.with.least=500 <../in)" = '[503,"/c"]' ]
}

@test "Row24: a pipeline on standard input includes from the current folder" {
  write_files
  cd conf
  run_line 'leat check - <p.yaml'
  expect_status 0
  cd lib
  run_line 'leat check - <../p.yaml'
  expect_status 78
  expect_err '^-:1:10: include: lib/errors.yaml: No such file or directory$'
}

@test "Row24: check, explain, graph and test take the pipeline as a whole" {
  write_files
  run_leat check conf/p.yaml
  expect_status 0
  expect_err ''
  run_leat explain --yaml conf/p.yaml
  expect_status 0
  printf '%s\n' "$output" >whole.yaml
  if grep -Eq 'include|use|with|templates' whole.yaml; then false; fi
  [ "$(leat explain --yaml whole.yaml)" = "$output" ]
  [ "$(records | leat run whole.yaml)" = "$(records | leat run conf/p.yaml)" ]
  [ "$(records | eval "$(leat explain conf/p.yaml)")" = "$(records | leat run conf/p.yaml)" ]
  leat graph conf/p.yaml | grep -q errors-filter
  printf '%s\n' 'pipeline: conf/p.yaml' 'tests:' '  - name: one of three is late' "    input: |" >p_test.yaml
  records | sed 's/^/      /' >>p_test.yaml
  printf '%s\n' '    expect: {stdout: {count: 2}, rest.ndjson: {count: 1}, summary: {errors-filter: {in: 3, passed: 2}}}' >>p_test.yaml
  run_leat test .
  expect_status 0
  expect_out 'ok    p_test.yaml: one of three is late
1 passed, 0 failed'
}

@test "Row24: mistakes in what is included are told where they stand" {
  write_files
  sed -i 's/status >= /status > =/' conf/lib/errors.yaml
  run_leat run conf/p.yaml
  expect_status 78
  expect_err '^conf/lib/errors.yaml:6:17: chains\[0\].stages\[0\].filter: '
  write_files
  sed -i 's/fields: \[/feilds: [/' conf/p.yaml
  run_leat run conf/p.yaml
  expect_status 78
  expect_err "^conf/p.yaml:5:24: .*has no 'feilds' \(did you mean fields\?\)$"
  expect_err "^conf/p.yaml:4:10: .*the template errors wants 'fields'$"
  echo 'include: ../p.yaml' >>conf/lib/errors.yaml
  run_leat check conf/p.yaml
  expect_err '^conf/lib/errors.yaml:12:10: include: .* in a circle: conf/p.yaml -> conf/lib/errors.yaml -> conf/p.yaml$'
}

@test "Row24: dead letters and the summary name the stages of a template" {
  printf '%s\n' 'templates: {half: {params: [by], stages: [{map: ".n / $by"}]}}' \
    'stages: [{use: half, with: {by: 2}}, {use: half, with: {by: 0}}]' 'dlq: dead.ndjson' >p.yaml
  run_line 'echo "{\"n\":6}" | leat run p.yaml --summary'
  expect_err 'half-2-map'
  [ "$(leat dlq ls dead.ndjson | cut -f3)" = half-2-map ]
}

@test "Row24: the example in the manual is a pipeline" {
  leat help pipeline | sed -n '/^ *templates:$/,/noisy-warnings/p' >p.yaml
  grep -q 'use: above' p.yaml
  run_leat check p.yaml
  expect_status 0
  leat help pipeline | grep -q 'include: FILE'
}

@test "Row24: the schema knows includes and templates, says a peer" {
  python3 -c 'import jsonschema, yaml' 2>/dev/null || skip 'no jsonschema for python here'
  write_files
  leat schema pipeline >schema.json
  echo '{templates: {t: {params: [n, r, negate], stages: [{batch: $n}, {filter: {expr: .a, reject: $negate}}, {use: u, id: x, with: {a: [1]}}]}}}' >good.yaml
  echo '{stages: [{with: {a: 1}, take: 1}]}' >bad1.yaml
  echo '{templates: {t: {stages: []}}}' >bad2.yaml
  echo '{templates: {T_: {stages: [unbatch]}}}' >bad3.yaml
  run python3 "$LEAT_SOURCE/tests/support/schema_check.py" schema.json conf/p.yaml conf/lib/errors.yaml good.yaml bad{1,2,3}.yaml
  expect_out 'conf/p.yaml fits
conf/lib/errors.yaml fits
good.yaml fits
bad1.yaml does not fit
bad2.yaml does not fit
bad3.yaml does not fit'
}
