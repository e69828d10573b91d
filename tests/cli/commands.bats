#!/usr/bin/env bats
# The commands beside the stages, as a user meets them.
# shellcheck disable=SC1010,SC2016,SC2154 # then is a word of leat, ${...} one of its files, and bats sets stderr
load helpers

@test "bare leat says how to begin, on stderr, and exits with 2" {
  run_leat
  expect_status 2
  expect_out ''
  expect_err "leat filter '.status >= 500'"
}

@test "--help and help say the same, on stdout" {
  run_leat --help
  expect_status 0
  [ "$output" = "$(leat help)" ]
  [ "$(leat take --help)" = "$(leat help take)" ]
  [ "$(leat explain --help)" = "$(leat help explain)" ]
  run_leat help nonsense
  expect_status 2
}

@test "a file runs as the command line it explains to" {
  printf '%s\n' '#!/usr/bin/env -S leat run' 'stages:' '  - take: 3' '  - skip: 1' >p.yaml
  seq 5 >in
  run_leat explain p.yaml
  expect_out 'leat take 3 then skip 1'
  [ "$(leat run p.yaml <in)" = "$(leat take 3 then skip 1 <in)" ]
  [ "$(leat run p.yaml <in)" = $'2\n3' ]
  [ "$(leat run p.yaml --set stages.0.take=2 <in)" = 2 ]
  chmod +x p.yaml
  [ "$(PATH=$(dirname "$LEAT"):$PATH ./p.yaml <in)" = $'2\n3' ]
}

@test "explain goes both ways" {
  leat explain --from a take 3 --to b >p.yaml
  run_leat explain p.yaml
  expect_out 'leat --from a take 3 --to b'
}

