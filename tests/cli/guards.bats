# Guards as a shell user meets them: what is refused, a breaker that opens and closes, ends that stand in, letters that say why.
# shellcheck disable=SC2154 # bats sets stderr
load helpers

@test "a value that is out of range is refused at the start, on the command line and in a file" {
  refused() {
    run_line "seq 3 | leat --to tcp://127.0.0.1:1 $1"
    expect_status 2
    expect_err "$2"
    [ "$output" = "" ]
  }
  refused '--breaker rate=1.5' "breaker: rate wants more than 0 and at most 1, not '1.5'"
  refused '--breaker rate=0' "breaker: rate wants more than 0 and at most 1, not '0'"
  refused '--breaker min=0' "wants a whole number, 1 or more, not '0'"
  refused '--breaker open=1h,open_max=1m' "breaker: open wants no more than open_max, 1m, not '1h'"
  refused '--breaker while_open=wait' "breaker: while_open wants dlq, drop, pause, not 'wait'"
  refused '--breaker rat=0.5' 'did you mean rate'
  refused '--retry attempts=0' "wants a whole number, 1 or more, not '0'"
  refused '--retry kind=cubic' "retry: kind wants exponential, linear, fixed, not 'cubic'"
  refused '--retry jitter=7' 'retry: jitter wants full, none or the least part of a wait, from 0 to 1'
  refused '--limit 0' "wants a whole number, 1 or more, not '0'"
  refused '--timeout 0s' 'wants a duration'
  printf 'from: "-"\nto:\n  url: tcp://127.0.0.1:1\n  breaker: {rate: 2}\n' >bad.yaml
  run_leat check bad.yaml
  expect_status 78
  expect_err "bad.yaml:4:19: to: breaker: rate wants more than 0 and at most 1, not '2'"
}

@test "an end that has nothing to guard refuses guards, and says where they stand" {
  for end in - out.ndjson 'exec:cat' udp://127.0.0.1:9 tcp-listen://127.0.0.1:0 unix-listen:s drop:; do
    for guard in 'retry attempts=2' 'timeout 1s' 'breaker min=2' 'limit 3'; do
      run_line "seq 3 | leat --to '$end' --$guard"
      expect_status 2
      expect_err "--${guard%% *} has no meaning for '$end' \(guards stand on ends that connect, tcp:// and unix:, and on calls"
    done
  done
  for guard in 'breaker min=2' 'limit 3' 'fallback x'; do
    run_line "leat --from tcp://127.0.0.1:1 --$guard"
    expect_status 2
    expect_err "a source is guarded by retry and timeout; the other guards stand on sinks"
  done
  printf 'from: {url: "tcp://127.0.0.1:1", breaker: {min: 2}}\n' >bad.yaml
  run_leat check bad.yaml
  expect_status 78
  expect_err 'from.breaker: a source has no breaker \(a source is guarded by retry and timeout'
}

# listen NAME: takes every client at the unix socket NAME and writes what they say to got.
listen() {
  cat >server.py <<'PY'
import os, socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1] + ".new"); s.listen()
os.rename(sys.argv[1] + ".new", sys.argv[1])
s.settimeout(30)
client, _ = s.accept()
with open("got", "ab", buffering=0) as got:
    for line in client.makefile("rb"): got.write(line)
PY
  python3 server.py "$1" 7>&- &
}
letters() { [ "$(wc -l <dead.ndjson)" = "$1" ]; }
said() { grep -q "$1" err; }

@test "row 122: an open breaker keeps records off, and their letters hold the true attempts, none, and the true cause" {
  mkfifo pipe
  leat --from pipe dlq dead.ndjson --to unix:s --breaker min=1,open=1h 2>err &
  leat=$!
  exec 7>pipe
  eventually said 'unix:s: breaker from closed to open for 1h: 1 of 1 attempts failed, the last: cannot connect to unix:s: No such file or directory'
  seq 2 >&7
  eventually letters 2
  exec 7>&-
  wait "$leat"
  [ "$(jq -c '[.payload_text, .error.code, .error.attempts]' dead.ndjson)" = $'["1","breaker",0]\n["2","breaker",0]' ]
  [ "$(jq -r .error.message dead.ndjson | sort -u)" = 'the breaker of unix:s is open: cannot connect to unix:s: No such file or directory' ]
  [ "$(jq -s 'all(.error.first <= .error.last and .error.first > "2020")' dead.ndjson)" = true ]
}

