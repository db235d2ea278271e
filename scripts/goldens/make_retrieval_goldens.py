"""Trains small models with TensorFlow Recommenders and writes what happened at every step.

  TF_USE_LEGACY_KERAS=1 PYTHON scripts/goldens/make_retrieval_goldens.py [--only NAME ...]

PYTHON is the interpreter of Benchmarks/peers/setup.sh. Each scenario is a tfrs.Model trained by
its own train_step for 30 batches; the file holds the batches, the options, the weights before and
after, and every loss. check_retrieval_goldens.py replays the files in float64.
"""

import argparse
import dataclasses
import os
import pathlib
import zlib

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

import golden_files

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = ROOT / "Tests" / "ShortlistTrainingTests" / "Goldens" / "retrieval"

USERS = 41  # row 0 is the unknown user
ITEMS = 61  # row 0 is the unknown item
DIMENSIONS = 8
BATCH = 64
STEPS = 30
EXTRA = 20

ADAGRAD = {
    "name": "adagrad", "learning_rate": 0.1, "initial_accumulator_value": 0.1, "epsilon": 1e-7,
}


@dataclasses.dataclass
class Scenario:
  name: str
  description: str
  optimizer: dict = dataclasses.field(default_factory=lambda: dict(ADAGRAD))
  initial_range: float = 0.05
  temperature: float | None = None
  remove_accidental_hits: bool = False
  sampling: str | None = None  # "share", "mixed" or "clipped"
  hard_negatives: int | None = None
  heads: int = 1
  weights: bool = False
  score_mask: bool = False
  extra_negatives: int = 0
  distinct_row_regularization: float = 0.0
  kernel_regularization: float = 0.0
  deep: bool = False
  batch_metrics: bool = False


