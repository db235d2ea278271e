"""The tutorial by TFRS and by shortlist, each as whole processes; see compare.sh."""

import argparse
import glob
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EVALUATED = (1, 5, 10, 50, 100)


def run(command, environment):
  """Runs a program to its end: the JSON of its last line, wall and processor seconds, megabytes."""
  with tempfile.TemporaryFile() as errors:
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=errors, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != 0:
      errors.seek(0)
      sys.exit(f"compare: {' '.join(map(str, command))} exited {process.returncode}:\n"
               + errors.read().decode(errors="replace")[-2000:])
  # macOS counts the largest resident set in bytes, Linux in kilobytes.
  unit = 1024 * 1024 if sys.platform == "darwin" else 1024
  return {
      "result": json.loads(output.decode().strip().split("\n")[-1]),
      "wall": wall,
      "processor": usage.ru_utime + usage.ru_stime,
      "megabytes": usage.ru_maxrss / unit,
  }


def run_tfrs(arguments, environment):
  job = run(
      [sys.executable, HERE / "tfrs_tutorial.py", "--data", arguments.data, "--job-only"],
      environment)
  result = job["result"]
  seconds = result["seconds"]
  return {
      "whole job, wall s": job["wall"],
      "whole job, processor s": job["processor"],
      "an epoch, s": statistics.median(seconds["epochs"]),
      "evaluation, s": seconds["evaluate"],
      "peak memory, MB": job["megabytes"],
      **{f"top-{k}": result["metrics"][f"top_{k}"] for k in EVALUATED},
      "recommended": [item["identifier"] for item in result["recommended"]],
  }


def run_shortlist(arguments, environment, work, number):
  artefact = work / f"artefact-{number}"
  train = run(
      [arguments.shortlist, "train", arguments.recipe, "--output", artefact, "--json"], environment)
  recommend = run(
      [arguments.shortlist, "recommend", train["result"].get("artefact", artefact), "--user", "42",
       "-k", "3", "--json"], environment)
  evaluate = run(
      [arguments.shortlist, "evaluate", train["result"].get("artefact", artefact), "--json"],
      environment)
  seconds = train["result"]["seconds"]
  return {
      "whole job, wall s": train["wall"] + recommend["wall"],
      "whole job, processor s": train["processor"] + recommend["processor"],
      "an epoch, s": seconds["train"] / len(train["result"]["epochs"]),
      "evaluation, s": seconds["evaluate"],
      "peak memory, MB": max(train["megabytes"], recommend["megabytes"]),
      **{f"top-{k}": evaluate["result"]["raw"][f"top_{k}"] for k in EVALUATED},
      "recommended": [item["identifier"] for item in recommend["result"]["items"]],
  }


def middle(runs, name):
  return statistics.median(run[name] for run in runs) if name in runs[0] else None


def shown(value):
  if value is None:
    return "-"
  return f"{value:.4g}" if value < 1000 else f"{value:.0f}"


def table(tfrs, ours):
  """Medians side by side; the ratio says how many times less is needed here."""
  rows = [("", "TFRS", "shortlist", "ratio")]
  for name in [name for name in ours[0] if name != "recommended"]:
    peer, own = middle(tfrs, name), middle(ours, name)
    if name.startswith("top-"):
      ratio = f"{own - peer:+.4f}"
    else:
      ratio = f"{peer / own:.1f} x" if peer is not None and own else "-"
    rows.append((name, shown(peer), shown(own), ratio))
  widths = [max(len(row[column]) for row in rows) for column in range(4)]
  for row in rows:
    print(row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in (1, 2, 3)), sep="  ")


def release_program():
  built = glob.glob(str(ROOT / ".build*" / "release" / "shortlist"))
  return pathlib.Path(max(built, key=os.path.getmtime)) if built else None


def parse_arguments():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--data", type=pathlib.Path, help="folder of u.data and u.item")
  parser.add_argument("--shortlist", type=pathlib.Path, help="the program, built for release")
  parser.add_argument("--recipe", type=pathlib.Path, default=ROOT / "recipes" / "tutorial.yaml")
  parser.add_argument("--tfrs-runs", type=int, default=1)
  parser.add_argument("--runs", type=int, default=5)
  parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write every run here")
  arguments = parser.parse_args()
  if arguments.data is None:
    if "SHORTLIST_DATA" not in os.environ:
      parser.error("name the folder of u.data and u.item with --data, or set SHORTLIST_DATA")
    arguments.data = pathlib.Path(os.environ["SHORTLIST_DATA"]) / "ml-100k"
  if not (arguments.data / "u.data").is_file():
    parser.error(f"{arguments.data} holds no u.data: run `shortlist fetch movielens-100k`")
  arguments.shortlist = arguments.shortlist or release_program()
  if arguments.shortlist is None:
    parser.error("no release build found: run `swift build -c release`, or give --shortlist")
  if arguments.tfrs_runs < 1 or arguments.runs < 1:
    parser.error("--runs and --tfrs-runs must be at least 1")
  return arguments


def main():
  arguments = parse_arguments()
  load = os.getloadavg()[0]
  tfrs, ours = [], []
  with tempfile.TemporaryDirectory() as name:
    work = pathlib.Path(name)
    # Both read the same files: shortlist looks for them under the name it gives the data set.
    (work / "data").mkdir()
    (work / "data" / "ml-100k").symlink_to(arguments.data.resolve())
    environment = {**os.environ, "SHORTLIST_DATA": str(work / "data")}
    for number in range(max(arguments.tfrs_runs, arguments.runs)):
      # Alternating, and the peer's few runs spread over ours, so that a slow spell of the machine
      # does not fall on one side alone.
      if number * arguments.tfrs_runs // arguments.runs >= len(tfrs) < arguments.tfrs_runs:
        print(f"compare: TFRS, run {len(tfrs) + 1} of {arguments.tfrs_runs}", file=sys.stderr)
        tfrs.append(run_tfrs(arguments, environment))
      if number < arguments.runs:
        print(f"compare: shortlist, run {number + 1} of {arguments.runs}", file=sys.stderr)
        ours.append(run_shortlist(arguments, environment, work, number))
  print(f"MovieLens 100K, the retrieval tutorial: medians of {len(tfrs)} and {len(ours)} runs,"
        f" {os.cpu_count()} processors, load {load:.1f} before\n")
  table(tfrs, ours)
  print(f"\nTFRS recommends to user 42:      {'; '.join(tfrs[-1]['recommended'])}")
  print(f"shortlist recommends to user 42: {'; '.join(ours[-1]['recommended'])}")
  if arguments.json:
    report = {"tfrs": tfrs, "shortlist": ours, "load_average": load}
    arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
  main()
