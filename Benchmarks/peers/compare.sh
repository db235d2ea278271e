#!/usr/bin/env bash
# Runs the retrieval tutorial with TensorFlow Recommenders and with shortlist on MovieLens 100K, in
# alternation, and prints seconds, memory, metrics and their ratios.
#
#   Benchmarks/peers/compare.sh [--data FOLDER] [--shortlist PROGRAM] [--tfrs-runs 1] [--runs 5]
#
# FOLDER holds u.data and u.item; without it $SHORTLIST_DATA/ml-100k is taken. PROGRAM is a
# release build; without it the newest of .build*/release/shortlist. Makes the Python environment
# first where it is missing.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
folder="${PEERS_VENV:-$here/.venv-tfrs}"
"$here/setup.sh" "$folder" >&2
exec "$folder/bin/python" "$here/compare.py" "$@"
