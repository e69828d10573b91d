"""The brokers that are measured: each started on loopback, with a random port and a folder of its own, and ended again."""
import hashlib
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import time


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Broker:
    """A broker that runs: where it is, what it speaks, and what it has cost."""

    def __init__(self, name, speaks, command, folder, port, unix=None):
        self.name, self.speaks, self.unix = name, speaks, unix
        self.tcp = f"127.0.0.1:{port}"
        self.log = open(folder / "log", "ab")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,  # pylint: disable=consider-using-with
                                        preexec_fn=_many_files)  # pylint: disable=subprocess-popen-preexec-fn
        self._wait(port)

    def _wait(self, port):
        until = time.monotonic() + 20
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    pass
                if not self.unix or os.path.exists(self.unix):
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not come up: see {self.log.name}")

    def memory(self, field):
        """KiB of a field of /proc/PID/status: RssAnon now, VmHWM at most."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as lines:
            return next((int(line.split()[1]) for line in lines if line.startswith(field + ":")), 0)

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as text:
            words = text.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()


def _many_files():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


TOKEN = "bench-token-0123456789abcdefghij"  # of our hub, which asks those who come by TCP for one


PROGRAMS = {"nats": "nats-server", "jetstream": "nats-server", "redis": "redis-server", "redis always": "redis-server",
            "mosquitto": "mosquitto"}


class Brokers:
    """Starts them by name, in a folder, and ends them all."""

    def __init__(self, leat, folder):
        self.leat = str(leat)
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.running, self.started = {}, 0

    @staticmethod
    def missing():
        """name -> program that is not here"""
        return {name: program for name, program in PROGRAMS.items() if not find(program)}

    def start(self, name):
        """A new one of that name; the one before is ended."""
        if name in self.running:
            self.running.pop(name).end()
        self.started += 1
        folder = self.folder / f"{self.started}"
        folder.mkdir(parents=True)
        port = free_port()
        self.running[name] = getattr(self, "_" + name.replace(" ", "_"))(folder, port)
        return self.running[name]

    def __getitem__(self, name):
        return self.running.get(name) or self.start(name)

    def end(self):
        for broker in self.running.values():
            broker.end()
        self.running = {}
        shutil.rmtree(self.folder, ignore_errors=True)

    def _leat(self, folder, port):
        unix = str(folder / "s")
        subjects = '["bench.>", "kept.>", "log.>", "idle.>"]'
        (folder / "conf").write_text(f"""[[principal]]
name = "bench"
token_sha256 = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"
publish = {subjects}
no_publish = ["bench.secret.>"]
subscribe = {subjects}
no_subscribe = ["bench.secret.>"]
""", encoding="utf-8")
        # The histories are those of hub.py: publishes that are kept, and one to read for each size.
        histories = ["kept.>,name=kept,bytes=1GiB", *(f"log.{size},bytes=2GiB" for size in (16, 128, 1024, 16384))]
        words = [word for history in histories for word in ("--history", history)]
        return Broker("leat", "leat", [self.leat, "hub", "--listen", f"tcp-listen://127.0.0.1:{port}", "--listen", f"unix-listen:{unix}",
                                       "--config", "conf", "--data", "data", *words], folder, port, unix)

    def _nats(self, folder, port):
        return Broker("nats", "nats", [find("nats-server"), "-a", "127.0.0.1", "-p", str(port)], folder, port)

    def _jetstream(self, folder, port):
        (folder / "js").mkdir()
        return Broker("jetstream", "jetstream", [find("nats-server"), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder / "js")],
                      folder, port)

    def _redis(self, folder, port, name="redis", durable=()):
        unix = str(folder / "s")
        return Broker(name, "redis", [find("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--unixsocket", unix, "--save", "",
                                      "--dir", str(folder), "--maxclients", "20000",
                                      "--client-output-buffer-limit", "pubsub 0 0 0", *durable], folder, port, unix)

    def _redis_always(self, folder, port):
        return self._redis(folder, port, "redis always", ("--appendonly", "yes", "--appendfsync", "always"))

    def _mosquitto(self, folder, port):
        (folder / "conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n"
                                     f"user {os.environ.get('USER', 'root')}\n", encoding="utf-8")
        return Broker("mosquitto", "mqtt", [find("mosquitto"), "-c", "conf"], folder, port)


def find(program):
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
