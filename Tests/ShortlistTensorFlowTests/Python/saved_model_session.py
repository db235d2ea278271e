"""Loads a SavedModel through TensorFlow's C++ loader, the one that TensorFlow Serving uses, and runs a signature by
the names that the SignatureDef gives. Nothing of TensorFlow's Python runs the model.

python saved_model_session.py MODEL EXPECTATION.json [PACKAGE]

PACKAGE names one whose operations the model needs; its library is loaded, its Python is not.
"""
import ctypes
import glob
import json
import os
import sys

from tensorflow.core.protobuf import saved_model_pb2

import tensorflow

folder = os.path.dirname(tensorflow.__file__)
ctypes.CDLL(f"{folder}/libtensorflow_framework.so.2", mode=ctypes.RTLD_GLOBAL)
library = ctypes.CDLL(f"{folder}/libtensorflow_cc.so.2", mode=ctypes.RTLD_GLOBAL)
pointer = ctypes.c_void_p


class Output(ctypes.Structure):
    _fields_ = [("operation", pointer), ("index", ctypes.c_int)]


def function(name, result, *arguments):
    found = getattr(library, name)
    found.restype, found.argtypes = result, list(arguments)
    return found


text, integer, size = ctypes.c_char_p, ctypes.c_int, ctypes.c_size_t
new_status = function("TF_NewStatus", pointer)
code_of = function("TF_GetCode", integer, pointer)
message_of = function("TF_Message", text, pointer)
new_graph = function("TF_NewGraph", pointer)
new_options = function("TF_NewSessionOptions", pointer)
load = function(
    "TF_LoadSessionFromSavedModel", pointer, pointer, pointer, text, ctypes.POINTER(text), integer, pointer, pointer,
    pointer)
operation_named = function("TF_GraphOperationByName", pointer, pointer, text)
allocate = function("TF_AllocateTensor", pointer, integer, ctypes.POINTER(ctypes.c_int64), integer, size)
data_of = function("TF_TensorData", pointer, pointer)
dimension = function("TF_Dim", ctypes.c_int64, pointer, integer)
dimensions = function("TF_NumDims", integer, pointer)
start_string = function("TF_StringInit", None, pointer)
fill_string = function("TF_StringCopy", None, pointer, text, size)
string_data = function("TF_StringGetDataPointer", pointer, pointer)
string_size = function("TF_StringGetSize", size, pointer)
run = function(
    "TF_SessionRun", None, pointer, pointer, ctypes.POINTER(Output), ctypes.POINTER(pointer), integer,
    ctypes.POINTER(Output), ctypes.POINTER(pointer), integer, pointer, integer, pointer, pointer)
status = new_status()


def check():
    assert code_of(status) == 0, message_of(status).decode()


def strings(values):
    tensor = allocate(7, (ctypes.c_int64 * 1)(len(values)), 1, 24 * len(values))
    for place, value in enumerate(values):
        start_string(data_of(tensor) + 24 * place)
        fill_string(data_of(tensor) + 24 * place, value, len(value))
    return tensor


path, expectation = sys.argv[1:3]
for package in sys.argv[3:]:
    [file] = glob.glob(f"{os.path.dirname(folder)}/{package}/**/*_ops.so", recursive=True)
    function("TF_LoadLibrary", pointer, text, pointer)(file.encode(), status)
    check()
with open(expectation) as source:
    expected = json.load(source)
with open(f"{path}/saved_model.pb", "rb") as source:
    meta = saved_model_pb2.SavedModel.FromString(source.read()).meta_graphs[0]
definition = meta.signature_def["serving_default"]
graph = new_graph()
session = load(new_options(), None, path.encode(), (text * 1)(b"serve"), 1, graph, None, status)
check()


def output(info):
    name, index = info.name.rsplit(":", 1)
    operation = operation_named(graph, name.encode())
    assert operation, info.name
    return Output(operation, int(index))


queries = [value.encode() for value in next(iter(expected["strings"].values()))]
feeds = (Output * 1)(output(definition.inputs["input_1"]))
values = (pointer * 1)(strings(queries))
fetches = (Output * 2)(output(definition.outputs["output_1"]), output(definition.outputs["output_2"]))
results = (pointer * 2)()
run(session, None, feeds, values, 1, fetches, results, 2, None, 0, None, status)
check()

shape = [dimension(results[0], axis) for axis in range(dimensions(results[0]))]
assert shape == [len(queries), 10], shape
scores = (ctypes.c_float * (shape[0] * shape[1])).from_address(data_of(results[0]))
for row, answer in enumerate(expected["best"]):
    for column in range(10):
        place = 10 * row + column
        assert abs(scores[place] - answer["scores"][column]) < 1e-5, (row, column)
        title = data_of(results[1]) + 24 * place
        name = ctypes.string_at(string_data(title), string_size(title)).decode()
        assert name == answer["identifiers"][column], (row, column, name)
print(f"the C++ loader agrees in {len(queries)} queries")
