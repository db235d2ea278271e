"""The vector sets of the approximate-search benchmark, from sources that anyone can download.

  PYTHON Benchmarks/peers/ann_data.py FOLDER --archives FOLDER [--model ARTEFACT]

Writes one safetensors file a set: `base` and `queries` (F32, one vector a row) and `neighbors`
(I32, the rows of the exact best 100 of every query, best first, by inner product). ann.sh gets the
archives and trains the model. A file that is there already is kept.

| set      | vectors | from |
|---|---|---|
| synonyms | 124,796 x 100 | word2vec of the source package synonyms 3.10.2; lengths vary |
| ginza    | 99,000 x 100  | distinct spaCy vectors of the source package ja_ginza 3.1.0, normalised |
| movies   | 1,700,000 x 32 | candidates of a model trained here, repeated with noise; queries: its users |
"""

import argparse
import io
import json
import pathlib
import sys
import tarfile

import numpy as np

QUERIES = 1_000
NEIGHBORS = 100
MOVIES = 1_700_000
SEED = 42
TYPES = {"F32": np.dtype("<f4"), "I32": np.dtype("<i4"), "I64": np.dtype("<i8")}


def write_tensors(path, tensors):
  """Writes a safetensors file, whole or not at all."""
  names = {kind: name for name, kind in TYPES.items()}
  header, end = {}, 0
  for name, values in tensors.items():
    header[name] = {
        "dtype": names[values.dtype],
        "shape": list(values.shape),
        "data_offsets": [end, end + values.nbytes],
    }
    end += values.nbytes
  text = json.dumps(header, separators=(",", ":")).encode()
  text += b" " * (-(len(text) + 8) % 64)  # The values then start at a multiple of 64 bytes.
  partial = path.with_suffix(".partial")
  with open(partial, "wb") as file:
    file.write(len(text).to_bytes(8, "little") + text)
    for values in tensors.values():
      values.tofile(file)
  partial.replace(path)


def read_tensors(path):
  """The tensors of a safetensors file by name, mapped."""
  with open(path, "rb") as file:
    length = int.from_bytes(file.read(8), "little")
    header = json.loads(file.read(length))
  header.pop("__metadata__", None)
  return {
      name: np.memmap(
          path, mode="r", dtype=TYPES[tensor["dtype"]], shape=tuple(tensor["shape"]),
          offset=8 + length + tensor["data_offsets"][0])
      for name, tensor in header.items()
  }


def member(archive, suffix):
  """The bytes of the file of an archive whose name ends so."""
  with tarfile.open(archive) as files:
    for file in files:
      if file.name.endswith(suffix):
        return files.extractfile(file).read()
  sys.exit(f"ann_data: {archive} has no file that ends in {suffix}")


def word2vec(data):
  """The vectors of a binary word2vec file: a line of both counts, then word, space, vector."""
  start = data.index(b"\n") + 1
  count, width = map(int, data[:start].split())
  vectors = np.empty((count, width), TYPES["F32"])
  for row in range(count):
    start = data.index(b" ", start) + 1
    vectors[row] = np.frombuffer(data, TYPES["F32"], width, start)
    start += 4 * width
  return vectors


def split(vectors, random):
  """Random vectors as queries, and the rest."""
  chosen = random.permutation(len(vectors))
  return vectors[np.sort(chosen[QUERIES:])], vectors[chosen[:QUERIES]]


def synonyms(arguments, random):
  vectors = word2vec(member(arguments.archives / "synonyms-3.10.2.tar.gz", "words.vector"))
  return split(vectors[np.isfinite(vectors).all(axis=1)], random)


def ginza(arguments, random):
  vectors = np.load(io.BytesIO(member(arguments.archives / "ja_ginza-3.1.0.tar.gz", "vocab/vectors")))
  _, first = np.unique(vectors, axis=0, return_index=True)
  vectors = vectors[np.sort(first)].astype(TYPES["F32"])
  return split(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), random)


def movies(arguments, random):
  """Every candidate about a thousand times; the noise has half the spread of the candidates."""
  candidates = read_tensors(arguments.model / "candidates.safetensors")["embeddings"]
  weights = read_tensors(arguments.model / "weights.safetensors")
  users = next(table for name, table in weights.items() if name.startswith("query/"))
  users = users[random.permutation(np.arange(1, len(users)))]  # Row 0 is of unknown users.
  base = candidates[np.arange(MOVIES) % len(candidates)]
  queries = users[np.arange(QUERIES) % len(users)]
  queries[len(users):] += noise(queries[len(users):].shape, 0.1 * users.std(), random)
  return base + noise(base.shape, 0.5 * candidates.std(), random), queries


def noise(shape, deviation, random):
  return random.standard_normal(shape, dtype=np.float32) * np.float32(deviation)


def exact(base, queries):
  """The best rows of every query by inner product, best first; summed in double precision."""
  best = np.empty((len(queries), NEIGHBORS), TYPES["I32"])
  for start in range(0, len(queries), 50):
    rows = slice(start, start + 50)
    scores = queries[rows] @ base.T
    # Twice as many by single precision, so that rounding cannot lose one.
    near = np.argpartition(-scores, 2 * NEIGHBORS, axis=1)[:, : 2 * NEIGHBORS]
    for query, found in zip(range(start, start + 50), np.sort(near, axis=1)):
      scores = base[found].astype(np.float64) @ queries[query].astype(np.float64)
      best[query] = found[np.argsort(-scores, kind="stable")[:NEIGHBORS]]
  return best


SETS = {"synonyms": synonyms, "ginza": ginza, "movies": movies}


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("folder", type=pathlib.Path, help="where the sets are written")
  parser.add_argument("--archives", type=pathlib.Path, required=True,
                      help="folder of synonyms-3.10.2.tar.gz and ja_ginza-3.1.0.tar.gz")
  parser.add_argument("--model", type=pathlib.Path, help="an artefact of width 32, for movies")
  arguments = parser.parse_args()
  arguments.folder.mkdir(parents=True, exist_ok=True)
  for name, make in SETS.items():
    path = arguments.folder / f"{name}.safetensors"
    if path.exists() or (name == "movies" and arguments.model is None):
      continue
    base, queries = (
        np.ascontiguousarray(vectors, TYPES["F32"])
        for vectors in make(arguments, np.random.default_rng(SEED)))
    write_tensors(path, {"base": base, "queries": queries, "neighbors": exact(base, queries)})
    print(f"ann_data: {path}: base {base.shape}, queries {queries.shape}", file=sys.stderr)


if __name__ == "__main__":
  main()
