#!/usr/bin/env python3
"""Measures leat's hub against nats-server (with JetStream), redis-server and mosquitto, on this machine, and against its goals.

  cmake --build --preset release --target bench_hub
  BENCH='--rounds 3 --only latency' cmake --build --preset release --target bench_hub
  hub.py --leat PROGRAM --hub-load PROGRAM --work FOLDER [options]

In each round the brokers do a thing one after the other; a row's figure is the median of the rounds' ratios. Peers that are missing
are said, and their rows are left out. Goals that are missed are said, not failed.
"""
import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from hub_brokers import PROGRAMS, TOKEN, Brokers, find
from measure import busy
from peers import version
import report

SIZES = (16, 128, 1024, 16384)
SECTIONS = ("throughput", "latency", "kept", "replay", "stuck", "idle")


def options():
    say = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("leat", "hub-load", "work"):
        say.add_argument(f"--{name}", required=True, type=lambda path: pathlib.Path(path).resolve())
    say.add_argument("--rounds", type=int, default=5, help="5 by default")
    say.add_argument("--seconds", type=float, default=2, help="of one measurement; 2 by default")
    say.add_argument("--quick", action="store_true", help="short measurements: does it run, not how fast")
    say.add_argument("--alone", action="store_true", help="leat only, with nobody to compare it with")
    say.add_argument("--only", default=",".join(SECTIONS), help="some of: " + ",".join(SECTIONS))
    say.add_argument("--out", type=pathlib.Path, help="where the table goes if all was measured; it is printed in any case")
    want = say.parse_args(sys.argv[1:] + shlex.split(os.environ.get("BENCH", "")))
    if want.quick:
        want.seconds = min(want.seconds, 0.2)
    want.only = want.only.split(",")
    return want


@dataclass
class Row:
    """A figure of ours, beside one of theirs where there is one. `more`: more is better, so the ratio is ours by theirs."""
    section: str
    what: str
    figure: str
    ours: str
    theirs: str = ""
    more: bool = True
    goal: float | None = None  # the ratio at least, or at most; without theirs the figure itself
    unit: str = "x"
    values: list = field(default_factory=list)  # (ours, theirs), a round each

    def ratios(self):
        return [ours / theirs if self.theirs else ours for ours, theirs in self.values if not self.theirs or theirs]

    def line(self):
        ratios = self.ratios()
        sign = ">=" if self.more else "<="
        bound = f"{sign} {self.goal:g} {self.unit}" if self.goal is not None else "-"
        start = f"| {self.section} | {self.what} | {self.figure} | {self.ours} | {self.theirs or '-'} | {bound} |"
        if not ratios:
            return f"{start} **NOT RUN** | ? |"
        value = statistics.median(ratios)
        spread = f" ({min(ratios):.3g}..{max(ratios):.3g})" if len(ratios) > 1 else ""
        return f"{start} {value:.3g}{spread} | {self.verdict(value)} |"

    def verdict(self, value):
        if self.goal is None:
            return "-"
        return "yes" if (value >= self.goal if self.more else value <= self.goal) else "**NO**"


