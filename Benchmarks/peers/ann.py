"""Recall@10 against queries a second of ScaNN, faiss, hnswlib, usearch and, if given, Shortlist.

  PYTHON Benchmarks/peers/ann.py FOLDER [--sets NAME,...] [--libraries NAME,...] [--ours PROGRAM]

FOLDER holds the sets of ann_data.py. One thread, one query a call, warm, best of the repeats; an
index is built on all cores. Every parameter is swept; ann_plots.py keeps the best of each library.
One JSON object a line:

  library, variant   what was measured; a variant is one way to build
  parameters         how it was built, and how it was searched
  recall             at 10: the share of the true ten that were found
  qps                queries a second, one query a call
  qps_together       the same queries in one call on one thread, which spares Python's cost of calls
  build_seconds, bytes, vector_bytes
                     bytes of the saved index, the exact vectors that it holds counted apart
"""

import os

# Read when the libraries are loaded.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import argparse
import dataclasses
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

import numpy as np

from ann_data import SETS, read_tensors

K = 10
THREADS = os.cpu_count()
# Points below this recall are passed over.
INTERESTING = 0.8


@dataclasses.dataclass
class Index:
  """An index that is ready, and the ways to search it, from fast to thorough."""

  variant: str
  build_seconds: float
  bytes: int | None
  vector_bytes: int
  # Each: parameters, the rows for one query, the rows for many.
  searches: Iterator[tuple[str, Callable, Callable]]


def timed(body):
  started = time.perf_counter()
  result = body()
  return result, time.perf_counter() - started


def saved_bytes(save):
  """What an index takes on disk."""
  with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder)
    save(path)
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def leaf_counts(count):
  return [int(math.sqrt(count) * factor) for factor in (1, 2, 4)]


