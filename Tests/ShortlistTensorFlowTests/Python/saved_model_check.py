"""Loads SavedModels with TensorFlow and holds every way of calling them to what Swift found.

python saved_model_check.py [--scann] MODEL EXPECTATION.json [MODEL EXPECTATION.json]...
"""
import json
import sys
import tempfile

import keras
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

checks = 0


def same(found, answers, what):
    global checks
    scores, titles = (np.asarray(tensor) for tensor in found)
    width = len(answers[0]["scores"])
    assert scores.shape == titles.shape == (len(answers), width), (what, scores.shape, width)
    for row, answer in enumerate(answers):
        np.testing.assert_allclose(scores[row], answer["scores"], rtol=1e-5, atol=1e-5, err_msg=f"{what}, row {row}")
        names = [title.decode() for title in titles[row]]
        assert names == answer["identifiers"], (what, row, names, answer["identifiers"])
        checks += 1


def padded(lists):
    width = max(len(values) for values in lists)
    return [values + [""] * (width - len(values)) for values in lists]


def tensors(expected):
    features = {name: tf.constant(values) for name, values in expected["strings"].items()}
    features |= {name: tf.constant(padded(values)) for name, values in expected["lists"].items()}
    features |= {name: tf.constant(values, tf.float32) for name, values in expected["numbers"].items()}
    return features


def keywords(expected, single, **more):
    features = tensors(expected)
    return ({single: next(iter(features.values()))} if len(features) == 1 else features) | more


def check(path, expected):
    name, best = expected["name"], expected["best"]
    features = tensors(expected)
    queries = next(iter(features.values())) if len(features) == 1 else features
    rows = len(best)
    model = tf.saved_model.load(path)
    same(model(queries), best, f"{name}: model(queries)")
    same(model(queries=queries), best, f"{name}: model(queries=)")
    same(model(queries, k=3), expected["bestOfThree"], f"{name}: k=3")
    same(model(queries, 3), expected["bestOfThree"], f"{name}: 3 by position")
    same(model(queries, k=tf.constant(3)), expected["bestOfThree"], f"{name}: k as a tensor")
    assert model(queries, k=10**6)[0].shape[1] == model.identifiers.shape[0], "k beyond the catalogue"
    excluded = tf.constant([expected["excluded"]] * rows)
    same(model.query_with_exclusions(queries, excluded), expected["withoutExcluded"], f"{name}: exclusions")
    same(model.query_with_exclusions(queries, excluded, k=10), expected["withoutExcluded"], f"{name}: exclusions, k")
    all_but = model.query_with_exclusions(queries, excluded, k=2**31 - 1)[0].shape[1]
    assert all_but == model.identifiers.shape[0], "k beyond the catalogue with exclusions"
    none = tf.constant("", shape=[rows, 0])
    same(model.query_with_exclusions(queries, none), best, f"{name}: no exclusions")
    np.testing.assert_allclose(model.embed_queries(queries), expected["embeddings"], rtol=1e-5, atol=1e-5)

    def signature(key, **inputs):
        found = model.signatures[key](**inputs)
        return found["output_1"], found["output_2"]

    same(signature("serving_default", **keywords(expected, "input_1")), best, f"{name}: serving_default")
    same(signature("top_k", **keywords(expected, "queries", k=tf.constant(3))), expected["bestOfThree"], f"{name}: top_k")
    same(
        signature("query_with_exclusions", **keywords(expected, "queries", exclusions=excluded)),
        expected["withoutExcluded"], f"{name}: signature query_with_exclusions")
    same(
        signature("query_with_exclusions_k", **keywords(expected, "queries", exclusions=excluded, k=tf.constant(10))),
        expected["withoutExcluded"], f"{name}: signature query_with_exclusions_k")
    found = model.signatures["embed_queries"](**keywords(expected, "queries"))["embeddings"]
    np.testing.assert_allclose(found, expected["embeddings"], rtol=1e-5, atol=1e-5)

    # One query at a time through tf.data, inside a function, and saved again by TensorFlow.
    dataset = tf.data.Dataset.from_tensor_slices(queries).batch(1).map(model)
    for (scores, titles), answer in zip(dataset, best):
        same((scores, titles), [answer], f"{name}: tf.data")
    same(tf.function(lambda: model(queries))(), best, f"{name}: in a function")
    if len(features) == 1:
        empty = model(tf.zeros_like(queries)[:0])
        assert empty[0].shape[0] == 0, "no queries"
    # TensorFlow itself saves no signature whose inputs are called otherwise.
    if all(feature.isascii() and feature.isidentifier() for feature in features):
        with tempfile.TemporaryDirectory() as folder:
            tf.saved_model.save(model, folder, signatures=model.signatures["serving_default"])
            same(tf.saved_model.load(folder)(queries), best, f"{name}: saved again by TensorFlow")

    if len(features) == 1:
        found = keras.layers.TFSMLayer(path, call_endpoint="serving_default")(queries)
        same((found["output_1"], found["output_2"]), best, f"{name}: Keras")

    # Sessions, as TensorFlow Serving runs them.
    file = f"{path}/assets.extra/tf_serving_warmup_requests"
    warm_up = [record.numpy() for record in tf.data.TFRecordDataset(file)]
    assert len(warm_up) == 3, warm_up
    values = {key: np.asarray(value) for key, value in keywords(expected, "queries").items()}
    values |= {"exclusions": np.asarray(excluded), "k": 10}
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        meta = tf.compat.v1.saved_model.load(session, ["serve"], path)
        definition = meta.signature_def["query_with_exclusions_k"]
        found = session.run(
            [definition.outputs["output_1"].name, definition.outputs["output_2"].name],
            {definition.inputs[key].name: value for key, value in values.items()})
        same(found, expected["withoutExcluded"], f"{name}: a session")
        # What warms a server up must run.
        for record in warm_up:
            request = prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
            definition = meta.signature_def[request.model_spec.signature_name]
            assert set(request.inputs) == set(definition.inputs), request
            feeds = {definition.inputs[key].name: tf.make_ndarray(value) for key, value in request.inputs.items()}
            found = session.run(definition.outputs["output_1"].name, feeds)
            assert found.shape[0] == 2 and np.isfinite(found).all(), request


arguments = sys.argv[1:]
if arguments[0] == "--scann":
    arguments = arguments[1:]
    import scann
for path, file in zip(arguments[::2], arguments[1::2]):
    with open(file) as source:
        check(path, json.load(source))
assert checks > 0
print(f"{checks} answers agree")
