#!/usr/bin/env python3
"""Recommends from an artefact without any of this project's code.

  PYTHON scripts/check-artefact.py DIR --user 42 -k 10

DIR is an artefact whose query tower is one embedding of user_id. The packages numpy and
safetensors do all the reading (the interpreter of Benchmarks/peers/setup.sh has both). Prints
{"user", "items": [{"identifier", "score"}]}, to be compared with
`shortlist recommend DIR --user 42 -k 10 --include-seen --json`; with --expect FILE (that
command's output) it compares by itself and exits 1 where they differ.
"""

import argparse
import json
import pathlib
import re
import sys

import numpy as np
from safetensors.numpy import load_file

ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}


def read_lines(path):
  """One word a line; a backslash, a line feed and a carriage return are escaped."""
  # Only \n ends a line: str.splitlines would also cut at other separators of Unicode.
  lines = path.read_text(encoding="utf-8").split("\n")
  if lines[-1] != "":
    raise ValueError(f"{path}: the last line does not end")
  return [re.sub(r"\\[\\nr]", lambda found: ESCAPES[found[0]], line) for line in lines[:-1]]


def recommend(folder, user, k):
  """The k items of largest inner product; ties go to the smaller row."""
  json.loads((folder / "manifest.json").read_text(encoding="utf-8"))  # it is at least JSON
  candidates = load_file(folder / "candidates.safetensors")["embeddings"]
  identifiers = read_lines(folder / "identifiers.txt")
  if len(identifiers) != len(candidates):
    raise ValueError(f"{len(identifiers)} identifiers for {len(candidates)} candidates")
  words = read_lines(folder / "vocabularies" / "query" / "user_id.txt")
  table = load_file(folder / "weights.safetensors")["query/user_id/embedding"]
  if len(table) != len(words) + 1:
    raise ValueError(f"{len(table)} rows for {len(words)} words and the unknown one")
  row = words.index(user) + 1 if user in words else 0
  scores = candidates.astype(np.float64) @ table[row].astype(np.float64)
  best = np.argsort(-scores, kind="stable")[:k]
  items = [{"identifier": identifiers[i], "score": float(scores[i])} for i in best]
  return {"user": user, "items": items}


def differences(ours, theirs, tolerance):
  """What differs between two recommendations; items whose scores tie may change places."""
  if len(ours["items"]) != len(theirs["items"]):
    yield f"{len(ours['items'])} items here, {len(theirs['items'])} there"
  for place, (one, other) in enumerate(zip(ours["items"], theirs["items"]), start=1):
    near = abs(one["score"] - other["score"]) <= tolerance * max(1, abs(one["score"]))
    if not near:
      yield f"place {place}: score {one['score']} here, {other['score']} there"
    neighbours = ours["items"][max(0, place - 2):place + 1]
    tied = [item["identifier"] for item in neighbours
            if abs(item["score"] - one["score"]) <= tolerance * max(1, abs(one["score"]))]
    if other["identifier"] not in tied and place < len(ours["items"]):
      yield f"place {place}: {one['identifier']!r} here, {other['identifier']!r} there"


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("artefact", type=pathlib.Path, metavar="DIR")
  parser.add_argument("--user", required=True)
  parser.add_argument("-k", type=int, default=10)
  parser.add_argument("--expect", type=pathlib.Path, metavar="FILE",
                      help="output of shortlist recommend --json to compare with")
  parser.add_argument("--tolerance", type=float, default=1e-5)
  arguments = parser.parse_args()
  result = recommend(arguments.artefact, arguments.user, arguments.k)
  print(json.dumps(result, ensure_ascii=False))
  if arguments.expect:
    lines = arguments.expect.read_text(encoding="utf-8").strip().split("\n")
    found = list(differences(result, json.loads(lines[-1]), arguments.tolerance))
    for line in found:
      print(f"check-artefact: {line}", file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
  main()
