"""Calls a server with TensorFlow Serving's own client and holds what it answers to the SavedModels of the same models.

python grpc_client.py ADDRESS MODELS.json
"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

address, models = sys.argv[1], json.load(open(sys.argv[2]))
channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)])
predictions = prediction_service_pb2_grpc.PredictionServiceStub(channel)
management = model_service_pb2_grpc.ModelServiceStub(channel)
checks = 0


def expect(condition, *what):
    global checks
    assert condition, what
    checks += 1


def request(model, signature, inputs):
    message = predict_pb2.PredictRequest()
    message.model_spec.name = model
    message.model_spec.signature_name = signature
    for name, value in inputs.items():
        message.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return message


def refused(code, call, message, *what, **options):
    try:
        call(message, **options)
    except grpc.RpcError as error:
        expect(error.code() == code, error.code(), error.details(), code, what)
        return error.details()
    expect(False, "answered", what)


def padded(lists):
    width = max(len(values) for values in lists)
    return [values + [""] * (width - len(values)) for values in lists]


def features(expected, single):
    found = {name: tf.constant(values) for name, values in expected["strings"].items()}
    found |= {name: tf.constant(padded(values)) for name, values in expected["lists"].items()}
    found |= {name: tf.constant(values, tf.float32) for name, values in expected["numbers"].items()}
    return {single: next(iter(found.values()))} if len(found) == 1 else found


def same(found, truth, *what):
    expect(set(found.outputs) == set(truth), what, set(found.outputs), set(truth))
    for name, tensor in truth.items():
        values, wanted = tf.make_ndarray(found.outputs[name]), tensor.numpy()
        expect(values.shape == wanted.shape, what, name, values.shape, wanted.shape)
        if tensor.dtype == tf.float32:
            np.testing.assert_allclose(values, wanted, rtol=1e-5, atol=1e-5, err_msg=f"{what} {name}")
            expect(not found.outputs[name].tensor_content, "scores are given one by one", what)
        else:
            expect((values == wanted).all(), what, name, values, wanted)


def check_predict(name, path, expected):
    loaded = tf.saved_model.load(path)
    rows = len(expected["best"])
    excluded = tf.constant([expected["excluded"]] * rows)
    calls = [("serving_default", {}), ("embed_queries", {}), ("query_with_exclusions", {"exclusions": excluded})]
    for k in [1, 3, 10, 60, 100]:
        calls.append(("top_k", {"k": tf.constant(k)}))
        calls.append(("query_with_exclusions_k", {"exclusions": excluded, "k": tf.constant(k)}))
    expect({call for call, _ in calls} == set(loaded.signatures), name, set(loaded.signatures))
    for signature, more in calls:
        inputs = features(expected, "input_1" if signature == "serving_default" else "queries") | more
        found = predictions.Predict(request(name, signature, inputs), timeout=30)
        same(found, loaded.signatures[signature](**inputs), name, signature, more)
        spec = found.model_spec
        expect((spec.name, spec.signature_name, spec.version.value) == (name, signature, 1), spec)
    # A name left out is the default; raw bytes are as good as numbers one by one.
    inputs = features(expected, "input_1")
    found = predictions.Predict(request(name, "", inputs))
    same(found, loaded.signatures["serving_default"](**inputs), name, "no signature")
    large = {key: tf.tile(value, [1000 // rows] + [1] * (len(value.shape) - 1)) for key, value in inputs.items()}
    found = predictions.Predict(request(name, "", large), timeout=60)
    same(found, loaded.signatures["serving_default"](**large), name, "a large batch")


def check_metadata(name, path):
    with open(f"{path}/saved_model.pb", "rb") as file:
        wanted = saved_model_pb2.SavedModel.FromString(file.read()).meta_graphs[0].signature_def
    message = get_model_metadata_pb2.GetModelMetadataRequest()
    message.model_spec.name = name
    refused(grpc.StatusCode.INVALID_ARGUMENT, predictions.GetModelMetadata, message, "no field")
    message.metadata_field.append("signature_def")
    found = predictions.GetModelMetadata(message)
    expect((found.model_spec.name, found.model_spec.version.value) == (name, 1), found.model_spec)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    expect(found.metadata["signature_def"].Unpack(signatures), "type of the metadata")

    def ports(ports):
        return {
            key: (port.dtype, [dimension.size for dimension in port.tensor_shape.dim]) for key, port in ports.items()
        }

    for signature, definition in wanted.items():
        if signature == "__saved_model_init_op":
            continue
        served = signatures.signature_def[signature]
        expect(served.method_name == definition.method_name, name, signature)
        expect(ports(served.inputs) == ports(definition.inputs), name, signature, served.inputs, definition.inputs)
        expect(ports(served.outputs) == ports(definition.outputs), name, signature, served.outputs, definition.outputs)


def check_errors(name, expected):
    inputs = features(expected, "input_1")
    code = grpc.StatusCode
    call = predictions.Predict
    refused(code.INVALID_ARGUMENT, call, predict_pb2.PredictRequest(), "no model")
    text = refused(code.NOT_FOUND, call, request("Amélie", "", inputs), "unknown model")
    expect(text == "Servable not found for request: Latest(Amélie)", text)
    refused(code.FAILED_PRECONDITION, call, request(name, "none", inputs), "unknown signature")
    refused(code.INVALID_ARGUMENT, call, request(name, "", {}), "no inputs")
    refused(code.INVALID_ARGUMENT, call, request(name, "", {"input_1": [1.5]}), "type")
    message = request(name, "", inputs)
    message.model_spec.version.value = 9
    text = refused(code.NOT_FOUND, call, message, "unknown version")
    expect(text == f"Servable not found for request: Specific({name}, 9)", text)
    message = request(name, "", inputs)
    message.output_filter.append("none")
    refused(code.INVALID_ARGUMENT, call, message, "unknown output")
    refused(code.RESOURCE_EXHAUSTED, call, request(name, "", {"input_1": ["x" * 5_000_000]}), "too large")
    refused(code.INVALID_ARGUMENT, call, request(name, "", {"input_1": ["x"] * 2_000}), "too many")
    refused(code.DEADLINE_EXCEEDED, call, request(name, "", {"input_1": ["x"] * 1_000}), "late", timeout=0.0002)
    squeezable = request(name, "", {"input_1": ["x" * 100] * 50})
    refused(code.UNIMPLEMENTED, call, squeezable, "compressed", compression=grpc.Compression.Gzip)
    unknown = channel.unary_unary("/tensorflow.serving.PredictionService/Classify")
    refused(code.UNIMPLEMENTED, unknown, b"", "no such method")
    long = refused(code.NOT_FOUND, call, request("é" * 5_000, "", inputs), "long text")
    expect(len(long.encode()) <= 1024, len(long))


def check_many(name, expected):
    message = request(name, "", features(expected, "input_1"))
    wanted = predictions.Predict(message)
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: predictions.Predict(message, timeout=60), range(500)))
    expect(all(answer == wanted for answer in answers), "streams at once")


def check_management(models):
    def state(name):
        message = get_model_status_pb2.GetModelStatusRequest()
        message.model_spec.name = name
        return [
            (entry.version, entry.State.Name(entry.state), entry.status.error_code)
            for entry in management.GetModelStatus(message).model_version_status
        ]

    for model in models:
        expect(state(model["name"]) == [(1, "AVAILABLE", 0)], state(model["name"]))
    first, second = models[0], models[1]
    reload = model_management_pb2.ReloadConfigRequest()
    config = reload.config.model_config_list.config.add()
    config.name, config.base_path, config.model_platform = first["name"], first["base"], "tensorflow"
    config.model_version_policy.specific.versions.append(1)
    config.version_labels["stable"] = 1
    answer = management.HandleReloadConfigRequest(reload, timeout=60)
    expect(answer.status.error_code == 0, answer)
    message = get_model_status_pb2.GetModelStatusRequest()
    message.model_spec.name = second["name"]
    refused(grpc.StatusCode.NOT_FOUND, management.GetModelStatus, message, "let go")
    labelled = request(first["name"], "", features(first["expectation"], "input_1"))
    labelled.model_spec.version_label = "stable"
    expect(predictions.Predict(labelled).model_spec.version.value == 1, "label")
    config.base_path = "relative"
    refused(grpc.StatusCode.INVALID_ARGUMENT, management.HandleReloadConfigRequest, reload, "relative")


for model in models:
    check_predict(model["name"], model["savedModel"], model["expectation"])
    check_metadata(model["name"], model["savedModel"])
simple = next(model for model in models if model["expectation"]["strings"] and not model["expectation"]["lists"])
check_errors(simple["name"], simple["expectation"])
check_many(simple["name"], simple["expectation"])
check_management(models)
print(f"{checks} checks")
