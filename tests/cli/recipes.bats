# The recipe that never ends by itself; the others are golden cases.
load helpers

start_tail() {
  LOG=log COLLECTOR=unix:$PWD/collector "$LEAT" run "$LEAT_SOURCE/pipelines/recipes/tail-to-socket.yaml" 2>err &
  tail_pid=$!
}

stop_tail() {
  kill -TERM "$tail_pid"
  wait "$tail_pid"
}

teardown() {
  kill "$collector_pid" "$tail_pid" 2>/dev/null || true
}

@test "tail-to-socket sends a growing log's errors, and goes on where it had got to" {
  timeout 30 socat -u UNIX-LISTEN:collector,fork OPEN:got,creat,append &
  collector_pid=$!
  eventually test -S collector
  printf '%s\n' '{"level":"error","n":1}' '{"level":"info","n":2}' >log
  start_tail
  eventually grep -q '"n":1' got
  echo '{"level":"error","n":3}' >>log
  eventually grep -q '"n":3' got
  stop_tail

  printf '%s\n' '{"level":"error","n":4}' '{"level":"warn","n":5}' >>log
  start_tail
  eventually grep -q '"n":4' got
  stop_tail
  [ "$(cat got)" = "$(grep error log)" ]
}

@test "init lists the recipes, and writes one that runs and passes its cases" {
  run_leat init
  expect_status 0
  [ "$(wc -l <<<"$output")" = "$(find "$LEAT_SOURCE/pipelines/recipes" -name '*.yaml' ! -name '*_test.yaml' | wc -l)" ]
  [[ $output = *'csv-to-ndjson       CSV with a header to one JSON object per line'* ]]
  local listed=$output recipe
  while read -r recipe _; do
    run_leat init "$recipe"
    expect_out "wrote $recipe.yaml
wrote ${recipe}_test.yaml"
    cmp "$recipe.yaml" "$LEAT_SOURCE/pipelines/recipes/$recipe.yaml"
  done <<<"$listed"
  run_leat test .
  expect_status 0
  run_leat init csv-to-ndjson
  expect_status 2
  expect_err 'csv-to-ndjson.yaml is there already \(--force writes over it\)'
  run_leat init csv-to-ndjsn
  expect_status 2
  expect_err 'did you mean csv-to-ndjson\?'
  [ "$(leat init csv-to-ndjson --print)" = "$(cat csv-to-ndjson.yaml)" ]
}
