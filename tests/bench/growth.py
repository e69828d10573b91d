"""How cost grows with what there is more of: bytes, the size of a record, stages, keys, workers.

What grows faster than it should is flagged.
"""
import math
import subprocess
import sys
from dataclasses import dataclass

from data import size
from measure import Failed, busy, median
from task import Case

SLACK = 0.15          # in the exponent: a tenfold step may cost 1.4 times as much as it should
SHORTEST = 0.05       # below this many seconds starting up hides what grows
LONG = 5              # a command that takes more seconds is run once: what else runs disturbs it less
BYTES = 128_000_000   # of the files with records of one size


@dataclass(frozen=True)
class Point:
    x: int
    file: str
    commands: dict[str, str]


@dataclass(frozen=True)
class Curve:
    """`exponent`: cost may grow with that power of x. 1: as much as x does; 0: not at all."""
    name: str
    unit: str
    exponent: float
    points: list[Point]
    why: str = ""  # what is known of a step that is flagged


def curves(machine, want):
    return [_input(machine, want), _record_size(machine), _stages(), _keys(machine, want.most_keys), _workers()]


def _each(file, threads=None):
    leat = "leat" if threads is None else f"leat --threads {threads}"
    stages = {
        "filter": "filter '.status >= 500'",
        "map": "map '{ts, host, ms: (.latency_ms * 2)}'",
        "window": "window 10s --time .ts --disorder 2s --by .host --emit '{n: count, p99: p99(.latency_ms)}'",
        "dedupe": "dedupe .path",
        "lines": "--in lines",
    }
    return {name: f"{leat} {stage} < {file}" for name, stage in stages.items()}


def _input(machine, want):
    points = []
    for words in ("1MB", "10MB", "100MB", "1GB", "10GB"):
        if size(words) > want.most_bytes:
            break
        file = f"size-{words}.ndjson"
        _make(machine, file, f"'{want.make_data}' --bytes {words}")
        points.append(Point(size(words), file, _each(file)))
    return Curve("input", "bytes", 1, points)


def _record_size(machine):
    points = []
    for length in (50, 500, 5_000, 50_000, 500_000, 5_000_000, 16_000_000):
        file = f"record-{length}.ndjson"
        _make(machine, file, f"'{sys.executable}' -c '{RECORDS}' {length} {max(4, BYTES // length)}")
        points.append(Point(length, file, {
            "filter": f"leat filter '.status < 500' < {file}",
            "map": f"leat map '{{id, n: (.text | length)}}' < {file}",
            "lines": f"leat --in lines < {file}",
        }))
    return Curve("record size, same number of bytes", "bytes", 0, points,
                 "A record that fits no cache is read from memory each time it is looked through: for its end, for escapes, for its"
                 " tokens. And its block, which grew for it, is not kept for the next, so its pages are new: a fifth more from"
                 " some megabytes on.")


RECORDS = r"""
import sys
length, count = map(int, sys.argv[1:])
for n in range(count):
    head = "{\"id\":%d,\"status\":%d,\"text\":\"" % (n, 503 if n % 50 == 0 else 200)
    room = max(0, length - len(head) - 3)
    text = b"caf\303\251 \\\"x\\\" " * (room // 13)
    sys.stdout.buffer.write(head.encode() + text + b"-" * (room - len(text)) + b"\"}\n")
"""


def _stages():
    file = "slice.ndjson"
    return Curve("stages", "stages", 1, [Point(count, file, {
        "filter": f"leat {' then '.join(['''filter '.status < 600' '''] * count)} < {file}",
        "map": f"leat {' then '.join(['''map '{ts, host, latency_ms}' '''] * count)} < {file}",
    }) for count in (1, 3, 10, 30)])


