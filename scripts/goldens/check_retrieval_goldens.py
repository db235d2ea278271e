"""Replays the retrieval goldens in float64 with numpy alone and reports how far they are.

  PYTHON scripts/goldens/check_retrieval_goldens.py [FOLDER]

It reads nothing but the files, so a file that lacks something a reader needs fails here. The gap
it prints is the smallest distance, over a scenario, at which a choice (which hard negative, which
head, which side of relu's kink) would have fallen otherwise: below about 1e-6 a correct float32
implementation may differ from the golden.
"""

import pathlib
import sys

import numpy as np

import golden_files

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = ROOT / "Tests" / "ShortlistTrainingTests" / "Goldens" / "retrieval"
LEAST = float(np.finfo(np.float32).min) / 100

LOSS_TOLERANCE = 1e-5
WEIGHT_TOLERANCE = 1e-4


class Replay:
  """One golden, its weights in float64."""

  def __init__(self, golden):
    self.options = golden["options"]
    self.optimizer = golden["optimizer"]
    self.width = golden["dimensions"]["width"]
    self.weights = {
        name: golden_files.unpacked(value).astype(np.float64)
        for name, value in golden["initial"].items()
    }
    self.slots = {}
    self.steps = 0
    self.gap = np.inf
    probabilities = self.options["sampling_probabilities"]
    self.correction = None
    if probabilities is not None:
      share = golden_files.unpacked(probabilities).astype(np.float64)
      self.correction = np.log(np.clip(share, 1e-6, 1))

  def step(self, users, items, extra, weights, mask):
    """One training step: its losses (loss, regularization) and accuracies in the batch."""
    columns = np.concatenate([items, extra])
    queries, query_cache = self.forward("query", users)
    candidates, candidate_cache = self.forward("candidate", columns)
    loss, query_gradient, candidate_gradient, ranks = self.softmax(
        queries, candidates, columns, weights, mask)
    gradients = {}
    self.backward("query", users, query_cache, query_gradient, gradients)
    self.backward("candidate", columns, candidate_cache, candidate_gradient, gradients)
    regularization = self.regularize({"query": users, "candidate": columns}, gradients)
    self.update(gradients)
    return loss, regularization, {f"top_{k}": np.mean(ranks < k) for k in (1, 5)}

  def forward(self, side, rows):
    value = self.weights[f"{side}/embedding"][rows]
    cache = [value]
    for layer in range(self.depth(side)):
      value = value @ self.weights[f"{side}/dense_{layer}/kernel"]
      value = value + self.weights[f"{side}/dense_{layer}/bias"]
      if layer < self.depth(side) - 1:
        self.gap = min(self.gap, np.abs(value).min())
        value = np.maximum(value, 0)
      cache.append(value)
    return value, cache

  def depth(self, side):
    return sum(name.startswith(side) and name.endswith("kernel") for name in self.weights)

  def backward(self, side, rows, cache, gradient, gradients):
    for layer in reversed(range(self.depth(side))):
      if layer < self.depth(side) - 1:
        gradient = gradient * (cache[layer + 1] > 0)
      gradients[f"{side}/dense_{layer}/kernel"] = cache[layer].T @ gradient
      gradients[f"{side}/dense_{layer}/bias"] = gradient.sum(axis=0)
      gradient = gradient @ self.weights[f"{side}/dense_{layer}/kernel"].T
    table = np.zeros_like(self.weights[f"{side}/embedding"])
    np.add.at(table, rows, gradient)
    gradients[f"{side}/embedding"] = table

  def softmax(self, queries, candidates, columns, weights, mask):
    """The loss, the gradients of both sides, and how many columns beat each row's positive."""
    batch = len(queries)
    heads = queries.reshape(batch, -1, self.width)
    every = np.einsum("bhd,cd->bhc", heads, candidates)
    head = every.argmax(axis=1)
    if heads.shape[1] > 1:
      ordered = np.sort(every, axis=1)
      self.gap = min(self.gap, (ordered[:, -1] - ordered[:, -2]).min())
    scores = every.max(axis=1)
    diagonal = np.arange(batch)

    scale = 1.0
    if self.options["temperature"] is not None:
      scale = 1 / self.options["temperature"]
    logits = scores * scale
    if self.correction is not None:
      logits = logits - self.correction[columns]
    if self.options["remove_accidental_hits"]:
      hit = columns[:batch, None] == columns[None, :]
      hit[diagonal, diagonal] = False
      logits = logits + hit * LEAST
    if mask is not None:
      logits = np.where(mask, logits, LEAST)

    kept = np.ones_like(logits, dtype=bool)
    if self.options["hard_negatives"] is not None:
      count = self.options["hard_negatives"]
      negatives = logits.copy()
      negatives[diagonal, diagonal] = -np.inf
      order = np.argsort(-negatives, axis=1, kind="stable")
      last = np.take_along_axis(negatives, order[:, count - 1:count + 1], axis=1)
      differ = columns[order[:, count - 1]] != columns[order[:, count]]
      gaps = (last[:, 0] - last[:, 1])[differ]
      self.gap = min(self.gap, gaps.min(initial=np.inf))
      kept[:] = False
      np.put_along_axis(kept, order[:, :count], True, axis=1)
      kept[diagonal, diagonal] = True

    shown = np.where(kept, logits, -np.inf)
    largest = shown.max(axis=1, keepdims=True)
    exponentials = np.exp(shown - largest)
    total = exponentials.sum(axis=1, keepdims=True)
    loss = (np.log(total) + largest)[:, 0] - logits[diagonal, diagonal]
    gradient = exponentials / total
    gradient[diagonal, diagonal] -= 1
    gradient *= weights[:, None] * scale

    query_gradient = np.zeros_like(heads)
    candidate_gradient = np.zeros_like(candidates)
    for index in range(heads.shape[1]):
      chosen = gradient * (head == index)
      query_gradient[:, index] = chosen @ candidates
      candidate_gradient += chosen.T @ heads[:, index]
    positive = scores[diagonal, diagonal][:, None]
    same = columns[None, :] == columns[:batch, None]
    beaten = ((scores > positive) & ~same).sum(axis=1)
    return (
        (weights * loss).sum(), query_gradient.reshape(queries.shape), candidate_gradient, beaten)

  def regularize(self, rows, gradients):
    total = 0.0
    factor = self.options["distinct_row_regularization"]
    for side in rows if factor else ():
      distinct = np.unique(rows[side])
      table = self.weights[f"{side}/embedding"]
      total += factor * np.square(table[distinct]).sum()
      gradients[f"{side}/embedding"][distinct] += 2 * factor * table[distinct]
    factor = self.options["kernel_regularization"]
    for name, value in self.weights.items() if factor else ():
      if name.endswith("kernel"):
        total += factor * np.square(value).sum()
        gradients[name] += 2 * factor * value
    return total

  def update(self, gradients):
    """Keras's arithmetic, over every row of every parameter."""
    options = self.optimizer
    rate = options["learning_rate"]
    self.steps += 1
    for name, gradient in gradients.items():
      value = self.weights[name]
      if options["name"] == "adagrad":
        slot = self.slots.setdefault(
            name, np.full_like(value, options["initial_accumulator_value"]))
        slot += gradient**2
        value -= rate * gradient / np.sqrt(slot + options["epsilon"])
      elif options["name"] == "sgd":
        slot = self.slots.setdefault(name, np.zeros_like(value))
        slot *= options["momentum"]
        slot -= rate * gradient
        value += options["momentum"] * slot - rate * gradient if options["nesterov"] else slot
      else:
        value *= 1 - rate * options.get("weight_decay", 0)
        first = self.slots.setdefault(name + "/first", np.zeros_like(value))
        second = self.slots.setdefault(name + "/second", np.zeros_like(value))
        first += (gradient - first) * (1 - options["beta_1"])
        second += (gradient**2 - second) * (1 - options["beta_2"])
        step_rate = rate * np.sqrt(1 - options["beta_2"]**self.steps)
        step_rate /= 1 - options["beta_1"]**self.steps
        value -= step_rate * first / (np.sqrt(second) + options["epsilon"])


