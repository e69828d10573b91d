# Where records go: files that are whole or not there, commands, sockets with retries, listeners, dead letters, and full sinks.
# shellcheck disable=SC1010,SC2016,SC2154 # done is a file here, ${...} is not for this shell, bats sets stderr
load helpers

@test "a file takes its place when the run is over, with the mode it had, and through a link" {
  echo old >out.ndjson
  chmod 640 out.ndjson
  ln -s out.ndjson link
  mkfifo pipe
  leat --from pipe --to link &
  exec 7>pipe
  echo 1 >&7
  [ "$(cat out.ndjson)" = old ]
  echo 2 >&7
  exec 7>&-
  wait $!
  [ "$(cat out.ndjson)" = $'1\n2' ]
  [ "$(stat -c %a out.ndjson)" = 640 ]
  [ -L link ]
  [ "$(find . -name '.out*' | wc -l)" = 0 ]
}

@test "a run that fails leaves the old file, and nothing beside it" {
  echo old >out.ndjson
  run_leat --from "exec:echo 1; exit 1" --to out.ndjson
  expect_status 74
  [ "$(cat out.ndjson)" = old ]
  [ "$(find . -name '.out*' | wc -l)" = 0 ]
}

@test "a file may be its own source" {
  seq 3 >a.ndjson
  run_leat --from a.ndjson take 2 --to a.ndjson
  expect_status 0
  [ "$(cat a.ndjson)" = $'1\n2' ]
}

@test "--append adds to the file itself; a folder that takes no file is told" {
  echo 1 >a.ndjson
  run_line 'echo 2 | leat --to a.ndjson --append'
  expect_status 0
  [ "$(cat a.ndjson)" = $'1\n2' ]
  run_line 'echo 2 | leat --to none/a.ndjson'
  expect_status 74
  expect_err 'cannot write none/a.ndjson: No such file'
}

@test "several sinks get the same records" {
  run_line 'seq 5 | leat --to a.ndjson --to exec:"cat >b.ndjson" --to -'
  expect_status 0
  [ "$(cat a.ndjson)" = "$output" ]
  [ "$(cat b.ndjson)" = "$output" ]
}

@test "a command that fails fails the run; one that has enough does not" {
  run_line 'seq 5 | leat --to exec:"cat >b; exit 4"'
  expect_status 74
  expect_err "'cat >b; exit 4' exited with 4"
  seq 200000 >many  # from a file: a writer before a pipe would die of SIGPIPE, as it should
  run_line 'leat --in lines --from many --to exec:"head -2"'
  expect_status 0
  expect_out $'1\n2'
}

@test "attempts used up: 74, or every record as a dead letter with their true number" {
  run_line 'seq 3 | leat --to unix:nobody --retry attempts=2,base=1ms'
  expect_status 74
  expect_err 'cannot connect to unix:nobody: No such file or directory \(2 attempts\)'
  run_line 'seq 3 | leat dlq dead.ndjson --to unix:nobody --retry attempts=2,base=1ms'
  expect_status 0
  [ "$(jq -r '[.error.code, .error.attempts, .payload_text, .error.source, .error.offset] | @csv' dead.ndjson)" = \
    $'"connect",2,"1","stdin",0\n"connect",2,"2","stdin",2\n"connect",2,"3","stdin",4' ]
}

@test "dead letters are appended, one JSON object each, with the bytes as they came" {
  printf '{"a":1}\nnot json\n\xff\xfe\n' >in.ndjson
  run_leat --from in.ndjson filter .a then dlq dead.ndjson --to -
  expect_status 0
  expect_out '{"a":1}'
  run_leat --from in.ndjson filter .a then dlq dead.ndjson --to -
  [ "$(jq -r '[.error.stage, .error.source, .error.offset, .payload_text // .payload_base64] | join(" ")' dead.ndjson | sort | uniq -c | tr -s ' ')" = \
    $' 2 filter in.ndjson 17 //4=\n 2 filter in.ndjson 8 not json' ]
  [ "$(jq -r .id dead.ndjson | sort -u | wc -l)" = 4 ]
}

@test "a datagram for each record" {
  cat >server.py <<'PY'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0))
open("port", "w").write(str(s.getsockname()[1])); s.settimeout(10)
open("got", "w").write(repr([s.recv(9) for _ in range(3)]))
PY
  python3 server.py &
  eventually [ -s port ]
  run_line 'seq 3 | leat --to udp://127.0.0.1:$(cat port)'
  expect_status 0
  wait
  [ "$(cat got)" = "[b'1\\n', b'2\\n', b'3\\n']" ]
}
