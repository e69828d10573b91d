# What a hub shows to what watches it: over HTTP, in the text of OpenMetrics, and to a client that asks.
# shellcheck disable=SC2154 # bats sets stderr
load helpers

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start_hub OPTION...: at the socket `s`, and at $port for HTTP.
start_hub() {
  port=$(free_port)
  "$LEAT" hub --listen unix-listen:s --http "127.0.0.1:$port" "$@" 2>>hub.log &
  eventually get /live >/dev/null
}

# get PATH: the body, when the status is 200.
get() { python3 -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())' "http://127.0.0.1:$port$1" 2>/dev/null; }

# How the text's own rules are kept, by hand: families one behind the other, samples of theirs only, histograms that grow, the end.
strict() {
  awk '
    function fail(why) { print NR ": " why ": " $0; bad = 1 }
    ended { fail("behind the end") }
    /^# EOF$/ { ended = 1; next }
    /^# TYPE / { if (seen[$3]++) fail("twice"); family = $3; type = $4; before = -1; next }
    /^# (UNIT|HELP) / { if ($3 != family) fail("of another family"); if ($2 == "UNIT" && family !~ "_" $4 "$") fail("unit"); next }
    !/^[a-z_]+([{][a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*[}])? [0-9.e+-]+$/ { fail("no sample"); next }
    {
      name = $1; sub(/[{].*/, "", name); suffix = substr(name, length(family) + 1)
      if (index(name, family) != 1) fail("of another family")
      if (type == "counter" && suffix != "_total") fail("counter")
      if (type == "gauge" && suffix != "") fail("gauge")
      if (type == "histogram" && suffix !~ /^_(bucket|sum|count)$/) fail("histogram")
      if (suffix == "_bucket") { if ($NF + 0 < before) fail("falls"); before = /le="[+]Inf"/ ? -1 : $NF + 0 }
    }
    END { if (!ended) { print "no end"; bad = 1 }; exit bad }' "$1"
}

@test "metrics are OpenMetrics to the letter, and tell what has happened" {
  start_hub --history 'kept.>,name=odd' --data data
  # shellcheck disable=SC1003 # the backslash belongs to the subject
  seq 100 | leat pub --hub ./s 'kept."quoted\'
  run_line 'leat sub --hub ./s ">" --start all --until eof'
  run_line 'leat sub --hub ./s "kept.>" --start all --until eof'
  expect_out "$(seq 100)"
  sees() { get /metrics >metrics && grep -q '^leat_hub_subject_subscribers{subject="kept.\\"quoted\\\\"} 0$' metrics; }
  eventually sees  # the busiest are counted once a second
  strict metrics
  grep -q '^leat_hub_messages_in_total 100$' metrics
  grep -q '^leat_hub_messages_out_total 100$' metrics
  grep -q '^leat_hub_acknowledged_seconds_count 100$' metrics
  grep -q '^leat_hub_connections_ended_total{reason="closed"} [23]$' metrics
  grep -q '^leat_hub_sync_messages_sum{history="odd"} 100$' metrics
  for python in python3 /usr/bin/python3; do
    "$python" -c 'import prometheus_client.openmetrics.parser' 2>/dev/null || continue
    "$python" - metrics <<'PY'
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = {f.name: f for f in text_string_to_metric_families(open(sys.argv[1]).read())}
assert families["leat_hub_acknowledged_seconds"].type == "histogram"
assert families["leat_hub_sync_seconds"].unit == "seconds"
assert [s.labels["subject"] for s in families["leat_hub_subject_subscribers"].samples] == ['kept."quoted\\'], families["leat_hub_subject_subscribers"]
PY
    return
  done
  skip 'NOT TESTED AGAINST ITS PEER: no python3-prometheus-client here'
}

@test "the hand check of the text finds what is wrong" {
  ok='# TYPE a counter\n# HELP a x\na_total 1\n# EOF'
  printf '%b\n' "$ok" >text
  strict text
  for wrong in '# TYPE a counter\na_total 1' "$ok\na_total 1" '# TYPE a counter\na 1\n# EOF' '# TYPE a gauge\nb 1\n# EOF' \
    '# TYPE a gauge\na{x="y} 1\n# EOF' '# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="2"} 1\n# EOF' '# TYPE a gauge\n# UNIT a bytes\n# EOF'; do
    printf '%b\n' "$wrong" >text
    run strict text
    [ "$status" = 1 ]
  done
}

@test "live, ready and metrics answer one after the other, and nothing else does" {
  start_hub
  [ "$(get /ready)" = ready ]
  run get /other
  [ "$status" = 1 ]
  python3 - "$port" <<'PY'
import http.client, sys
c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
def get(path):
    c.request("GET", path)
    r = c.getresponse()
    return r.status, r.getheader("Content-Type"), r.read()
assert get("/live") == (200, "text/plain; charset=utf-8", b"live\n")
assert get("/metrics")[1] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
c.request("POST", "/metrics", b"x")
r = c.getresponse()
assert (r.status, r.getheader("Allow")) == (405, "GET, HEAD")
PY
}

@test "a place for HTTP that others can reach, or that is taken, is refused" {
  run_leat hub --listen unix-listen:s --http 0.0.0.0:0
  expect_status 2
  expect_err 'can be reached from other machines'
  start_hub
  run_leat hub --listen unix-listen:t --http "127.0.0.1:$port"
  expect_status 74
  run_leat hub --listen unix-listen:t --http nonsense
  [ "$status" != 0 ]
}
