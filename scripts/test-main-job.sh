#!/usr/bin/env bash
# Runs the main job on MovieLens 100K in a release build and holds its figures to what the documentation
# promises; then lets Python read the artefact without our code.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need_build_packages
need python3 "compares the artefact with what numpy and safetensors read"
need python3-venv "keeps those two packages out of the system"
need python3-pip "installs them"

swift build -c release --disable-default-traits --product shortlist
shortlist="$(swift build -c release --disable-default-traits --show-bin-path)/shortlist"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$shortlist" fetch movielens-100k
for recipe in tutorial ml-100k; do
  "$shortlist" train "recipes/$recipe.yaml" --output "$work/$recipe" --json >"$work/$recipe-train.json"
  "$shortlist" evaluate "$work/$recipe" --json >"$work/$recipe.json"
done
"$shortlist" recommend "$work/ml-100k" --user 42 -k 10 --include-seen --json >"$work/recommended.json"

[ -x .venv-check/bin/python ] || python3 -m venv .venv-check
.venv-check/bin/pip install --quiet numpy safetensors
.venv-check/bin/python scripts/check-artefact.py "$work/ml-100k/1" --user 42 -k 10 \
  --expect "$work/recommended.json"
.venv-check/bin/python scripts/check-figures.py "$work"

# Twenty seconds of what scripts/test-soak.sh does for ten minutes, on the server that the tests have built.
if [ -x .build-tests/debug/shortlist ]; then
  echo "== the server under load"
  scripts/test-soak.sh 20 .build-tests/debug/shortlist "$work/tutorial/1"
fi
