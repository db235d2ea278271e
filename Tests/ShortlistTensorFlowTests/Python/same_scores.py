"""Holds SavedModels made of imported ones to the originals: the same titles, and scores equal bit by bit.

python same_scores.py ORIGINAL AGAIN [ORIGINAL AGAIN]...
"""
import sys

import numpy as np
import tensorflow as tf

for original, again in zip(sys.argv[1::2], sys.argv[2::2]):
    first, second = tf.saved_model.load(original), tf.saved_model.load(again)
    user = tf.constant(["user 3", "Zoë", "nobody", "user 19", ""])
    several = "gender" in first.signatures["serving_default"].structured_input_signature[1]
    queries = {"user_id": user, "gender": tf.constant(["m", "f", "x", "f", "m"])} if several else user
    (scores, titles), (other_scores, other_titles) = first(queries), second(queries)
    assert scores.shape == (5, 10)
    if original.endswith("numbers"):
        titles = tf.strings.as_string(titles)
    assert np.array_equal(titles, other_titles), (original, titles, other_titles)
    assert np.array_equal(scores.numpy().view(np.int32), other_scores.numpy().view(np.int32)), (
        original, np.abs(scores - other_scores).max())
    print(f"{original}: {scores.shape[0] * scores.shape[1]} scores equal")
