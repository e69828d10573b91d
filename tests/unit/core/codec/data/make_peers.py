#!/usr/bin/env python3
"""Writes what Python's own json and csv modules say of random texts: json_python.ndjson and csv_python.ndjson beside this file.

Bytes stand as code points below 256. Run by hand when a kind of text is missing; the files are committed.
"""
import csv
import io
import json
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
rnd = random.Random(20)


def value(depth):
    kind = rnd.random()
    if depth < 4 and kind < 0.3:
        keys = [rnd.choice(["a", "b", "\\u0061", "c\\n", "", "ab"]) for _ in range(rnd.randint(0, 4))]
        return "{" + ",".join(space() + '"%s"' % k + space() + ":" + value(depth + 1) for k in keys) + space() + "}"
    if depth < 4 and kind < 0.45:
        return "[" + ",".join(value(depth + 1) for _ in range(rnd.randint(0, 3))) + space() + "]"
    word = rnd.choice(["0", "-0", "12", "-1.5e+3", "1E400", "123456789012345678901", "true", "false", "null", '""', '"a"',
                       '"\\u00e9\\ud83d\\ude00"', '"\\ud800x"', '"\u00e9\u20ac"', '"\\\\\\""', '"\x7f"', '"[{,:"'])
    return space() + word + space()


def space():
    return rnd.choice(["", "", "", " ", "\t", "\n ", "\r"])


def broken(data):
    data = bytearray(data)
    for _ in range(rnd.randint(1, 2)):
        at = rnd.randrange(len(data) + 1)
        how = rnd.random()
        if how < 0.4 and at < len(data):
            del data[at]
        elif how < 0.8:
            data.insert(at, rnd.choice(b'{}[]:,"\\01-.eu tfn\n\x00\x0c\x1a\xff\xc3\xed'))
        else:
            del data[at:]
    return bytes(data)


def refuse(_):
    raise ValueError


def kind(v):
    return {dict: "object", list: "array", str: "string", bool: "yes" if v else "no", type(None): "null"}.get(type(v), "number")


def at(root, path):
    """As a planned column: the kind, or what stands in the way."""
    for key in path:
        if root is None:
            return "missing"
        if not isinstance(root, dict):
            return "wrong " + kind(root)
        if key not in root:
            return "missing"
        root = root[key]
    return kind(root)


with open(os.path.join(HERE, "json_python.ndjson"), "w", encoding="utf-8") as out:
    for i in range(2000):
        data = value(0).encode()
        if i % 2:
            data = broken(data)
        line = {"bytes": data.decode("latin-1")}
        try:
            root = json.loads(data.decode("utf-8"), parse_constant=refuse)
            line["kinds"] = [at(root, path) for path in ([], ["a"], ["a", "b"], ["ab"])]
        except (ValueError, RecursionError):
            pass
        out.write(json.dumps(line) + "\n")

with open(os.path.join(HERE, "csv_python.ndjson"), "w", encoding="utf-8") as out:
    for i in range(400):
        width = rnd.randint(1, 5)
        cells = ["", "1", "x", "a,b", 'say "hi"', "two\nlines", "cr\r\nlf", '"', "é", " pad ", "007", "true", "-1.5e3"]
        rows = [[rnd.choice(cells) for _ in range(width)] for _ in range(rnd.randint(0, 6))]
        text = io.StringIO(newline="")
        ends = rnd.choice(["\n", "\r\n"])
        names = ["f%d" % n for n in range(width)]
        csv.writer(text, lineterminator=ends, quoting=rnd.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerows([names] + rows)
        body = text.getvalue()
        if rnd.random() < 0.3:
            body = body[: -len(ends)]
        read = list(csv.reader(io.StringIO(body, newline="")))
        out.write(json.dumps({"csv": body, "rows": [dict(zip(names, row)) for row in read[1:]]}, ensure_ascii=False) + "\n")