SCENARIOS = [
    Scenario(
        "tutorial", "The plain in-batch softmax of the retrieval tutorial, with the accuracy in"
        " the batch at every step.", batch_metrics=True),
    Scenario(
        "adagrad_logq", "logQ correction: the sampling probability of an item is its share of all"
        " rows of the 30 batches.", sampling="share"),
    Scenario(
        "logq_clipped", "logQ correction with some probabilities below 1e-6 and one above 1: TFRS"
        " clips a probability to [1e-6, 1] before its logarithm.", sampling="clipped"),
    Scenario(
        "accidental", "Accidental hits removed: another column with the row's own item gets"
        " float32.min / 100 added to its logit.", remove_accidental_hits=True),
    Scenario(
        "logq_accidental_temperature", "Temperature 0.1, then logQ, then accidental hits, from"
        " larger initial weights.", initial_range=1.0, temperature=0.1, sampling="share",
        remove_accidental_hits=True),
    Scenario(
        "hard_negatives", "Only the positive and the 5 columns of largest logit stay. Copies of"
        " an item count as several columns, the row's own item in other columns included.",
        initial_range=1.0, hard_negatives=5),
    Scenario(
        "hard_negatives_accidental", "Accidental hits are removed first, so that the 5 hard"
        " negatives are taken from other items (copies of one item still count as several).",
        initial_range=1.0, hard_negatives=5, remove_accidental_hits=True),
    Scenario(
        "weights", "A weight per row (some are 0): the loss is the sum of weight times row loss,"
        " not divided by anything.", initial_range=1.0, weights=True),
    Scenario(
        "score_mask", "A mask of [batch, batch] booleans, false where a column is no candidate of"
        " the row: its logit is replaced by float32.min / 100. The diagonal is true.",
        initial_range=1.0, score_mask=True),
    Scenario(
        "extra_negatives", "20 uniform items follow the batch's own items as further columns.",
        extra_negatives=EXTRA),
    Scenario(
        "extra_negatives_logq_accidental", "20 uniform items as further columns, accidental hits"
        " removed among them too; the sampling probability of an item is that of the mixture,"
        " (64 share + 20 / 60) / 84.", initial_range=1.0, extra_negatives=EXTRA, sampling="mixed",
        remove_accidental_hits=True),
    Scenario(
        "heads", "3 query vectors an example: a row of the query table is 3 vectors of 8, and a"
        " score is the largest of the 3 dot products.", initial_range=1.0, heads=3),
    Scenario(
        "sgd", "Plain SGD.", optimizer={"name": "sgd", "learning_rate": 0.05, "momentum": 0.0,
                                        "nesterov": False}, initial_range=1.0),
    Scenario(
        "sgd_momentum", "SGD with momentum: Keras moves every row of a table by its momentum at"
        " every step, touched or not.",
        optimizer={"name": "sgd", "learning_rate": 0.01, "momentum": 0.9, "nesterov": False},
        initial_range=1.0),
    Scenario(
        "sgd_nesterov", "SGD with Nesterov momentum, over every row as with plain momentum.",
        optimizer={"name": "sgd", "learning_rate": 0.01, "momentum": 0.9, "nesterov": True},
        initial_range=1.0),
    Scenario(
        "adam", "Adam: Keras decays the moments of every row and moves every row at every step,"
        " touched or not.",
        optimizer={"name": "adam", "learning_rate": 0.01, "beta_1": 0.9, "beta_2": 0.999,
                   "epsilon": 1e-7}, initial_range=1.0),
    Scenario(
        "adamw", "AdamW: before its update every row shrinks by learning rate times weight decay.",
        optimizer={"name": "adamw", "learning_rate": 0.01, "beta_1": 0.9, "beta_2": 0.999,
                   "epsilon": 1e-7, "weight_decay": 0.004}, initial_range=1.0),
    Scenario(
        "regularization", "The total loss adds 1e-3 times the sum of squares of the distinct rows"
        " gathered in the batch, of both tables.", initial_range=1.0,
        distinct_row_regularization=1e-3),
    Scenario(
        "deep", "Towers of embedding 8, dense 16 with relu, dense 8. The last bias of the"
        " candidate tower shifts all logits of a row alike: its gradient is rounding noise.",
        initial_range=1.0, deep=True),
    Scenario(
        "deep_regularization", "The towers of deep with Keras's L2 regularizer of 1e-3 on the four"
        " kernels: the total loss adds 1e-3 times their sum of squares.", initial_range=1.0,
        deep=True, kernel_regularization=1e-3),
    Scenario(
        "everything", "Temperature, logQ, accidental hits, hard negatives and weights together.",
        initial_range=1.0, temperature=0.2, sampling="share", remove_accidental_hits=True,
        hard_negatives=5, weights=True),
]


class DistinctRowsL2(tf.keras.layers.Embedding):
  """An embedding with a loss: a multiple of the squares of the rows asked for, each row once."""

  def __init__(self, *arguments, factor, **keywords):
    super().__init__(*arguments, **keywords)
    self.factor = factor

  def call(self, rows):
    distinct, _ = tf.unique(tf.reshape(rows, [-1]))
    self.add_loss(self.factor * tf.reduce_sum(tf.square(tf.gather(self.embeddings, distinct))))
    return super().call(rows)


