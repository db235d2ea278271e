#!/usr/bin/env bash
# Runs every check: format, unit and command line tests, the arm64 kernels, the main job on MovieLens 100K with
# its figures, and readers of our files that are not ours, TensorFlow among them. Installs by name what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need_build_packages

echo "== format"
swift format lint --strict --recursive Package.swift Sources Tests Snippets Benchmarks/Package.swift Benchmarks/Sources

need openssl "makes the certificates that the tests of the server show"
need curl "calls the server over TLS"

# The tests against real TensorFlow run, and fail where it is missing.
scripts/tensorflow-packages.sh
export SHORTLIST_NEEDS_TENSORFLOW=1
need prometheus "checks the metrics of the server"
export SHORTLIST_NEEDS_PROMTOOL=1

echo "== tests"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test --scratch-path .build-tests 2>&1 | tee "$log"
grep -Eq 'Test run with [1-9][0-9]* tests' "$log" || {
  echo "error: no test ran" >&2
  exit 1
}

echo "== kernels on arm64"
scripts/test-arm64.sh

echo "== the main job on MovieLens 100K"
scripts/test-main-job.sh
