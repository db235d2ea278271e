"""Reads exported vectors in every format as other programs do, and compares them bit for bit.

  read_embeddings.py FOLDER

In FOLDER stand `wanted.f32`, `wanted.json` ({"rows", "columns", "identifiers"}) and `vectors.FORMAT`.
"""

import csv
import json
import os
import re
import sys

import numpy as np

folder = sys.argv[1]


def path(name):
    return os.path.join(folder, name)


with open(path("wanted.json"), encoding="utf-8") as file:
    wanted = json.load(file)
shape = (wanted["rows"], wanted["columns"])
vectors = np.fromfile(path("wanted.f32"), "<f4").reshape(shape)


def identifiers():
    with open(path("vectors.ids.txt"), encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    assert lines.pop() == ""
    plain = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
    return [re.sub(r"\\[\\nr]", lambda match: plain[match[0]], line) for line in lines]


def same(name, ids, found):
    assert ids == wanted["identifiers"], (name, ids[:5])
    found = np.asarray(found, np.float32).reshape(shape)
    assert found.tobytes() == vectors.tobytes(), (name, np.argwhere(found != vectors)[:5])
    print(name, found.shape)


array = np.load(path("vectors.npy"), mmap_mode="r")
assert array.dtype == np.dtype("<f4") and array.flags.c_contiguous and array.offset % 64 == 0
same("npy", identifiers(), array)

with open(path("vectors.shape.json")) as file:
    note = json.load(file)
assert note == {"rows": shape[0], "columns": shape[1], "type": "<f4"}, note
same("f32", identifiers(), np.fromfile(path("vectors.f32"), note["type"]))

with open(path("vectors.csv"), encoding="utf-8", newline="") as file:
    header, *rows = csv.reader(file)
assert header == ["identifier"] + [str(column) for column in range(shape[1])], header
same("csv", [row[0] for row in rows], [[float(x) for x in row[1:]] for row in rows])

with open(path("vectors.jsonl"), encoding="utf-8", newline="\n") as file:
    rows = [json.loads(line) for line in file]
same("jsonl", [row["identifier"] for row in rows], [row["embedding"] for row in rows])

with open(path("vectors.safetensors"), "rb") as file:
    data = file.read()
length = int.from_bytes(data[:8], "little")
tensor = json.loads(data[8:8 + length])["embeddings"]
assert tensor["dtype"] == "F32" and tensor["shape"] == list(shape), tensor
begin, end = (8 + length + offset for offset in tensor["data_offsets"])
same("safetensors", identifiers(), np.frombuffer(data[begin:end], "<f4"))
