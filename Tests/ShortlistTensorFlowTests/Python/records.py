"""TFRecord, tf.Example and TensorFlow Datasets in both directions.

    python records.py FOLDER

Checks what Shortlist wrote into FOLDER/written, then writes into FOLDER/made what Shortlist reads, with what it
should find in JSON. RecordTests.swift is the other half.
"""

import importlib.resources.abc
import json
import os
import struct
import sys
from unittest import mock

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

# The package of this name is the same for older Pythons; not everybody has it.
sys.modules.setdefault("importlib_resources", importlib.resources)

folder = sys.argv[1]
written = os.path.join(folder, "written")
made = os.path.join(folder, "made")
os.makedirs(made)
checks = 0


def check(what, found, expected):
    global checks
    checks += 1
    if found != expected:
        sys.exit(f"{what}:\n  found {str(found)[:1500]}\n  expected {str(expected)[:1500]}")


# --- TFRecord ----------------------------------------------------------------


def row(i):
    """The formula of RecordTests.row(_:)."""
    return {
        "text": f"t{i % 7} é",
        "number": (i - 500) * 4_000_000_000_000,
        "share": i / 8 - 3,
        "texts": [f"x{j}" for j in range(i % 3)],
        "numbers": [i - j * 100 for j in range(i % 4)],
        "shares": [j / 4 for j in range(i % 2 + 1)],
    }


SPEC = {
    "text": tf.io.FixedLenFeature([], tf.string),
    "number": tf.io.FixedLenFeature([], tf.int64),
    "share": tf.io.FixedLenFeature([], tf.float32),
    "texts": tf.io.RaggedFeature(tf.string),
    "numbers": tf.io.RaggedFeature(tf.int64),
    "shares": tf.io.RaggedFeature(tf.float32),
}


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if hasattr(value, "numpy"):
        value = value.numpy()
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value]
    return value.item() if hasattr(value, "item") else value


def parsed(records):
    return [plain(tf.io.parse_single_example(record, SPEC)) for record in records]


expected = [row(i) for i in range(1000)]
for name, compression in [("a.tfrecord", ""), ("a.tfrecord.gz", "GZIP")]:
    records = tf.data.TFRecordDataset(os.path.join(written, name), compression_type=compression)
    check(name, parsed(records), expected)
shards = sorted(tf.io.gfile.glob(os.path.join(written, "b.tfrecord-*-of-00003")))
check("shards", len(shards), 3)
check("shards", parsed(tf.data.TFRecordDataset(shards)), expected)
# Batches take another parser.
batches = tf.data.TFRecordDataset(shards).batch(64).map(lambda x: tf.io.parse_example(x, SPEC))
check("batches", [v for b in batches for v in plain(b["number"])], [r["number"] for r in expected])


def feature(value):
    values = value if isinstance(value, list) else [value]
    if values and isinstance(values[0], str):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[v.encode() for v in values]))
    if values and isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def example(values):
    features = {k: feature(v) for k, v in values.items()}
    # An empty list has the kind of its feature.
    if not values["texts"]:
        features["texts"] = tf.train.Feature(bytes_list=tf.train.BytesList())
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


for name, compression in [("a.tfrecord", ""), ("a.tfrecord.gz", "GZIP")]:
    with tf.io.TFRecordWriter(os.path.join(made, name), compression) as writer:
        for values in expected:
            writer.write(example(values))


def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def entry(key, kind, data):
    return field(1, field(1, key) + field(2, field(kind, data)))


