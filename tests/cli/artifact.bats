#!/usr/bin/env bats
# Artifacts as the user meets them, with the capnp tool as the other program: it must read what leat writes and write what leat reads.
load helpers

capnp_tool() {
  command -v capnp >/dev/null || skip 'NOT TESTED AGAINST ITS PEER: no capnp tool here (apt install capnproto)'
  schema=$LEAT_SOURCE/core/data/artifact.capnp
}

@test "capnp reads the artifacts that leat makes of lines of JSON, packed and not" {
  capnp_tool
  printf '{"a":1}\n{"b":[2]}\n' >in.ndjson
  leat --in ndjson --out capnp <in.ndjson >out.capnp
  run_line "capnp convert binary:json '$schema' Artifact <out.capnp | jq -c '[.version, .mediaType, .origin, (.payload | implode)]'"
  expect_out '[1,"application/json","stdin","{\"a\":1}"]
[1,"application/json","stdin","{\"b\":[2]}"]'
  leat --in capnp --out capnp-packed <out.capnp >out.packed
  run_line "capnp convert packed:text '$schema' Artifact <out.packed | cmp - <(capnp convert binary:text '$schema' Artifact <out.capnp)"
  expect_status 0
}

@test "leat reads the artifacts that capnp encodes, packed and not" {
  capnp_tool
  echo '(id = "x", subject = "orders.eu", mediaType = "application/json", payload = "{\"n\": 9007199254740993}", metadata = [(key = "k", value = (int = 7))])' >one.txt
  for form in binary packed; do
    codec=capnp
    [ $form = packed ] && codec=capnp-packed
    capnp convert "text:$form" "$schema" Artifact <one.txt >one.$form
    run_line "leat --in $codec --out ndjson <one.$form"
    expect_out '{"n":9007199254740993}'
    run_line "leat --in $codec --out envelope <one.$form"
    expect_out '{"id":"x","subject":"orders.eu","media_type":"application/json","meta":{"k":7},"payload":{"n": 9007199254740993}}'
    run_line "leat --in $codec --out $codec <one.$form | cmp - one.$form"
    expect_status 0
  done
}

@test "artifacts written by hand as JSON objects are what capnp reads" {
  capnp_tool
  cat >hand.json <<<'{"id":"x","role":"user","media_type":"text/plain","payload":"caf\u00e9\n","meta":{"f":1.0,"b":{"base64":"AP8="}}}'
  run_line "leat --in envelope --out capnp <hand.json | capnp decode --short '$schema' Artifact"
  expect_out '(version = 1, id = "x", time = 0, mediaType = "text/plain", role = "user", metadata = [(key = "f", value = (float = 1)), (key = "b", value = (binary = "\000\377"))], payload = "caf\303\251\n", attempt = 0)'
}

@test "a stream of artifacts that is cut short says at which byte, and gives what was whole" {
  printf '1\n2\n' | leat --in ndjson --out capnp >two.capnp
  size=$(($(stat -c %s two.capnp) / 2))
  head -c $((size + 20)) two.capnp >cut.capnp
  run_line 'leat --in capnp --out ndjson <cut.capnp'
  expect_out 1
  [ "$status" -ne 0 ]
  expect_err "byte $size: the last message is cut short"
}

@test "an artifact of another major version is refused and kept out of the output" {
  capnp_tool
  printf '(version = 1, payload = "1")(version = 3, payload = "2")(version = 1, payload = "3")' | capnp convert text:binary "$schema" Artifact >three.capnp
  run_line 'leat --in capnp --out ndjson <three.capnp'
  expect_status 1
  expect_out '1
3'
  expect_err 'envelope v3 unsupported'
}

@test "what fails is kept in the dead-letter file byte for byte, with the reason, over many runs" {
  printf '{"a":1}\n{bad "x" \\\n{"a":2}\n \xff \n' >in.ndjson
  run_line "leat filter '.a' then dlq dead.ndjson <in.ndjson"
  expect_status 0
  expect_out '{"a":1}
{"a":2}'
  jq -e '.error.stage and .error.message and .error.code == "malformed" and .error.attempts == 1' dead.ndjson
  jq -r 'select(.error.offset == 8).payload_text' dead.ndjson | cmp - <(sed -n 2p in.ndjson)
  jq -r 'select(.error.offset == 27).payload_base64' dead.ndjson | base64 -d | cmp - <(printf ' \xff ')
  run_line "leat filter '.a' then dlq dead.ndjson <in.ndjson"
  [ "$(wc -l <dead.ndjson)" = 4 ]
}

@test "a dead-letter file by another name is a stream of artifacts that capnp reads" {
  capnp_tool
  printf '{"a":1}\n{bad\n' | leat filter '.a' 'then' dlq dead.bin
  run_line "capnp convert binary:json '$schema' Artifact <dead.bin | jq -r '.error.code, .mediaType, (.payload | implode)'"
  expect_out 'malformed
application/json
{bad'
  run_line "leat --in capnp --out envelope <dead.bin | jq -c '[.payload_text, .error.offset, .checksum_algorithm]'"
  expect_out '["{bad",8,"crc32c"]'
}

@test "the name of a file is made of the envelope, though no stage asks for that" {
  printf '%s\n' '{"subject":"a","meta":{"k":1},"payload":1}' '{"subject":"b","payload":2}' >in
  # shellcheck disable=SC2016 # expressions of leat
  run_line 'leat --in envelope --out ndjson --to "f-{\$subject}-{\$meta.k // 0}" <in'
  expect_status 0
  [ "$(cat f-a-1)" = 1 ]
  [ "$(cat f-b-0)" = 2 ]
}
