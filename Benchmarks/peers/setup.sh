#!/usr/bin/env bash
# Makes the Python environment in which the peers run and the goldens are generated.
#
#   Benchmarks/peers/setup.sh [FOLDER]
#
# FOLDER defaults to .venv-tfrs beside this script (ignored by git). PYTHON names the interpreter
# (3.10 to 3.13, as TensorFlow 2.20 asks); without it the first that fits is taken. Running the
# script again changes nothing while the pinned versions are unchanged.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
folder="${1:-$here/.venv-tfrs}"
requirements="$here/requirements-tfrs.txt"
stamp="$folder/requirements-installed.txt"

if [[ -x "$folder/bin/python" ]] && cmp -s "$requirements" "$stamp"; then
  echo "setup: $folder is up to date"
  exit 0
fi

fits() {
  "$1" -c 'import sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' \
    >/dev/null 2>&1
}

if [[ ! -x "$folder/bin/python" ]]; then
  python=""
  for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3.10 python3}; do
    if fits "$candidate"; then
      python="$candidate"
      break
    fi
  done
  if [[ -z "$python" ]]; then
    echo "setup: no Python 3.10 to 3.13 with the venv module was found; install one" \
      "(Debian and Ubuntu: python3-venv) or name it with PYTHON=/path/to/python" >&2
    exit 1
  fi
  echo "setup: making $folder with $("$python" --version)"
  "$python" -m venv "$folder"
fi

echo "setup: installing the versions pinned in $(basename "$requirements")" \
  "(downloads about 350 MB, takes 2.2 GB of disk)"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"

echo "setup: checking that TensorFlow Recommenders loads under Keras 2"
TF_USE_LEGACY_KERAS=1 TF_CPP_MIN_LOG_LEVEL=3 "$folder/bin/python" -c '
import tensorflow as tf
import tensorflow_recommenders as tfrs
print("setup: tensorflow", tf.__version__, "and tensorflow-recommenders", tfrs.__version__)
'
cp "$requirements" "$stamp"
echo "setup: done. Run the scripts with TF_USE_LEGACY_KERAS=1 and $folder/bin/python"
