#!/usr/bin/env bats
# leat fmt, as a user and an editor meet it. Row24 of the semantics.
# shellcheck disable=SC1010,SC2154 # then is a word of leat, and bats sets stderr
load helpers

untidy() { printf '%s\n' 'from:   "a.ndjson"' '' '' 'stages:' '- filter: '"'.ok'"'   # keep' '' 'to: b' ''; }
tidy() { printf '%s\n' 'from: a.ndjson' '' 'stages:' "  - filter: '.ok'  # keep" '' 'to: b'; }

@test "Row24: fmt prints standard input and files in their one form" {
  untidy >p.yaml
  tidy >want
  leat fmt <p.yaml | cmp - want
  leat fmt - <p.yaml | cmp - want
  leat fmt p.yaml | cmp - want
  untidy | cmp - p.yaml
  [ "$(leat fmt p.yaml p.yaml)" = "$(cat want want)" ]
}

@test "Row24: fmt --check names the files that would change, and says so by its status" {
  untidy >p.yaml
  tidy >q.yaml
  run_leat fmt --check q.yaml
  expect_status 0
  expect_out ''
  run_leat fmt --check p.yaml q.yaml
  expect_status 1
  expect_out p.yaml
  untidy | cmp - p.yaml
}

@test "Row24: fmt --write replaces a file as a whole, through links, with its mode, and only where it changes" {
  untidy >p.yaml
  chmod 750 p.yaml
  ln -s p.yaml link.yaml
  tidy >q.yaml
  before=$(stat -c %i q.yaml)
  run_leat fmt --write link.yaml q.yaml
  expect_status 0
  expect_out ''
  tidy | cmp - p.yaml
  [ -L link.yaml ]
  [ "$(stat -c %a p.yaml)" = 750 ]
  [ "$(stat -c %i q.yaml)" = "$before" ]
  [ -z "$(find . -name '.*yaml*')" ]
}

@test "Row24: fmt refuses a mistake with its place, and leaves the file and does the others" {
  printf 'from: a\nfrom: b\n' >bad.yaml
  untidy >p.yaml
  run_leat fmt --write bad.yaml p.yaml
  expect_status 78
  expect_err '^bad.yaml:2:1: the key .from. stands here twice$'
  [ "$(cat bad.yaml)" = $'from: a\nfrom: b' ]
  tidy | cmp - p.yaml
  run_leat fmt nowhere.yaml
  expect_status 66
  run_leat fmt leat.toml
  expect_status 2
  expect_err 'which are YAML'
  run_leat fmt --write
  expect_status 2
  run_leat fmt --check --write p.yaml
  expect_status 2
}

@test "Row24: fmt --write says what it cannot write" {
  [ "$(id -u)" != 0 ] || skip 'root writes anywhere'
  mkdir d
  untidy >d/p.yaml
  chmod 555 d
  run_leat fmt --write d/p.yaml
  chmod 755 d
  expect_status 74
  untidy | cmp - d/p.yaml
}

@test "Row24: what leat writes itself is in the one form" {
  leat init noisy-services >/dev/null
  run_leat fmt --check ./*.yaml "$LEAT_SOURCE"/pipelines/recipes/*.yaml
  expect_status 0
  leat explain --yaml --mem 1MB --from a filter .ok then window 1m --by .host --emit '{n: count}' then route e=.x --id r --to b --from stage:r.e --to c >p.yaml
  run_leat fmt --check p.yaml
  expect_status 0
  [ "$(leat explain --argv p.yaml)" = "$(leat fmt p.yaml | leat explain --argv -)" ]
}

@test "Row24: fmt, check and the pipeline agree" {
  untidy >p.yaml
  echo '{"ok":true}' >a.ndjson
  leat run p.yaml
  cp b b.before
  leat fmt --write p.yaml
  leat run p.yaml
  cmp b b.before
}
