# Where records come from: files, globs, growing files, commands, sockets; and what a source that cannot be read says.
# shellcheck disable=SC1010,SC2016,SC2154 # done is a file here, ${...} is not for this shell, bats sets stderr
load helpers

@test "files are read in the order of their names, a last line without an end included" {
  printf '{"n":3}' >b.ndjson
  printf '{"n":1}\n{"n":2}' >a.ndjson
  run_leat --from '*.ndjson' --to -
  expect_status 0
  expect_out $'{"n":1}\n{"n":2}\n{"n":3}'
}

@test "a missing file, a directory and a pattern without a match are one line and 66" {
  mkdir folder
  for from in none folder '*.none'; do
    run_leat --from "$from" take 1
    expect_status 66
    expect_out ''
    [ "$(wc -l <<<"$stderr")" = 1 ]
  done
  expect_err 'cannot open [*][.]none'
  run_line 'leat take 1 <folder'
  expect_status 66
  expect_err 'Is a directory'
}

@test "a checkpoint stands before no file that takes its place at the end" {
  for words in '--to b' '--to b.gz' 'route x=.a --to - --from stage:route.x --to b'; do
    # shellcheck disable=SC2086 # words
    run_leat --from a --checkpoint c $words
    expect_status 2
    expect_err "'b(.gz)?' takes its place when the run is over, .*append"
  done
  seq 3 >a
  run_leat --from a --checkpoint c --to b --append
  expect_status 0
  run_leat --from a --checkpoint c --to b --append
  [ "$(cat b)" = "$(seq 3)" ]
}

@test "a port is a number that there is" {
  for end in tcp://127.0.0.1:65536 tcp://127.0.0.1:99999 tcp-listen://127.0.0.1:65536 tcp://127.0.0.1:0 udp://127.0.0.1:http; do
    run_leat --from "$end"
    expect_status 2
    expect_err 'no port has that number'
  done
}

@test "an option that means nothing for an end is refused" {
  for words in '--from exec:true --follow' '--from tcp://127.0.0.1:1 --checkpoint c' '--from a --max-clients 3' '--from a --to - --append' '--from a --to b --retry attempts=2'; do
    # shellcheck disable=SC2086 # words
    run_leat $words
    expect_status 2
    expect_err 'has no meaning for'
  done
  run_leat --from a --checkpoint c --to - --when-full spill
  expect_status 2
  expect_err 'wants one of block, drop-oldest, drop-newest, dlq'
}

@test "a command's records come, then how it ended" {
  run_leat --from "exec:printf '{\"a\":1}\n{\"a\":2}'" --to -
  expect_status 0
  expect_out $'{"a":1}\n{"a":2}'
  run_leat --from "exec:echo 1; echo oops >&2; exit 3" --to -
  expect_status 74
  expect_out 1
  expect_err oops
  expect_err "'echo 1; echo oops >&2; exit 3' exited with 3"
}

@test "a command that never ends is ended when nobody wants more" {
  run_leat --from 'exec:echo $$ >pid; yes 1' take 2
  expect_status 0
  expect_out $'1\n1'
  eventually not_running "$(cat pid)"
}
not_running() { ! kill -0 "$1" 2>/dev/null; }

@test "--until count takes that many records of any block" {
  seq 1 100000 >many.ndjson
  run_leat --from many.ndjson --until count=3 --to -
  expect_status 0
  expect_out $'1\n2\n3'
}

@test "--until idle ends a source that has gone silent" {
  mkfifo pipe
  (echo 1; eventually [ -e done ]) >pipe &
  run_leat --from pipe --until idle=100ms --to -
  touch done
  expect_status 0
  expect_out 1
}

@test "a followed file is read through growth, a rename and a new file of its name" {
  echo 1 >log.ndjson
  leat --from log.ndjson --follow --until count=5 --to - >out &
  eventually grep -q 1 out
  printf '2\n3' >>log.ndjson
  eventually grep -q 2 out
  run ! grep -q 3 out
  echo >>log.ndjson
  eventually grep -q 3 out
  mv log.ndjson old
  echo 4 >log.ndjson
  eventually grep -q 4 out
  echo 5 >>log.ndjson
  wait $!
  [ "$(tr '\n' ' ' <out)" = '1 2 3 4 5 ' ]
}

@test "a followed file that is truncated is read from its new beginning" {
  seq 1 100 >log.ndjson
  leat --from log.ndjson --follow --until count=101 --to - >out &
  eventually grep -q 100 out
  echo 7 >log.ndjson
  wait $!
  [ "$(tail -1 out)" = 7 ]
}

@test "a checkpoint goes on where everything had been delivered" {
  seq 1 10 >a.ndjson
  run_leat --from a.ndjson --checkpoint place --to -
  [ "$(wc -l <<<"$output")" = 10 ]
  run_leat --from a.ndjson --checkpoint place --to -
  expect_status 0
  expect_out ''
  seq 11 12 >>a.ndjson
  run_leat --from a.ndjson --checkpoint place --to -
  expect_out $'11\n12'
  mv a.ndjson b && seq 21 22 >a.ndjson
  run_leat --from a.ndjson --checkpoint place --to -
  expect_status 0
  expect_out $'21\n22'
  expect_err 'is not the file it was'
  echo rubbish >place
  run_leat --from a.ndjson --checkpoint place --to -
  expect_status 78
}

