#!/usr/bin/env bash
# Recall@10 against queries a second of ScaNN, faiss, hnswlib, usearch and ours, from nothing: makes
# the Python environment, gets the vectors, trains a model, builds, measures, tabulates and draws.
#
#   Benchmarks/peers/ann.sh [FOLDER] [arguments of ann.py]
#
# FOLDER gets the data (320 MB) and results.jsonl; it is .ann-data beside this script if none is named
# (ignored by git). What is there already is used again. PYTHON names the interpreter; ANN_VENV and
# ANN_ARCHIVES name folders that take the place of FOLDER/venv and FOLDER/archives. The model needs
# MovieLens 100K in $SHORTLIST_DATA; `shortlist fetch movielens-100k` gets it.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
folder="$here/.ann-data"
if [[ $# -gt 0 && "$1" != --* ]]; then
  folder="$1"
  shift
fi
mkdir -p "$folder"
folder="$(cd "$folder" && pwd)"
venv="${ANN_VENV:-$folder/venv}"
archives="${ANN_ARCHIVES:-$folder/archives}"
model="$folder/model"

stamp="$venv/ann-installed.txt"
if ! cmp -s "$here/requirements-ann.txt" "$stamp"; then
  echo "ann: installing the versions pinned in requirements-ann.txt" >&2
  [[ -x "$venv/bin/python" ]] || "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    -r "$here/requirements-ann.txt"
  cp "$here/requirements-ann.txt" "$stamp"
fi

# Source packages for the vectors in them; they are never installed.
mkdir -p "$archives"
for package in synonyms==3.10.2 ja_ginza==3.1.0; do
  if [[ ! -f "$archives/${package/==/-}.tar.gz" ]]; then
    echo "ann: downloading $package (55 MB)" >&2
    "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps \
      --no-binary :all: --dest "$archives" "$package"
  fi
done

swift build -c release --package-path "$root" --product shortlist >&2
swift build -c release --package-path "$root/Benchmarks" --product AnnBenchmark >&2
bin="$(swift build -c release --package-path "$root" --show-bin-path)"
benchmarks="$(swift build -c release --package-path "$root/Benchmarks" --show-bin-path)"

if [[ ! -d "$model/1" ]]; then
  "$bin/shortlist" train "$root/recipes/ml-100k.yaml" --dimensions 32 --output "$model" >&2
fi
"$venv/bin/python" "$here/ann_data.py" "$folder" --archives "$archives" --model "$model/1"
"$venv/bin/python" "$here/ann.py" "$folder" --ours "$benchmarks/AnnBenchmark" "$@" \
  >"$folder/results.jsonl"
"$venv/bin/python" "$here/ann_plots.py" "$folder/results.jsonl" --plots "$root/docs/plots"