class Model(tfrs.Model):
  """Two towers over integer rows and TFRS's retrieval task."""

  def __init__(self, scenario, sampling_probabilities):
    super().__init__()
    self.scenario = scenario
    self.sampling_probabilities = sampling_probabilities
    self.query_tower = self.tower("query", USERS, scenario.heads)
    self.candidate_tower = self.tower("candidate", ITEMS, 1)
    self.top_k = [
        tf.keras.metrics.TopKCategoricalAccuracy(k, name=f"top_{k}") for k in (1, 5)
    ] if scenario.batch_metrics else []
    self.task = tfrs.tasks.Retrieval(
        batch_metrics=self.top_k,
        temperature=scenario.temperature,
        num_hard_negatives=scenario.hard_negatives,
        remove_accidental_hits=scenario.remove_accidental_hits)

  def tower(self, name, rows, heads):
    layers = tf.keras.layers
    scenario = self.scenario
    initial = tf.keras.initializers.RandomUniform(-scenario.initial_range, scenario.initial_range)
    width = DIMENSIONS * heads
    if scenario.distinct_row_regularization:
      embedding = DistinctRowsL2(rows, width, embeddings_initializer=initial,
                                 factor=scenario.distinct_row_regularization)
    else:
      embedding = layers.Embedding(rows, width, embeddings_initializer=initial)
    stack = [tf.keras.Input(shape=(), dtype=tf.int64), embedding]
    if heads > 1:
      stack.append(layers.Reshape((heads, DIMENSIONS)))
    if scenario.deep:
      factor = scenario.kernel_regularization
      for width, activation in ((16, "relu"), (DIMENSIONS, None)):
        stack.append(layers.Dense(
            width, activation=activation,
            kernel_regularizer=tf.keras.regularizers.L2(factor) if factor else None))
    return tf.keras.Sequential(stack, name=name)

  def compute_loss(self, inputs, training=False):
    queries = self.query_tower(inputs["query"])
    columns = inputs["candidate"]
    if "extra_negatives" in inputs:
      columns = tf.concat([columns, inputs["extra_negatives"]], axis=0)
    candidates = self.candidate_tower(columns)
    probabilities = None
    if self.sampling_probabilities is not None:
      probabilities = tf.gather(self.sampling_probabilities, columns)
    return self.task(
        queries, candidates,
        sample_weight=inputs.get("weights"),
        candidate_sampling_probability=probabilities,
        candidate_ids=tf.strings.as_string(columns),
        score_mask=inputs.get("score_mask"),
        compute_metrics=False)

  def parameters(self):
    """Name and variable of every parameter: "query/embedding", "query/dense_0/kernel", ..."""
    named = {}
    for side, tower in (("query", self.query_tower), ("candidate", self.candidate_tower)):
      dense = 0
      for layer in tower.layers:
        if isinstance(layer, tf.keras.layers.Embedding):
          named[f"{side}/embedding"] = layer.embeddings
        elif isinstance(layer, tf.keras.layers.Dense):
          named[f"{side}/dense_{dense}/kernel"] = layer.kernel
          named[f"{side}/dense_{dense}/bias"] = layer.bias
          dense += 1
    return named


def keras_optimizer(configuration):
  arguments = {key: value for key, value in configuration.items() if key != "name"}
  kind = {
      "sgd": tf.keras.optimizers.SGD,
      "adagrad": tf.keras.optimizers.Adagrad,
      "adam": tf.keras.optimizers.Adam,
      "adamw": tf.keras.optimizers.AdamW,
  }[configuration["name"]]
  return kind(**arguments)


def skewed(random, rows, size):
  """Rows 1 ..< rows by a power law in shuffled order."""
  share = 1.0 / np.arange(1, rows) ** 0.8
  return random.choice(random.permutation(np.arange(1, rows)), size=size, p=share / share.sum())


def pairs(random):
  """Pairs with something to learn: half the time the item is one of the user's own four."""
  users = skewed(random, USERS, (STEPS, BATCH))
  items = skewed(random, ITEMS, (STEPS, BATCH))
  own = 1 + (7 * users + random.integers(0, 4, users.shape)) % (ITEMS - 1)
  items = np.where(random.random(users.shape) < 0.5, own, items)
  unknown = random.random((2, STEPS, BATCH)) < 1 / 30
  return np.where(unknown[0], 0, users), np.where(unknown[1], 0, items)


def batches(scenario, random):
  """The inputs of every step, each an array whose first axis is the step."""
  users, items = pairs(random)
  inputs = {"query": users, "candidate": items}
  if scenario.weights:
    # Multiples of 1/8 are exact in float32 and short in JSON.
    inputs["weights"] = (random.integers(0, 17, (STEPS, BATCH)) / 8).astype(np.float32)
  if scenario.score_mask:
    mask = random.random((STEPS, BATCH, BATCH)) < 0.7
    mask[:, np.arange(BATCH), np.arange(BATCH)] = True
    inputs["score_mask"] = mask
  if scenario.extra_negatives:
    inputs["extra_negatives"] = random.integers(1, ITEMS, (STEPS, scenario.extra_negatives))
  return inputs


