"""The rows: what leat must reach, and the commands that show it. Each command is what a user would type, in the folder of the data."""
from task import Case, Goal, Task

DUCK_COLUMNS = "{ts: 'VARCHAR', host: 'VARCHAR', latency_ms: 'DOUBLE'}"


def duck(query):
    """DuckDB's answer as JSON lines."""
    return "duckdb -c \"COPY (" + query + ") TO '/dev/stdout' (FORMAT json)\""


def mlr(verbs, file):
    return f"mlr --ijsonl --ojsonl {verbs} {file}"


def typed(file):
    return f"read_ndjson('{file}', columns={DUCK_COLUMNS})"


def jqs(program, file, view):
    """The jq program, on each jq there is."""
    return {tool: Case(tool, f"{tool} -c '{program}' {file}", view) for tool in ("jq-1.6", "jq-1.8", "gojq", "jaq")}


def at_least(bounds, ours="leat", figure="wall"):
    return [Goal(ours, theirs, figure, at_least=bound) for theirs, bound in bounds.items()]


FILTER = "leat filter '.status >= 500'"
MAP = "leat map '{ts, host, ms: (.latency_ms * 2)}'"
WINDOW = "leat window 10s --time .ts --disorder 2s --by .host --emit '{n: count, mean: avg(.latency_ms), p99: p99(.latency_ms)}'"
TEXT = "leat --in lines filter 'contains(\" 503 \")'"

WINDOW_VIEW = "[.start[0:18], .host, .n, .mean, .p99]"
DUCK_WINDOW = duck("SELECT substr(ts, 1, 18) AS start, host, count(*) AS n, avg(latency_ms) AS mean, quantile_disc(latency_ms, 0.99) AS p99"
                   f" FROM {typed('big.ndjson')} GROUP BY ALL")
JQ_WINDOW = ("jq-1.8 -nc 'reduce inputs as $r ({}; .[$r.ts[0:18] + $r.host] += [$r.latency_ms]) | to_entries[] | {start: .key[0:18],"
             " host: .key[18:], n: (.value | length), mean: (.value | add / length),"
             " p99: (.value | sort | .[(length * 0.99 | ceil) - 1])}' slice.ndjson")
MLR_WINDOW = mlr("put '$start = substr0($ts, 0, 17)' then stats1 -a count,mean,p99 -f latency_ms -g start,host"
                 " then rename latency_ms_count,n,latency_ms_mean,mean,latency_ms_p99,p99", "slice.ndjson")
MLR_DEDUPE = mlr("unsparsify -f user then head -n 1 -g user", "slice.ndjson")
MLR_TOP = mlr("count-distinct -f host then sort -nr count then head -n 10", "slice.ndjson")
MLR_MAP = mlr("put '$* = {\"ts\": $ts, \"host\": $host, \"ms\": $latency_ms * 2}'", "slice.ndjson")
JQ_DEDUPE = ("jq-1.8 -nc 'foreach inputs as $r ({}; ($r.user | tojson) as $k | .new = (.seen[$k] | not) | .seen[$k] = true;"
             " if .new then $r else empty end)' slice.ndjson")
JQ_TOP = ("jq-1.8 -nc 'reduce inputs.host as $h ({}; .[$h] += 1) | to_entries | sort_by(-.value) | .[:10][] |"
          " {host: .key, count: .value}' slice.ndjson")
MAWK_BATCH = """mawk '{ printf "%s%s", NR % 500 == 1 ? (NR > 1 ? "]\\n[" : "[") : ",", $0 } END { print "]" }' big.ndjson"""
JQ_BATCH = "jq-1.8 -nc 'def batches: [limit(500; inputs)] | if length > 0 then ., batches else empty end; batches' slice.ndjson"


def threads(number, command):
    return f"{command.replace('leat', f'leat --threads {number}', 1)} < big.ndjson"


