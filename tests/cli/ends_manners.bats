# Unix manners at the ends: what order things happen in and what they leave behind, never how long they take.
# shellcheck disable=SC1010,SC2016,SC2154 # done is a file here, ${...} is not for this shell, bats sets stderr
load helpers

@test "a reader that leaves is noticed while the input says nothing" {
  mkfifo pipe
  exec 7<>pipe  # the input stays open and silent for the whole test
  run_line '{ timeout 10 "$LEAT" --to - <pipe; echo $? >status; } | true; cat status'
  exec 7>&-
  [ "$output" = 141 ]
  expect_err ''
}

@test "a lone record is not held back" {
  mkfifo pipe
  leat --from pipe --to - >out &
  exec 7>pipe
  echo 1 >&7
  eventually grep -q 1 out
  exec 7>&-
  wait $!
}

@test "head ends a long run quietly with 141" {
  run_line '{ seq 1000000 | { leat --to -; echo $? >status; }; } | head -1; cat status'
  expect_out $'1\n141'
  expect_err ''
}

@test "a full device is 74, however few the records" {
  run_line 'echo 1 | leat --to - >/dev/full'
  expect_status 74
  expect_err 'cannot write stdout: No space left on device'
  run_line 'echo 1 | leat --to /dev/full'
  expect_status 74
}

@test "a closed descriptor is an error to use and none to leave alone, and no file takes its number" {
  run_line 'leat --to - <&-'
  expect_status 74
  expect_err 'stdin: cannot read: Bad file descriptor'
  run_line 'echo 1 | leat --to - >&-'
  expect_status 74
  echo 1 >a.ndjson
  run_line 'leat --from a.ndjson --to b.ndjson 2>&- >&-'
  expect_status 0
  [ "$(cat b.ndjson)" = 1 ]
  run_line 'leat --from none --to b.ndjson 2>&- >&-'
  expect_status 66
  [ "$(cat b.ndjson)" = 1 ]
}

@test "what we share with the shell never becomes non-blocking" {
  cat >look.py <<'PY'
import fcntl, os, socket, subprocess, sys
leat = os.environ["LEAT"]
def check(name, theirs, ours, say):
    before = fcntl.fcntl(theirs, fcntl.F_GETFL)
    child = subprocess.Popen([leat, "--to", "-"], stdin=theirs, stdout=theirs if name != "pipe" else subprocess.PIPE)
    say()
    during = fcntl.fcntl(theirs, fcntl.F_GETFL)
    child.kill(); child.wait()
    print(name, before == during == fcntl.fcntl(theirs, fcntl.F_GETFL))
r, w = os.pipe()
check("pipe", r, w, lambda: (os.write(w, b"1\n"),))
a, b = socket.socketpair()
check("socket", a.fileno(), b, lambda: (b.sendall(b"1\n"), b.recv(2)))
m, s = os.openpty()
check("tty", s, m, lambda: (os.write(m, b"1\n"), os.read(m, 3)))
PY
  run_line 'python3 look.py'
  expect_out $'pipe True\nsocket True\ntty True'
}

@test "the first signal drains, and what was read is delivered; a stopped source is 130 and 0" {
  for signal in INT TERM; do
    mkfifo pipe
    "$LEAT" --from pipe --to out.ndjson &
    pid=$!
    exec 7>pipe
    echo 1 >&7
    eventually sh -c 'ls .out.ndjson.* >/dev/null 2>&1'
    eventually reading "$pid"
    kill -$signal $pid
    ended=0
    wait $pid || ended=$?
    exec 7>&-
    [ "$ended" = "$([ $signal = INT ] && echo 130 || echo 0)" ]
    [ "$(cat out.ndjson)" = 1 ]
    rm pipe out.ndjson
  done
}
# It has taken what the pipe held.
reading() { [ "$(python3 -c '
import fcntl, struct, termios
print(struct.unpack("i", fcntl.ioctl(open("pipe", "rb+", buffering=0), termios.FIONREAD, b"0000"))[0])')" = 0 ]; }

@test "descriptors stay as many, run after run of clients" {
  "$LEAT" --from unix-listen:sock --until count=300 --to out --append &
  pid=$!
  eventually [ -S sock ]
  python3 - "$pid" <<'PY' || { kill "$pid"; return 1; }
import os, socket, sys, time
def count(): return len(os.listdir(f"/proc/{sys.argv[1]}/fd"))
def visit(n):
    for i in range(n):
        s = socket.socket(socket.AF_UNIX); s.connect("sock"); s.sendall(b"1\n"); s.close()
def wait(true):  # who has connected has not been accepted yet: only what comes out tells that all were
    deadline = time.time() + 30
    while not true() and time.time() < deadline: time.sleep(.01)
    assert true(), (first, count())
def written(): return len(open("out").readlines())
first = count()
visit(250)
wait(lambda: written() == 250)
wait(lambda: count() == first)
visit(50)
PY
  wait
}
