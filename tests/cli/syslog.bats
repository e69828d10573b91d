#!/usr/bin/env bats
# syslog as its own programs send it: logger of util-linux, and Python's SysLogHandler.
load helpers

free_port() {  # free_port STREAM|DGRAM
  python3 -c "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_$1); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
}

send() { logger --server 127.0.0.1 --port "$port" "$@"; }

@test "what logger sends over TCP, counted and in lines, is read as it meant it" {
  port=$(free_port STREAM)
  leat --in syslog --from "tcp-listen://127.0.0.1:$port" --until count=3 map 'del(.timestamp, .hostname, .structured_data.timeQuality)' --to out --codec ndjson &
  eventually grep -q "$(printf '%04X' "$port") 00000000:0000 0A" /proc/net/tcp
  send --tcp --octet-count --rfc5424 --priority local0.warning --tag app --id=77 --msgid M1 --sd-id x@1 --sd-param 'a="b c"' -- 'counted, é'
  send --tcp --rfc5424=notq,notime,nohost --tag app -- 'on a line'
  send --tcp --octet-count --rfc3164 --priority daemon.err --tag app --id=9 -- 'of old'
  wait $!
  sort out >sorted
  diff -u - sorted <<'OUT'
{"facility":"daemon","severity":"err","appname":"app","procid":9,"message":"of old"}
{"facility":"local0","severity":"warning","appname":"app","procid":77,"msgid":"M1","structured_data":{"x@1":{"a":"b c"}},"message":"counted, é"}
{"facility":"user","severity":"notice","appname":"app","message":"on a line"}
OUT
}

@test "a datagram of Python's SysLogHandler is one message, newlines and all" {
  port=$(free_port DGRAM)
  leat --in syslog --from "udp://127.0.0.1:$port" --until count=2 --to out --codec ndjson &
  eventually grep -q "$(printf '%04X' "$port")" /proc/net/udp
  python3 - "$port" <<'PY'
import logging, logging.handlers, sys
handler = logging.handlers.SysLogHandler(("127.0.0.1", int(sys.argv[1])), logging.handlers.SysLogHandler.LOG_DAEMON)
log = logging.getLogger("x"); log.addHandler(handler); log.setLevel(logging.INFO)
log.error("two\nlines"); log.info("one more")
PY
  wait $!
  diff -u - out <<'OUT'
{"facility":"daemon","severity":"err","message":"two\nlines"}
{"facility":"daemon","severity":"info","message":"one more"}
OUT
}

@test "written, it is RFC 5424; a record with a field that syslog has not fails with its name" {
  run_line 'printf "%s\n" "{\"appname\":\"a\",\"message\":\"x\"}" "{\"level\":3}" | leat --to - --codec syslog'
  expect_status 1
  expect_out '<13>1 - - a - - - x'
  expect_err "syslog has no field 'level'"
}

@test "a date without a year is of the year that brings it nearest, in one chain to RFC 5424" {
  now=$(date -u -d '1 hour ago' '+%b %e %H:%M:%S') iso=$(date -u -d '1 hour ago' '+%Y-%m-%dT%H:%M:%SZ')
  run_line "printf '<13>%s h a[1]: m\n' '$now' | leat --in syslog map . --to - --codec syslog"
  expect_status 0
  [ "${output:0:16}" = "<13>1 ${iso:0:10}" ]
}
