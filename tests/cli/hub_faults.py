#!/usr/bin/env python3
"""What a hub meets when things go wrong, made on purpose. HUB and PLACE are the path of a unix socket or HOST:PORT.

    hub_faults.py relay PLACE HUB             passes bytes on, both ways; prints the port if PLACE asks for any
    hub_faults.py faults PLACE HUB SEED       the same in odd pieces, late; connections are reset, or stall half open, until it was so often enough
    hub_faults.py watch HUB PATTERN SLOW      subscribes with that policy, until the message `last`: GOT LOST IN-ORDER FIRST LAST, or `closed`
    hub_faults.py idle HUB N [LEAST]          N connections with a subscription each, held until the input ends; at least LEAST of them are let in
    hub_faults.py storm HUB N                 N clients of news.> that come back when the hub goes, until the message `last`
    hub_faults.py garbage HUB SEED ROUNDS     frames that are none, too long, cut off, or in a wrong order
"""
import asyncio
import functools
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import threading
import time

SCHEMA = os.path.join(os.environ["LEAT_SOURCE"], "core/hub/hub.capnp")
WELCOME, PUBLISH, SUBSCRIBED, GAP, PING, ERROR = 1, 2, 5, 10, 11, 13  # of Frame's union
ENDLESS = 4294967295


def say(*words):
    print(*words, flush=True)


# ---- Frames --------------------------------------------------------------------------------------------------------


@functools.lru_cache(None)
def encoded(text):
    return subprocess.run(["capnp", "convert", "json:binary", SCHEMA, "Frame"], input=text, stdout=subprocess.PIPE, check=True).stdout


def encode(**frame):
    return encoded(json.dumps(frame).encode())


def hello():
    return encode(hello={"version": 1})


def subscribe(pattern, start="live", slow="byHub"):
    begin = {"seq": str(start)} if isinstance(start, int) else {start: None}
    return encode(subscribe={"id": 1, "pattern": pattern, "start": begin, "messages": ENDLESS, "bytes": ENDLESS, "slow": slow})


def struct_at(frame, at):
    """Of the pointer at that byte: where its data and its pointers begin."""
    pointer = struct.unpack_from("<Q", frame, at)[0]
    data = at + 8 + ((pointer & 0xFFFFFFFF) >> 2) * 8
    return data, data + (pointer >> 32 & 0xFFFF) * 8


def read(frame):
    """One frame of one segment: its kind, and where the data and the pointers of what it holds begin."""
    data, pointers = struct_at(frame, 8)
    return (struct.unpack_from("<H", frame, data)[0], *struct_at(frame, pointers))


def message(frame, data, pointers):
    """The seq and the payload of a publish frame."""
    at = pointers + 8
    pointer = struct.unpack_from("<Q", frame, at)[0]
    begin = at + 8 + ((pointer & 0xFFFFFFFF) >> 2) * 8
    return struct.unpack_from("<Q", frame, data)[0], frame[begin:begin + (pointer >> 35)]


def split(buffer):
    """The whole frames in a bytearray, which keeps the rest."""
    at, frames = 0, []
    while len(buffer) - at >= 8:
        size = 8 + struct.unpack_from("<I", buffer, at + 4)[0] * 8
        if len(buffer) - at < size:
            break
        frames.append(bytes(buffer[at:at + size]))
        at += size
    del buffer[:at]
    return frames


# ---- Sockets -------------------------------------------------------------------------------------------------------


def address(place):
    if ":" not in place:
        return socket.AF_UNIX, place
    host, port = place.rsplit(":", 1)
    return socket.AF_INET, (host, int(port))


def dial(place):
    family, where = address(place)
    made = socket.socket(family)
    try:
        made.connect(where)
    except OSError:
        made.close()
        raise
    return made


def listen(place):
    family, where = address(place)
    made = socket.socket(family)
    made.bind(where)
    made.listen(128)
    if family == socket.AF_INET:
        say(made.getsockname()[1])
    return made


def serve(place, hub, pass_on):
    """pass_on(client, hub's socket) on a thread for each who comes."""
    door = listen(place)
    while True:
        client, _ = door.accept()
        try:
            threading.Thread(target=pass_on, args=(client, dial(hub)), daemon=True).start()
        except OSError:
            client.close()


def pump(both, pieces):
    """Each way, until one side ends or pieces(bytes) answers nothing; pieces says how the bytes are cut."""
    while True:
        for one in select.select(both, [], [])[0]:
            data = one.recv(65536)
            if not data:
                return
            other = both[1] if one is both[0] else both[0]
            for piece in pieces(data):
                if piece is None:
                    return
                other.sendall(piece)


def close(*sockets, reset=False):
    for one in sockets:
        if reset:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()


def relay(place, hub):
    def pass_on(*both):
        try:
            pump(both, lambda data: [data])
        except OSError:
            pass
        close(*both)

    serve(place, hub, pass_on)


def faults(place, hub, seed):
    chance = random.Random(int(seed))
    left, held = ["reset", "half", "reset", "reset", "half", "reset"] * 2, []

    def pass_on(*both):
        fault = left.pop() if left else None
        room = [chance.randrange(2_000, 40_000)]

        def pieces(data):
            while data:
                size = chance.randrange(1, 2000)
                time.sleep(chance.random() / 500)
                room[0] -= size
                yield data[:size] if not fault or room[0] > 0 else None
                data = data[size:]

        try:
            pump(both, pieces)
        except OSError:
            pass
        if fault and room[0] <= 0:
            say(fault)
        if fault == "half" and room[0] <= 0:
            held.append(both)  # open, and nobody reads it
        else:
            close(*both, reset=True)

    serve(place, hub, pass_on)


