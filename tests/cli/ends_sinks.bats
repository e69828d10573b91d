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

# serve NAME COUNT...: a server at NAME (a path, or tcp for a port told in the file of that name) that takes one client after
# another, reads COUNT lines of each (0: to the end) into got.1, got.2, ... and closes, with what it has not read.
serve() {
  cat >server.py <<'PY'
import os, socket, sys
name, port = sys.argv[1], 0
for at, count in enumerate(sys.argv[2:]):
    if name == "tcp":
        s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", port))
        port = s.getsockname()[1]
    else:
        s = socket.socket(socket.AF_UNIX); s.bind(name)
    s.listen(); s.settimeout(10)
    if name == "tcp":
        with open("port.new", "w") as told: told.write(str(port))
        os.rename("port.new", "tcp")
    client, _ = s.accept()
    s.close()  # who comes now is refused, until the next turn
    if name != "tcp": os.unlink(name)
    lines = client.makefile("rb")
    with open(f"got.{at + 1}", "wb", buffering=0) as got:
        for n, line in enumerate(lines, 1):
            got.write(line)
            if n == int(count): break
    lines.close(); client.close()
PY
  python3 server.py "$@" 7>&- &
}

@test "a server that goes and comes back gets what its first self had not taken" {
  mkfifo pipe
  has_three() { [ -f got.1 ] && [ "$(wc -l <got.1)" = 3 ]; }
  for place in s tcp; do
    serve $place 3 0
    eventually [ -e $place ]
    address=unix:s
    [ $place = s ] || address=tcp://127.0.0.1:$(cat tcp)
    rm -f tcp
    leat --summary=json --from pipe --to "$address" --retry attempts=50,base=1ms,max=50ms 2>summary &
    exec 7>pipe
    seq 3 >&7
    eventually has_three
    eventually [ -e $place ]
    seq 4 9 >&7
    exec 7>&-
    wait $!
    wait
    [ "$(cat got.1)" = "$(seq 3)" ]
    [ "$(cat got.2)" = "$(seq 4 9)" ]
    [ "$(jq -c '[.read, .delivered, .pending]' summary)" = '[9,9,0]' ]
    rm got.?
  done
}

@test "every client of a listening sink gets each record from when it came" {
  mkfifo pipe
  leat --in lines --from pipe --to unix-listen:s &
  exec 7>pipe
  eventually [ -S s ]
  for client in 1 2 3; do
    socat -u UNIX:s "CREATE:got.$client" 7>&- &
  done
  all_came() {
    echo here >&7
    for client in 1 2 3; do [ -s got.$client ] || return; done
  }
  eventually all_came
  seq 20000 >&7
  exec 7>&-
  wait
  for client in 1 2 3; do grep -v here got.$client | cmp - <(seq 20000); done
  [ ! -e s ]
}

# 6 MB in order: more than a sink lets wait and a socket holds.
numbers() { seq -f %099.0f 60000; }
export -f numbers
ends_at_60000() { [ -f "$1" ] && tail -n 1 "$1" | grep -q '^0*60000$'; }

# A server that reads nothing before the file `go` is there.
serve_late() {
  cat >late.py <<'PY'
import os, socket, time
s = socket.socket(socket.AF_UNIX); s.bind("s"); s.listen(); s.settimeout(10)
client, _ = s.accept()
while not os.path.exists("go"): time.sleep(.01)
lines = client.makefile("rb")
with open("got", "wb") as got: got.write(lines.read())
PY
  python3 late.py &
  eventually [ -S s ]
}

@test "a full sink drops the newest, the oldest, or makes dead letters, each counted" {
  mkfifo pipe
  for policy in drop-newest drop-oldest dlq; do
    rm -f s got go
    serve_late
    letters=()
    [ $policy != dlq ] || letters=(dlq dead.ndjson)
    leat --summary=json --in lines --from pipe "${letters[@]}" --to unix:s --when-full $policy 2>summary &
    timeout 20 bash -c 'numbers >pipe'
    touch go
    wait $!
    wait
    got=$(wc -l <got)
    [ "$got" -gt 0 ] && [ "$got" -lt 60000 ]
    lost=$((60000 - got))
    [ "$(head -1 got)" = "$(numbers | head -1)" ]
    sort -cu got
    case $policy in
      drop-newest) [ "$(jq -c '[.read, .delivered, .dropped, .pending]' summary)" = "[60000,$got,$lost,0]" ] ;;
      drop-oldest)
        [ "$(jq -c '[.read, .delivered, .dropped, .pending]' summary)" = "[60000,$got,$lost,0]" ]
        [ "$(tail -1 got)" = "$(numbers | tail -1)" ]
        ;;
      dlq) [ "$(jq -c '[.read, .delivered, .dead_lettered, .pending]' summary)" = "[60000,$got,$lost,0]" ] ;;
    esac
  done
}

@test "a full sink that blocks loses nothing, and a stuck branch stops no sibling whose end says so" {
  mkfifo pipe
  serve_late
  leat --in lines --from pipe --to unix:s --when-full drop-oldest --to all &
  timeout 20 bash -c 'numbers >pipe'  # blocks for ever if the stuck sink held its sibling back
  touch go
  wait
  cmp all <(numbers)
  rm s go
  serve_late
  leat --in lines --from all --to unix:s &
  touch go
  wait
  cmp all got
}

@test "a unix server that leaves in the midst of a long stream has not got what it did not read" {
  cat >server.py <<'PY'
import socket
s = socket.socket(socket.AF_UNIX); s.bind("sock"); s.listen()
c, _ = s.accept(); c.recv(10); c.close()
c, _ = s.accept(); got = b""
while more := c.recv(65536): got += more
open("got", "wb").write(got)
PY
  timeout 20 python3 server.py &
  eventually [ -S sock ]
  seq 300000 >want
  run_leat --from want --to unix:sock --retry attempts=50,base=10ms
  expect_status 0
  wait $!
  cmp got want
}

@test "[87] a buffer lets its siblings go on, keeps order, and says what there was no room for" {
  mkfifo pipe
  serve_late
  leat --summary=json --in lines --from pipe filter . --id in --to all \
    --from stage:in buffer 2000000 --to unix:s 2>summary &
  timeout 20 bash -c 'numbers >pipe'  # blocks for ever if the stuck sink paused its source
  touch go
  wait
  cmp all <(numbers)
  cmp all got
  [ "$(jq -c '[.read, .copied, .delivered, .pending, .balanced]' summary)" = '[60000,60000,120000,0,true]' ]

  rm s go got all
  serve_late
  leat --in lines --from pipe buffer 1000 --when-full drop-newest --id room --to unix:s \
    --from stage:room.overflow --to over --append &
  timeout 20 bash -c 'numbers >pipe'
  eventually ends_at_60000 over  # what is still in the pipe would find room again
  touch go
  wait
  [ -s over ]
  cat got over | cmp - <(numbers)
}

@test "--batch changes no byte, and has a bound" {
  numbers >in
  for size in 1 512KiB 2MiB; do
    run_line "leat --in lines --from in --to - --batch $size | cmp - in"
    expect_status 0
  done
  run_leat --from in --to - --batch 3MiB
  expect_status 2
  expect_err 'batch wants 2MiB at the most'
}
