# The stage http against a server of our own on the loopback.
# shellcheck disable=SC2016,SC2154 # ${...} is not for this shell, bats sets stderr
load helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  leat http http://127.0.0.1:1/ </dev/null 2>&1 | grep -q 'built without HTTP' && skip 'built without libcurl'
  python3 "$LEAT_SOURCE/tests/support/http_server.py" >port 2>/dev/null &
  server=$!
  eventually [ -s port ]
  url=http://127.0.0.1:$(cat port)
  export url no_proxy=127.0.0.1
}
teardown() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; }

@test "the example of its help does what it says" {
  leat help http | sed -n '/^Examples/,/^$/p' >example
  line=$(sed -n 's/^    leat/leat/p' example)
  run_line "sed -n 's/^      < //p' example | ${line//127.0.0.1:8080/${url#http://}}"
  expect_status 0
  expect_out "$(sed -n 's/^      > //p' example)"
}

@test "responses go on in the order of their records" {
  run_line 'seq 300 | sed "s/.*/{\"n\":&}/" >in; leat --from in http $url/echo --workers 20 | cmp - in'
  expect_status 0
}

@test "the response can be a field of the record, and a request made of expressions" {
  run_line 'echo "{\"n\":7}" | leat http --url-from "\"$url/get?n=\" + (.n | tostring)" --method GET --merge-as r'
  expect_status 0
  expect_out '{"n":7,"r":{"path":"/get?n=7"}}'
  run_line 'echo "{\"n\":7}" | leat http $url/echo --body "{m: (.n + 1)}"'
  expect_out '{"m":8}'
}

@test "Row164: a good trace goes along as traceparent, once, and a bad one does not" {
  trace=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
  run_line "echo 1 | leat set 'trace=\"$trace\"' then http \$url/headers then map .traceparent"
  expect_out "\"$trace\""
  run_line "echo 1 | leat set 'trace=\"${trace/00-4/00-G}\"' then http \$url/headers then map .traceparent"
  expect_out null
  run_line "echo 1 | leat http \$url/headers then map .traceparent"
  expect_out null
  run_line "echo 1 | leat set 'trace=\"$trace\"' then http \$url/headers --header 'TraceParent: mine' then map .traceparent"
  expect_out '"mine"'
  run_line "echo 1 | leat stamp trace then http \$url/headers then map '.traceparent == \$artifact.trace'"
  expect_out true
}

@test "a status that says no fails the record at once" {
  run_line 'echo 1 | leat http $url/status/404 --retry attempts=5,base=1ms then dlq dead.ndjson'
  expect_status 0
  [ "$(jq -c '[.error.code, .error.attempts, .error.message, .payload_text]' dead.ndjson)" = '["http_404",1,"the server answered 404: as you wish","1"]' ]
}

@test "a status that says not now is tried again, and counted" {
  run_line 'echo 1 | leat http $url/flaky/3 --retry attempts=3,base=1ms'
  expect_status 0
  expect_out 1
  run_line 'echo 2 | leat http $url/flaky/3 --retry attempts=2,base=1ms then dlq dead.ndjson'
  expect_status 0
  [ "$(jq -c '[.error.code, .error.attempts]' dead.ndjson)" = '["http_503",2]' ]
}

@test "Retry-After is waited for" {
  run_line 'start=$(date +%s%N); echo 1 | leat http $url/later --retry attempts=2,base=1ms; [ $(($(date +%s%N) - start)) -ge 1000000000 ]'
  expect_status 0
  expect_out 1
}

@test "a server that does not answer is a timeout; one that breaks off, is too long or is not there fails the record" {
  run_line 'echo 1 | leat http $url/slow --timeout 200ms'
  expect_status 1
  expect_err 'has not answered within 200ms'
  run_line 'echo 1 | leat http $url/cut'
  expect_status 1
  run_line 'echo 1 | leat http $url/large --max-reply 64KiB'
  expect_status 1
  expect_err 'the response is longer than 64'
  run_line 'echo 1 | leat http http://127.0.0.1:1/'
  expect_status 1
  expect_err 'onnect to 127.0.0.1'
}

@test "redirects are not followed" {
  run_line 'echo 1 | leat http $url/redirect'
  expect_status 1
  expect_err 'the server answered 302'
}

@test "headers are sent, and the body says what it is" {
  run_line 'echo 1 | leat http $url/headers --header "X-Key: a b" | jq -c "[.\"x-key\", .\"content-type\"]"'
  expect_status 0
  expect_out '["a b","application/json"]'
}

@test "what means nothing is refused" {
  run_leat http
  expect_status 2
  run_leat http ftp://x/
  expect_status 2
  expect_err 'no http:// or https:// URL'
  run_leat http http://x/ --url-from .u
  expect_status 2
  run_leat http http://x/ --header nonsense
  expect_status 2
}
