"""How golden files are written and read: JSON with base64 arrays, one file a case.

A float array is {"shape": [...], "data": base64 of little-endian float32, row-major}.
"""

import base64
import json
import pathlib

import numpy as np


def packed(array):
  """The JSON form of a float array."""
  array = np.ascontiguousarray(array, dtype="<f4")
  return {
      "shape": list(array.shape),
      "data": base64.b64encode(array.tobytes()).decode("ascii"),
  }


def unpacked(value):
  """The float32 array behind its JSON form."""
  data = np.frombuffer(base64.b64decode(value["data"]), dtype="<f4")
  return data.reshape(value["shape"])


def packed_bits(array):
  """A boolean array, row-major, eight to a byte, the first in the lowest bit."""
  bits = np.packbits(np.ascontiguousarray(array).reshape(-1), bitorder="little")
  return {
      "shape": list(array.shape),
      "data": base64.b64encode(bits.tobytes()).decode("ascii"),
  }


def unpacked_bits(value):
  """The boolean array behind its JSON form."""
  data = np.frombuffer(base64.b64decode(value["data"]), dtype=np.uint8)
  count = int(np.prod(value["shape"]))
  return np.unpackbits(data, count=count, bitorder="little").astype(bool).reshape(value["shape"])


def write(path, value):
  """Writes one field a line, arrays compact, so that a diff shows which field changed."""
  path = pathlib.Path(path)
  path.parent.mkdir(parents=True, exist_ok=True)
  fields = [
      f"{json.dumps(key)}:{json.dumps(field, separators=(',', ':'))}"
      for key, field in value.items()
  ]
  path.write_text("{\n" + ",\n".join(fields) + "\n}\n", encoding="utf-8")


def read(path):
  return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def versions():
  """The versions of the packages that made a golden."""
  import tensorflow as tf
  import tensorflow_recommenders as tfrs
  import tf_keras

  return {
      "tensorflow": tf.__version__,
      "tensorflow-recommenders": tfrs.__version__.lstrip("v"),
      "tf-keras": tf_keras.__version__,
      "numpy": np.__version__,
  }


def make_deterministic():
  """One thread and deterministic operations: the same bits on each run of a machine."""
  import tensorflow as tf

  tf.config.threading.set_intra_op_parallelism_threads(1)
  tf.config.threading.set_inter_op_parallelism_threads(1)
  tf.config.experimental.enable_op_determinism()