@test "a breaker closes when the server is back; every record is delivered or a letter, and the summary counts what it did" {
  mkfifo pipe
  leat --summary=json --from pipe dlq dead.ndjson --to unix:s --breaker min=1,open=50ms,probes=1 2>err &
  leat=$!
  exec 7>pipe
  eventually said 'breaker from closed to open for 50ms'
  echo 1 >&7
  eventually letters 1
  listen s
  eventually [ -e s ]
  sent=1
  arrived() {
    echo $((sent += 1)) >&7
    [ -s got ]
  }
  eventually arrived
  exec 7>&-
  wait "$leat"
  wait
  said 'unix:s: breaker from open to half-open: 1 attempts must pass'
  said 'unix:s: breaker from half-open to closed: 1 attempts passed'
  [ "$(jq -c '[.error.code, .error.attempts]' dead.ndjson | grep -vcxF -e '["breaker",0]' -e '["connect",1]')" = 0 ]
  { jq -r .payload_text dead.ndjson; cat got; } | sort -n | cmp - <(seq "$sent")
  tail -1 err | jq -e '.balanced and .failed == 0 and .pending == 0 and .dead_lettered + .delivered == .read' >/dev/null
  tail -1 err | jq -e '.stages[] | select(.kind == "sink") | .counted["breaker closed to open"] == 1 and .counted["breaker half-open to closed"] == 1' >/dev/null
}

@test "without a dlq an open breaker pauses the sources, and nothing is lost" {
  seq 5000 >in.ndjson
  leat --summary --from in.ndjson --to unix:s --retry attempts=forever,base=1ms,max=5ms --breaker min=3,open=300ms,probes=2 2>err &
  leat=$!
  eventually said 'breaker from closed to open'
  listen s
  wait "$leat"
  wait
  cmp got in.ndjson
  said 'breaker from half-open to closed: 2 attempts passed'
  said 'sink .* 5000 .*breaker closed to open [1-9]'
}

@test "while_open=drop drops and counts" {
  run_line 'seq 100 | leat --summary=json --to unix:nobody --retry attempts=forever,base=1ms,max=1ms --breaker min=2,while_open=drop,open=1h'
  expect_status 0
  [ "$(tail -1 <<<"$stderr" | jq -c '[.read, .dropped, .delivered, .failed, (.stages[] | select(.kind == "sink") | .dropped.breaker)]')" = '[100,100,0,0,100]' ]
}

@test "never ends the attempts at a failure that will not pass" {
  run_line 'seq 2 | leat dlq dead.ndjson --to unix:nobody --retry attempts=forever,never="No such file"'
  expect_status 0
  [ "$(jq -c '[.error.code, .error.attempts]' dead.ndjson | sort -u)" = '["connect",1]' ]
  run_line 'seq 2 | leat dlq more.ndjson --to unix:nobody --retry attempts=forever,on=timeout,on=write'
  expect_status 0
  [ "$(wc -l <more.ndjson)" = 2 ]
}

@test "row 117: a server that takes nothing costs an attempt after the timeout, and the letters say so" {
  cat >server.py <<'PY'
import socket, sys
s = socket.socket(socket.AF_UNIX); s.bind("s"); s.listen(); s.settimeout(30)
kept = [s.accept() for _ in range(2)]
sys.stdin.read()
PY
  mkfifo hold
  python3 server.py <hold &
  exec 8>hold
  eventually [ -e s ]
  run_line 'seq 3 | leat dlq dead.ndjson --to unix:s --timeout 100ms --retry attempts=2,base=1ms'
  exec 8>&-
  wait
  expect_status 0
  [ "$(jq -c '[.payload_text, .error.code, .error.attempts]' dead.ndjson)" = $'["1","timeout",2]\n["2","timeout",2]\n["3","timeout",2]' ]
}

