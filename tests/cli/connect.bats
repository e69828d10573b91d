# A sink that connects, to a server that is not there yet, that cannot be reached, or that takes nothing.
# shellcheck disable=SC2016,SC2154 # what stands in quotes is for another shell, bats sets stderr
load helpers

@test "with --retry attempts=forever a server may come late and turn many away, and still gets everything" {
  cat >server.py <<'PY'
import socket
s = socket.socket(socket.AF_UNIX); s.bind("s"); s.listen(); s.settimeout(10)
for _ in range(30): s.accept()[0].close()
client, _ = s.accept()
open("got", "wb").write(client.makefile("rb").read())
PY
  run_line 'seq 3 | leat --to unix:s --retry attempts=5,base=1ms,max=2ms'
  expect_status 74
  (seq 1000 | timeout 20 "$LEAT" --to unix:s --retry attempts=forever,base=1ms,max=2ms; echo $? >status) &
  timeout 20 python3 server.py
  eventually [ -s status ]
  [ "$(cat status)" = 0 ]
  cmp got <(seq 1000)
}

# A tcp port, told in the file `port`, at which nobody is answered until the file `go` is there: its queue is full.
crowded() {
  cat >server.py <<'PY'
import os, select, socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(0)
queue = []
while True:  # until one is kept waiting
    c = socket.socket(); c.setblocking(False); c.connect_ex(s.getsockname()); queue.append(c)
    if not select.select([], [c], [], 0.2)[1]: break
open("port.new", "w").write(str(s.getsockname()[1])); os.rename("port.new", "port")
while not os.path.exists("go"): time.sleep(0.01)
for c in queue: c.close()
s.settimeout(10)
got = b""
while got.count(b"\n") < 3: got += s.accept()[0].makefile("rb").read()
open("got", "wb").write(got)
PY
  timeout 20 python3 server.py &
  eventually [ -e port ]
}

@test "--timeout ends an attempt that nobody answers, and the next one may succeed" {
  crowded
  run_line 'seq 3 | leat --to tcp://127.0.0.1:"$(cat port)" --timeout 50ms --retry attempts=2,base=1ms'
  expect_status 74
  expect_err 'cannot connect to tcp://127.0.0.1:[0-9]*: Connection timed out [(]2 attempts[)]'
  (seq 3 | timeout 20 "$LEAT" --to tcp://127.0.0.1:"$(cat port)" --timeout 50ms --retry attempts=forever,base=1ms,max=20ms) &
  touch go
  wait $!
  eventually [ -s got ]
  [ "$(cat got)" = "$(seq 3)" ]
}

@test "--timeout gives up on a server that takes nothing" {
  cat >server.py <<'PY'
import socket
s = socket.socket(socket.AF_UNIX); s.bind("s"); s.listen(); s.settimeout(10)
client, _ = s.accept()
s.accept()  # nobody: it only waits
PY
  timeout 20 python3 server.py 2>/dev/null &
  eventually [ -S s ]
  run_line 'seq 1000000 | leat --to unix:s --timeout 100ms'
  kill $!
  expect_status 74
  expect_err 'unix:s: Connection timed out'
}
