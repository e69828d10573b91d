#!/usr/bin/env bats
# Dead letters from the shell: what failed can be listed, counted, shown and run again.
# shellcheck disable=SC1010,SC2016,SC2154 # expressions are not for the shell, bats sets stderr
load helpers

setup_letters() {
  printf '%s\n' '{"a":1}' '{"a":' '{"a":"x"}' >in.ndjson
  leat --from in.ndjson map '.a + 1' then dlq "$1" --to out.ndjson
}

@test "replay prints the failed records byte for byte, in order" {
  for file in dead.ndjson dead.capnp; do
    setup_letters $file
    [ "$(cat out.ndjson)" = 2 ]
    leat dlq replay $file >again
    printf '%s\n' '{"a":' '{"a":"x"}' | cmp - again
  done
}

@test "ls and stats say where and why" {
  setup_letters dead.ndjson
  run_leat dlq ls dead.ndjson
  expect_status 0
  [ "$(cut -f 3-5 <<<"$output")" = $'map\tmalformed\tin.ndjson:8\nmap\texpression\tin.ndjson:14' ]
  run_leat dlq stats dead.ndjson
  expect_out $'letters\t2\nbytes\t14\nattempts\t2\nmap expression\t1\nmap malformed\t1'
}

@test "replay of MessagePack is MessagePack, as it came" {
  printf '\x81\xa1a\xc4\x03\xff\x00\x01' >in.msgpack
  leat --from in.msgpack expect --require .b then dlq dead --to out.msgpack
  leat dlq replay dead | cmp - in.msgpack
}

@test "[39] a letter tells the stage the record failed in, none that it came through, and when" {
  printf '%s\n' '{"a":1}' '{"a":2}' '{"a":"x"}' >in.ndjson
  leat --from in.ndjson filter .a then skip 1 then map --id sum '.a + 1' then batch 10 then dlq dead.ndjson --to out.ndjson
  [ "$(jq -r .error.stage dead.ndjson)" = sum ]
  [ "$(jq -r '.error.first == .error.last and (now - (.error.first | sub("\\.[0-9]+"; "") | fromdate) | . >= -1 and . < 60)' dead.ndjson)" = true ]
}

@test "show prints one letter, purge empties the file" {
  setup_letters dead.ndjson
  run_leat dlq show dead.ndjson 2
  [ "$(tail -n 1 <<<"$output")" = '{"a":"x"}' ]
  run_leat dlq purge dead.ndjson
  expect_status 0
  [ ! -s dead.ndjson ]
}

@test "a file that holds no letters is refused, and purge leaves it alone" {
  echo '{"a":1}' >other.ndjson
  run_leat dlq purge other.ndjson
  expect_status 65
  [ "$(cat other.ndjson)" = '{"a":1}' ]
  run_leat dlq ls missing.ndjson
  expect_status 66
  run_leat dlq ls
  expect_status 2
}

# A pipeline that fails at what is no JSON, and at amounts that are no numbers until they are mended.
pipeline() {
  cat >pipe.yaml <<'Y'
from: in.ndjson
stages:
  - filter: '.keep'
  - {map: '{id, next: (.n + 1)}', id: next}
to: out.ndjson
dlq: dead.ndjson
Y
}

@test "csv rows that failed are a table again: mended by sed they give what they would have given" {
  printf '%s\n' 'id,n' '1,10' '2,20,oops' '"3"x,30' '4,40' '5' >in.csv
  leat --in csv --out ndjson filter 'true' then dlq dead.ndjson <in.csv >out
  [ "$(cat out)" = $'{"id":1,"n":10}\n{"id":4,"n":40}' ]
  leat dlq replay dead.ndjson >again.csv
  printf '%s\n' 'id,n' '2,20,oops' '"3"x,30' '5' | cmp - again.csv
  sed 's/,oops//; s/"3"x/3/; s/^5$/5,50/' again.csv | leat --in csv --out ndjson filter 'true' >mended
  [ "$(cat mended)" = $'{"id":2,"n":20}\n{"id":3,"n":30}\n{"id":5,"n":50}' ]
}

