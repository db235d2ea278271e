"""Checks exported ONNX models and runs them: onnx_check.py FOLDER

FOLDER/expectations.json says what each folder of models must answer. Prints what was compared; ends with 1 at the
first difference.
"""

import json
import os
import sys

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5
BATCHES = [0, 1, 3, 100]


def session(path):
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path, load_external_data=False)
    assert {o.domain: o.version for o in model.opset_import} == {"": 17, "ai.onnx.ml": 2}
    assert model.ir_version == 8 and model.doc_string and model.producer_name == "shortlist"
    metadata = {p.key: p.value for p in model.metadata_props}
    assert metadata["opset"] == "17" and metadata["opset of ai.onnx.ml"] == "2", metadata
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    assert len(inferred.graph.value_info) > 0
    external = [t for t in model.graph.initializer if t.data_location == onnx.TensorProto.EXTERNAL]
    for tensor in external:
        entries = {e.key: e.value for e in tensor.external_data}
        assert entries["location"] == os.path.basename(path) + ".data", entries
        assert int(entries["offset"]) % 4096 == 0, entries
        assert int(entries["length"]) == 4 * np.prod(tensor.dims) >= 1 << 20, entries
    assert os.path.exists(path + ".data") == bool(external)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"]), len(external)


def inputs(features, rows, padding=0):
    """The first rows of features as inputs; lists are padded to the longest, and by so many more."""
    given = {}
    for name, feature in features.items():
        kind, values = next(iter(feature.items()))
        values = values["_0"][:rows]
        if kind == "strings":
            given[name] = np.array(values, dtype=object).reshape(len(values))
        elif kind == "numbers":
            given[name] = np.array(values, dtype=np.float32)
        else:
            width = max([len(v) for v in values], default=0) + padding
            table = [v + [""] * (width - len(v)) for v in values]
            given[name] = np.array(table, dtype=object).reshape(len(values), width)
    return given


def close(found, expected, what):
    expected = np.array(expected, dtype=np.float32).reshape(found.shape)
    difference = float(np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected)), initial=0))
    assert difference <= TOLERANCE, f"{what}: differs by {difference}"
    return difference


def tower(path, case, features, expected, what):
    model, _ = session(path)
    assert [i.name for i in model.get_inputs()] == case["order"][what]
    worst = 0
    for rows in BATCHES:
        rows = min(rows, len(expected))
        for padding in [0, 2]:
            (vectors,) = model.run(["embeddings"], inputs(features, rows, padding))
            assert vectors.shape[0] == rows and vectors.dtype == np.float32
            worst = max(worst, close(vectors, expected[:rows], f"{path} of {rows}"))
    return worst


def check(folder, case):
    place = os.path.join(folder, case["name"])
    worst = max(
        tower(f"{place}/query.onnx", case, case["queries"], case["queryVectors"], "query"),
        tower(
            f"{place}/candidate.onnx", case, case["candidates"], case["candidateVectors"], "candidate"
        ),
    )
    model, external = session(f"{place}/retrieval.onnx")
    assert external == case["externalTensors"], (case["name"], external)
    answers = swapped = 0
    # Every item with its score: items may only change places where their scores are equal but for rounding.
    every = max(case["retrievals"], key=lambda retrieval: retrieval["k"])
    known = [dict(zip(*row)) for row in zip(every["titles"], every["scores"])]
    assert len(known[0]) == case["items"], case["name"]
    for retrieval in case["retrievals"]:
        for rows in BATCHES:
            given = inputs(case["queries"], rows)
            given["k"] = np.array([retrieval["k"]], dtype=np.int64)
            scores, titles = model.run(["scores", "titles"], given)
            expected = retrieval["titles"][:rows]
            width = len(retrieval["titles"][0])
            rows = len(expected)
            assert scores.shape == titles.shape == (rows, width), (scores.shape, rows, width)
            what = f"{place} k = {retrieval['k']} of {rows}"
            worst = max(worst, close(scores, retrieval["scores"][:rows], what))
            for row in range(rows):
                found = list(titles[row])
                if case["isExact"]:
                    assert found == expected[row], f"{what}: row {row} has {found}"
                assert len(set(found)) == width, f"{what}: row {row} has an item twice"
                for each in (found, expected[row]):
                    own = np.array([known[row][title] for title in each], dtype=np.float32)
                    close(own, retrieval["scores"][row], f"{what}: the items of row {row}")
                swapped += sum(a != b for a, b in zip(found, expected[row]))
            answers += rows * width
    assert answers > 0
    assert swapped <= answers / 100, f"{place}: {swapped} of {answers} items are in other places"
    print(
        f"{case['name']}: {answers} items as expected, {swapped} of them in the place of one of the same score, "
        f"scores and vectors within {worst:.1e}"
    )


def main(folder):
    with open(os.path.join(folder, "expectations.json"), encoding="utf-8") as file:
        cases = json.load(file)
    assert cases
    for case in cases:
        check(folder, case)
    print(f"{len(cases)} retrievers, onnxruntime {onnxruntime.__version__}")


try:
    main(sys.argv[1])
except AssertionError as error:
    sys.exit(f"mismatch: {error}")
