"""Reads a TFRecord file of ratings with tf.data on one thread and prints records a second.

    taskset -c 0 python tfrecord.py FILE.tfrecord
"""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
import tensorflow as tf  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

FLOATS = ["bucketized_user_age", "raw_user_age", "user_rating"]
INTEGERS = ["timestamp", "user_gender", "user_occupation_label"]
STRINGS = ["movie_id", "movie_title", "user_id", "user_occupation_text", "user_zip_code"]
ALL = {name: tf.io.FixedLenFeature([], tf.float32) for name in FLOATS}
ALL |= {name: tf.io.FixedLenFeature([], tf.int64) for name in INTEGERS}
ALL |= {name: tf.io.FixedLenFeature([], tf.string) for name in STRINGS}
ALL |= {"movie_genres": tf.io.RaggedFeature(tf.int64)}
FOUR = {name: ALL[name] for name in ["user_id", "movie_id", "user_rating", "timestamp"]}


def dataset(path, features, batch):
    records = tf.data.TFRecordDataset(path, buffer_size=1 << 20)
    if batch:
        records = records.batch(batch)
    if features:
        records = records.map(lambda serialized: tf.io.parse_example(serialized, features))
    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    options.threading.max_intra_op_parallelism = 1
    return records.with_options(options)


def measure(name, path, features, batch, runs=3):
    best = float("inf")
    for _ in range(runs):
        count = 0
        start = time.perf_counter()
        for item in dataset(path, features, batch):
            if features:
                count += int(item["user_id"].shape[0])
            else:
                count += int(item.shape[0]) if batch else 1
        best = min(best, time.perf_counter() - start)
    print(f"{name}: {count} records, best of {runs} {int(count / best)} records/s", flush=True)


if __name__ == "__main__":
    path = sys.argv[1]
    print("tensorflow", tf.__version__)
    for batch in [1024, 8192]:
        measure(f"all twelve features, batches of {batch}", path, ALL, batch)
        measure(f"four features, batches of {batch}", path, FOUR, batch)
    measure("no parsing, batches of 1024", path, None, 1024)