def _keys(machine, most):
    points = []
    records = max(2 * most, 2_000_000)
    for count in (1, 100, 10_000, 100_000, 1_000_000, 10_000_000):
        if count > most:
            break
        file = f"keys-{count}-of-{records}.ndjson"
        # 48271 and powers of ten have no common factor: each key comes as often as the others, far from its neighbour.
        _make(machine, file, f"""awk 'BEGIN {{ for (i = 0; i < {records}; ++i) printf "{{\\"k\\":\\"key-%09d\\",\\"v\\":%d}}\\n","""
                             f""" i * 48271 % {count}, i % 1000 }}'""")
        points.append(Point(count, file, {
            "dedupe": f"leat dedupe .k --max-keys {2 * most} < {file}",
            "window": f"leat window --global --by .k --max-keys {2 * most} --max-bytes 4GiB --emit '{{n: count, sum: sum(.v)}}' < {file}",
        }))
    return Curve("keys, same number of records", "keys", 0, points,
                 "With the number of keys grows what comes out, a record for each, and what must be written, and for a window sorted,"
                 " for it; a table of a million keys fits no cache. By key and record the cost is linear but for the sort.")


def _workers():
    return Curve("workers", "threads", 0, [Point(threads, "big.ndjson", _each("big.ndjson", threads)) for threads in (1, 2)])


def _make(machine, file, command):
    if not (machine.folder / file).exists():
        subprocess.run(["sh", "-c", f"{command} > {file}.part && mv {file}.part {file}"], cwd=machine.folder, check=True)


def lines(machine, want):
    """Tables, one a curve. Each cost is the median of three runs, taken in turn; of what takes long it is that of one."""
    out = [f"At the start other programs kept {busy():.2f} processors busy. A step is the exponent of the CPU seconds from one line to the next: with more"
           " bytes or stages, 1 is linear; with another size of record, or other keys, in the same amount of data, 0 is. What is over"
           f" that by more than {SLACK} (tenfold steps that cost {10**SLACK:.1f} times what they should) is marked **WORSE**."]
    for curve in curves(machine, want):
        print(f"growth: {curve.name}", file=sys.stderr, flush=True)
        out += ["", f"### {curve.name}", "", f"| program | {curve.unit} | wall s | CPU s | MB/s | MiB | step |"]
        out.append("|---|---|---|---|---|---|---|")
        costs = _measure(curve, machine, min(want.rounds, 3))
        for program in curve.points[0].commands if curve.points else ():
            out += _lines_of(curve, program, costs, machine)
        if curve.why:
            out += ["", curve.why]
    return out


def _measure(curve, machine, rounds):
    """(x, program) -> cost, or why there is none."""
    seen, failed = {}, {}
    for _ in range(rounds):
        for point in curve.points:
            machine.warm(point.file)
            for program, command in point.commands.items():
                at = (point.x, program)
                if at in failed or (at in seen and seen[at][0].wall > LONG):
                    continue
                try:
                    cost = machine.cost(Case("leat", command))
                    seen.setdefault(at, []).append(cost)
                except Failed as error:
                    failed[at] = str(error)
    return {**{at: median(costs) for at, costs in seen.items()}, **failed}


def _lines_of(curve, program, costs, machine):
    out, before = [], None
    for point in curve.points:
        cost = costs[point.x, program]
        if isinstance(cost, str):
            out.append(f"| {program} | {point.x} | **FAILED**: {cost.replace('|', '/')[:200]} | | | | |")
            continue
        step = ""
        if before and before[1].cpu >= SHORTEST:
            exponent = math.log(cost.cpu / before[1].cpu) / math.log(point.x / before[0])
            step = f"{exponent:.2f}"
            if exponent > curve.exponent + SLACK:
                step += " **WORSE**"
        rate = (machine.folder / point.file).stat().st_size / cost.wall / 1e6
        out.append(f"| {program} | {point.x} | {cost.wall:.3f} | {cost.cpu:.3f} | {rate:.0f} | {cost.rss / 1024:.1f} | {step} |")
        before = (point.x, cost)
    return out
