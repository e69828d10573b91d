#!/usr/bin/env bats
# seal, open, sign, verify and checksum, with openssl and python's cryptography as the other programs.
# shellcheck disable=SC1010,SC2317 # `then` is a word of leat; functions are exported
load helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  openssl genpkey -algorithm X25519 -out x.pem 2>/dev/null && openssl pkey -in x.pem -pubout -out x.pub
  openssl ecparam -name prime256v1 -genkey -out p.pem 2>/dev/null && openssl pkey -in p.pem -pubout -out p.pub
  openssl genpkey -algorithm ED25519 -out e.pem 2>/dev/null && openssl pkey -in e.pem -pubout -out e.pub
  schema=$LEAT_SOURCE/core/data/artifact.capnp
}

peer() {
  python3 -c 'import cryptography' 2>/dev/null || skip 'NOT TESTED AGAINST ITS PEER: no python3-cryptography here'
  command -v capnp >/dev/null || skip 'NOT TESTED AGAINST ITS PEER: no capnp tool here (apt install capnproto)'
  hpke="$LEAT_SOURCE/tests/support/hpke.py"
}

@test "another program opens what leat has sealed" {
  peer
  printf '{"a": 1}\n{"b":"%s"}\n' "$(head -c 100000 /dev/zero | tr '\0' x)" >in.ndjson
  for key in x p; do
    run_line "leat --out envelope seal --for $key.pub <in.ndjson | python3 '$hpke' open $key.pem |
      capnp convert binary:json '$schema' Artifact | jq -r '.mediaType, (.payload | implode)' | grep -v ^application/json | cmp - in.ndjson"
    expect_status 0
  done
}

@test "leat opens what another program has sealed" {
  peer
  echo '{"mediaType": "text/plain", "payload": [104, 105], "checksum": {"algorithm": "crc32c", "value": [1, 2, 3, 4]}}' |
    capnp convert json:binary "$schema" Artifact >inner
  for key in x p; do
    python3 "$hpke" seal $key.pub '{"time":"2026-03-01T12:00:00.5Z","id":"i","origin":"gw","role":"user"}' <inner >in.envelope
    run_line "leat --in envelope --out envelope open --key $key.pem <in.envelope"
    expect_out '{"time":"2026-03-01T12:00:00.5Z","id":"i","origin":"gw","media_type":"text/plain","role":"user","checksum_algorithm":"crc32c","checksum":"AQIDBA==","payload":"hi"}'
    run_line "sed 's/\"gw\"/\"gv\"/' in.envelope | leat --in envelope open --key $key.pem"
    expect_status 1
    expect_out ''
    expect_err 'does not open'
  done
}

@test "what passes through a seal is what it was, in every format" {
  printf 'a,b\n1,x\n2,"y,z"\n' >in.csv
  head -c 4096 /dev/urandom | base64 -w 61 >in.txt
  printf '{"a":1}\n[2]\n"\\u00e9"\nnull\n' >in.ndjson
  for pair in csv:in.csv lines:in.txt ndjson:in.ndjson; do
    run_line "leat --in ${pair%:*} --out ndjson seal --for x.pub then open --key x.pem <${pair#*:} | cmp - <(leat --in ${pair%:*} --out ndjson <${pair#*:})"
    expect_status 0
  done
  leat --in ndjson --out capnp checksum then sign --key e.pem <in.ndjson >plain.capnp
  run_line 'leat --in capnp --out capnp seal --for p.pub <plain.capnp | leat --in capnp --out capnp open --key p.pem | cmp - plain.capnp'
  expect_status 0
}

@test "a sealed record is a dead letter that opens later" {
  echo '{"a":1}' | leat --out capnp seal --for x.pub >in.capnp
  run_line 'leat --in capnp open --key p.pem then dlq dead.capnp <in.capnp'
  expect_status 0
  expect_out ''
  run_line 'jq -c .error.code < <(leat --in capnp --out envelope <dead.capnp)'
  expect_out '"seal"'
  run_line 'leat dlq replay dead.capnp | leat --in capnp --out ndjson open --key x.pem'
  expect_out '{"a":1}'
}