@test "records of two kinds are no one stream, and their letters can be filtered apart" {
  printf '%s\n' 'id,n' '1,10' '2,20,oops' '3,x' >in.csv
  leat --in csv map '{id, n: (.n + 1)}' then map '.n / 0' then dlq dead.ndjson <in.csv || true
  run_leat dlq replay dead.ndjson
  expect_status 65
  expect_err 'dead.ndjson: letter [0-9]: a record of (csv|ndjson), those before it are of (csv|ndjson)'
  leat --from dead.ndjson --codec envelope filter '$meta.codec == "csv"' --to csv.ndjson --codec envelope
  run_leat dlq replay csv.ndjson
  expect_status 0
  expect_out $'id,n\n2,20,oops\n3,x'
}

@test "replay --run takes the records through the pipeline again, and adds to what it wrote" {
  pipeline
  printf '%s\n' '{"keep":true,"id":1,"n":1}' '{"keep":true,"id":2,"n":"x"}' '{"keep":true,' '{"keep":true,"id":3,"n":[]}' >in.ndjson
  run_leat run pipe.yaml
  expect_status 0
  mv dead.ndjson first.ndjson
  sed -i 's/\.n + 1/(.n | tonumber? \/\/ 5) + 1/' pipe.yaml
  run_leat dlq replay first.ndjson --run pipe.yaml --summary=json
  expect_status 0
  jq -e '.read == 3 and .delivered == 2 and .dead_lettered == 1 and .balanced' <<<"$stderr"
  [ "$(cat out.ndjson)" = $'{"id":1,"next":2}\n{"id":2,"next":6}\n{"id":3,"next":6}' ]
  jq -se 'length == 1 and .[0].error.stage == "filter"' dead.ndjson
}

@test "a letter that fails again keeps its envelope, place and first time, and counts one attempt more" {
  pipeline
  printf '%s\n' '{"keep":true,"id":1,"n":""}' '{"keep":' >in.ndjson
  leat run pipe.yaml
  for attempts in 2 3; do
    mv dead.ndjson before.ndjson
    run_leat dlq replay before.ndjson --run pipe.yaml
    expect_status 0
    jq -e --argjson attempts $attempts --slurpfile was before.ndjson -n '[inputs] | length == 2 and all(.error.attempts == $attempts)
      and (map(.error.offset) | sort == [0, 28]) and all(.error.source == "in.ndjson")
      and (map(.error.first) == ($was | map(.error.first))) and (map(.id) == ($was | map(.id))) and (map(.error.last) > ($was | map(.error.last)))' dead.ndjson
  done
  run_leat dlq stats dead.ndjson
  [[ $output == *$'attempts\t6'* ]]
}

@test "an artifact that failed is run again with the fields it had" {
  echo '{"a":"x"}' | leat --out capnp set 'subject="orders"' 'meta.k="v"' >in.capnp
  leat --from in.capnp map '.a + 1' then dlq dead.capnp
  printf '%s\n' 'from: in.capnp' 'stages:' "  - map: '.a + \"y\"'" 'to: {url: -, codec: envelope}' >pipe.yaml
  run_leat dlq replay dead.capnp --run pipe.yaml
  expect_status 0
  jq -e '.subject == "orders" and .meta == {k: "v"} and .payload == "xy" and .attempt == 1 and .origin == "stdin" and (has("error") | not)' <<<"$output"
}