def json_tasks():
    return [
        Task("filter", "slice.ndjson", {
            "leat": Case("leat", f"{FILTER} < slice.ndjson", ".id"),
            **jqs("select(.status >= 500)", "slice.ndjson", ".id"),
            "mlr": Case("mlr", mlr("filter '$status >= 500'", "slice.ndjson"), ".id"),
            "fluent-bit": Case("fluent-bit", "fluent-bit -q -i stdin -F grep -m '*' -p 'Regex=status ^5' -o stdout < slice.ndjson", ".id"),
        }, at_least({"jq-1.6": 25, "jq-1.8": 15, "gojq": 25, "mlr": 50}) + at_least({"fluent-bit": 10}, figure="cpu")),
        Task("filter", "big.ndjson", {
            "leat": Case("leat", f"{FILTER} < big.ndjson", ".id"),
            "duckdb": Case("duckdb", "duckdb -noheader -list -c \"SELECT json FROM read_ndjson_objects('big.ndjson')"
                                     " WHERE CAST(json->>'$.status' AS INT) >= 500\"", ".id"),
            "leat --trust": Case("leat", "leat --trust filter '.status >= 500' < big.ndjson", ".id"),
            "grep -F": Case("grep", "grep -F '\"status\":50' big.ndjson", exact=False),
        }, at_least({"duckdb": 3}) + [Goal("leat --trust", "grep -F", at_most=1.5)],
            note="grep looks for the text and so also finds the status of the upstream; it misses records with another spacing."),
        Task("rare literal", "big.ndjson", {
            "leat --trust": Case("leat", "leat --trust filter '.level == \"error\"' < big.ndjson", ".id"),
            "grep -F": Case("grep", "grep -F '\"error\"' big.ndjson", ".id"),
        }, [Goal("leat --trust", "grep -F", at_most=1.0)]),
        Task("map", "slice.ndjson", {
            "leat": Case("leat", f"{MAP} < slice.ndjson", "[.ts, .host, .ms]"),
            **jqs("{ts, host, ms: (.latency_ms * 2)}", "slice.ndjson", "[.ts, .host, .ms]"),
            "mlr": Case("mlr", MLR_MAP, "[.ts, .host, .ms]"),
        }, at_least({"jq-1.6": 16, "jq-1.8": 14, "mlr": 35})),
        Task("window", "slice.ndjson", {
            "leat": Case("leat", f"{WINDOW} < slice.ndjson", WINDOW_VIEW),
            "jq-1.8": Case("jq-1.8", JQ_WINDOW, WINDOW_VIEW),
            # Its p99 is of another rank where 100 divides the number of records.
            "mlr": Case("mlr", MLR_WINDOW, WINDOW_VIEW, exact=False),
        }, at_least({"jq-1.8": 20, "mlr": 45}), tolerance=0.008),
        Task("window", "big.ndjson", {
            "leat --threads 2": Case("leat", threads(2, WINDOW), WINDOW_VIEW),
            "duckdb": Case("duckdb", DUCK_WINDOW, WINDOW_VIEW),
        }, at_least({"duckdb": 1.5}, ours="leat --threads 2"), tolerance=0.008),
        Task("dedupe", "slice.ndjson", {
            "leat": Case("leat", "leat dedupe .user < slice.ndjson", ".id"),
            "jq-1.8": Case("jq-1.8", JQ_DEDUPE, ".id"),
            # It keeps null and a missing user apart, so it passes one record more.
            "mlr": Case("mlr", MLR_DEDUPE, ".id", exact=False),
        }, at_least({"jq-1.8": 15, "mlr": 45})),
        Task("top-k", "slice.ndjson", {
            "leat": Case("leat", "leat window --global --emit '{top: topk(.host; 10)}' < slice.ndjson", ".top[] | [.value, .count]"),
            "jq-1.8": Case("jq-1.8", JQ_TOP, "[.host, .count]"),
            "mlr": Case("mlr", MLR_TOP, "[.host, .count]"),
        }, at_least({"jq-1.8": 15, "mlr": 45})),
        Task("batch of 500", "slice.ndjson", {
            "leat": Case("leat", "leat batch 500 < slice.ndjson", "map(.id)"),
            "jq-1.8": Case("jq-1.8", JQ_BATCH, "map(.id)"),
        }, at_least({"jq-1.8": 18})),
        Task("batch of 500", "big.ndjson", {
            "leat": Case("leat", "leat batch 500 < big.ndjson", "map(.id)"),
            "mawk": Case("mawk", MAWK_BATCH, "map(.id)"),
        }, [Goal("leat", "mawk", at_most=1.5)]),
    ]


