#!/usr/bin/env bash
# Photographs the web console with the books of a library that does not exist, into docs/console.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/tensorflow-packages.sh
mkdir -p docs/console
SHORTLIST_PICTURES="$PWD/docs/console" SHORTLIST_NEEDS_TENSORFLOW=1 \
  swift test --scratch-path .build-tests --filter ConsoleTests/console
