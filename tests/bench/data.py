"""The files the rows read, the same bytes on every machine: a large one, a slice of it for slow programs, and other formats."""
import json
import pathlib
import shutil
import subprocess

FLAT = "{ts, level, status, method, path, host, latency_ms, bytes, ua, msg, id}"
TEXT_SHARE = 0.53  # how long the plain log is, against the same requests as JSON
TINY = 100         # as many tiny records as the large file has bytes, over this


def size(words):
    """100MB -> bytes."""
    units = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
    number, unit = words[:-2], words[-2:].upper()
    if unit not in units or not number.isdigit():
        raise ValueError(f"a size is like 100MB, not {words}")
    return int(number) * units[unit]


def tiny_records(big):
    return min(big // TINY, 1_000_000)


class Data:
    """A folder of files. Made once: a stamp says of what."""

    def __init__(self, folder, leat, make_data):
        self.folder, self.leat, self.make_data = pathlib.Path(folder), leat, make_data

    def make(self, big, slice_):
        slice_ = min(big, slice_)
        wanted = {"big": big, "slice": slice_, "maker": pathlib.Path(self.make_data).stat().st_mtime_ns}
        stamp = self.folder / "stamp.json"
        if stamp.exists() and json.loads(stamp.read_text()) == wanted:
            return self
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        print(f"making {big / 1e6:g} MB of data in {self.folder}", flush=True)
        self._shell(f"'{self.make_data}' --bytes {slice_}B > slice.ndjson")
        self._shell("ln slice.ndjson big.ndjson" if big == slice_ else f"'{self.make_data}' --bytes {big}B > big.ndjson")
        self._shell(f"'{self.make_data}' --text --bytes {int(big * TEXT_SHARE)}B > big.log")
        self._shell("head -n 1 slice.ndjson > one.ndjson")
        self._shell(f"'{self.leat}' map '{FLAT}' < slice.ndjson > flat.ndjson && '{self.leat}' --out csv < flat.ndjson > flat.csv")
        self._shell(f"'{self.leat}' --out json-array < slice.ndjson > slice.json")
        self._shell(f"seq {tiny_records(big)} | '{self.leat}' --out capnp > tiny.capnp")
        self._shell("gzip -1c slice.ndjson > slice.ndjson.gz && zstd -qfk slice.ndjson")
        stamp.write_text(json.dumps(wanted))
        return self

    def bytes(self, name):
        return (self.folder / name).stat().st_size

    def _shell(self, command):
        subprocess.run(["sh", "-c", command], cwd=self.folder, check=True)
