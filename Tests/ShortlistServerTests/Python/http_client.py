"""Calls a running server over HTTP as clients of TensorFlow Serving do, and holds the answers to the SavedModel of the
same artefact; then sends it what no client should.

python http_client.py PORT SAVED_MODEL
"""
import http.client
import json
import socket
import sys
import time

import numpy as np
import tensorflow as tf

port, path = int(sys.argv[1]), sys.argv[2]
model = tf.saved_model.load(path)
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
checks = 0


def call(method, url, body=None, expect=200):
    global checks
    connection.request(method, url, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    text = response.read()
    assert response.status == expect, (url, response.status, text)
    checks += 1
    return json.loads(text)


users = ["user 1", "nobody", "user 19"]
scores, titles = (tensor.numpy() for tensor in model(users))
rows = call("POST", "/v1/models/movies:predict", {"instances": users})["predictions"]
np.testing.assert_allclose([row["output_1"] for row in rows], scores, rtol=1e-5, atol=1e-6)
assert [row["output_2"] for row in rows] == [[title.decode() for title in row] for row in titles]
columns = call("POST", "/v1/models/movies/versions/1:predict", {"inputs": {"input_1": users}})["outputs"]
np.testing.assert_allclose(columns["output_1"], scores, rtol=1e-5, atol=1e-6)

signature = {"signature_name": "top_k", "inputs": {"queries": users, "k": 4}}
four = call("POST", "/v1/models/movies:predict", signature)["outputs"]
np.testing.assert_allclose(four["output_1"], model(users, k=4)[0], rtol=1e-5, atol=1e-6)
beyond = {"signature_name": "top_k", "inputs": {"queries": users, "k": 500}}
assert np.shape(call("POST", "/v1/models/movies:predict", beyond)["outputs"]["output_1"]) == (3, 30)

excluded = [[title.decode() for title in row[:2]] + ["no such item"] for row in titles]
found = model.query_with_exclusions(users, excluded)
body = {"signature_name": "query_with_exclusions", "inputs": {"queries": users, "exclusions": excluded}}
outputs = call("POST", "/v1/models/movies:predict", body)["outputs"]
np.testing.assert_allclose(outputs["output_1"], found[0], rtol=1e-5, atol=1e-6)
assert outputs["output_2"] == [[title.decode() for title in row] for row in found[1].numpy()]
vectors = call("POST", "/v1/models/movies:predict", {"signature_name": "embed_queries", "instances": users})
np.testing.assert_allclose(vectors["predictions"], model.embed_queries(users), rtol=1e-5, atol=1e-6)

assert call("GET", "/v1/models/movies")["model_version_status"][0]["state"] == "AVAILABLE"
metadata = call("GET", "/v1/models/movies/metadata")["metadata"]["signature_def"]["signature_def"]
loaded = {key for key in model.signatures}
assert set(metadata) == loaded, (set(metadata), loaded)
assert "error" in call("POST", "/v1/models/none:predict", {"instances": users}, expect=404)
assert len(call("POST", "/v1/models/movies:recommend", {"user_id": "user 1", "k": 5})["items"]) == 5


def raw(data, wait=5.0):
    """What the server answers to bytes, until it ends the connection or nothing comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as stream:
        stream.sendall(data)
        answer = b""
        try:
            while part := stream.recv(65536):
                answer += part
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


host = b"Host: localhost\r\n"
assert raw(b"GET /healthz HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200")
# Two requests at once come back in order.
both = raw(b"GET /healthz HTTP/1.1\r\n" + host + b"\r\nGET /nowhere HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n")
assert both.index(b" 200 ") < both.index(b" 404 "), both
for garbage, status in [
    (b"GET\r\n\r\n", 400), (b"GET / HTTP/9.9\r\n" + host + b"\r\n", 505), (b"GET / HTTP/1.2\r\n" + host + b"\r\n", 505),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), (b"\x00\x01\n\n" * 10, 400), (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"POST /v1/models/movies:predict HTTP/1.1\r\n" + host + b"Content-Length: -5\r\n\r\n", 400),
    (b"POST /v1/models/movies:predict HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + b"A: " + b"x" * 200_000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\n" + host + b"a: b\r\n" * 200 + b"\r\n", 431),
]:
    answer = raw(garbage)
    assert answer.startswith(b"HTTP/1.1 %d " % status) and b"\r\nconnection: close\r\n" in answer, (garbage[:50], answer[:200])
    json.loads(answer.split(b"\r\n\r\n")[1])
    checks += 1
announced = raw(b"POST /v1/models/movies:predict HTTP/1.1\r\n" + host + b"Content-Length: 99999999\r\n\r\n")
assert b" 413 " in announced, announced[:200]
chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
sent = raw(b"POST /v1/models/movies:predict HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 20)
assert b" 413 " in sent, sent[:200]
body = b'{"user_id": "user 1", "k": 5}'
parts = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 7]), body[i:i + 7]) for i in range(0, len(body), 7)) + b"0\r\n\r\n"
chunked = raw(
    b"POST /v1/models/movies:recommend HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n"
    b"Connection: close\r\n\r\n" + parts)
assert len(json.loads(chunked.split(b"\r\n\r\n")[1])["items"]) == 5, chunked[:200]
# One that asks first is told to go on.
with socket.create_connection(("127.0.0.1", port), timeout=5) as stream:
    stream.sendall(
        b"POST /v1/models/movies:recommend HTTP/1.1\r\n" + host + b"Expect: 100-continue\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body))
    assert stream.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
    stream.sendall(body)
    assert stream.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
assert raw(b"HEAD /healthz HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n").endswith(b"\r\n\r\n")
# A response beyond what the socket takes at once is sent once.
for _ in range(3):
    assert len(call("GET", "/openapi.json")["paths"]) > 10
    assert call("GET", "/v1/models")["models"][0]["name"] == "movies"
# A thousand requests at once come back in order.
many = b"".join(b"GET /v1/models/none%d HTTP/1.1\r\n%s\r\n" % (i, host) for i in range(1000))
answers = raw(many + b"GET /healthz HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n", wait=20)
assert [answers.index(b"none%d)" % i) for i in range(1000)] == sorted(answers.index(b"none%d)" % i) for i in range(1000))
assert answers.endswith(b"ok\n")
# A client that sends one byte and then nothing is let go, and one that sends a byte now and then as well.
start = time.time()
assert raw(b"G", wait=15.0).startswith(b"HTTP/1.1 408 ") and time.time() - start < 10, "a slow client keeps its connection"
with socket.create_connection(("127.0.0.1", port), timeout=0.3) as stream:
    start, answer = time.time(), b""
    while not answer and time.time() - start < 10:
        try:
            stream.sendall(b"G")
            answer = stream.recv(4096)
        except TimeoutError:
            pass
    assert answer.startswith(b"HTTP/1.1 408 "), answer
# After all that it still answers.
connection.close()
assert len(call("POST", "/v1/models/movies:recommend", {"user_id": "user 1", "k": 5})["items"]) == 5
print(f"{checks} calls agree")
