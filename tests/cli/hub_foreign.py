#!/usr/bin/env python3
"""A client of the hub in another language, with nothing of leat but core/hub/hub.capnp and the capnp command that reads schemas.

    hub_foreign.py SCHEMA SOCKET pub SUBJECT PAYLOAD...    publish, wait until all is acknowledged, print "acknowledged N LEVEL"
    hub_foreign.py SCHEMA SOCKET sub PATTERN COUNT         from the beginning of the history or from now on, print SUBJECT PAYLOAD
"""
import json
import socket
import struct
import subprocess
import sys

schema, path, verb, subject, *rest = sys.argv[1:]


def capnp(action, data, *kind):
    return subprocess.run(["capnp", "convert", action, schema, "Frame", *kind], input=data, stdout=subprocess.PIPE, check=True).stdout


def encode(frame):
    return capnp("json:binary", json.dumps(frame).encode())


def decode(data):
    return json.loads(capnp("binary:json", data))


def exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            sys.exit("the hub has closed")
        data += more
    return data


def receive(connection):
    """One frame: the segment table says how long it is."""
    head = exactly(connection, 4)
    segments = struct.unpack("<I", head)[0] + 1
    table = head + exactly(connection, (4 + 4 * segments + 7) // 8 * 8 - 4)
    words = sum(struct.unpack_from(f"<{segments}I", table, 4))
    return decode(table + exactly(connection, words * 8))


hub = socket.socket(socket.AF_UNIX)
hub.connect(path)
hub.sendall(encode({"hello": {"version": 1, "name": "foreigner", "producer": "42"}}))
welcome = receive(hub)["welcome"]
assert welcome["version"] == 1, welcome

if verb == "pub":
    for number, payload in enumerate(rest, 1):
        hub.sendall(encode({"publish": {"subject": subject, "payload": list(payload.encode()), "number": str(number), "ack": "best"}}))
    while True:
        ack = receive(hub).get("pubAck")
        if ack and int(ack["number"]) == len(rest):
            print("acknowledged", ack["number"], ack["level"])
            break
else:
    left = int(rest[0])
    start = {"all": None} if len(rest) > 1 and rest[1] == "all" else {"live": None}
    hub.sendall(encode({"subscribe": {"id": 7, "pattern": subject, "start": start, "messages": left, "bytes": 4294967295}}))
    while left > 0:
        frame = receive(hub)
        if "error" in frame:
            sys.exit(frame["error"]["text"])
        if "subscribed" in frame:
            print("subscribed", file=sys.stderr, flush=True)
        if "deliver" in frame:
            for _ in range(frame["deliver"]["count"]):
                message = receive(hub)["publish"]
                print(message["subject"], bytes(message["payload"]).decode(), flush=True)
                left -= 1