def check(path):
  """Replays a file; the largest relative difference of losses and of weights, and the gap."""
  golden = golden_files.read(path)
  replay = Replay(golden)
  batches = golden["batches"]
  masks = golden_files.unpacked_bits(batches["score_mask"]) if "score_mask" in batches else None
  loss_difference = 0.0
  wrong = []
  for index in range(golden["dimensions"]["steps"]):
    users, items = (np.array(batches[side][index]) for side in ("query", "candidate"))
    weights = np.array(batches["weights"][index]) if "weights" in batches else np.ones(len(users))
    extra = np.array(batches.get("extra_negatives", [[]] * (index + 1))[index], dtype=int)
    loss, regularization, accuracy = replay.step(
        users, items, extra, weights, None if masks is None else masks[index])
    for key, value in (("losses", loss), ("regularization_losses", regularization),
                       ("total_losses", loss + regularization)):
      expected = golden[key][index]
      loss_difference = max(loss_difference, abs(value - expected) / max(1, abs(expected)))
    for name, values in (golden["batch_metrics"] or {}).items():
      if abs(values[index] - accuracy[name]) > 1e-6:
        wrong.append(f"{name} of step {index}: {values[index]} but {accuracy[name]} here")
  weight_difference = 0.0
  for name, value in golden["final"].items():
    expected = golden_files.unpacked(value)
    # The floor is for a parameter whose true gradient is zero, such as deep's last candidate bias.
    scale = max(np.abs(expected).max(), 0.1)
    difference = np.abs(replay.weights[name] - expected).max() / scale
    weight_difference = max(weight_difference, difference)
  if loss_difference > LOSS_TOLERANCE or weight_difference > WEIGHT_TOLERANCE:
    wrong.append("too far from the float64 replay")
  print(f"{golden['name']:32} loss {loss_difference:.1e}  weights {weight_difference:.1e}"
        f"  gap {replay.gap:.1e}  {'; '.join(wrong) or 'ok'}")
  return not wrong


def main():
  folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDENS
  paths = sorted(folder.glob("*.json"))
  if not paths:
    sys.exit(f"no goldens in {folder}: run make_retrieval_goldens.py first")
  if not all([check(path) for path in paths]):
    sys.exit(1)


if __name__ == "__main__":
  main()