@test "openssl agrees with every signature" {
  # The words of `leat help sign`, by hand.
  # shellcheck disable=SC2059 # the format is what was made of it
  number() { printf "$(printf '%016x' "$1" | sed 's/../\\x&/g')"; }
  text() { number "$(printf %s "$1" | wc -c)"; printf %s "$1"; }
  { text 'leat signature 1'; text i; for _ in 1 2 3 4; do text ''; done; text application/json
    text user; text ''; text ''; number 1000000000; number 1
    text k; number 1; number 7; text '{"a": 1}'; } >words
  echo '{"time":"1970-01-01T00:00:01Z","id":"i","media_type":"application/json","role":"user","meta":{"k":7},"payload":{"a": 1}}' >in.envelope
  leat --in envelope --out envelope sign --key e.pem <in.envelope >signed
  jq -r .signature signed | base64 -d >got
  openssl pkeyutl -sign -rawin -inkey e.pem -in words -out wanted
  cmp got wanted
  [ "$(jq -r .signature_key signed)" = "$(openssl pkey -in e.pem -pubout -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)" ]
  leat --in envelope --out envelope sign --key p.pem <in.envelope | jq -r .signature | base64 -d >got
  openssl dgst -sha256 -verify p.pub -signature got words
  openssl dgst -sha256 -sign p.pem words | base64 -w0 >made
  run_line "jq -c --arg s \"\$(cat made)\" '. + {signature_algorithm: \"ecdsa-p256-sha256\", signature: \$s}' in.envelope |
    sed 's/\"a\":1/\"a\": 1/' | leat --in envelope --out ndjson verify --keys e.pub --keys p.pub"
  expect_out '{"a":1}'
}

@test "a signed record that was changed, cut off from its signature or signed by a stranger fails, each with its word" {
  echo '{"a":1}' | leat --out envelope sign --key e.pem >signed
  cat e.pub p.pub >both.pub
  codes() { rm -f dead.ndjson; leat --in envelope verify --keys "$1" then dlq dead.ndjson >/dev/null; jq -r .error.code dead.ndjson; }
  export -f codes
  run_line 'leat --in envelope --out ndjson verify --keys both.pub <signed'
  expect_out '{"a":1}'
  run_line "sed 's/\"a\":1/\"a\":2/' signed | codes both.pub"
  expect_out signature
  run_line "jq -c '.role = \"admin\"' signed | codes e.pub"
  expect_out signature
  run_line "jq -c '.meta.k = 1' signed | codes e.pub"
  expect_out signature
  run_line 'codes p.pub <signed'
  expect_out untrusted
  run_line "jq -c '.signature_algorithm = \"none\"' signed | codes p.pub"
  expect_out untrusted
  run_line "jq -c 'del(.signature)' signed | codes e.pub"
  expect_out unsigned
  run_line 'leat --in envelope --out envelope stamp --overwrite id then verify --keys e.pub <signed'
  expect_status 1
  expect_err 'there is no signature'
}

@test "checksums hold as long as the payload does" {
  printf '{"a":1}\n  {"a": 1}\t\n' | leat --out envelope checksum --algo sha256 >summed
  run_line 'jq -r .checksum summed | head -1'
  expect_out "$(printf '{"a":1}' | openssl dgst -sha256 -binary | base64)"
  run_line 'leat --in envelope checksum --verify <summed | wc -l'
  expect_out 2
  codes() { rm -f dead.ndjson; leat --in envelope checksum --verify "$@" then dlq dead.ndjson >/dev/null; jq -r .error.code dead.ndjson; }
  export -f codes
  run_line "head -1 summed | sed 's/\"a\":1/\"a\":2/' | codes"
  expect_out checksum
  run_line "head -1 summed | jq -c 'del(.checksum)' | codes"
  expect_out unchecked
  run_line "head -1 summed | jq -c '.checksum_algorithm = \"md5\"' | codes"
  expect_out unchecked
  run_line 'head -1 summed | codes --algo crc32c'
  expect_out unchecked
}

@test "a key that is not there or not of the kind is told at the start, and nothing of it" {
  openssl genpkey -algorithm X25519 -aes256 -pass pass:x -out locked.pem 2>/dev/null
  for try in 'seal --for gone.pem:No such file' 'seal --for x.pem:holds no public key' 'seal --for e.pub:a key of Ed25519' \
    'seal --for both.pub:more keys than one' 'open --key x.pub:holds no private key' 'open --key locked.pem:wants a passphrase' \
    'sign --key x.pem:a key of X25519' 'verify --keys e.pem:holds no public key'; do
    cat x.pub p.pub >both.pub
    run_line "leat ${try%%:*} </dev/null"
    expect_status 2
    expect_err "${try#*:}"
    # shellcheck disable=SC2154
    [[ $stderr != *"$(sed -n 2p x.pem)"* ]]
  done
  printf 'chains:\n  - from: "-"\n    stages:\n      - open: {key: [gone.pem]}\n' >run.yaml
  run_line 'leat run run.yaml </dev/null'
  expect_err 'gone.pem: No such file'
}

@test "every key that a library is wanted for says so where there is none" {
  command -v bwrap >/dev/null || command -v unshare >/dev/null || skip 'no way to hide a library here'
  ldd "$LEAT" | grep -q libcrypto && skip 'it is linked'
  unshare -rm true 2>/dev/null || skip 'no namespaces here'
  mkdir empty
  library=$(ldconfig -p | sed -n 's/.*libcrypto\.so\.3 .*=> //p' | head -1)
  run_line "unshare -rm sh -c 'mount --bind /dev/null $library && \"$LEAT\" sign --key e.pem' </dev/null"
  expect_status 2
  expect_err 'libcrypto.so.3, which is not there'
}