def stream_tasks():
    chain = ["filter '.status < 400'", "filter '.latency_ms < 500'", "map '{ts, host, ms: (.latency_ms * 2)}'"]
    two_threads = [Task(f"2 threads, {name}", "big.ndjson", {
        "--threads 2": Case("leat", threads(2, command)),
        "--threads 1": Case("leat", threads(1, command)),
    }, [Goal("--threads 2", "--threads 1", at_most=0.70)]) for name, command in (("filter", FILTER), ("map", MAP), ("window", WINDOW))]
    memory = [Task(f"memory, {name}", "big.ndjson", {"leat": Case("leat", threads(2, command))},
                   [Goal("leat", figure="rss", at_most=16, unit="MiB")]) for name, command in (("filter", FILTER), ("map", MAP))]
    return [
        Task("literal in lines", "big.log", {
            "leat": Case("leat", f"{TEXT} < big.log"),
            "grep -F": Case("grep", "grep -F ' 503 ' big.log"),
            "rg": Case("rg", "rg -F --no-mmap ' 503 ' big.log"),
        }, at_least({"grep -F": 2}) + [Goal("leat", "rg", at_most=2)]),
        Task("pass-through", "big.ndjson", {
            "leat": Case("leat", "cat big.ndjson | leat --in lines"),
            "cat": Case("cat", "cat big.ndjson | cat"),
        }, [Goal("leat", "cat", at_most=0.8)]),
        Task("from a pipe", "big.ndjson", {
            "behind cat": Case("leat", f"cat big.ndjson | {FILTER}"),
            "from the file": Case("leat", f"{FILTER} < big.ndjson"),
        }, [Goal("behind cat", "from the file", at_most=1.5)]),
        *two_threads,
        Task("fused stages", "big.ndjson", {
            "one process": Case("leat", f"leat {' then '.join(chain)} < big.ndjson"),
            "three": Case("leat", f"leat {chain[0]} < big.ndjson | leat {chain[1]} | leat {chain[2]}"),
        }, [Goal("one process", "three", "cpu", at_most=0.45), Goal("one process", "three", "wall", at_most=0.45)]),
        Task("filter, map, batch", "big.ndjson", {
            "the three": Case("leat", "leat filter '.status < 600' then map '{ts, host, ms: (.latency_ms * 2)}' then batch 500 < big.ndjson",
                              ".[] | [.ts, .host, .ms]"),
            "map": Case("leat", f"{MAP} < big.ndjson", "[.ts, .host, .ms]"),
        }, [Goal("the three", "map", at_most=1.25)], note="No status is above 599, so every record takes all three."),
        *memory,
        Task("start to first record", "one.ndjson", {
            "leat": Case("leat", "leat filter . < one.ndjson", times=30),
            "cat": Case("cat", "cat < one.ndjson", times=30),
        }, [Goal("leat", "cat", "first", at_most=2.5)]),
        Task("lone record, p99", "a pipe", {"leat": Case("leat", FILTER, times=1000, lone=True)},
             [Goal("leat", at_most=0.001, unit="s")]),
    ]


def codec_tasks(records, csv_bytes):
    flat = "[.ts, .status, .host, .latency_ms, .id]"
    return [
        Task("csv to ndjson", "flat.csv", {
            "leat": Case("leat", "leat --in csv --out ndjson < flat.csv", flat),
            "mlr": Case("mlr", "mlr --icsv --ojsonl cat flat.csv", flat),
        }, at_least({"mlr": 10})),
        Task("ndjson to csv", "flat.ndjson", {
            "leat": Case("leat", "leat --in ndjson --out csv < flat.ndjson"),
            "mlr": Case("mlr", "mlr --ijsonl --ocsv cat flat.ndjson"),
        }, at_least({"mlr": 10})),
        Task("json-array in", "slice.json", {
            "leat": Case("leat", "leat --in json-array --out ndjson filter '.status >= 500' < slice.json", ".id"),
            "jq-1.8": Case("jq-1.8", "jq-1.8 -c '.[] | select(.status >= 500)' slice.json", ".id"),
        }, at_least({"jq-1.8": 10})),
        Task("json-array out", "slice.ndjson", {
            "leat": Case("leat", "leat --out json-array < slice.ndjson", "map(.id)"),
            "jq-1.8": Case("jq-1.8", "jq-1.8 -cs . slice.ndjson", "map(.id)"),
        }, at_least({"jq-1.8": 10})),
        Task("csv splitting", "flat.csv", {"leat": Case("leat", "leat --threads 1 --in csv skip 1000000000 < flat.csv")},
             [Goal("leat", figure="cpu", at_least=1, unit="GB/s", work=csv_bytes / 1e9)]),
        Task("capnp framing", "tiny.capnp", {"leat": Case("leat", "leat --threads 1 --in capnp skip 1000000000 < tiny.capnp")},
             [Goal("leat", figure="cpu", at_least=10, unit="M records/s", work=records / 1e6)]),
        *(Task(f"{name} on its own worker", f"slice.ndjson.{end}", {
            "inside": Case("leat", f"{FILTER} < slice.ndjson.{end}", ".id"),
            "in front": Case(tool, f"{tool} -dc slice.ndjson.{end} | {FILTER}", ".id"),
        }, [Goal("inside", "in front", at_most=1.0)]) for name, end, tool in (("gzip", "gz", "gzip"), ("zstd", "zst", "zstd"))),
    ]
