"""Twenty things people ask of a record every day, each against the newest jq there is."""
from task import Case, Goal, Task

EVERYDAY = {
    "two fields": "{ts, host}",
    "nested fields": "{id, pool: .upstream.name, ms: .upstream.ms}",
    "compare": "select(.status >= 500)",
    "compare twice": 'select(.host == "web-03" and .method == "POST")',
    "starts with": 'select(.path | startswith("/api/v1/"))',
    "regular expression": 'select(.msg | test("retry [0-9]+ of"))',
    "contains": 'select(.ua | contains("curl"))',
    "or else": '.user // "anonymous"',
    "arithmetic": ".latency_ms * 2 + 1",
    "arithmetic in an object": "{id, s: (.latency_ms / 1000), kb: (.bytes / 1024 | floor)}",
    "split": '.path | split("/") | .[1]',
    "slice of a text": ".ts[0:10]",
    "to_entries": ".upstream | to_entries | map(.key)",
    "with_entries": "with_entries(select(.value != null))",
    "group_by": "[.status, .upstream.status, 404, .status] | group_by(.) | map({code: .[0], n: length})",
    "if": 'if .status >= 500 then "error" elif .status >= 400 then "warn" else "ok" end',
    "text of many": '"\\(.method) \\(.path) \\(.status)"',
    "del": "del(.ua, .msg, .upstream)",
    "update": ".upstream.attempt += 1",
    "join an array": '[.tags[]?] | join(",")',
}
EACH, TOGETHER = 10, 15


def tasks():
    return [Task(name, "slice.ndjson", {
        "leat": Case("leat", f"leat map '{program}' < slice.ndjson", "."),
        "jq": Case("jq", f"jq -c '{program}' slice.ndjson", "."),
    }, [Goal("leat", "jq", at_least=EACH)]) for name, program in EVERYDAY.items()]
