#!/usr/bin/env bash
# What the server's counters cost a request. They are not part of the library's interface, so their files are compiled here.
set -euo pipefail
cd "$(dirname "$0")/../.."
serving=Sources/ShortlistServing
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
swiftc -O -swift-version 6 -package-name shortlist -o "$work/metrics" Benchmarks/metrics/main.swift \
  "$serving"/Metrics/{Timing,LatencyHistogram,ModelCounters}.swift "$serving/ServingError.swift"
"$work/metrics"
