"""Writes what TFRS's metrics and Keras's layers give on fixed inputs.

  TF_USE_LEGACY_KERAS=1 PYTHON scripts/goldens/make_metric_goldens.py

PYTHON is the interpreter of Benchmarks/peers/setup.sh. Goldens/metrics holds FactorizedTopK,
Goldens/layers the output and every gradient of single layers.
"""

import os
import pathlib

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

import golden_files

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = ROOT / "Tests" / "ShortlistTrainingTests" / "Goldens"
CUTOFFS = (1, 5, 10, 50, 100)


def factorized_top_k(name, description, queries, candidates, rows, weights=None, by_id=False):
  """The metric over two updates (130 rows, then the rest), as an evaluation in batches gives it."""
  identifiers = tf.strings.as_string(tf.range(len(candidates)))
  dataset = tf.data.Dataset.from_tensor_slices(candidates).batch(64)
  if by_id:
    named = tf.data.Dataset.from_tensor_slices(identifiers).batch(64)
    dataset = tf.data.Dataset.zip((named, dataset))
  metric = tfrs.metrics.FactorizedTopK(candidates=dataset, ks=CUTOFFS)
  for part in (slice(0, 130), slice(130, None)):
    metric.update_state(
        tf.constant(queries[part]), tf.gather(candidates, rows[part]),
        true_candidate_ids=tf.gather(identifiers, rows[part]) if by_id else None,
        sample_weight=None if weights is None else tf.constant(weights[part]))
  return {
      "name": name,
      "description": description,
      "by_identifier": by_id,
      "queries": golden_files.packed(queries),
      "candidates": golden_files.packed(candidates),
      "true_candidates": rows.tolist(),
      "weights": None if weights is None else weights.tolist(),
      "results": {f"top_{k}": float(value) for k, value in zip(CUTOFFS, metric.result())},
      "versions": golden_files.versions(),
  }


def metric_goldens():
  # TFRS computes the score of the true candidate by another sum than those of all candidates, so
  # that rounding can put the true candidate behind itself. Multiples of 1/256 make every product
  # and sum exact in float32: what remains is the metric's definition.
  random = np.random.default_rng(7)
  queries = exact_normal(random, 200, 8)
  candidates = exact_normal(random, 300, 8)
  # True candidates lean to the top, so that no cutoff is almost always missed.
  order = np.argsort(-(queries @ candidates.T), axis=1)
  ranks = np.minimum(random.geometric(0.02, 200) - 1, 299)
  rows = order[np.arange(200), ranks]
  scores = queries @ candidates.T
  ties = (scores == scores[np.arange(200), rows][:, None]).sum() - 200
  assert ties == 0, f"{ties} candidates tie with a true one: take another seed"
  weights = (random.integers(0, 17, 200) / 8).astype(np.float32)
  yield factorized_top_k(
      "factorized_top_k", "Scores of the true candidates against the best of all.",
      queries, candidates, rows)
  yield factorized_top_k(
      "factorized_top_k_weights", "The same with a weight per query, some of them 0: the result is"
      " the weighted mean.", queries, candidates, rows, weights=weights)
  yield factorized_top_k(
      "factorized_top_k_identifiers", "The same by identifiers in place of scores.",
      queries, candidates, rows, by_id=True)
  yield factorized_top_k(
      "factorized_top_k_identifiers_weights", "By identifiers, with a weight per query.",
      queries, candidates, rows, weights=weights, by_id=True)


def exact_normal(random, *shape):
  """Normal numbers rounded to multiples of 1/256 within 4."""
  steps = np.clip(np.rint(random.standard_normal(shape) * 256), -1024, 1024)
  return (steps / 256).astype(np.float32)


def layer_golden(name, description, options, inputs, forward, upstream):
  """Output and gradients of `forward`, which takes the dictionary of variables `inputs`."""
  variables = {key: tf.Variable(value) for key, value in inputs.items()}
  with tf.GradientTape() as tape:
    output = forward(variables)
  gradients = tape.gradient(output, variables, output_gradients=tf.constant(upstream))
  gradients = {key: tf.convert_to_tensor(value) for key, value in gradients.items()}
  return {
      "name": name,
      "description": description,
      "options": options,
      "inputs": {key: golden_files.packed(value) for key, value in inputs.items()},
      "upstream": golden_files.packed(upstream),
      "output": golden_files.packed(output.numpy()),
      "gradients": {key: golden_files.packed(value.numpy()) for key, value in gradients.items()},
      "versions": golden_files.versions(),
  }