class Bench:
    """Runs the sections; a figure that was measured stands in `seen` until the round is over."""

    def __init__(self, want, missing):
        self.want, self.missing = want, missing
        self.brokers = Brokers(want.leat, want.work / "hub")
        self.rows, self.seen, self.failed = {}, {}, []
        self.peaks = {}

    def has(self, name):
        return name not in self.missing

    def load(self, mode, broker, place, *words, timeout=300):
        """What hub_load says, or {} if it could not."""
        command = [str(self.want.hub_load), mode, broker.speaks, place, *map(str, words)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
            said = done.stderr.strip() or f"status {done.returncode}"
        except subprocess.TimeoutExpired:
            done, said = None, f"not done after {timeout} s"
        self.see_peak(broker)
        if not done or done.returncode:
            self.failed.append(f"{' '.join(command[1:])}: {said}")
            print(f"\nFAILED: {self.failed[-1]}", file=sys.stderr, flush=True)
            return {}
        return json.loads(done.stdout)

    def see_peak(self, broker):
        self.peaks[broker.name] = max(broker.memory("VmHWM") / 1024, self.peaks.get(broker.name, 0))

    def row(self, section, what, figure, ours, theirs="", **how):
        """Adds what was seen this round of ours and of theirs to the row of that name; of none seen it says so in the table."""
        row = self.rows.setdefault((section, what, figure, ours, theirs), Row(section, what, figure, ours, theirs, **how))
        mine, other = self.seen.get((ours, what, figure)), self.seen.get((theirs, what, figure)) if theirs else None
        if mine is not None and (not theirs or other is not None):
            row.values.append((mine, other))

    def see(self, name, what, figures):
        for figure, value in figures.items():
            self.seen[name, what, figure] = value

    def round(self):
        self.seen = {}
        for section in SECTIONS:
            if section in self.want.only:
                print(f"  {section}", file=sys.stderr, flush=True)
                getattr(self, section)()

    def contestants(self, names):
        """(what it is called, broker, place) of the brokers of these names, by TCP and, where they have one, by a unix socket."""
        for name in names:
            if self.has(name):
                broker = self.brokers[name]
                yield f"{name} tcp", broker, broker.tcp
                if broker.unix:
                    yield f"{name} unix", broker, "unix:" + broker.unix

    def throughput(self):
        for publishers, subscribers in ((1, 1), (1, 4), (4, 1)):
            for size in SIZES:
                what = f"{publishers}->{subscribers} {size} B"
                names = ["leat", "nats", "redis"] + (["mosquitto"] if publishers == subscribers else [])
                for called, broker, place in self.contestants(names):
                    self.see(called, what, self.load("fan", broker, place, publishers, subscribers, size, self.want.seconds,
                                                     broker.process.pid))
                self.row("throughput", what, "rate", "leat tcp", "nats tcp", goal=1.4 if publishers == 4 else 2)
                self.row("throughput", what, "rate", "leat unix", "nats tcp", goal=3)
                self.row("throughput", what, "rate", "leat unix", "redis unix")
                self.row("throughput", what, "rate", "leat tcp", "redis tcp")
                self.row("throughput", what, "cpu_ns", "leat tcp", "nats tcp", more=False, goal=0.5)
                if publishers == subscribers:
                    self.row("throughput", what, "rate", "leat tcp", "mosquitto tcp")

    def latency(self):
        what = "128 B at 2000/s"
        for called, broker, place in self.contestants(["leat", "nats", "redis", "mosquitto"]):
            self.see(called, what, self.load("latency", broker, place, 2000, 128, self.want.seconds))
        self.row("latency", what, "p50_us", "leat tcp", "nats tcp", more=False, goal=0.9)
        self.row("latency", what, "p50_us", "leat unix", "nats tcp", more=False, goal=0.6)
        self.row("latency", what, "p99_us", "leat tcp", "nats tcp", more=False)
        for theirs in ("redis tcp", "mosquitto tcp"):
            self.row("latency", what, "p50_us", "leat tcp", theirs, more=False)

    def kept(self):
        for window in (4096, 1):
            for size in SIZES:
                what = f"window {window}, {size} B"
                for name in ("leat", "jetstream", "redis always"):
                    if self.has(name):
                        broker = self.brokers[name]
                        self.see(f"{name} tcp", what, self.load("kept", broker, broker.tcp, f"kept.{size}", window, size, self.want.seconds))
                goals = {128: 5, 1024: 3} if window > 1 else {}
                self.row("kept", what, "rate", "leat tcp", "jetstream tcp", goal=goals.get(size))
                self.row("kept", what, "rate", "leat tcp", "redis always tcp")

    def replay(self):
        for size in SIZES:
            count = min(500_000, 200_000_000 // size) // (20 if self.want.quick else 1)
            subject, what = f"log.{size}", f"{size} B"
            for name in ("leat", "jetstream"):
                if not self.has(name):
                    continue
                broker = self.brokers[name]
                filled = getattr(broker, "filled", set())
                if subject not in filled:
                    self.load("kept", broker, broker.tcp, subject, 4096, size, f"{count}x", timeout=900)
                    broker.filled = filled | {subject}
                self.see(f"{name} tcp", what, self.load("replay", broker, broker.tcp, subject, count, size))
            self.row("replay", what, "rate", "leat tcp", "jetstream tcp", goal=5 if size <= 1024 else None)

    def stuck(self):
        what = "one of two subscribers takes nothing, 1 KiB"
        for name in ("leat", "nats", "redis", "mosquitto"):
            if name == "redis" or not self.has(name):
                continue  # with its limits off it only grows, with them on it cuts the stuck one off
            broker = self.brokers.start(name)
            seen = self.load("stuck", broker, broker.tcp, 1024, max(self.want.seconds, 0.6 if self.want.quick else 3))
            self.see(f"{name} tcp", what, seen)
            for figure, goal in (("stalled", 0.5), ("lost", 0)):
                ours = name == "leat"
                self.row("stuck", what, figure, f"{name} tcp", more=False, goal=goal if ours else None, unit="s" if figure == "stalled" else "")

    def idle(self):
        count = 200 if self.want.quick else 10_000
        what = f"{count} connections"
        for name in ("leat", "nats", "redis", "mosquitto"):
            if not self.has(name):
                continue
            broker = self.brokers.start(name)
            before = broker.memory("RssAnon")
            command = [str(self.want.hub_load), "idle", broker.speaks, broker.tcp, str(count)]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as waiting:
                if waiting.stdout.readline():
                    time.sleep(1)
                    spent, begun = broker.cpu(), time.monotonic()
                    time.sleep(1 if self.want.quick else 5)
                    share = (broker.cpu() - spent) / (time.monotonic() - begun) * 100
                    self.see(f"{name} tcp", what, {"KiB each": (broker.memory("RssAnon") - before) / count, "% CPU": share})
                self.see_peak(broker)
                waiting.stdin.close()
            self.brokers.start(name)
            ours = name == "leat"
            self.row("idle", what, "KiB each", f"{name} tcp", more=False, goal=6 if ours else None, unit="KiB")
            self.row("idle", what, "% CPU", f"{name} tcp", more=False, goal=0.5 if ours else None, unit="%")

    def memory(self):
        for name, peak in self.peaks.items():
            row = Row("memory", "the largest of all of these", "MiB at most", name, more=False, goal=64 if name == "leat" else None, unit="MiB")
            row.values.append((peak, None))
            self.rows["memory", name] = row


NOTES = """Rates are deliveries a second, or acknowledged publishes; CPU is the broker's for one published message. Our hub is one
with a data folder, its metrics, and patterns of what its one principal, who shows a token, may do. The clients are the same program for all, which
writes prepared bytes and counts what comes.
kept: leat acknowledges what is on the disk (fdatasync), JetStream (file storage) what is not synced yet, redis (XADD, appendfsync always)
what is synced. replay: what is kept, from its beginning, by one subscriber; of JetStream by an ordered consumer. stuck:
stalled is the sum of the pauses of more than 50 ms that the other subscriber saw, lost what it never got. idle: anonymous memory, one
subscription each."""


def main():
    want = options()
    os.environ["LEAT_TOKEN"] = TOKEN  # for hub_load
    missing = dict(PROGRAMS) if want.alone else Brokers.missing()
    for program in sorted(set(missing.values())):
        print(f"MISSING: {program}: its rows are left out", flush=True)
    load = busy()
    bench = Bench(want, missing)
    try:
        for number in range(want.rounds):
            print(f"round {number + 1} of {want.rounds}", file=sys.stderr, flush=True)
            bench.round()
        bench.memory()
    finally:
        bench.brokers.end()
    rows = bench.rows.values()
    flags = {"mosquitto": "-h"}
    here = {program: version(find(program), flags.get(program, "--version")) for program in sorted(set(PROGRAMS.values()) - set(missing.values()))}
    words = [row.line().rsplit("|", 2)[1].strip() for row in rows if row.goal is not None]
    lines = ["# The hub", "", "Written by `cmake --build --preset release --target bench_hub`.", "",
             *report.where(here, version(want.leat), load), "",
             f"{want.rounds} rounds of {want.seconds:g} s a measurement; the figure is the median of the rounds (least to most in brackets):"
             " a ratio, or what it is where there is nobody to compare with.", "", NOTES, "",
             f"## Goals: {words.count('yes')} hold, {words.count('**NO**')} do not, {words.count('?')} not run", "",
             "| section | what | figure | ours | against | goal | measured | holds |", "|---|---|---|---|---|---|---|---|",
             *(row.line() for row in rows)]
    if bench.failed:
        lines += ["", "## What could not be measured", "", *(f"* {text}" for text in dict.fromkeys(bench.failed))]
    text = "\n".join(lines) + "\n"
    print(text)
    if want.quick or set(want.only) != set(SECTIONS):
        print("not all was measured, or only for a look: no file is written")
    elif want.out:
        want.out.write_text(text, encoding="utf-8")
    return bool(bench.failed)


if __name__ == "__main__":
    sys.exit(main())