def sampling_probabilities(scenario, inputs):
  """The probability of every item row as a column of the batch, or None."""
  if scenario.sampling is None:
    return None
  share = np.bincount(inputs["candidate"].reshape(-1), minlength=ITEMS) / (STEPS * BATCH)
  if scenario.sampling == "mixed":
    uniform = np.full(ITEMS, 1 / (ITEMS - 1))
    uniform[0] = 0
    extra = scenario.extra_negatives
    share = (BATCH * share + extra * uniform) / (BATCH + extra)
  elif scenario.sampling == "clipped":
    frequent = np.argsort(-share)
    share[frequent[3:9]] = 1e-9
    share[frequent[9]] = 2.0
  return share.astype(np.float32)


def run(scenario):
  """Trains one scenario and returns its golden."""
  seed = zlib.crc32(scenario.name.encode())
  inputs = batches(scenario, np.random.default_rng(seed))
  probabilities = sampling_probabilities(scenario, inputs)

  tf.keras.backend.clear_session()
  tf.keras.utils.set_random_seed(seed)
  model = Model(scenario, None if probabilities is None else tf.constant(probabilities))
  model.compile(optimizer=keras_optimizer(scenario.optimizer))
  model.query_tower(tf.constant([0]))
  model.candidate_tower(tf.constant([0]))
  parameters = model.parameters()
  initial = {name: variable.numpy() for name, variable in parameters.items()}

  step = tf.function(model.train_step)
  history = {"loss": [], "regularization_loss": [], "total_loss": []}
  metrics = {metric.name: [] for metric in model.top_k}
  for index in range(STEPS):
    model.reset_metrics()
    report = step({name: tf.constant(array[index]) for name, array in inputs.items()})
    for record in (history, metrics):
      for name, values in record.items():
        values.append(float(report[name]))

  stored = {"query": inputs["query"].tolist(), "candidate": inputs["candidate"].tolist()}
  for name in ("weights", "extra_negatives"):
    if name in inputs:
      stored[name] = inputs[name].tolist()
  if "score_mask" in inputs:
    stored["score_mask"] = golden_files.packed_bits(inputs["score_mask"])

  golden = {
      "name": scenario.name,
      "description": scenario.description,
      "dimensions": {
          "query_rows": USERS, "candidate_rows": ITEMS, "width": DIMENSIONS, "batch": BATCH,
          "steps": STEPS,
      },
      "options": {
          "temperature": scenario.temperature,
          "remove_accidental_hits": scenario.remove_accidental_hits,
          "sampling_probabilities":
              None if probabilities is None else golden_files.packed(probabilities),
          "hard_negatives": scenario.hard_negatives,
          "heads": scenario.heads,
          "extra_negatives": scenario.extra_negatives,
          "distinct_row_regularization": scenario.distinct_row_regularization,
          "kernel_regularization": scenario.kernel_regularization,
      },
      "optimizer": scenario.optimizer,
      "batches": stored,
      "losses": history["loss"],
      "regularization_losses": history["regularization_loss"],
      "total_losses": history["total_loss"],
      "batch_metrics": metrics or None,
      "initial": {name: golden_files.packed(value) for name, value in initial.items()},
      "final": {name: golden_files.packed(value.numpy()) for name, value in parameters.items()},
      "versions": golden_files.versions(),
  }
  return golden


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--only", nargs="*", help="names of scenarios; all without it")
  parser.add_argument("--output", type=pathlib.Path, default=GOLDENS)
  arguments = parser.parse_args()

  golden_files.make_deterministic()
  for scenario in SCENARIOS:
    if arguments.only and scenario.name not in arguments.only:
      continue
    golden = run(scenario)
    path = arguments.output / f"{scenario.name}.json"
    golden_files.write(path, golden)
    losses = golden["losses"]
    print(f"{scenario.name}: loss {losses[0]:.4f} ... {losses[-1]:.4f},"
          f" {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
  main()