def normal(random, *shape):
  return random.standard_normal(shape).astype(np.float32)


def dense_golden(activation):
  random = np.random.default_rng(11)
  inputs = {"input": normal(random, 7, 5), "kernel": normal(random, 5, 6),
            "bias": normal(random, 6)}
  layer = tf.keras.layers.Dense(6, activation=activation)
  layer.build((None, 5))

  def forward(variables):
    # The layer's own arithmetic on variables that the tape watches.
    layer.kernel, layer.bias = variables["kernel"], variables["bias"]
    return layer(variables["input"])

  name = activation or "none"
  return layer_golden(
      f"dense_{name}", "activation(input kernel + bias)"
      + ("; gelu is the exact one, with erf" if activation == "gelu" else ""),
      {"activation": name}, inputs, forward, normal(random, 7, 6))


def layer_normalization_golden():
  random = np.random.default_rng(12)
  inputs = {"input": normal(random, 7, 10) * 3 + 1, "gamma": normal(random, 10),
            "beta": normal(random, 10)}
  inputs["input"][2] = 0.5  # no variance at all: epsilon decides
  layer = tf.keras.layers.LayerNormalization(epsilon=1e-3)
  layer.build((None, 10))

  def forward(variables):
    layer.gamma, layer.beta = variables["gamma"], variables["beta"]
    return layer(variables["input"])

  return layer_golden(
      "layer_normalization", "Over the last axis; the variance is the biased one.",
      {"epsilon": 1e-3}, inputs, forward, normal(random, 7, 10))


def unit_normalization_golden():
  random = np.random.default_rng(13)
  inputs = {"input": normal(random, 7, 6)}
  inputs["input"][1] = 0
  inputs["input"][3] *= np.float32(1e-7)
  layer = tf.keras.layers.UnitNormalization()
  return layer_golden(
      "unit_normalization", "x / sqrt(max(sum of squares, 1e-12)); row 1 is zero and row 3 so short"
      " that the 1e-12 holds: there the gradient is the upstream times 1e6.",
      {"epsilon": 1e-12}, inputs, lambda variables: layer(variables["input"]),
      normal(random, 7, 6))


def pooled_golden(combiner):
  random = np.random.default_rng(14)
  bags = [[3], [1, 4, 2], [], [5, 5, 0], [6, 1, 1, 8, 3, 7, 2]]
  offsets = np.cumsum([0] + [len(bag) for bag in bags])
  ragged = tf.ragged.constant(bags, dtype=tf.int64)
  inputs = {"table": normal(random, 9, 4)}
  return layer_golden(
      f"pooled_{combiner}", "Rows of a table combined per bag: sum, divided by the number of rows"
      " (mean) or its root (sqrtn). The empty bag gives zeros.",
      {"combiner": combiner, "offsets": offsets.tolist(),
       "rows": ragged.flat_values.numpy().tolist()},
      inputs,
      lambda variables: tf.nn.safe_embedding_lookup_sparse(
          variables["table"], ragged.to_sparse(), combiner=combiner),
      normal(random, len(bags), 4))


def layer_goldens():
  for activation in (None, "relu", "gelu", "tanh", "sigmoid"):
    yield dense_golden(activation)
  yield layer_normalization_golden()
  yield unit_normalization_golden()
  for combiner in ("sum", "mean", "sqrtn"):
    yield pooled_golden(combiner)


def main():
  golden_files.make_deterministic()
  for folder, goldens in (("metrics", metric_goldens()), ("layers", layer_goldens())):
    for golden in goldens:
      golden_files.write(GOLDENS / folder / f"{golden['name']}.json", golden)
      print(f"{folder}/{golden['name']}", golden.get("results", ""))


if __name__ == "__main__":
  main()
