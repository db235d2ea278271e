"""The retrieval tutorial of TensorFlow Recommenders on MovieLens 100K, timed part by part.

  TF_USE_LEGACY_KERAS=1 PYTHON Benchmarks/peers/tfrs_tutorial.py --data FOLDER

FOLDER holds u.data and u.item; PYTHON is the interpreter of setup.sh. The last line on stdout is
one JSON object. Model, batches, candidates and metrics are the tutorial's: two embeddings of 32,
Adagrad 0.1, batches of 8192, 3 epochs, FactorizedTopK over every row of u.item in training and in
evaluation, then the first recommendation from a BruteForce index.
"""

import time

STARTED = time.perf_counter()

import argparse
import csv
import json
import os
import pathlib
import resource

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

IMPORTED = time.perf_counter()

WIDTH = 32
EVALUATED = (1, 5, 10, 50, 100)


class TutorialModel(tfrs.Model):
  """The tutorial's two-tower model."""

  def __init__(self, users, titles, candidates, training_metrics):
    super().__init__()
    self.training_metrics = training_metrics
    self.user_model = embedding_of(users)
    self.title_model = embedding_of(titles)
    self.task = tfrs.tasks.Retrieval(
        metrics=tfrs.metrics.FactorizedTopK(
            candidates=candidates.batch(128).map(self.title_model)))

  def compute_loss(self, features, training=False):
    return self.task(
        self.user_model(features["user_id"]),
        self.title_model(features["movie_title"]),
        compute_metrics=self.training_metrics or not training)


def embedding_of(vocabulary):
  return tf.keras.Sequential([
      tf.keras.layers.StringLookup(vocabulary=vocabulary, mask_token=None),
      tf.keras.layers.Embedding(len(vocabulary) + 1, WIDTH),
  ])


def read_movielens(folder):
  """User ids and titles of the ratings in file order, and the title of every movie."""
  titles = {}
  with open(folder / "u.item", encoding="iso-8859-1") as file:
    for line in file:
      fields = line.split("|")
      titles[fields[0]] = fields[1]
  with open(folder / "u.data", encoding="ascii") as file:
    ratings = [line.split("\t") for line in file]
  users = np.array([rating[0] for rating in ratings])
  rated = np.array([titles[rating[1]] for rating in ratings])
  return users, rated, np.array(list(titles.values()))


