#!/usr/bin/env python3
"""Holds the figures of the main job to what the documentation promises.

  PYTHON scripts/check-figures.py FOLDER

FOLDER has tutorial.json and ml-100k.json as `shortlist evaluate DIR --json` prints them.
"""

import json
import pathlib
import sys

EXPECTED = [
    # recipe, candidates, figure, least, most
    ("tutorial", "raw", "top_100", 0.22, 0.25),
    ("ml-100k", "raw", "top_100", 0.397, 1),
    ("ml-100k", "masked", "top_100", 0.607, 1),
]


def main():
  folder = pathlib.Path(sys.argv[1])
  failed = 0
  for recipe, candidates, figure, least, most in EXPECTED:
    report = json.loads((folder / f"{recipe}.json").read_text())
    value = report[candidates][figure]
    holds = least <= value <= most
    failed += not holds
    print(f"{'ok  ' if holds else 'FAIL'} {recipe} {candidates} {figure}: {value:.4f} "
          f"(expected {least} to {most})")
  model = json.loads((folder / "ml-100k.json").read_text())
  for figure, value in model["masked"].items():
    popular = model["popularity"]["masked"][figure]
    holds = value > popular
    failed += not holds
    print(f"{'ok  ' if holds else 'FAIL'} ml-100k masked {figure}: {value:.4f} "
          f"(popularity {popular:.4f})")
  print(f"{len(EXPECTED) + len(model['masked']) - failed} passed, {failed} failed")
  return 1 if failed else 0


if __name__ == "__main__":
  sys.exit(main())
