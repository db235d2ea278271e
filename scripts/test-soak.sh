#!/usr/bin/env bash
# Holds a running server to its promises for SECONDS: load from 8 connections, new versions, changes of items, steady
# memory, no error.
#
#   scripts/test-soak.sh [SECONDS] [SHORTLIST] [ARTEFACT]      600 by default
#
# Without a program and an artefact of NAME/VERSION, both are made. RATE=N holds the load to so many requests a second.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need_build_packages
seconds=${1:-600}
shortlist=${2:-}
artefact=${3:-}
work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

if [ -z "$shortlist" ]; then
  swift build -c release --product shortlist
  shortlist="$(swift build -c release --show-bin-path)/shortlist"
fi
if [ -z "$artefact" ]; then
  "$shortlist" fetch movielens-100k
  "$shortlist" train recipes/tutorial.yaml --output "$work/trained" >/dev/null
  artefact="$work/trained/1"
fi
swiftc -O -swift-version 6 -o "$work/client" Benchmarks/Sources/ServingBenchmark/*.swift
mkdir -p "$work/models/movies"
cp -r "$artefact" "$work/models/movies/1"

"$shortlist" serve "$work/models" --port 0 --no-grpc >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
  grep -q http "$work/out" && break
  sleep 0.1
done
port=$(grep -oE 'http://[0-9.]+:[0-9]+' "$work/out" | grep -oE '[0-9]+$')
dimensions=${DIMENSIONS:-32}
"$work/client" soak "$port" "$work/models/movies" --seconds "$seconds" --connections 8 --dimensions "$dimensions" \
  ${RATE:+--rate "$RATE"} || {
  tail -20 "$work/log" >&2
  exit 1
}
# It ends as it should.
kill -TERM "$server"
wait "$server"
server=""
if grep -iE 'cannot|error|fail' "$work/log"; then exit 1; fi