# Other spellings of {s: "a", n: [1, -2], f: [1.5, 2]}; TensorFlow itself says that they are.
f32 = lambda *v: struct.pack(f"<{len(v)}f", *v)
S, N, F = entry(b"s", 1, field(1, b"a")), entry(b"n", 3, field(1, varint(1) + varint(-2))), entry(b"f", 2, field(1, f32(1.5, 2)))
unknown = field(15, b"who knows") + b"\x78\x05" + b"\x7d\1\2\3\4" + b"\x79\1\2\3\4\5\6\7\x08"
odd = {
    "usual": field(1, S + N + F),
    "another order": field(1, F + S + N),
    "not packed": field(1, S + entry(b"n", 3, b"\x08\x01\x08" + varint(-2)) + entry(b"f", 2, b"\x0d" + f32(1.5) + b"\x0d" + f32(2))),
    "packed in pieces": field(1, S + entry(b"n", 3, field(1, b"\1") + field(1, varint(-2))) + entry(b"f", 2, field(1, f32(1.5)) + b"\x0d" + f32(2))),
    "features in pieces": field(1, S) + field(1, N + F),
    "the last of a key": field(1, entry(b"s", 1, field(1, b"b")) + N + entry(b"f", 3, field(1, b"\7")) + F + S),
    "value before key": field(1, field(1, field(2, field(1, field(1, b"a"))) + field(1, b"s")) + N + F),
    "unknown fields": unknown + field(1, unknown + S + N + F) + unknown,
    "unknown fields in lists": field(1, entry(b"s", 1, unknown + field(1, b"a")) + N + entry(b"f", 2, unknown + field(1, f32(1.5, 2)) + unknown)),
    "long varints": field(1, S + entry(b"n", 3, field(1, b"\x81\x80\x80\x80\x00" + varint(-2))) + F),
    "lists in pieces": field(1, S + F + field(1, field(1, b"n") + field(2, field(3, field(1, b"\1")) + field(3, field(1, varint(-2)))))),
    "another kind before": field(1, N + F + field(1, field(1, b"s") + field(2, field(3, field(1, b"\1")) + field(1, field(1, b"a"))))),
}
with tf.io.TFRecordWriter(os.path.join(made, "odd.tfrecord")) as writer:
    for name, data in odd.items():
        f = tf.train.Example.FromString(data).features.feature
        found = ([v for v in f["s"].bytes_list.value], list(f["n"].int64_list.value), list(f["f"].float_list.value))
        check(f"protobuf reads {name}", found, ([b"a"], [1, -2], [1.5, 2.0]))
        writer.write(data)
checks_of_records = checks

# --- TensorFlow Datasets -----------------------------------------------------


def rows(builder_or_path, split="train"):
    builder = builder_or_path if hasattr(builder_or_path, "as_dataset") else tfds.builder_from_directory(builder_or_path)
    return [plain(r) for r in tfds.as_numpy(builder.as_dataset(split=split, shuffle_files=False))]


# What Shortlist wrote.
plays = tfds.builder_from_directory(os.path.join(written, "tfds/plays/1.2.3"))
check("labels", plays.info.features["genre"].names, ["jazz", "rock", "folk"])
check("labels of lists", plays.info.features["tags"].feature.names, ["new", "old"])
check("splits", {k: v.num_examples for k, v in plays.info.splits.items()}, {"train": 100, "test": 5})
check("plays", sorted((r["id"], r["genre"], r["tags"], r["loud"], r["share"], r["name"]) for r in rows(plays)),
      [(i, i % 3, [j % 2 for j in range(i % 3)], bool(i % 2), i / 4, f"é{i}") for i in range(100)])
check("test rows", sorted(r["id"] for r in rows(plays, "test")), list(range(5)))
check("slices", len(list(tfds.as_numpy(plays.as_dataset(split="train[10%:30%]")))), 20)


class Plays(tfds.core.GeneratorBasedBuilder):
    """The same rows, written by TensorFlow Datasets."""

    VERSION = tfds.core.Version("1.2.3")

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict({
            "id": np.int64, "share": np.float32, "loud": np.bool_, "name": np.str_,
            "genre": tfds.features.ClassLabel(names=["jazz", "rock", "folk"]),
            "tags": tfds.features.Sequence(tfds.features.ClassLabel(names=["new", "old"])),
        }))

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(100), "test": self._generate_examples(5)}

    def _generate_examples(self, count):
        for i in range(count):
            yield i, {"id": i, "share": i / 4, "loud": bool(i % 2), "name": f"é{i}", "genre": i % 3, "tags": [j % 2 for j in range(i % 3)]}


def prepared(cls, name, shards=None):
    builder = cls(data_dir=os.path.join(made, name))
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(num_shards=shards))
    return builder


