"""Prints the events of a folder as TensorFlow reads them, while it grows or after.

  read_events.py FOLDER

One JSON object a line: {"version"} or {"step", "tag", "plugin", "value"}.
"""

import glob
import json
import os
import sys

import tensorflow as tf

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*tfevents*"))):
    for event in tf.compat.v1.train.summary_iterator(path):
        if event.file_version:
            print(json.dumps({"version": event.file_version}))
        for value in event.summary.value:
            array = tf.make_ndarray(value.tensor)
            print(json.dumps({
                "step": event.step, "tag": value.tag,
                "plugin": value.metadata.plugin_data.plugin_name,
                "value": array.item().decode() if array.dtype == object else array.tolist()}))