@test "every mistake of a file at once, with its place, and 78" {
  printf '%s\n' 'mem: much' 'stages:' '  - tkae: 3' '  - take: 0' >p.yaml
  run_leat check p.yaml
  expect_status 78
  expect_out ''
  [ "$stderr" = "p.yaml:1:6: mem: wants a size such as 4096, 64KiB or 1MB, not 'much'
p.yaml:3:5: stages[0]: there is no stage 'tkae' (did you mean take?)
p.yaml:4:11: stages[1].take: wants a whole number, 1 or more, not '0'" ]
  run_leat run p.yaml
  expect_status 78
}

@test "a mistake on the command line is 2" {
  run_leat tkae 3
  expect_status 2
  expect_err '^leat: there is no stage .tkae. \(did you mean take\?\)$'
  run_leat check take 3 --to stage:x
  expect_status 2
}

@test "a file that is not there is 66, one that is no file says so" {
  run_leat run none.yaml
  expect_status 66
  expect_err 'none.yaml: No such file or directory'
  run_leat run .
  expect_status 66
  expect_err 'Is a directory'
}

@test "check says nothing of a good pipeline and opens nothing" {
  run_leat check --from /nonexistent take 3 --to /nonexistent/too
  expect_status 0
  expect_out ''
  expect_err ''
}

@test "settings files fill in, and --no-config leaves them alone" {
  mkdir -p config/leat
  echo 'colr = 1' >config/leat/leat.toml
  XDG_CONFIG_HOME=$PWD/config run_leat take 1 </dev/null
  expect_status 78
  expect_err 'leat.toml:1:1: .*did you mean color'
  XDG_CONFIG_HOME=$PWD/config run_leat --no-config take 1 </dev/null
  expect_status 0
}

@test "graph draws what Graphviz can read" {
  run_leat graph take 3 then skip 1
  expect_out $'from -\ntake    <- from -    3\nskip    <- take    1\nto -    <- skip'
  run_leat graph --format mermaid take 3
  [ "${output:0:12}" = 'flowchart LR' ]
  command -v dot >/dev/null || skip 'no Graphviz here'
  leat graph --format dot take 3 | dot -Tsvg >/dev/null
}

@test "the schemas hold, says a peer" {
  python3 -c 'import jsonschema, yaml' 2>/dev/null || skip 'no jsonschema for python here'
  leat schema pipeline >pipeline.json
  leat schema artifact >artifact.json
  echo '{from: [a, {url: b, until: {idle: 5s}}], stages: [{take: 5}, unbatch, {batch: {size: 10, latency: 1.5s}, id: x}], to: [{url: c, retry: {attempts: 3}}, {url: d, retry: {attempts: forever}}]}' >good1
  echo '{chains: [{from: a, stages: [{take: 5}]}, {from: "stage:take", dlq: x}], mem: "${MEM:-1MB}", summary: true}' >good2
  echo '{fromm: a}' >bad1
  echo '{stages: [{take: 5, skip: 1}]}' >bad2
  echo '{stages: [{take: 0}]}' >bad3
  echo '{from: a, mem: soon}' >bad4
  run python3 "$LEAT_SOURCE/tests/support/schema_check.py" pipeline.json good1 good2 bad1 bad2 bad3 bad4
  expect_status 0
  expect_out $'good1 fits\ngood2 fits\nbad1 does not fit\nbad2 does not fit\nbad3 does not fit\nbad4 does not fit'
  for file in good1 good2; do leat check "$file" || return 1; done
  for file in bad1 bad2 bad3 bad4; do ! leat check "$file" 2>/dev/null || return 1; done
  echo '{"a":1}' | leat --out envelope take 1 >one.json
  echo '{"payload": 1, "payload_text": "1"}' >two.json
  run python3 "$LEAT_SOURCE/tests/support/schema_check.py" artifact.json one.json two.json
  expect_out $'one.json fits\ntwo.json does not fit'
}

@test "a full disk is 74 for what a command prints too" {
  run_line 'leat help >/dev/full'
  expect_status 74
  expect_err 'No space left on device'
}

@test "--color paints who speaks, on a terminal alone unless told otherwise" {
  run_leat --color always nonsense .a
  expect_status 2
  [ "$stderr" = $'\x1b[1;31mleat:\x1b[0m there is no stage \'nonsense\'' ]
  run_line 'echo 1 | leat --color always filter .a'
  expect_err $'^\x1b\\[1;31mleat:\x1b\\[0m stdin: byte 0: filter'
  run_line 'echo 1 | leat filter .a'
  expect_err '^leat: stdin: byte 0: filter'
}

@test "what a stage counts for itself stands in the summary, and is said once unless told to be quiet" {
  run_line "seq 1 7 | leat --summary dedupe --max-keys 3"
  expect_status 0
  expect_out "$(seq 1 7)"
  expect_err '^dedupe .* evicted 4$'
  [ "$(grep -c '^leat: dedupe: more keys than max_keys' <<<"$stderr")" = 1 ]
  run_line "seq 1 7 | leat --summary=json --quiet dedupe --max-keys 3"
  jq -e '[.stages[] | {id, counted}] == [{id: "source", counted: {}}, {id: "dedupe", counted: {evicted: 4}}, {id: "sink", counted: {}}] and .balanced' <<<"$stderr"
  run_line "seq 1 7 | leat --batch-records 2 dedupe --max-keys 7"
  expect_err ''
}

@test "--trust looks no further than the last field asked for, and says the same of what is JSON" {
  printf '%s\n' '{"a":1,"b":2}' '{"a":1,garbage' '{"b":7,"a":01}' '{"a":2}' >in
  run_leat --from in filter '.a == 1'
  expect_status 1
  expect_out '{"a":1,"b":2}'
  run_leat --trust --from in filter '.a == 1'
  expect_status 1
  expect_out '{"a":1,"b":2}
{"a":1,garbage'
  expect_err 'byte 29: filter: not JSON at byte 12'
  make_data --bytes 3MB >many
  for program in '.status >= 500' '.msg | contains("\\")' '.upstream.status == 503' '.level == "error"' '.path | startswith("/api")'; do
    cmp <(leat --from many filter "$program") <(leat --trust --threads 2 --from many filter "$program")
  done
  for program in '{ts, host, ms: (.latency_ms * 2)}' '.upstream'; do
    cmp <(leat --from many map "$program") <(leat --trust --threads 2 --from many map "$program")
  done
}

@test "--trust leaves records without the text a filter looks for unread" {
  printf '%s\n' '{"a":"x"}' '{no JSON' '5' '{"a":"\u0078"}' '{"a":"y"}' 'no JSON, and "x" is in it' >in
  run_leat --trust --from in filter '.a == "x"'
  expect_status 1
  expect_out '{"a":"x"}
{"a":"\u0078"}'
  expect_err 'byte 46: filter: not JSON at byte 0'
  run_leat --quiet --trust --from in filter --reject '.a == "x"'
  expect_out '{"a":"y"}'
}

@test "--strict has passed all before the record that failed, and nothing behind it" {
  seq -f %099.0f 60000 >many  # 6 MB: threads would begin, were it not for --strict
  head -n 49999 many >want
  for threads in '' '--threads 3'; do
    # shellcheck disable=SC2086 # no word, or two
    leat --strict $threads --quiet --in lines --from many filter 'if endswith("0050000") then error("no") else true end' --to - >got || [ $? = 65 ]
    cmp got want
  done
  seq 20 >few
  for chain in 'dedupe EXPR' 'take 15 then map EXPR' 'map EXPR' 'batch 1 then unbatch then map EXPR'; do
    words=()
    for word in $chain; do words+=("${word/EXPR/if . == 7 then error(\"no\") else . end}"); done
    rm -f cp
    run_leat --strict --from few --checkpoint cp "${words[@]}"
    expect_status 65
    expect_out "$(seq 6)"
    leat --from few --checkpoint cp map . >rest
    [ "$(sed -n '/^7$/,$p' rest)" = "$(seq 7 20)" ]
  done
  run_leat --strict --summary --max-record 3 --from <(printf '1\n2\n33333\n4\n') map .
  expect_status 65
  expect_out $'1\n2'
  expect_err '^read 3 = delivered 2 [+] failed 1$'
}

@test "a window's bytes are its own, not those of the stages behind it" {
  seq 60000 >in
  run_line "leat --from in map '{t: ., k: .}' then window 1s --time .t --by .k --max-bytes 1MiB --emit '{n: count}' then dedupe .k | wc -l"
  expect_status 0
  expect_out 60000
}
