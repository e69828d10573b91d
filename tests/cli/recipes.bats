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