@test "a limit of one sends record by record, all in order" {
  listen s
  eventually [ -e s ]
  run_line 'seq 20 | leat --to unix:s --limit 1'
  expect_status 0
  wait
  [ "$(cat got)" = "$(seq 20)" ]
}

@test "a fallback takes what its end cannot deliver; no letter, and counted apart" {
  run_line 'seq 5 | leat --summary=json dlq dead.ndjson --to unix:nobody --fallback spare.ndjson'
  expect_status 0
  [ "$(cat spare.ndjson)" = "$(seq 5)" ]
  [ ! -s dead.ndjson ]
  [ "$(tail -1 <<<"$stderr" | jq -c '[.read, .delivered, .fallback, .dead_lettered, .failed, .balanced]')" = '[5,0,5,0,0,true]' ]
  [ "$(tail -1 <<<"$stderr" | jq -c '.stages[] | select(.id == "fallback") | [.kind, .in, .delivered]')" = '["fallback",5,5]' ]
}

@test "a fallback is not reached for while its end delivers" {
  listen s
  eventually [ -e s ]
  run_line 'seq 3 | leat --to unix:s --fallback unix:nobody'
  expect_status 0
  wait
  [ "$(cat got)" = $'1\n2\n3' ]
}

@test "fallbacks stand in line, and dead letters are what the last refuses, with all attempts and all causes" {
  run_line 'seq 2 | leat dlq dead.ndjson --to unix:a --retry attempts=2,base=1ms --fallback unix:b --fallback unix:c --retry attempts=3,base=1ms'
  expect_status 0
  [ "$(jq -c '[.payload_text, .error.stage, .error.attempts, .error.source, .error.offset]' dead.ndjson)" = $'["1","fallback-2",6,"stdin",0]\n["2","fallback-2",6,"stdin",2]' ]
  [ "$(head -1 dead.ndjson | jq -r .error.message)" = \
    'cannot connect to unix:c: No such file or directory (3 attempts); before that fallback: cannot connect to unix:b: No such file or directory; before that sink: cannot connect to unix:a: No such file or directory (2 attempts)' ]
  run_line 'seq 2 | leat --to unix:a --fallback unix:b'
  expect_status 74
  expect_err 'cannot connect to unix:b'
}

@test "a fallback has options of its own, writes as its end does unless told, and stands in files too" {
  printf 'a,b\n1,2\n' >in.csv
  run_line 'leat --from in.csv --to unix:nobody --codec logfmt --fallback spare --append'
  expect_status 0
  [ "$(cat spare)" = 'a=1 b=2' ]
  printf 'from: in.csv\nto: {url: unix:nobody, fallback: {url: unix:nowhere, fallback: {url: other, codec: ndjson}}}\n' >p.yaml
  run_leat run p.yaml
  expect_status 0
  [ "$(cat other)" = '{"a":1,"b":2}' ]
  run_leat explain --argv p.yaml
  expect_out 'leat --from in.csv --to unix:nobody --fallback unix:nowhere --fallback other --codec ndjson'
  run_leat explain --yaml --from in.csv --to unix:nobody --retry on=write,on=timeout --fallback other --codec ndjson
  expect_out $'from: in.csv\nto: {url: unix:nobody, retry: {on: [write, timeout]}, fallback: {url: other, codec: ndjson}}'
}

@test "dead letters and drop: have no fallback" {
  run_line 'seq 2 | leat dlq dead.ndjson --fallback other.ndjson'
  expect_status 2
  expect_err 'dead letters have no fallback'
  run_line 'seq 2 | leat --to drop: --fallback other.ndjson'
  expect_status 2
  expect_err 'refuses nothing'
}

@test "a line of fallbacks is bounded" {
  line=$(printf -- ' --fallback unix:%s' $(seq 17))
  run_line "seq 2 | leat --to unix:s$line"
  expect_status 2
  expect_err 'no more than 16 ends stand in for one'
}
