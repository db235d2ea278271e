"""Starts TensorBoard on a folder and compares what it answers with what was written.

  tensorboard_pages.py LOGS EXPECTED.json
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import numpy as np
import tensorflow as tf

logs, expected_file = sys.argv[1:]
with open(expected_file) as file:
    expected = json.load(file)

base = None


def ask(path, **query):
    url = base + path + ("?" + urllib.parse.urlencode(query) if query else "")
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def until(what, seconds=60):
    """The first true answer; pages may need some seconds until they know a run."""
    end = time.time() + seconds
    while time.time() < end:
        try:
            if answer := what():
                return answer
        except OSError:
            pass
        time.sleep(0.3)
    sys.exit("no answer in time: %s" % what)


def close(found, wanted, what):
    found, wanted = np.asarray(found, np.float64), np.asarray(wanted, np.float64)
    assert found.shape == wanted.shape, (what, found.shape, wanted.shape)
    assert np.allclose(found, wanted, rtol=1e-6, atol=1e-9), (what, found, wanted)


def check_histograms():
    """The buckets that TensorFlow itself makes of the same values."""
    for tag, values in expected["values"].items():
        with tempfile.TemporaryDirectory() as folder:
            with tf.summary.create_file_writer(folder).as_default():
                tf.summary.histogram("x", tf.constant(values, tf.float32), step=0)
            events = [os.path.join(folder, name) for name in os.listdir(folder)]
            wanted = [
                tf.make_ndarray(value.tensor)
                for event in tf.compat.v1.train.summary_iterator(events[0])
                for value in event.summary.value
            ][0]
        answer = json.loads(ask("/data/plugin/histograms/histograms", run="direct", tag=tag))
        close(answer[0][2], wanted, tag)
    print("histograms", len(expected["values"]))


def check_projector():
    run = expected["projectorRun"]
    runs = until(lambda: json.loads(ask("/data/plugin/projector/runs")))
    assert runs == [run], runs
    info = json.loads(ask("/data/plugin/projector/info", run=run))
    names = [embedding["tensorName"] for embedding in info["embeddings"]]
    assert names == ["items", "users"], names
    for embedding in info["embeddings"]:
        name = embedding["tensorName"]
        wanted = np.array(expected["vectors"][name], np.float32)
        assert embedding["tensorShape"] == list(wanted.shape), embedding
        found = np.frombuffer(ask("/data/plugin/projector/tensor", run=run, name=name), np.float32)
        assert found.tobytes() == wanted.tobytes(), name
        text = ask("/data/plugin/projector/metadata", run=run, name=name).decode()
        lines = [line.split("\t") for line in text.rstrip("\n").split("\n")]
        assert lines == expected["labels"][name], (lines, expected["labels"][name])
        assert len(lines) == len(wanted) + (1 if len(lines[0]) > 1 else 0)
    print("projector", names)


def check():
    runs = until(lambda: sorted(json.loads(ask("/data/runs"))) == expected["runs"] and expected["runs"])
    print("runs", runs)
    tags = json.loads(ask("/data/plugin/scalars/tags"))
    for run, curves in expected["scalars"].items():
        assert sorted(tags[run]) == sorted(curves), (run, sorted(tags[run]), sorted(curves))
        for tag, points in curves.items():
            answer = json.loads(ask("/data/plugin/scalars/scalars", run=run, tag=tag))
            assert [step for _, step, _ in answer] == [step for step, _ in points], (run, tag, answer)
            close([value for *_, value in answer], np.float32([v for _, v in points]), (run, tag))
    print("scalars", {run: len(curves) for run, curves in expected["scalars"].items()})
    described = tags["train"][expected["described"][0]]["description"]
    assert expected["described"][1] in described, described

    tags = json.loads(ask("/data/plugin/histograms/tags"))
    assert sorted(tags["train"]) == sorted(expected["histograms"]), tags
    for tag, steps in expected["histograms"].items():
        answer = json.loads(ask("/data/plugin/histograms/histograms", run="train", tag=tag))
        assert [step for _, step, _ in answer] == steps, (tag, answer)
    check_histograms()

    for run, texts in expected["texts"].items():
        for tag, part in texts.items():
            answer = json.loads(ask("/data/plugin/text/text", run=run, tag=tag))
            assert part in answer[0]["text"], answer
    print("texts", expected["texts"])
    check_projector()


# With port 0 TensorBoard takes a free one and says which.
with tempfile.TemporaryFile("w+") as said:
    process = subprocess.Popen(
        [os.path.join(os.path.dirname(sys.executable), "tensorboard"), "--logdir", logs,
         "--port", "0", "--host", "127.0.0.1", "--reload_interval", "1"],
        stdout=said, stderr=subprocess.STDOUT)
    try:
        def address():
            said.seek(0)
            words = [word for word in said.read().split() if word.startswith("http://127.0.0.1:")]
            return words and words[0].rstrip("/")

        base = until(address)
        check()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
