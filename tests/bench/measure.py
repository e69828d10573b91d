"""Runs commands and says what they cost. gauge.cc does the measuring; here its lines become figures."""
import os
import statistics
import subprocess
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """One run of a command: seconds, KiB, bytes. cpu is user and system time of all its processes, rss is of the largest."""
    wall: float
    first: float
    cpu: float
    rss: int
    written: int


class Failed(Exception):
    """The command did not end with status 0, or did not end in time."""


def busy(seconds=3):
    """How many processors work now, while we do not; the load average tells of the minute before too, of a build for one."""
    def ticks():
        with open("/proc/stat", encoding="utf-8") as lines:
            return [int(word) for word in next(lines).split()[1:9]]
    before = ticks()
    time.sleep(seconds)
    spent = [now - then for now, then in zip(ticks(), before)]
    return os.cpu_count() * (1 - (spent[3] + spent[4]) / max(1, sum(spent)))


class Machine:
    """Where commands run: with our tools in front of the path, in the folder of the data."""

    def __init__(self, gauge, tools, folder, limit=900):
        self.gauge, self.folder, self.limit = str(gauge), folder, limit
        self.env = dict(os.environ, PATH=f"{tools}{os.pathsep}{os.environ['PATH']}", LC_ALL="C")

    def _gauge(self, what, times, command):
        done = subprocess.run([self.gauge, what, str(times), command], cwd=self.folder, env=self.env, capture_output=True,
                              text=True, timeout=self.limit, check=False)
        if done.returncode:
            raise Failed(f"{command}: {done.stderr.strip()}")
        return [line.split() for line in done.stdout.splitlines()], done.stderr

    def warm(self, file):
        """Reads it once, so that nobody pays for the disk."""
        with open(f"{self.folder}/{file}", "rb", buffering=0) as data:
            while data.read(2**20):
                pass

    def cost(self, case):
        """The cost of a case: the median of its runs, or for a lone record the 99th percentile of its way."""
        if case.lone:
            took = sorted(float(line[0]) * 1e-6 for line in self._gauge("lone", case.times, case.command)[0])
            p99 = took[-(-len(took) * 99 // 100) - 1]
            return Cost(wall=p99, first=p99, cpu=0.0, rss=0, written=0)
        runs, said = self._gauge("run", case.times, case.command)
        if any(line[6] != "0" for line in runs):
            raise Failed(f"{case.command}: status {runs[0][6]}: {said.strip()[-300:]}")
        return median([Cost(wall=float(line[0]), first=float(line[1]), cpu=float(line[2]) + float(line[3]), rss=int(line[4]),
                            written=int(line[5])) for line in runs])

    def output(self, command):
        """What a command prints, through a pipe."""
        done = subprocess.run(["sh", "-c", command], cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=self.limit, check=False)
        if done.returncode:
            raise Failed(f"{command}: status {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}")
        return done.stdout


def median(costs):
    """The median of each figure of several runs."""
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in Cost.__dataclass_fields__))
