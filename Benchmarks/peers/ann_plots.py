"""Draws and tabulates the lines of ann.py: recall@10 against queries a second.

  PYTHON Benchmarks/peers/ann_plots.py FILE... [--plots FOLDER]
  PYTHON Benchmarks/peers/ann_plots.py FILE... --variants LIBRARY

Of every library the best of its sweep is kept: the points that no other point of it beats in both
recall and speed. The table gives queries a second at a recall, between two points of that front by
straight lines in the logarithm, never beyond its ends; and how many times the best peer's ours is.
One SVG a set goes to the folder; both are from `qps`, one query a call. With --variants, a table of
the ways to build one library, with the seconds and the bytes a dimension that each takes.
"""

import argparse
import collections
import json
import math
import pathlib
import sys

RECALLS = (0.90, 0.95, 0.99)
OURS = "shortlist"
# Readable on white and on black; ours is the thick one.
COLORS = ("#d55e00", "#0a8f6c", "#b25fa0", "#a07d00", "#2f86c9", "#7a7a7a")
OUR_COLORS = ("#e02020", "#ff7f6e")
GREY = "#808080"


def is_ours(library):
  return library.startswith(OURS)


def front(points):
  """The points that none beats in both, by falling speed and rising recall."""
  kept = []
  for recall, speed in sorted(points, key=lambda point: (-point[1], -point[0])):
    if not kept or recall > kept[-1][0]:
      kept.append((recall, speed))
  return kept


def speed_at(points, recall):
  """Queries a second at a recall, or None where the front does not reach it."""
  kept = front(points)
  if not kept or kept[-1][0] < recall:
    return None
  if kept[0][0] >= recall:
    return kept[0][1]
  for (low, fast), (high, slow) in zip(kept, kept[1:]):
    if high >= recall:
      part = (recall - low) / (high - low)
      return math.exp((1 - part) * math.log(fast) + part * math.log(slow))
  return None


def read(paths):
  """(recall, speed) of every line, by set and library; the libraries that spill apart."""
  sets = collections.defaultdict(lambda: collections.defaultdict(list))
  for path in paths:
    with open(path, encoding="utf-8") as file:
      for line in file:
        result = json.loads(line)
        spilled = result["library"] == "scann" and result["variant"].startswith("SOAR")
        library = "scann, SOAR" if spilled else result["library"]
        sets[result["set"]][library].append((result["recall"], result["qps"]))
  return sets


def print_variants(paths, library):
  """Speed, build and memory of every way to build a library."""
  sets = collections.defaultdict(lambda: collections.defaultdict(list))
  for path in paths:
    with open(path, encoding="utf-8") as file:
      for line in file:
        result = json.loads(line)
        if result["library"] == library:
          sets[result["set"]][result["variant"]].append(result)
  for name, variants in sets.items():
    print(f"\n{name}: {library}, queries a second at recall@10, one thread, one query a call\n")
    print("| variant | " + " | ".join(f"{r:.2f}" for r in RECALLS)
          + " | build, s | index / vectors |")
    print("|---|" + "---|" * (len(RECALLS) + 2))
    for variant, results in variants.items():
      points = [(result["recall"], result["qps"]) for result in results]
      speeds = [speed_at(points, recall) for recall in RECALLS]
      cells = ["-" if speed is None else f"{speed:,.0f}" for speed in speeds]
      seconds = min(result["build_seconds"] for result in results)
      share = (results[0]["bytes"] - results[0]["vector_bytes"]) / results[0]["vector_bytes"]
      print(f"| {variant} | " + " | ".join(cells) + f" | {seconds:.1f} | {share:.3f} |")


def print_table(name, libraries):
  print(f"\n{name}: queries a second, one thread, one query a call\n")
  print("| recall@10 | " + " | ".join(libraries) + " | ours / best peer |")
  print("|---|" + "---|" * (len(libraries) + 1))
  for recall in RECALLS:
    speeds = {library: speed_at(points, recall) for library, points in libraries.items()}
    cells = ["not reached" if speed is None else f"{speed:,.0f}" for speed in speeds.values()]
    own = max((s for l, s in speeds.items() if s and is_ours(l)), default=None)
    peer = max((s for l, s in speeds.items() if s and not is_ours(l)), default=None)
    ratio = f"{own / peer:.2f}" if own and peer else "-"
    print(f"| {recall:.2f} | " + " | ".join(cells) + f" | {ratio} |")


def draw(name, libraries, folder):
  import matplotlib

  matplotlib.use("svg")
  # The same lines give the same file.
  matplotlib.rcParams.update({
      "svg.hashsalt": "shortlist", "text.color": GREY, "axes.labelcolor": GREY,
      "axes.edgecolor": GREY, "xtick.color": GREY, "ytick.color": GREY, "font.size": 10})
  import matplotlib.pyplot as pyplot

  figure, axes = pyplot.subplots(figsize=(8, 5))
  peers, own = iter(COLORS), iter(OUR_COLORS)
  for library, points in libraries.items():
    kept = front(points)
    ours = is_ours(library)
    axes.plot(
        [recall for recall, _ in kept], [speed for _, speed in kept], label=library,
        color=next(own if ours else peers), linewidth=2.6 if ours else 1.4,
        marker="o" if ours else ".", markersize=5, zorder=3 if ours else 2)
  axes.set(yscale="log", xlim=(0.8, 1.005), xlabel="recall@10",
           ylabel="queries a second, one thread")
  axes.set_title(name)
  axes.grid(True, which="both", color=GREY, alpha=0.25, linewidth=0.5)
  axes.legend(frameon=False, fontsize=9)
  folder.mkdir(parents=True, exist_ok=True)
  path = folder / f"ann-{name}.svg"
  figure.savefig(path, transparent=True, bbox_inches="tight", metadata={"Date": None})
  pyplot.close(figure)
  print(f"ann_plots: {path}", file=sys.stderr)


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("files", type=pathlib.Path, nargs="+", help="lines of ann.py")
  parser.add_argument("--plots", type=pathlib.Path, help="write one SVG a set here")
  parser.add_argument("--variants", metavar="LIBRARY", help="tabulate the ways to build it instead")
  arguments = parser.parse_args()
  if arguments.variants:
    return print_variants(arguments.files, arguments.variants)
  for name, libraries in read(arguments.files).items():
    ordered = dict(sorted(libraries.items(), key=lambda item: (not is_ours(item[0]), item[0])))
    print_table(name, ordered)
    if arguments.plots:
      draw(name, ordered, arguments.plots)


if __name__ == "__main__":
  main()
