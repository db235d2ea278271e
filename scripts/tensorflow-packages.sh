#!/usr/bin/env bash
# Makes .venv-tensorflow: a Python with TensorFlow, its tools and ONNX Runtime, in which the tests load what
# Shortlist writes and write what it reads, and which drives the server and its console. Takes a minute or two, once.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

packages="tensorflow==2.20.0 tf-keras==2.20.1 tensorflow-recommenders==0.7.7 scann==1.4.2
  tensorflow-serving-api==2.20.0 tensorflow-datasets==4.9.10 tensorboard==2.20.0 onnx==1.23.2 onnxruntime==1.32.0
  grpcio-tools==1.85.1 setuptools==80.9.0 schemathesis==4.32.5 openapi-spec-validator==0.9.0 playwright==1.65.2"
need chromium "drives the web console in the tests"
need fonts-dejavu-core "letters for it"
if [ "$(cat .venv-tensorflow/READY 2>/dev/null)" = "$packages" ]; then exit 0; fi
need python3 "runs TensorFlow"
need python3-venv "keeps TensorFlow out of the system"
need python3-pip "installs it"
echo "installing TensorFlow and its tools into .venv-tensorflow" >&2
rm -rf .venv-tensorflow
python3 -m venv .venv-tensorflow
# shellcheck disable=SC2086
.venv-tensorflow/bin/pip install --quiet $packages
printf '%s' "$packages" >.venv-tensorflow/READY
