"""Loads SavedModels that hold ScaNN indexes, and holds what scann finds in them to brute force and to what Swift found.

python scann_model_check.py MODEL EXPECTATION.json [MODEL EXPECTATION.json]...
"""
import json
import sys
import tempfile

import numpy as np
import tensorflow as tf

arguments = sys.argv[1:]
try:
    tf.saved_model.load(arguments[0])
except RuntimeError as error:
    assert "Op type not registered 'Scann>TensorsToScann'" in str(error), error
else:
    raise AssertionError("a model was loaded without scann")

import scann  # noqa: E402

from scann.scann_ops.py import scann_ops  # noqa: E402


def exact_scores(similarity, queries, vectors):
    queries, vectors = queries.astype("f8"), vectors.astype("f8")
    if similarity == "euclidean":
        return -((queries[:, None] - vectors[None]) ** 2).sum(2)
    if similarity == "cosine":
        queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return queries @ vectors.T


def inside(similarity, scale, queries):
    if similarity == "euclidean":
        return np.concatenate([queries, np.full((len(queries), 1), 1 / scale, "f")], 1)
    if similarity == "cosine":
        return queries / np.linalg.norm(queries, axis=1, keepdims=True)
    return queries


def scores_of_rounded(similarity, scale, precision, queries, vectors):
    """What the scores should be with vectors as they are stored: all pairs."""
    stored = inside(similarity, scale, vectors)
    if similarity == "euclidean":
        stored[:, -1] = -0.5 * scale * (vectors.astype("f8") ** 2).sum(1)
    if precision == "bfloat16":
        stored = tf.cast(tf.cast(stored, tf.bfloat16), tf.float32).numpy()
    if precision == "int8":
        steps = np.abs(stored).max(0) / 127
        stored = np.rint(stored / steps) * steps
    scores = inside(similarity, scale, queries).astype("f8") @ stored.T.astype("f8")
    return scores if similarity != "euclidean" else np.minimum(2 * scores - (queries**2).sum(1, keepdims=True), 0)


def rows_of(identifiers):
    return np.array([[int(name) for name in row] for row in np.asarray(identifiers)])


def recall(found, best):
    return np.mean([len(set(one) & set(other)) / len(other) for one, other in zip(found, best)])


def check(path, expected):
    name, similarity, scale = expected["name"], expected["similarity"], expected["columnScale"]
    precision = expected["precision"]
    tolerance = 1e-4 if precision == "exact" and similarity != "euclidean" else 1e-3
    vectors = np.fromfile(expected["vectors"], "<f4").reshape(-1, expected["dimensions"])
    count = len(vectors)
    model = tf.saved_model.load(path)
    users = tf.constant(expected["queries"])
    queries = model.embed_queries(users).numpy()
    exact = exact_scores(similarity, queries, vectors)
    best = np.argsort(-exact, 1, kind="stable")[:, :10]
    np.testing.assert_allclose(np.take_along_axis(exact, best, 1), expected["best"], rtol=1e-4, atol=1e-4)

    rounded = scores_of_rounded(similarity, scale, precision, queries, vectors)

    def check_scores(scores, rows):
        wanted = np.take_along_axis(rounded, rows, 1)
        if precision == "bfloat16":
            # Numbers halfway between two of them are rounded otherwise by scann.
            assert np.isclose(scores, wanted, rtol=tolerance, atol=tolerance).mean() > 0.999, name
            np.testing.assert_allclose(scores, wanted, rtol=0.05, atol=0.05, err_msg=name)
            return
        np.testing.assert_allclose(scores, wanted, rtol=tolerance, atol=tolerance, err_msg=name)

    # As deep as it was tuned to.
    scores, identifiers = model(users)
    rows = rows_of(identifiers)
    assert rows.shape == (len(users), min(10, count)), rows.shape
    check_scores(scores, rows)
    assert (np.diff(scores, axis=1) <= 0).all(), f"{name}: not best first"
    found, swift = recall(rows, best), recall(rows_of(expected["found"]), best)
    assert found >= swift - 0.03, f"{name}: the recall is {found}, Swift's {swift}"

    # All of it.
    scores, identifiers = (tensor.numpy() for tensor in model(users, k=10**9))
    assert scores.shape == (len(users), count) and np.isfinite(scores).all(), (name, scores.shape)
    rows = rows_of(identifiers)
    assert (np.sort(rows, 1) == np.arange(count)).all(), f"{name}: a row lacks or comes twice"
    check_scores(scores, rows)
    if precision == "exact":
        # Rounding may put two of one score in either order.
        near = np.take_along_axis(exact, rows[:, :10], 1)
        np.testing.assert_allclose(near, np.take_along_axis(exact, best, 1), rtol=1e-4, atol=1e-4)
    # More than there are in the leaves that are searched otherwise: nothing may be filled up.
    for k in (0, 1, 300, 2000):
        some, identifiers_of_some = model(users, k=k)
        assert some.shape == (len(users), min(k, count)) and np.isfinite(some).all(), (name, k)
        assert all(len(set(row)) == len(row) for row in identifiers_of_some.numpy()), (name, k)
    assert model(tf.constant([], tf.string))[0].shape[0] == 0, f"{name}: no queries"

    # Without the best two.
    without = model.query_with_exclusions(users, tf.constant(identifiers[:, :2]), k=10)[1].numpy()
    for row, (kept, gone) in enumerate(zip(without, identifiers[:, :2])):
        if count > 20:
            assert not set(kept) & set(gone) and len(kept) == 10, (name, row)
        assert count < 3 or kept[0] not in gone, (name, row)
    wanted = np.array([[row for row in order if str(row).encode() not in gone][:10] for order, gone in
                       zip(np.argsort(-exact, 1, kind="stable")[:, :20], identifiers[:, :2])])
    assert count < 20 or recall(rows_of(without), wanted) >= swift - 0.05, f"{name}: exclusions"

    # scann's own Python on the object inside, which tells how deep the model searched.
    searcher = scann_ops.searcher_from_module(model._serialized_searcher)
    asked = tf.constant(inside(similarity, scale, queries), tf.float32)
    if expected["leaves"] > 1 and count > 20:
        shallow = searcher.search_batched(asked, 10, expected["reordering"], 1).indices.numpy()
        assert recall(shallow, best) < found - 0.05, f"{name}: one leaf is as good as all"
    deep = searcher.search_batched(asked, 10, expected["reordering"], expected["leavesToSearch"]).indices.numpy()
    rows = rows_of(model(users)[1])
    assert (deep == rows).mean() > 0.99, f"{name}: searcher_from_module finds {(deep == rows).mean()} of the same"

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        definition = tf.compat.v1.saved_model.load(session, ["serve"], path).signature_def["serving_default"]
        answer = session.run(
            definition.outputs["output_2"].name, {definition.inputs["input_1"].name: expected["queries"]})
        assert (rows_of(answer) == rows).all(), f"{name}: a session"
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(model, folder, signatures=model.signatures["serving_default"])
        assert (rows_of(tf.saved_model.load(folder)(users)[1]) == rows).all(), f"{name}: saved again by TensorFlow"
    print(f"{name}: recall {found:.3f}, Swift {swift:.3f}")
    return model, users, rows


answers = []
for path, file in zip(arguments[::2], arguments[1::2]):
    with open(file) as source:
        answers.append(check(path, json.load(source)))
# All are in one process: none may answer with the index of another.
for model, users, rows in answers:
    assert (rows_of(model(users)[1]) == rows).all(), "models disturb each other"
print(f"{len(answers)} indexes agree")
