"""Saves retrieval models as users of TensorFlow Recommenders do, and what they answer.

python tfrs_export.py FOLDER

Writes FOLDER/NAME, a SavedModel, and FOLDER/NAME.json for each kind. Needs TF_USE_LEGACY_KERAS=1.
"""
import json
import pathlib
import sys

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

folder = pathlib.Path(sys.argv[1])
layers = tf.keras.layers
tf.keras.utils.set_random_seed(5)
users = [f"user {number}" for number in range(20)] + ["Zoë"]
titles = [f"Film {number}" for number in range(300)] + ["Amélie – 天使"]
normal = tf.keras.initializers.RandomNormal(stddev=1.0)
asked = ["user 3", "Zoë", "nobody", "user 19", ""]


def embedding(rows, size):
    return layers.Embedding(rows, size, embeddings_initializer=normal)


def users_tower(*more, **options):
    return tf.keras.Sequential(
        [layers.StringLookup(vocabulary=users, mask_token=None, **options), embedding(len(users) + 1, 16), *more])


def adapted():
    lookup = layers.StringLookup()
    lookup.adapt(tf.data.Dataset.from_tensor_slices(users))
    return tf.keras.Sequential(
        [tf.keras.Input(shape=(), dtype=tf.string), lookup, embedding(lookup.vocabulary_size(), 16)])


def from_file():
    path = folder / "users.txt"
    path.write_text("".join(f"{user}\n" for user in users))
    return tf.keras.Sequential(
        [layers.StringLookup(vocabulary=str(path), mask_token=None), embedding(len(users) + 1, 16)])


class SeveralFeatures(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.user = users_tower()
        self.gender = tf.keras.Sequential(
            [layers.StringLookup(vocabulary=["m", "f"], mask_token=None), embedding(3, 4)])
        self.top = tf.keras.Sequential([layers.Dense(24, activation="relu"), layers.Dense(16, activation="tanh")])

    def call(self, inputs):
        both = tf.concat([self.user(inputs["user_id"]), self.gender(inputs["gender"])], axis=1)
        return self.top(both)


class Normalised(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.user = users_tower(layers.Dense(16, use_bias=False))

    def call(self, inputs):
        return tf.math.l2_normalize(self.user(inputs), axis=1)


def save(name, query, layer=None, identifiers=titles, **options):
    layer = layer or tfrs.layers.factorized_top_k.BruteForce
    index = layer(query, k=10, **options)
    vectors = np.random.default_rng(1).normal(size=(len(identifiers), 16)).astype(np.float32)
    index.index(tf.constant(vectors), tf.constant(identifiers))
    queries = {"user_id": tf.constant(asked), "gender": tf.constant(["m", "f", "x", "f", "m"])}
    queries = queries if isinstance(query, SeveralFeatures) else queries["user_id"]
    scores, found = index(queries)
    tf.saved_model.save(index, str(folder / name))
    found = [[title.decode() if isinstance(title, bytes) else str(title) for title in row] for row in found.numpy()]
    with open(folder / f"{name}.json", "w") as file:
        json.dump({"scores": scores.numpy().tolist(), "identifiers": found}, file)


save("plain", users_tower())
save("deep", users_tower(layers.Dense(32, activation="relu"), layers.Dense(16, activation="sigmoid")))
save("mask", tf.keras.Sequential([layers.StringLookup(vocabulary=users), embedding(len(users) + 2, 16)]))
save("adapted", adapted())
save("file", from_file())
save("several", SeveralFeatures())
save("normalised", Normalised())
save("numbers", users_tower(), identifiers=list(range(1000, 1300)))
save("scann", users_tower(), tfrs.layers.factorized_top_k.ScaNN, num_leaves=4, num_leaves_to_search=4,
     num_reordering_candidates=300)
save("scann-codes", users_tower(), tfrs.layers.factorized_top_k.ScaNN, num_leaves=4, num_leaves_to_search=4)
save("scann-distance", users_tower(), tfrs.layers.factorized_top_k.ScaNN, distance_measure="squared_l2", num_leaves=4,
     num_leaves_to_search=4, num_reordering_candidates=300)
save("gelu", users_tower(layers.Dense(16, activation="gelu")))


class Doubling(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def __call__(self, numbers):
        return 2 * numbers


tf.saved_model.save(tf.Module(), str(folder / "no-signature"))
double = Doubling()
tf.saved_model.save(double, str(folder / "doubling"), signatures=double.__call__)
print("saved")
