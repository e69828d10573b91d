# gzip and zstd, in and out: what gzip(1) and zstd(1) write is read and the other way round, also in pieces, cut short or damaged.
# shellcheck disable=SC1010,SC2016,SC2154 # done is a file here, ${...} is not for this shell, bats sets stderr
load helpers

pack() { if [ "$1" = gzip ]; then gzip -c; else zstd -qc; fi; }
unpack() { if [ "$1" = gzip ]; then gzip -dc "$2"; else zstd -dqc "$2"; fi; }
export -f pack unpack

@test "packed input is known by its first bytes, wherever it comes from" {
  seq 20000 >want
  for with in gzip zstd; do
    pack $with <want >packed
    cat packed packed >twice
    for line in 'leat <packed --from -' 'cat packed | leat --to -' 'leat --from packed --to -' "leat --from exec:'cat packed' --to -" \
      'leat --from packed --decompress '$with' --to -' 'leat <twice take 20000'; do
      run_line "$line | cmp - want"
      expect_status 0
      expect_err ''
    done
  done
  printf '\x1f\x8bplain\n' >front
  run_leat --in lines --from front --to -
  expect_status 65
  run_line 'leat --in lines --from front --decompress none --to - | cmp - front'
  expect_status 0
}

@test "a client of a listening end may send packed data, and so may a server" {
  leat --from unix-listen:sock --until eof --to got &
  eventually [ -S sock ]
  seq 5 | zstd -qc >five.zst
  python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("sock"); s.sendall(open("five.zst", "rb").read())'
  wait $!
  [ "$(tr '\n' ' ' <got)" = '1 2 3 4 5 ' ]
  run_line 'seq 5 | leat --to unix-listen:sock2 --compress gzip & eventually() { until "$@"; do sleep 0.01; done; }
    eventually [ -S sock2 ]; leat --from unix:sock2 --to -; wait $!'
  expect_status 0
  expect_out $'1\n2\n3\n4\n5'
}

@test "a stranger may not ask for more memory than a stream needs" {
  seq 100000 | zstd -q --ultra -22 --zstd=wlog=27 --no-content-size -c >wide.zst 2>/dev/null || seq 100000 | zstd -q --long=27 -c >wide.zst
  run_line 'leat --from wide.zst --to - | tail -1'
  expect_out 100000
  leat --from unix-listen:sock --until eof --to got 2>err &
  eventually [ -S sock ]
  python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("sock"); s.sendall(open("wide.zst", "rb").read())' || true
  wait $!
  grep -q 'too much memory' err
}

@test "input that is cut short gives what came, and then an error with its byte" {
  seq 200000 >want
  for with in gzip zstd; do
    pack $with <want >packed
    cat packed packed >twice
    for size in $(($(stat -c %s packed) / 2)) $(($(stat -c %s packed) - 1)); do
      head -c "$size" packed >short
      run_leat --from short --to got.ndjson
      expect_status 65
      expect_err "^leat: short: byte $size: the $with data ends too early$"
      [ ! -e got.ndjson ]
      leat --from short --to - >got 2>/dev/null || true
      [ "$(wc -l <got)" -gt 0 ]
      cmp -n "$(stat -c %s got)" got want
    done
    [ "$(wc -l <got)" -ge 190000 ]  # all but the trailer, and the record it may have cut
  done
}

@test "damaged input gives what is in front of the damage, and then an error" {
  seq 200000 >want
  for with in gzip zstd; do
    pack $with <want >packed
    cat packed packed >twice
    size=$(stat -c %s packed)
    { head -c $((size / 2)) packed; printf 'damage, which is sixteen bytes!!'; tail -c +$((size / 2 + 33)) packed; } >bad
    run_line 'leat --from bad --to - >got'
    expect_status 65
    expect_err "bad: byte [0-9]+: the $with data is corrupt: "
    { cat packed; echo more; } >bad
    run_line 'leat --from bad --to - >got'
    expect_status 65
    expect_err "bad: byte [0-9]+: the $with data is corrupt: "
    cmp got want
  done
}

@test "what grows without bound is refused, unless that is asked for, in little memory" {
  python3 -c 'import sys
for _ in range(600_000): sys.stdout.write("1" * 999 + "\n")' | zstd -q -c >bomb.zst
  run_leat --from bomb.zst --to /dev/null
  expect_status 65
  expect_err 'bomb.zst: byte [0-9]+: unpacks to more than 1000 times its size \(--max-ratio allows more\)'
  cat >peak.py <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 400_000)  # KiB, of 600 MB; a sanitizer has its share
PY
  run_line 'python3 peak.py "$LEAT" --from bomb.zst --max-ratio 1000000 --to out'
  expect_status 0
  expect_out True
  [ "$(stat -c %s out)" = 600000000 ]
}

@test "an empty file holds nothing; a name and a byte are a stream cut short; text that begins like one is text" {
  : >a.ndjson.gz
  run_leat --from a.ndjson.gz --to -
  expect_status 0
  expect_out ''
  printf '\x1f' >a.ndjson.gz
  run_leat --from a.ndjson.gz --to -
  expect_status 65
  expect_err 'a.ndjson.gz: byte 1: the gzip data ends too early'
  for text in '(' '(a' 'P' 'x'; do
    run_line "printf '%s' '$text' | leat --in lines --to -"
    expect_out "$text"
  done
  run_leat --from a.ndjson.gz --decompress gzip take 1 --to a
  expect_status 65
  echo 1 >plain
  run_leat --from plain --decompress zstd --to -
  expect_status 65
  expect_err 'plain: byte [0-9]+: the zstd data is corrupt'
}

