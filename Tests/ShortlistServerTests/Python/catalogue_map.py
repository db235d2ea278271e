"""Holds the map of a catalogue to numpy's singular value decomposition of the same vectors.

  catalogue_map.py CANDIDATES.safetensors MAP.json
"""

import json
import struct
import sys

import numpy as np

with open(sys.argv[1], "rb") as file:
    (length,) = struct.unpack("<Q", file.read(8))
    header = json.loads(file.read(length))
    start, end = header["embeddings"]["data_offsets"]
    rows, columns = header["embeddings"]["shape"]
    file.seek(8 + length + start)
    vectors = np.frombuffer(file.read(end - start), "<f4").reshape(rows, columns).astype(np.float64)
answer = json.load(open(sys.argv[2]))

centred = vectors - vectors.mean(axis=0)
_, values, directions = np.linalg.svd(centred, full_matrices=False)
directions = directions[:2]
# Of a direction and its opposite the one whose largest coordinate by size is positive.
largest = np.abs(directions).argmax(axis=1)
directions = directions * np.sign(directions[range(2), largest])[:, None]
expected = centred @ directions.T
found = np.array([[point["x"], point["y"]] for point in answer["points"]])
assert found.shape == expected.shape, (found.shape, expected.shape)
scale = np.abs(expected).max()
assert np.abs(found - expected).max() < 1e-4 * scale, np.abs(found - expected).max() / scale
explained = (values**2 / (values**2).sum())[:2]
assert np.allclose(answer["explained"], explained, atol=1e-5), (answer["explained"], explained)
print(f"{len(found)} points agree")
