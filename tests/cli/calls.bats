# Calls: what they leave behind, what they do to order, and what a bad other side may do. Never how long they take.
# shellcheck disable=SC2016,SC2154 # ${...} is not for this shell, bats sets stderr
load helpers

# A command whose processes can be told from all others.
none_left() { ! pgrep -f "$1" >/dev/null; }

@test "a command that is not there is said at once" {
  run_line 'seq 3 | leat exec ./nosuch'
  expect_status 66
  expect_err "cannot run './nosuch': No such file or directory"
}

@test "row 124: a command that never answers is a timeout, and nothing of it is left" {
  run_line 'seq 3 | leat exec --workers 3 --timeout 200ms sh -c "sleep 4141 & sleep 4141"'
  expect_status 1
  expect_err "stdin: byte 0: exec: 'sh' has not answered within 200ms"
  none_left 'sleep 4141'
}

@test "what a command leaves running is killed" {
  run_line 'echo 1 | leat exec sh -c "cat; sleep 4242 >/dev/null 2>&1 &"'
  expect_status 0
  expect_out 1
  none_left 'sleep 4242'
}

@test "SIGTERM waits for the calls under way, and answers what was read" {
  mkfifo pipe go
  "$LEAT" --from pipe exec --workers 2 sh -c 'read x; echo begun >>begun; read y <go; echo "$x"' >out &
  exec 7>pipe
  printf '1\n2\n' >&7
  run=$!
  two_begun() { [ -f begun ] && [ "$(wc -l <begun)" = 2 ]; }
  eventually two_begun
  kill -TERM "$run"
  exec 8<>go  # held open both ways, so that neither finds the end of it
  printf 'a\nb\n' >&8
  wait "$run"
  exec 7>&- 8>&-
  [ "$(cat out)" = $'1\n2' ]
}

@test "a second signal and the drain deadline leave no process" {
  mkfifo pipe
  "$LEAT" --drain 200ms --from pipe exec sleep 4343 &
  run=$!
  exec 7>pipe
  echo 1 >&7
  eventually pgrep -f 'sleep 4343' >/dev/null
  kill -TERM "$run"
  status=0
  wait "$run" || status=$?
  exec 7>&-
  [ "$status" = 75 ]
  none_left 'sleep 4343'
}

@test "take behind a call ends the run, and nothing under way is waited for" {
  run_line 'seq 1000 | leat --summary exec --workers 8 sh -c "read x; [ \$x -lt 4 ] || sleep 4444; echo \$x" then take 3'
  expect_status 0
  expect_out $'1\n2\n3'
  expect_err 'not needed'
  none_left 'sleep 4444'
}

@test "a command need not read its input, and may close it early" {
  run_line 'head -c 300000 /dev/zero | tr "\0" x | sed "s/.*/\"&\"/" >big; echo >>big; cat big big | leat exec echo 1'
  expect_status 0
  expect_out $'1\n1'
}

@test "a large record and a large reply pass a pipe of any size" {
  run_line 'head -c 3000000 /dev/zero | tr "\0" x | sed "s/.*/\"&\"/" >big; echo >>big; leat --from big exec --workers 2 cat | cmp - big'
  expect_status 0
}

@test "a reply without end is cut off" {
  run_line 'echo 1 | leat exec --max-reply 64KiB yes 12345678'
  expect_status 1
  expect_err "'yes' printed more than 64[.]0 KiB"
  none_left 'yes 12345678'
  run_line 'echo 1 | leat exec --mode stream --max-reply 64KiB sh -c "tr -d \"\n\" </dev/zero"'
  expect_status 1
  expect_err "'sh' printed a line of more than 64[.]0 KiB"
}

@test "a reply without a line end is a reply" {
  run_line 'seq 2 | leat exec sh -c "printf %s \$(cat)"'
  expect_status 0
  expect_out $'1\n2'
}

@test "retries are counted, and the dead letter says how many there were" {
  run_line 'echo 1 | leat exec --retry attempts=3,base=1ms sh -c "echo x >>tries; exit 7" then dlq dead.ndjson'
  expect_status 0
  [ "$(wc -l <tries)" = 3 ]
  [ "$(jq -c '[.error.code, .error.attempts, .payload_text]' dead.ndjson)" = '["exit",3,"1"]' ]
}

@test "a process that dies fails one record and is started again for the others" {
  cat >poison.py <<'PY'
import sys
for line in sys.stdin:
    if line.strip() in ("3", "6"): sys.exit(9)
    print(line.strip(), flush=True)
PY
  run_line 'seq 8 | leat exec --mode stream python3 poison.py then dlq dead.ndjson'
  expect_status 0
  expect_out $'1\n2\n4\n5\n7\n8'
  [ "$(jq -r '.payload_text + .error.code + .error.message' dead.ndjson | paste -sd' ')" = \
    "3exit'python3' exited with 9 before it had answered 6exit'python3' exited with 9 before it had answered" ]
}

@test "a process that is stuck on a record fails that one alone" {
  cat >stuck.py <<'PY'
import sys, time
for line in sys.stdin:
    if line.strip() == "3": time.sleep(4545)
    print(line.strip(), flush=True)
PY
  run_line 'seq 5 | leat exec --mode stream --timeout 1s python3 stuck.py'
  expect_status 1
  expect_out $'1\n2\n4\n5'
  expect_err "'python3' has not answered within 1s"
  none_left stuck.py
}

@test "a process that says more than it is asked is killed, and nothing is taken for another record's reply" {
  run_line 'echo 1 | leat exec --mode stream sh -c "read x; echo \$x; echo more; sleep 4646"'
  expect_status 0
  expect_out 1
  expect_err 'a line that nobody asked for'
  none_left 'sleep 4646'
}

@test "a process that does not end when its input does is killed" {
  run_line 'echo 1 | leat exec --mode stream sh -c "read x; echo \$x; exec sleep 4747"'
  expect_status 0
  expect_out 1
  expect_err "'sh' had not ended 5s after its input, and was killed"
  none_left 'sleep 4747'
}

@test "the summary balances, whatever becomes of the records" {
  run_line 'seq 200 | leat --summary=json exec --workers 8 sh -c "read x; case \$x in *7) exit 1 ;; *5) ;; *0) echo \$x; echo \$x ;; *) echo \$x ;; esac" >/dev/null'
  expect_status 1
  [ "$(grep '^{' <<<"$stderr" | jq -c '[.balanced, .read, .emitted, .delivered, .dropped, .failed, .pending]')" = '[true,200,20,180,20,20,0]' ]
}

@test "an order broken by the command's delays is mended, and left alone when asked" {
  run_line 'seq 30 | leat exec --workers 30 sh -c "read x; [ \$x != 1 ] || sleep 0.3; echo \$x" | head -1'
  expect_out 1
  mkdir ended  # the first one waits for all the others to be through, however long that takes
  run_line 'seq 30 | leat exec --unordered --workers 30 sh -c "read x; [ \$x != 1 ] || { until [ \$(ls ended | wc -l) = 29 ]; do sleep 0.05; done; sleep 0.3; }; echo \$x; >ended/\$x" | tail -1'
  expect_out 1
}

@test "what means nothing is refused" {
  run_leat exec --mode stream --codec csv cat
  expect_status 2
  expect_err 'speaks lines, and codec csv does not'
  run_leat exec --workers 9 --window 3 cat
  expect_status 2
  expect_err 'window 3 has no room for 9 workers'
  run_leat exec --codec capnp cat
  expect_status 2
  expect_err 'codec capnp cannot be asked'
  run_leat map --retry attempts=3 .a
  expect_status 2
}
