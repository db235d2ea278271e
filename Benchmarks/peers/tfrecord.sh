#!/usr/bin/env bash
# Reading TFRecord files: shortlist beside tf.data, on one core and the same file.
#
#   Benchmarks/peers/tfrecord.sh [ROWS] [PYTHON]
#
# PYTHON has TensorFlow; by default the one of the tests' environment.
set -euo pipefail
cd "$(dirname "$0")/.."
rows="${1:-1000000}"
python="${2:-../.venv-tensorflow/bin/python}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

swift build -c release --product RecordBenchmark
taskset -c 0 .build/release/RecordBenchmark --write "$rows" "$folder/ratings.tfrecord"
taskset -c 0 "$python" peers/tfrecord.py "$folder/ratings.tfrecord"
taskset -c 0 .build/release/RecordBenchmark "$folder/ratings.tfrecord"