@test "a listening source takes many clients, and one that is slow, hostile or dead disturbs nobody" {
  leat --from unix-listen:sock --until count=403 --max-record 1KiB --to - >out 2>err &
  eventually [ -S sock ]
  python3 - <<'PY'
import os, socket, struct
def client():
    s = socket.socket(socket.AF_UNIX); s.connect("sock"); return s
slow = client(); slow.sendall(b'"slow')                       # half a record, and then nothing for the whole test
dead = client(); dead.sendall(b'"dead'); dead.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); dead.close()
hostile = client(); hostile.sendall(b"x" * 5000)              # a record longer than is allowed
clients = [client() for _ in range(20)]
for i in range(20):
    for n, c in enumerate(clients): c.sendall(b'"%d-%d"\n' % (n, i))
for c in clients: c.close()
hostile.close()
slow.sendall(b'"\n')
PY
  eventually [ "$(grep -c . out)" -ge 400 ] || true
  wait $! || true
  for n in 0 7 19; do [ "$(grep -c "\"$n-" out)" = 20 ]; grep "\"$n-" out | cut -d- -f2 | tr -d '"' | sort -nc; done
  [ ! -e sock ]
}

@test "a stale socket file is replaced, one that somebody listens at is not" {
  python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.bind("sock")'
  [ -S sock ]
  leat --from unix-listen:sock --until eof --to - >out &
  eventually grep -q "$PWD/sock\|sock" /proc/net/unix
  eventually sh -c 'echo 1 | timeout 5 python3 -c "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(\"sock\"); s.sendall(sys.stdin.buffer.read())"'
  wait $!
  [ "$(cat out)" = 1 ]
  leat --from unix-listen:sock --to /dev/null &
  eventually [ -S sock ]
  run_leat --from unix-listen:sock --to -
  expect_status 66
  expect_err 'Address already in use'
  kill %% && wait %% || true
}

@test "more clients than descriptors: the others go on, and the last one's turn comes" {
  (ulimit -n 24; exec timeout 20 "$LEAT" --from unix-listen:sock --until count=40 --to -) >out 2>err &
  eventually [ -S sock ]
  python3 - <<'PY'
import socket
clients = []
for i in range(40):
    s = socket.socket(socket.AF_UNIX); s.connect("sock"); s.sendall(b'%d\n' % i); clients.append(s)
import time
deadline = time.time() + 10
while len(open("out").read().split()) < 10 and time.time() < deadline: pass
for s in clients: s.close()
PY
  wait $!
  [ "$(sort -n out | tr '\n' ' ')" = "$(seq 0 39 | tr '\n' ' ')" ]
  grep -q 'cannot take one more client: Too many open files' err
  [ "$(grep -c 'one more client' err)" -le 5 ]
}

@test "a source that nobody answers at is one line and 66, after as many attempts as were asked for" {
  run_leat --from unix:nobody --to -
  expect_status 66
  expect_err 'cannot connect to unix:nobody: No such file'
  run_leat --from unix:nobody --retry attempts=3,base=1ms --to -
  expect_status 66
  expect_err '\(3 attempts\)'
  run_leat --from tcp://127.0.0.1 --to -
  expect_status 2
}

@test "each datagram is whole records" {
  port=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  leat --from "udp://127.0.0.1:$port" --until count=3 --to - >out &
  eventually grep -q "$(printf '%04X' "$port")" /proc/net/udp
  python3 -c "
import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for d in (b'1', b'2\n3\n'): s.sendto(d, ('127.0.0.1', $port))"
  wait $!
  [ "$(tr '\n' ' ' <out)" = '1 2 3 ' ]
}

@test "clients one after another bring tables with headers of their own" {
  leat --in csv --from unix-listen:sock --until count=4 filter true --id all --to - --from stage:all map '[.a, .b]' --to out.ndjson --append --codec ndjson >out.csv &
  eventually [ -S sock ]
  python3 - <<'PY'
import os, socket, time
for n, table in enumerate([b"a,b\n1,2\n", b"b,a\n2,1\n", b"x,b,a\n0,2,1\n", b"b,a\n2,1\n"], 1):
    s = socket.socket(socket.AF_UNIX); s.connect("sock"); s.sendall(table); s.close()
    deadline = time.time() + 10
    while open("out.ndjson").read().count("\n") < n and time.time() < deadline: time.sleep(0.01)
PY
  wait $! || true
  [ "$(sort -u out.ndjson)" = '[1,2]' ]
  [ "$(sort -u out.csv | tr '\n' ' ')" = '1,2 a,b ' ]
}

@test "a writer that comes to a FIFO, writes and leaves at once is heard" {
  mkfifo pipe
  for _ in $(seq 50); do
    leat --from pipe --to out &
    echo 1 >pipe
    wait $!
    [ "$(cat out)" = 1 ]
  done
}