@test "--into puts the records in front of a stage, and leaves out what nothing reaches" {
  cat >pipe.yaml <<'Y'
dlq: dead.ndjson
chains:
  - from: a.ndjson
    stages:
      - {map: '{k: .x}', id: a}
    dlq: dead.ndjson
    to: a-out.ndjson
  - from: b.ndjson
    stages:
      - {map: '{k: .y}', id: b}
  - from: ['stage:a', 'stage:b']
    stages:
      - {map: '.k + 1', id: plus}
    to: out.ndjson
Y
  sed -i 1d pipe.yaml
  echo '{"x":"no"}' >a.ndjson
  echo '{"y":1}' >b.ndjson
  leat run pipe.yaml
  [ "$(cat out.ndjson a-out.ndjson)" = $'2\n{"k":"no"}' ]
  mv dead.ndjson first.ndjson
  sed -i 's/.k + 1/(.k | length) + 1/' pipe.yaml
  run_leat dlq replay first.ndjson --run pipe.yaml
  expect_status 2
  expect_err 'dlq replay: pipe.yaml: several chains of this pipeline have sources [(]--into STAGE'
  run_leat dlq replay first.ndjson --run pipe.yaml --into pluss
  expect_status 2
  expect_err "no stage is called 'pluss' [(]did you mean plus[?][)]"
  run_leat dlq replay first.ndjson --run pipe.yaml --into plus
  expect_status 0
  expect_err ''
  [ "$(cat out.ndjson a-out.ndjson)" = $'2\n3\n{"k":"no"}' ]
}

@test "a pipeline that would write to the letters it reads is refused" {
  pipeline
  echo '{' >in.ndjson
  leat run pipe.yaml
  run_leat dlq replay ./dead.ndjson --run pipe.yaml
  expect_status 2
  expect_err 'writes to dead.ndjson, which is to be read [(]move it away first'
  [ "$(wc -l <dead.ndjson)" = 1 ]
  run_line 'leat dlq replay - --run pipe.yaml <dead.ndjson'
  expect_status 2
  run_line 'leat dlq replay - <dead.ndjson'
  expect_out '{'
  # A name is that of a file, not a pattern and not an end.
  run_leat dlq replay 'dea[d].ndjson' --run pipe.yaml
  expect_status 66
  mv dead.ndjson 'dea[d].ndjson'
  leat dlq replay 'dea[d].ndjson' --run pipe.yaml || true
  [ "$(leat dlq replay dead.ndjson)" = '{' ]
  mv dead.ndjson drop:.ndjson
  leat dlq replay drop:.ndjson --run pipe.yaml || true
  [ "$(leat dlq replay dead.ndjson)" = '{' ]
}

@test "replay --run ends as run does: the status of what fails, of a file that holds no letters, of a pipeline with mistakes" {
  pipeline
  echo '{"keep":1,"n":"x"}' >in.ndjson
  leat run pipe.yaml
  mv dead.ndjson first.ndjson
  run_leat dlq replay first.ndjson --run pipe.yaml --set dlq=drop:
  expect_status 0
  run_line "sed /dlq/d pipe.yaml | leat dlq replay first.ndjson --run -"
  expect_status 1
  expect_err 'in.ndjson: byte 0: next: '
  run_leat dlq replay in.ndjson --run pipe.yaml
  expect_status 65
  expect_err "in.ndjson: byte 0: no field 'keep'"
  run_leat dlq replay missing.ndjson --run pipe.yaml
  expect_status 66
  sed -i s/filter/fliter/ pipe.yaml
  run_leat dlq replay first.ndjson --run pipe.yaml
  expect_status 78
  expect_err 'did you mean filter'
  run_leat dlq replay first.ndjson --into next
  expect_status 2
  run_leat dlq ls first.ndjson --run pipe.yaml
  expect_status 2
}

@test "of a record that was too long only the front is kept, which is never run as if it were the record" {
  long=$(printf '%01500d' 7)
  printf '%s\n' short "$long" last >in.txt
  printf '%s\n' 'from: {url: in.txt, codec: lines, max_record: 1KiB}' 'to: out.txt' 'dlq: dead.ndjson' >pipe.yaml
  leat run pipe.yaml
  [ "$(cat out.txt)" = $'short\nlast' ]
  mv dead.ndjson first.ndjson
  run_leat dlq replay first.ndjson
  expect_status 65
  expect_out ''
  expect_err 'first.ndjson: letter 1: only the first 1024 bytes of the record were kept'
  run_leat dlq replay first.ndjson --run pipe.yaml
  expect_status 0
  [ "$(cat out.txt)" = $'short\nlast' ]
  jq -e '.error.code == "limit" and .error.attempts == 2 and .error.offset == 6 and .error.message == "longer than 1.0 KiB" and .meta == {codec: "lines", codec_cut: true}' dead.ndjson
}
