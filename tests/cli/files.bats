#!/usr/bin/env bats
# Files that rotate, and files whose names are made of the record.
load helpers

@test "a path with expressions: each record in its file, folders made, names that stay names" {
  cat >in <<'IN'
{"t":"a","day":1}
{"t":"b/../x","day":1}
{"t":"..","day":2}
{"t":"","day":2}
{"t":"a","day":1}
{"t":null,"day":1}
{"t":"%2F","day":1}
IN
  run_line "leat --from in map . then dlq dead.ndjson --to 'out/{.t}/{.day}.ndjson'"
  expect_status 0
  [ "$(find out -type f | sort)" = "$(printf '%s\n' 'out/%/2.ndjson' 'out/%252F/1.ndjson' 'out/%2E./2.ndjson' 'out/a/1.ndjson' 'out/b%2F..%2Fx/1.ndjson' | sort)" ]
  [ "$(cat out/a/1.ndjson)" = "$(sed -n '1p;5p' in)" ]
  [ "$(jq -r .error.message dead.ndjson)" = '{.t}: null is no name' ]
  run_line "leat --from in filter '.t == \"a\"' --to 'out/{.t}/{.day}.ndjson'"
  [ "$(wc -l <out/a/1.ndjson)" = 4 ]
  run_line "echo 1 | leat --to 'x{{y'"; [ -e 'x{y' ]
  run_leat --from in --to 'x{.t'; expect_status 2
  expect_err 'not closed'
  run_leat --from in --to 'x{.t +}'; expect_status 2
}

@test "more names than files may be open: every record is there, packed files are whole, CSV files have one header" {
  seq 2000 | sed 's/.*/{"n":&,"k":"k&"}/' >in
  run_line "ulimit -n 40; leat --from in map '.k = .n % 97' --to 'out/{.k}.csv.gz' --max-files 5"
  expect_status 0
  [ "$(find out -type f | wc -l)" = 97 ]
  gzip -t out/*.gz
  [ "$(for f in out/*.gz; do gzip -dc "$f" | grep -c n,k; done | sort -u)" = 1 ]
  [ "$(gzip -dc out/*.gz | grep -v n,k | cut -d, -f1 | sort -n | md5sum)" = "$(seq 2000 | md5sum)" ]
}

@test "--rotate size: finished files are whole and in order, the oldest go" {
  seq 1000 >in
  run_line 'leat --from in --to out.ndjson --rotate size=1000'
  expect_status 0
  [ "$(cat out.0*.ndjson out.ndjson)" = "$(seq 1000)" ]
  [ "$(find . -name "out.0*" | wc -l)" = 3 ]
  for f in out.0*; do [ "$(wc -c <"$f")" -ge 1000 ] && [ "$(wc -c <"$f")" -lt 1010 ]; done
  run_line 'leat --from in --to out.ndjson --rotate size=500,keep=2'
  [ "$(find . -name "out.0*" | wc -l)" = 2 ]
  [ "$(cat out.0*.ndjson out.ndjson | tail -n 1)" = 1000 ]
  run_line 'leat --from in --to z.ndjson.zst --rotate size=1KiB --batch 1'
  expect_status 0
  [ "$(cat z.0*.zst z.ndjson.zst | zstd -dc)" = "$(seq 1000)" ]
  for f in z.*zst; do zstd -tq "$f"; done
}

@test "a record that names a finished file is a dead letter, and takes no file from another" {
  printf '%s\n' '{"k":"a.000001","n":0}' '{"k":"a.18446744073709551615","n":1}' >in
  seq 20 | sed 's/.*/{"k":"a","n":&}/' >>in
  run_line "leat --from in map . then dlq dead.ndjson --to 'out/{.k}.ndjson' --rotate size=100"
  expect_status 0
  [ "$(cat out/* | wc -l)" = 21 ]
  [ "$(jq -r .error.message dead.ndjson)" = 'its file would bear the name of one that is finished' ]
}

@test "--rotate every: a file that has something in it is finished by the clock" {
  mkfifo pipe
  leat --from pipe --to out.ndjson --rotate every=50ms &
  exec 5>pipe
  echo 1 >&5
  eventually [ -e out.000001.ndjson ]
  echo 2 >&5
  eventually [ -e out.000002.ndjson ]
  exec 5>&-
  wait %1
  [ "$(cat out.000001.ndjson out.000002.ndjson)" = "$(seq 2)" ]
  [ ! -e out.000003.ndjson ]
}

@test "a packed file that kill -9 cut short is finished before another begins; nothing acknowledged is lost" {
  seq 200000 >in
  "$LEAT" --from in --checkpoint place --to out.ndjson.gz --rotate size=100KiB &
  eventually [ -s place ]
  kill -9 %1
  wait %1 || true
  run_line 'leat --from in --checkpoint place --to out.ndjson.gz --rotate size=100KiB'
  expect_status 0
  for file in out.0*.gz out.ndjson.gz; do gzip -dc "$file" 2>/dev/null || echo; done | sort -u >all
  [ -z "$(comm -23 <(sort in) all)" ]
}

@test "what cannot rotate is refused, and a full disk is told" {
  run_leat --from - --to /dev/null --rotate size=1KiB; expect_status 2
  expect_err 'no file'
  run_leat --from - --to out --rotate keep=3; expect_status 2
  expect_err 'wants size=SIZE or every=DURATION'
  run_leat --from - --to tcp://127.0.0.1:1 --rotate size=1KiB; expect_status 2
  ln -s /dev/full '1'
  run_line "seq 3 | leat map . then dlq dead.ndjson --to '{.}'"
  expect_status 74
  expect_err 'No space'
}

@test "generate: as many as asked for, the same under a seed, at its rate" {
  run_line "leat --from 'generate:{n, even: (.n % 2 == 0)}' --count 3"
  expect_out "$(jq -nc 'range(3) | {n: ., even: (. % 2 == 0)}')"
  run_line "leat --from 'generate:range(.n)' --count 4"
  expect_out "$(jq -n 'range(4) | range(.)')"
  run_line "leat --seed 7 --from 'generate:.random' --count 1000 >a; leat --seed 7 --threads 2 --from 'generate:.random' --count 1000 >b; cmp a b; leat --seed 8 --from 'generate:.random' --count 1000 | cmp -s a - && echo same"
  [ "$output" = '' ]
  [ "$(jq -s 'all(. >= 0 and . < 1) and (add / length | . > 0.45 and . < 0.55) and (unique | length == 1000)' a)" = true ]
  run_line "leat --from 'generate:.n' --until count=5"
  expect_out "$(seq 0 4)"
  run_line "leat --from 'generate:if .n == 1 then error(\"no\") else .n end' --count 3 map . then dlq dead.ndjson"
  expect_out "$(printf '0\n2')"
  [ "$(jq -r .error.code dead.ndjson)" = expression ]
  begin=$(date +%s%N)
  run_line "leat --from 'generate:.n' --count 21 --rate 100/s"
  [ $(($(date +%s%N) - begin)) -ge 200000000 ]
  expect_out "$(seq 0 20)"
  run_leat --from 'generate:.n' --rate fast; expect_status 2
  run_leat --from 'generate:.n +'; expect_status 2
  run_leat --from 'generate:.n' --codec csv; expect_status 2
}