real = prepared(Plays, "tfds")
for split in ["train", "test"]:
    check(f"the order of {split}", [r["id"] for r in rows(plays, split)], [r["id"] for r in rows(real, split)])
ours, theirs = (json.load(open(os.path.join(str(b.data_path), "features.json"))) for b in (plays, real))
check("features.json", ours, theirs)
for name in ["genre", "tags"]:
    check("labels.txt", *(open(os.path.join(str(b.data_path), f"{name}.labels.txt")).read() for b in (plays, real)))


class Numbers(tfds.core.GeneratorBasedBuilder):
    """Many rows for many shards."""

    VERSION = tfds.core.Version("1.0.0")
    count = 0

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict({"id": np.int64}))

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for i in range(self.count):
            yield i, {"id": i}


orders = {}
for count, shards in [(10, 1), (100, 3), (1000, 16), (1000, 20), (2311, 37), (777, 17), (640, 20), (50, 40)]:
    Numbers.count = count
    name = f"numbers-{count}-{shards}"
    real_numbers = prepared(Numbers, name, shards)
    orders[name] = [r["id"] for r in rows(real_numbers)]
    check(name, len(orders[name]), count)
    ours = tfds.builder_from_directory(os.path.join(written, name, "numbers/1.0.0"))
    check(f"shards of {name}", ours.info.splits["train"].shard_lengths, real_numbers.info.splits["train"].shard_lengths)
    check(f"order of {name}", [r["id"] for r in rows(ours)], orders[name])


class Nested(tfds.core.GeneratorBasedBuilder):
    """Features of other kinds, inside each other."""

    VERSION = tfds.core.Version("2.0.0")

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, disable_shuffling=True, features=tfds.features.FeaturesDict({
            "text": tfds.features.Text(), "int32": np.int32, "uint8": tfds.features.Scalar(np.uint8),
            "float64": np.float64, "three": tfds.features.Tensor(shape=(3,), dtype=np.float32),
            "film": {"title": np.str_, "kind": tfds.features.ClassLabel(names=["short", "long"])},
            "cast": tfds.features.Sequence({"name": np.str_, "age": np.int64, "role": tfds.features.ClassLabel(names=["lead", "other"])}),
            "numbered": tfds.features.ClassLabel(num_classes=3),
            "matrix": tfds.features.Tensor(shape=(2, 2), dtype=np.float32),
        }))

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for i in range(6):
            yield i, {
                "text": f"text {i}", "int32": -i, "uint8": i, "float64": i / 2, "three": [i, i + 1, i + 2],
                "film": {"title": f"title {i}", "kind": i % 2},
                "cast": [{"name": f"n{j}", "age": j, "role": j % 2} for j in range(i % 3)],
                "numbered": i % 3, "matrix": [[1, 2], [3, 4]],
            }


prepared(Nested, "tfds")

# MovieLens: the real builder on the same source.
with mock.patch.object(tfds.download.DownloadManager, "download_and_extract", lambda self, url: os.path.join(folder, "source")):
    for config in ["100k-ratings", "100k-movies"]:
        builder = tfds.builder(f"movielens/{config}", data_dir=os.path.join(made, "movielens"))
        builder.download_and_prepare()
        theirs = rows(builder)
        ours = [plain(r) for r in tfds.as_numpy(tfds.load(f"movielens/{config}", split="train", data_dir=os.path.join(written, "movielens"), download=False))]
        check(f"rows of {config}", ours, theirs)
        check(f"{config} has rows", len(theirs) > 20, True)
        directory = os.path.join(written, "movielens/movielens", config, "0.1.1")
        check(f"{config} by directory", rows(directory), theirs)
        features = [json.load(open(os.path.join(d, "features.json"))) for d in (directory, str(builder.data_path))]
        check(f"features.json of {config}", *features)
        for file in os.listdir(str(builder.data_path)):
            if file.endswith(".labels.txt"):
                check(file, *(open(os.path.join(d, file)).read() for d in (directory, str(builder.data_path))))
        orders[config] = [r["movie_id"] for r in theirs]

json.dump(orders, open(os.path.join(made, "orders.json"), "w"))
print(f"{checks_of_records} checks of records, {checks - checks_of_records} of data sets")