def read_rows(path):
  with open(path, encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
  return {
      column: np.array([row[column] for row in rows]) for column in ("user_id", "movie_title")
  }


def write_rows(path, dataset):
  path.parent.mkdir(parents=True, exist_ok=True)
  with open(path, "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["user_id", "movie_title"])
    for row in dataset.as_numpy_iterator():
      writer.writerow([row["user_id"].decode(), row["movie_title"].decode()])


def evaluate_exactly(model, test, candidates):
  """Top-k accuracy by ranks in float64: one plus the candidates with a larger score.

  TFRS compares the true candidate's score with scores that another kernel summed, so rounding can
  put the true candidate behind itself; here each score is computed once. A title that stands
  twice among the candidates counts twice, as in TFRS.
  """
  rows = list(test.batch(100_000).as_numpy_iterator())[0]
  titles = {title: row for row, title in enumerate(candidates)}
  true = np.array([titles[title.decode()] for title in rows["movie_title"]])
  table = model.title_model(tf.constant(candidates)).numpy().astype(np.float64)
  distinct, position = np.unique(rows["user_id"], return_inverse=True)
  users = model.user_model(tf.constant(distinct)).numpy().astype(np.float64)
  scores = users @ table.T
  own = scores[position, true]
  # The same title has the same vector, and so the same score but for rounding.
  larger = (scores[position] > own[:, None] + 1e-12).sum(axis=1)
  return {f"top_{k}": float(np.mean(larger < k)) for k in EVALUATED}


def export(folder, model, report):
  """Writes both tables (row 0 is the unknown word), the words of rows 1, 2, ... and the metrics."""
  from safetensors.numpy import save_file

  folder.mkdir(parents=True, exist_ok=True)
  tables = {}
  for name, tower in (("user_id", model.user_model), ("movie_title", model.title_model)):
    lookup, embedding = tower.layers
    tables[f"{name}/embedding"] = embedding.embeddings.numpy()
    words = lookup.get_vocabulary()[1:]
    escaped = [word.replace("\\", "\\\\").replace("\n", "\\n") for word in words]
    (folder / f"{name}.txt").write_text("\n".join(escaped) + "\n", encoding="utf-8")
  save_file(tables, folder / "embeddings.safetensors")
  (folder / "metrics.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def top_k(logs):
  return {
      f"top_{k}": float(logs[f"factorized_top_k/top_{k}_categorical_accuracy"]) for k in EVALUATED
  }


class EpochTimes(tf.keras.callbacks.Callback):

  def __init__(self):
    super().__init__()
    self.seconds = []

  def on_epoch_begin(self, epoch, logs=None):
    self.started = time.perf_counter()

  def on_epoch_end(self, epoch, logs=None):
    self.seconds.append(time.perf_counter() - self.started)


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of u.data, u.item")
  parser.add_argument("--epochs", type=int, default=3)
  parser.add_argument("--seed", type=int, default=42)
  parser.add_argument("--no-training-metrics", action="store_true")
  parser.add_argument("--job-only", action="store_true",
                      help="end after the job: no second evaluation, no exact metrics")
  parser.add_argument("--user", default="42", help="whom to recommend to")
  parser.add_argument("--read-split", type=pathlib.Path, metavar="DIR",
                      help="take train.csv and test.csv of DIR instead of a random split")
  parser.add_argument("--write-split", type=pathlib.Path, metavar="DIR",
                      help="write the split as DIR/train.csv and DIR/test.csv")
  parser.add_argument("--export", type=pathlib.Path, metavar="DIR",
                      help="write embeddings, vocabularies and metrics")
  arguments = parser.parse_args()
  seconds = {"import": IMPORTED - STARTED}

  tf.keras.utils.set_random_seed(arguments.seed)
  started = time.perf_counter()
  users, rated, movies = read_movielens(arguments.data)
  if arguments.read_split:
    train, test = (
        tf.data.Dataset.from_tensor_slices(read_rows(arguments.read_split / name))
        for name in ("train.csv", "test.csv"))
  else:
    ratings = tf.data.Dataset.from_tensor_slices({"user_id": users, "movie_title": rated})
    shuffled = ratings.shuffle(100_000, seed=arguments.seed, reshuffle_each_iteration=False)
    train, test = shuffled.take(80_000), shuffled.skip(80_000).take(20_000)
  candidates = tf.data.Dataset.from_tensor_slices(movies)
  model = TutorialModel(
      np.unique(users), np.unique(movies), candidates, not arguments.no_training_metrics)
  model.compile(optimizer=tf.keras.optimizers.Adagrad(learning_rate=0.1))
  seconds["load"] = time.perf_counter() - started

  epochs = EpochTimes()
  started = time.perf_counter()
  history = model.fit(
      train.shuffle(100_000).batch(8192).cache(), epochs=arguments.epochs, verbose=0,
      callbacks=[epochs]).history
  seconds["train"] = time.perf_counter() - started
  seconds["epochs"] = epochs.seconds
  # Before the first epoch and after the last: on some runs fit takes many seconds to return.
  seconds["train_outside_epochs"] = seconds["train"] - sum(epochs.seconds)

  evaluated = test.batch(4096).cache()
  started = time.perf_counter()
  logs = model.evaluate(evaluated, return_dict=True, verbose=0)
  seconds["evaluate"] = time.perf_counter() - started

  started = time.perf_counter()
  index = tfrs.layers.factorized_top_k.BruteForce(model.user_model)
  index.index_from_dataset(tf.data.Dataset.zip(
      (candidates.batch(100), candidates.batch(100).map(model.title_model))))
  scores, titles = index(tf.constant([arguments.user]), k=3)
  recommended = [
      {"identifier": title.decode(), "score": float(score)}
      for title, score in zip(titles[0].numpy(), scores[0].numpy())
  ]
  seconds["recommend"] = time.perf_counter() - started
  seconds["total"] = time.perf_counter() - STARTED
  peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

  report = {
      "seconds": seconds,
      "peak_megabytes": peak,
      "losses": [float(loss) for loss in history["loss"]],
      "metrics": top_k(logs),
      "test_loss": float(logs["loss"]),
      "recommended": recommended,
  }
  if not arguments.no_training_metrics:
    report["training_metrics"] = top_k({name: values[-1] for name, values in history.items()})
  if not arguments.job_only:
    started = time.perf_counter()
    model.evaluate(evaluated, return_dict=True, verbose=0)
    seconds["evaluate_again"] = time.perf_counter() - started
    report["exact_metrics"] = evaluate_exactly(model, test, movies)
  if arguments.write_split:
    write_rows(arguments.write_split / "train.csv", train)
    write_rows(arguments.write_split / "test.csv", test)
  if arguments.export:
    export(arguments.export, model, report)
  print(json.dumps(report))


if __name__ == "__main__":
  main()
