#!/usr/bin/env bash
# Holds the live index to plain means: SECONDS of searches, changes and compactions from many threads under the
# thread sanitizer, then ROUNDS of kill -9 without losing an acknowledged change.
#
#   scripts/test-live.sh [SECONDS] [ROUNDS]      600 and 200 by default
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need_build_packages
seconds=${1:-600}
rounds=${2:-200}

cd Benchmarks
swift build -c release --product LiveStress --sanitize=thread --scratch-path .build-thread
TSAN_OPTIONS="halt_on_error=1" .build-thread/release/LiveStress stress "$seconds"
swift build -c release --product LiveStress
.build/release/LiveStress faults "$rounds"
