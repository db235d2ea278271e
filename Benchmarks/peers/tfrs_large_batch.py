"""Examples a second of a TFRS train step at a large batch.

  TF_USE_LEGACY_KERAS=1 PYTHON Benchmarks/peers/tfrs_large_batch.py [--scale movielens-1m | million]

PYTHON is the interpreter of setup.sh. The in-batch softmax over 8,192 pairs of width 64 with
Adagrad 0.1, in two sizes: tables of MovieLens 1M (6,040 users, 3,706 items, uniform random rows)
and tables of a million each with every id of a batch distinct. Prints one JSON object.
"""

import argparse
import json
import os
import resource
import statistics
import time

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

SCALES = {
    "movielens-1m": {"users": 6_040, "items": 3_706, "distinct": False},
    "million": {"users": 1_000_000, "items": 1_000_000, "distinct": True},
}


class PlainModel(tfrs.Model):
  """Two embeddings and the plain retrieval task, without metrics."""

  def __init__(self, users, items, width):
    super().__init__()
    self.users = tf.keras.layers.Embedding(users + 1, width)
    self.items = tf.keras.layers.Embedding(items + 1, width)
    self.task = tfrs.tasks.Retrieval()

  def compute_loss(self, features, training=False):
    return self.task(
        self.users(features["user"]), self.items(features["item"]), compute_metrics=False)


def measure(scale, batch, width, warm_up, steps):
  size = SCALES[scale]
  random = np.random.default_rng(42)

  def rows(count):
    if size["distinct"]:
      return 1 + random.choice(count, size=batch, replace=False)
    return random.integers(1, count + 1, batch)

  model = PlainModel(size["users"], size["items"], width)
  model.compile(optimizer=tf.keras.optimizers.Adagrad(learning_rate=0.1))
  step = tf.function(model.train_step)
  seconds = []
  for index in range(warm_up + steps):
    features = {"user": tf.constant(rows(size["users"])), "item": tf.constant(rows(size["items"]))}
    started = time.perf_counter()
    loss = float(step(features)["loss"])
    if index >= warm_up:
      seconds.append(time.perf_counter() - started)
  median = statistics.median(seconds)
  return {
      "scale": scale,
      **size,
      "batch": batch,
      "width": width,
      "step_seconds": {"median": median, "least": min(seconds), "all": seconds},
      "examples_per_second": batch / median,
      # Three products of [batch, batch] by width: logits and both gradients.
      "gigaflops_per_second": 6 * batch * batch * width / median / 1e9,
      "last_loss": loss,
  }


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--scale", choices=sorted(SCALES), help="both without it")
  parser.add_argument("--batch", type=int, default=8192)
  parser.add_argument("--width", type=int, default=64)
  parser.add_argument("--warm-up", type=int, default=2)
  parser.add_argument("--steps", type=int, default=7)
  parser.add_argument("--threads", type=int, default=0, help="0: as many as TensorFlow takes")
  arguments = parser.parse_args()
  if arguments.threads:
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
  scales = [arguments.scale] if arguments.scale else list(SCALES)
  report = {
      "results": [
          measure(scale, arguments.batch, arguments.width, arguments.warm_up, arguments.steps)
          for scale in scales
      ],
      "threads": arguments.threads or os.cpu_count(),
      "load_average": os.getloadavg()[0],
      "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
      "tensorflow": tf.__version__,
  }
  print(json.dumps(report))


if __name__ == "__main__":
  main()