# ---- Clients -------------------------------------------------------------------------------------------------------


def watch(hub, pattern, slow):
    connection, buffer, numbers, lost = dial(hub), bytearray(), [], 0
    connection.sendall(hello() + subscribe(pattern, slow=slow))
    while data := connection.recv(1 << 20):
        buffer += data
        for frame in split(buffer):
            kind, data_at, pointers = read(frame)
            if kind == SUBSCRIBED:
                say("subscribed")
            elif kind == GAP:
                lost += struct.unpack_from("<Q", frame, data_at + 24)[0]
            elif kind == PUBLISH:
                text = message(frame, data_at, pointers)[1].split()[0]
                if text == b"last":
                    return say(len(numbers), lost, numbers == sorted(set(numbers)), *(numbers[:1] + numbers[-1:]))
                numbers.append(int(text))
    say("closed")


def idle(hub, count, least=None):
    count, waiting, here, all_of_them = int(count), {}, set(), []
    least = int(least or count)
    for number in range(count):
        one = dial(hub)
        one.sendall(hello() + subscribe("idle.99999").replace(b"99999", b"%05d" % number))
        all_of_them.append(one)
        waiting[one.fileno()] = (one, bytearray())
    poll = select.poll()
    for number in waiting:
        poll.register(number, select.POLLIN)
    while len(here) < least:
        for number, _ in poll.poll():
            one, buffer = waiting[number]
            buffer += one.recv(4096)
            if any(read(frame)[0] == SUBSCRIBED for frame in split(buffer)):
                here.add(number)
    say(len(here))
    sys.stdin.read()


class Reader:
    """One of the storm: from where it was, after waits of up to 100 ms, 200 ms ... 5 s."""

    def __init__(self, hub):
        self.hub, self.next, self.got, self.attempts, self.over = hub, 1, [], 0, False

    async def once(self):
        source, sink = await asyncio.open_unix_connection(self.hub)
        try:
            sink.write(hello() + subscribe("news.>", self.next))
            buffer = bytearray()
            while not self.over and (data := await source.read(65536)):
                self.attempts = 0
                buffer += data
                for frame in split(buffer):
                    self.take(*(read(frame)), frame)
        finally:
            sink.close()

    def take(self, kind, data, pointers, frame):
        if kind == ERROR:
            sys.exit(f"the hub says {frame!r}")
        if kind == PUBLISH:
            seq, text = message(frame, data, pointers)
            self.next = seq + 1
            self.over = text == b"last"
            self.got += [] if self.over else [int(text)]

    async def run(self):
        while not self.over:
            try:
                await self.once()
            except OSError:
                pass
            if not self.over:
                await asyncio.sleep(random.random() * min(5, 0.1 * 2 ** self.attempts))
                self.attempts += 1


async def storm(hub, count):
    readers = [Reader(hub) for _ in range(int(count))]

    async def tell():
        told = 0
        while True:
            if (seen := min(len(one.got) for one in readers)) > told:
                say("all have", told := seen)
            await asyncio.sleep(0.05)

    telling = asyncio.ensure_future(tell())
    await asyncio.gather(*(one.run() for one in readers))
    telling.cancel()
    say("readers", len(readers), "that differ", sum(one.got != list(range(1, len(one.got) + 1)) for one in readers),
        "least", min(len(one.got) for one in readers))


def garbage(hub, seed, rounds):
    chance = random.Random(int(seed))
    good = [
        hello(), subscribe("a.>"), subscribe("b.*", slow="disconnect"), encode(unsubscribe={"id": 1}), encode(ping={"token": "5"}),
        encode(publish={"subject": "a.b", "payload": [1, 2, 3], "number": "1", "ack": "best"}),
        encode(credit={"id": 1, "messages": 5, "bytes": 5}), encode(control={"verb": "stats"}),
        encode(ack={"id": 1, "kind": "nack", "upTo": "3", "ranges": [{"first": "4", "last": "5"}]}),
        encode(welcome={"version": 1, "session": 7}), encode(pubAck={"number": "9"}), encode(deliver={"id": 1, "count": 1000}),
        encode(subscribed={"id": 1}), encode(gap={"id": 1}), encode(drain={"graceMs": 1}), encode(report={"text": "{}"}), encode(error={"fatal": True}),
    ]

    def spoilt(frame):
        what = chance.randrange(6)
        if what == 0:
            return frame[:chance.randrange(len(frame))]
        if what == 1:  # a table of segments that speaks of much more
            return struct.pack("<II", chance.choice([0, 15, 16, 0xFFFFFFFF]), chance.choice([0, 1 << 10, 1 << 20, 0xFFFFFFFF])) + frame[8:]
        if what == 2:
            return chance.randbytes(chance.randrange(300))
        if what == 3:
            changed = bytearray(frame)
            for _ in range(chance.randrange(1, 6)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            return bytes(changed)
        return frame

    ended = kept = 0
    for number in range(int(rounds)):
        one = dial(hub)
        one.settimeout(0 if number % 3 else 0.002)
        try:
            if number % 4:
                one.sendall(hello())
            one.sendall(b"".join(spoilt(chance.choice(good)) for _ in range(chance.randrange(1, 12))))
            while one.recv(65536):
                pass
            ended += 1
        except (BlockingIOError, TimeoutError):
            kept += 1
        except OSError:
            ended += 1
        close(one, reset=chance.random() < 0.2)
    say("ended", ended, "left", kept)


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    if verb == "storm":
        asyncio.run(storm(*words))
    else:
        {"relay": relay, "faults": faults, "watch": watch, "idle": idle, "garbage": garbage}[verb](*words)