@test "a sink packs by its name or as it is told, and gzip and zstd read it" {
  seq 50000 >want
  for with in gzip zstd; do
    ext=$([ $with = gzip ] && echo gz || echo zst)
    run_leat --in ndjson --from want --to "a.ndjson.$ext" --to exec:'cat >b' --compress $with --to c.gz --compress none
    expect_status 0
    unpack $with "a.ndjson.$ext" | cmp - want
    unpack $with b | cmp - want
    cmp c.gz want
    [ "$(stat -c %s "a.ndjson.$ext")" -lt $(($(stat -c %s want) / 2)) ]
    run_line "leat --in ndjson --from want filter '. > 100000' --to none.$ext"
    expect_status 0
    [ -s none."$ext" ]
    [ "$(unpack $with none."$ext" | wc -c)" = 0 ]
  done
  run_leat --from want --to x.gz --compress gzip:10
  expect_status 2
  expect_err "gzip has no level '10'"
  run_leat --from want --to drop: --compress gzip
  expect_status 2
  run_leat --from udp://127.0.0.1:1 --decompress gzip --to -
  expect_status 2
}

@test "what is appended can be read behind what was there, also when the run failed" {
  for with in gzip zstd; do
    ext=$([ $with = gzip ] && echo gz || echo zst)
    seq 3 | leat --to "a.$ext"
    seq 4 6 | leat --to "a.$ext" --append
    run_leat --from "exec:seq 7 9; exit 3" --to "a.$ext" --append
    expect_status 74
    run_line "seq 10 | sed '5s/.*/no/' | leat --strict filter '. < 5' --to a.$ext --append"
    expect_status 65
    seq 20 21 | leat --to "a.$ext" --append
    unpack $with "a.$ext" >got
    for n in 1 3 4 6 7 9 20 21; do grep -qx $n got; done
    run_leat --in ndjson --from "a.$ext" --to -
    expect_status 0
    expect_out "$(cat got)"
  done
}

@test "a run that fails leaves the old packed file, and nothing beside it" {
  seq 3 | leat --to a.gz
  run_leat --from 'exec:seq 100000; exit 1' --to a.gz
  expect_status 74
  [ "$(gzip -dc a.gz | tr '\n' ' ')" = '1 2 3 ' ]
  [ "$(find . -name '.a*' | wc -l)" = 0 ]
}

@test "a reader sees each record when its input rests, before the stream ends" {
  for with in gzip zstd; do
    mkfifo in
    leat --from in --to - --compress $with >out &
    exec 7>in
    echo 1 >&7
    # shellcheck disable=SC2317 # called by eventually
    can_read() { unpack "$with" out 2>/dev/null | grep -qx "$1"; }
    eventually can_read 1
    echo 2 >&7
    eventually can_read 2
    exec 7>&-
    wait $!
    [ "$(unpack $with out | tr '\n' ' ')" = '1 2 ' ]
    rm in
  done
}

@test "a growing packed file is followed through its members, a rename and a new file" {
  seq 2 | gzip -c >log.ndjson.gz
  leat --from log.ndjson.gz --follow --until count=6 --to - >out &
  eventually grep -qx 2 out
  seq 3 4 | gzip -c >>log.ndjson.gz
  eventually grep -qx 4 out
  mv log.ndjson.gz old
  seq 5 6 | zstd -qc >new && mv new log.ndjson.gz
  wait $!
  [ "$(tr '\n' ' ' <out)" = '1 2 3 4 5 6 ' ]
}

@test "a checkpoint counts unpacked bytes, and goes on in a packed file that has grown" {
  seq 2 | gzip -c >a.ndjson.gz
  run_leat --from a.ndjson.gz --checkpoint place --to -
  expect_out $'1\n2'
  seq 3 4 | gzip -c >>a.ndjson.gz
  run_leat --from a.ndjson.gz --checkpoint place --to -
  expect_status 0
  expect_out $'3\n4'
  run_leat --from a.ndjson.gz --checkpoint place --until count=1 --to -
  expect_out ''
}

@test "dead letters may be packed, and are read again" {
  printf '{"a":1}\nnot json\n' >in.ndjson
  for name in dead.ndjson.gz dead.artifact.zst; do
    run_leat --from in.ndjson filter .a then dlq $name --to -
    expect_status 0
    run_leat --from in.ndjson filter .a then dlq $name --to -
    expect_status 0
    run_leat dlq replay $name
    expect_status 0
    expect_out $'not json\nnot json'
  done
  [ "$(gzip -dc dead.ndjson.gz | jq -r .payload_text)" = $'not json\nnot json' ]
}

@test "a connection that is made again begins a packed stream of its own, with what did not arrive" {
  cat >server.py <<'PY'
import gzip, socket
s = socket.socket(socket.AF_UNIX); s.bind("sock"); s.listen()
c, _ = s.accept(); first = c.recv(10); c.close()   # gone in the midst of the stream
c, _ = s.accept(); got = b""
while more := c.recv(65536): got += more
assert first[:2] == got[:2] == b"\x1f\x8b"
open("got", "wb").write(gzip.decompress(got))
PY
  timeout 20 python3 server.py &
  eventually [ -S sock ]
  seq 300000 >want
  run_leat --from want --to unix:sock --compress gzip --retry attempts=50,base=10ms
  expect_status 0
  wait $!
  cmp got want
}

@test "every policy for a full sink writes a whole stream" {
  seq 300000 >want
  for when in block drop-oldest drop-newest dlq; do
    run_line "leat --from want --to - --compress zstd --when-full $when | zstd -dqc >got"
    expect_status 0
    [ -s got ]
    sort -nc got
  done
}