def scann_indexes(base):
  import scann

  count = len(base)
  for leaves in leaf_counts(count):
    for soar in (False, True):
      spilled = {"soar_lambda": 1.5, "overretrieve_factor": 1.8} if soar else {}

      def build():
        builder = scann.scann_ops_pybind.builder(base, K, "dot_product")
        builder = builder.set_n_training_threads(THREADS)
        builder = builder.tree(
            num_leaves=leaves, num_leaves_to_search=max(1, leaves // 20),
            training_sample_size=min(count, 250_000), **spilled)
        return builder.score_ah(2, anisotropic_quantization_threshold=0.2).reorder(100).build()

      index, seconds = timed(build)

      def searches(index=index, leaves=leaves):
        for reorder in (30, 60, 100, 150, 300, 600):
          for searched in (2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 80, 120, 200, 300):
            if searched <= leaves:
              options = dict(
                  final_num_neighbors=K, pre_reorder_num_neighbors=reorder,
                  leaves_to_search=searched)
              yield (f"search={searched} reorder={reorder}",
                     lambda query: index.search(query, **options)[0],
                     lambda queries: index.search_batched(queries, **options)[0])

      yield Index(
          f"{'SOAR ' if soar else ''}leaves={leaves}", seconds,
          saved_bytes(lambda path: index.serialize(str(path))), base.nbytes, searches())


def faiss_indexes(base):
  import faiss

  count, width = base.shape
  sample = base[np.random.default_rng(0).permutation(count)[:250_000]]
  for leaves in leaf_counts(count):
    kind = f"IVF{leaves},PQ{width // 2}x4fs,RFlat"

    def build():
      index = faiss.index_factory(width, kind, faiss.METRIC_INNER_PRODUCT)
      index.train(sample)
      index.add(base)
      return index

    faiss.omp_set_num_threads(THREADS)
    index, seconds = timed(build)
    faiss.omp_set_num_threads(1)

    def searches(index=index, leaves=leaves):
      inverted = faiss.extract_index_ivf(index.base_index)
      for factor in (4, 8, 15, 30, 60):
        for probes in (2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 80, 120, 200, 300):
          if probes <= leaves:
            inverted.nprobe, index.k_factor = probes, factor
            yield (f"nprobe={probes} k_factor={factor}",
                   lambda query: index.search(query[None], K)[1][0],
                   lambda queries: index.search(queries, K)[1])

    yield Index(kind, seconds, faiss.serialize_index(index).nbytes, base.nbytes, searches())


def faiss_flat_indexes(base):
  import faiss

  index = faiss.IndexFlatIP(base.shape[1])
  _, seconds = timed(lambda: index.add(base))

  def together(queries):
    # Six times faster for many queries, and slower for one.
    threshold = faiss.cvar.distance_compute_blas_threshold
    faiss.cvar.distance_compute_blas_threshold = 20
    rows = index.search(queries, K)[1]
    faiss.cvar.distance_compute_blas_threshold = threshold
    return rows

  search = ("", lambda query: index.search(query[None], K)[1][0], together)
  yield Index("flat", seconds, base.nbytes, base.nbytes, iter([search]))


def hnswlib_indexes(base):
  import hnswlib

  count, width = base.shape
  for links in (16, 32):
    def build():
      index = hnswlib.Index(space="ip", dim=width)
      index.init_index(count, ef_construction=200, M=links)
      index.add_items(base, num_threads=THREADS)
      return index

    index, seconds = timed(build)
    index.set_num_threads(1)

    def searches(index=index):
      for breadth in (10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1280):
        index.set_ef(breadth)
        yield (f"ef={breadth}", lambda query: index.knn_query(query, K)[0][0],
               lambda queries: index.knn_query(queries, K)[0])

    size = saved_bytes(lambda path: index.save_index(str(path / "index")))
    yield Index(f"M={links}", seconds, size, base.nbytes, searches())


def usearch_indexes(base):
  from usearch.index import Index as Graph

  count, width = base.shape
  for links in (16, 32):
    def build():
      index = Graph(ndim=width, metric="ip", dtype="f32", connectivity=links, expansion_add=200)
      index.add(np.arange(count), base, threads=THREADS)
      return index

    index, seconds = timed(build)

    def searches(index=index):
      for breadth in (10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536):
        index.expansion_search = breadth
        yield (f"expansion={breadth}", lambda query: index.search(query, K, threads=1).keys,
               lambda queries: index.search(queries, K, threads=1).keys)

    yield Index(f"M={links}", seconds, index.serialized_length, base.nbytes, searches())


LIBRARIES = {
    "scann": scann_indexes,
    "faiss": faiss_indexes,
    "faiss-flat": faiss_flat_indexes,
    "hnswlib": hnswlib_indexes,
    "usearch": usearch_indexes,
}


def recall(found, truth):
  return sum(
      len(set(map(int, rows)) & set(map(int, true))) for rows, true in zip(found, truth)
  ) / (len(truth) * K)


def measure(search, queries, repeats):
  """Queries a second of the fastest repeat, one query a call."""
  for query in queries[:50]:
    search(query)
  return len(queries) / min(
      timed(lambda: [search(query) for query in queries])[1] for _ in range(repeats))


def run_library(name, set_name, tensors, repeats):
  base = np.ascontiguousarray(tensors["base"])
  queries = np.ascontiguousarray(tensors["queries"])
  truth = tensors["neighbors"][:, :K]
  for index in LIBRARIES[name](base):
    seen = []
    for parameters, search, search_together in index.searches:
      found, seconds = timed(lambda: search_together(queries))
      share, together = recall(found, truth), len(queries) / seconds
      # Passes over what cannot be on the front: too few found, or found much faster before.
      if share < INTERESTING or any(s >= share and t * 0.7 > together for s, t in seen):
        continue
      seen.append((share, together))
      for _ in range(repeats):
        together = max(together, len(queries) / timed(lambda: search_together(queries))[1])
      yield {
          "library": name, "set": set_name, "variant": index.variant, "parameters": parameters,
          "recall": round(share, 4), "qps": round(measure(search, queries, repeats)),
          "qps_together": round(together), "build_seconds": round(index.build_seconds, 2),
          "bytes": index.bytes, "vector_bytes": index.vector_bytes,
      }


def run_ours(program, path, repeats):
  """The lines of our own program, which measures in the same way."""
  command = [program, path, "--repeats", str(repeats)]
  with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
    for line in process.stdout:
      yield json.loads(line)
  if process.returncode != 0:
    sys.exit(f"ann: {' '.join(map(str, command))} exited {process.returncode}")


def names(known):
  def parse(text):
    chosen = text.split(",")
    for name in chosen:
      if name not in known:
        raise argparse.ArgumentTypeError(f"no {name}; there are {', '.join(known)}")
    return chosen
  return parse


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("folder", type=pathlib.Path, help="the sets of ann_data.py")
  parser.add_argument("--sets", type=names(SETS), default=list(SETS))
  parser.add_argument("--libraries", type=names(LIBRARIES), default=list(LIBRARIES))
  parser.add_argument("--ours", type=pathlib.Path, help="AnnBenchmark, built for release")
  parser.add_argument("--repeats", type=int, default=3)
  arguments = parser.parse_args()
  for name in arguments.sets:
    path = arguments.folder / f"{name}.safetensors"
    tensors = read_tensors(path)
    # Ours first and last, so that a slow spell of the machine is seen.
    runs = [run_library(library, name, tensors, arguments.repeats)
            for library in arguments.libraries]
    if arguments.ours:
      runs = [run_ours(arguments.ours, path, arguments.repeats), *runs,
              run_ours(arguments.ours, path, arguments.repeats)]
    for run in runs:
      for result in run:
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
  main()
