"""Recall and time of a SavedModel with --index scann beside the exact one of the same artefact.

shortlist export saved-model ARTEFACT --output EXACT
shortlist export saved-model ARTEFACT --output SCANN --index scann
python scann_saved_model.py EXACT/1 SCANN/1 [--queries 1000]

Queries are known values of the only feature, drawn from the vocabulary that the model carries.
"""
import argparse
import glob
import os
import resource
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import scann  # noqa: F401: registers the operations
import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument("exact")
parser.add_argument("scann")
parser.add_argument("--queries", type=int, default=1000)
arguments = parser.parse_args()

with open(glob.glob(f"{arguments.exact}/assets/*.txt")[0], encoding="utf8") as file:
    words = file.read().splitlines()[1:]
queries = np.random.default_rng(1).choice(words, min(arguments.queries, len(words)), replace=False)


def memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def microseconds(model, size):
    batches = [tf.constant(queries[start:start + size]) for start in range(0, len(queries) - size + 1, size)]
    model(batches[0])
    times = []
    for batch in (batches * 5)[:500]:
        start = time.perf_counter()
        model(batch)
        times.append(time.perf_counter() - start)
    return np.median(times) * 1e6 / size


answers = {}
for name, path in ("exact", arguments.exact), ("scann", arguments.scann):
    before, start = memory(), time.perf_counter()
    model = tf.saved_model.load(path)
    model(tf.constant(queries[:1]))
    loaded = time.perf_counter() - start
    answers[name] = np.concatenate([model(tf.constant(part))[1] for part in np.array_split(queries, 20)])
    grown = memory() - before
    print(f"{name}: ready in {loaded:.2f} s, {grown:.0f} MB; {microseconds(model, 1):.0f} us a query one by one, "
          f"{microseconds(model, 256):.1f} us a query in batches of 256")
hits = [len(set(one) & set(other)) for one, other in zip(answers["exact"], answers["scann"])]
print(f"{len(queries)} queries, recall@{answers['exact'].shape[1]} {np.mean(hits) / answers['exact'].shape[1]:.4f}")
