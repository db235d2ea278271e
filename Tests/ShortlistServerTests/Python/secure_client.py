"""Calls servers that have certificates and tokens, as clients that are let in and as others that are not.

python secure_client.py FOLDER SERVERS.json     FOLDER has the certificates, the file the ports of each server
"""
import json
import os
import shutil
import socket
import ssl
import sys
import time

import grpc
import requests

folder, servers = sys.argv[1], json.load(open(sys.argv[2]))
checks = 0


def file(name):
    return os.path.join(folder, name)


def bytes_of(name):
    with open(file(name), "rb") as stream:
        return stream.read()


def expect(condition, *what):
    global checks
    assert condition, what
    checks += 1


def pair(name):
    return None if name is None else (file(f"{name}.crt"), file(f"{name}.key"))


def get(server, authority="ca", client=None, path="/healthz"):
    """The status of an answer over TLS, or what went wrong."""
    try:
        url = f"https://localhost:{servers[server]['http']}{path}"
        return requests.get(url, verify=file(f"{authority}.crt"), cert=pair(client), timeout=10).status_code
    except (requests.exceptions.SSLError, requests.exceptions.ConnectionError) as error:
        return str(error)


def health(server, authority="ca", client=None, tls=True):
    """The code of a call of gRPC's health check, whose messages are empty."""
    address = f"localhost:{servers[server]['grpc']}"
    if tls:
        key, chain = (bytes_of(f"{client}.key"), bytes_of(f"{client}.crt")) if client else (None, None)
        channel = grpc.secure_channel(
            address, grpc.ssl_channel_credentials(bytes_of(f"{authority}.crt"), key, chain))
    else:
        channel = grpc.insecure_channel(address)
    with channel:
        try:
            channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=5)
            return grpc.StatusCode.OK
        except grpc.RpcError as error:
            return error.code()


UNAVAILABLE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


def handshake(server, kind, **options):
    context = ssl.create_default_context(cafile=file("ca.crt"))
    for name, value in options.items():
        setattr(context, name, value)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("localhost", servers[server][kind]), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as stream:
            return stream.selected_alpn_protocol(), stream.version(), stream.getpeercert()["serialNumber"]


# TLS alone.
expect(get("tls") == 200)
expect(health("tls") == grpc.StatusCode.OK)
expect(handshake("tls", "http")[:2] == ("http/1.1", "TLSv1.3"), handshake("tls", "http"))
expect(handshake("tls", "grpc")[:2] == ("h2", "TLSv1.3"), handshake("tls", "grpc"))
expect(handshake("tls", "http", maximum_version=ssl.TLSVersion.TLSv1_2)[1] == "TLSv1.2")
try:
    handshake("tls", "http", minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
    expect(False, "TLS 1.1 is taken")
except ssl.SSLError:
    expect(True)
expect("CERTIFICATE_VERIFY_FAILED" in str(get("tls", authority="stranger-ca")))
expect(health("tls", authority="stranger-ca") in UNAVAILABLE)
expect(health("tls", tls=False) in UNAVAILABLE)
expect("certificate has expired" in str(get("expired")), get("expired"))
expect(health("expired") in UNAVAILABLE)

# Plain text, and what is nothing at all, on a port of TLS.
for kind in ["http", "grpc"]:
    for text in [b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bytes(range(256)) * 8]:
        with socket.create_connection(("localhost", servers["tls"][kind]), timeout=10) as stream:
            stream.sendall(text)
            try:
                answer = stream.recv(4096)
            except ConnectionResetError:
                answer = b""
            expect(not answer.startswith(b"HTTP/1.1 200"), answer[:80])
# One that begins to agree on keys and then says nothing is let go, and costs nobody else anything.
start = time.time()
with socket.create_connection(("localhost", servers["tls"]["http"]), timeout=30) as stream:
    stream.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    expect(get("tls") == 200)
    try:
        while stream.recv(4096):
            pass
    except ConnectionResetError:
        pass
expect(time.time() - start < 10, "a client that agrees on nothing keeps its connection")

# Certificates of clients.
expect(get("mutual", client="client") == 200)
expect(health("mutual", client="client") == grpc.StatusCode.OK)
for client in [None, "stranger", "late"]:
    answer = get("mutual", client=client)
    expect(isinstance(answer, str), client, answer)
    expect(health("mutual", client=client) in UNAVAILABLE, client)


# Which token may call what.
def call(method, path, token, body=None):
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return requests.request(
        method, f"https://localhost:{servers['tokens']['http']}{path}", verify=file("ca.crt"), headers=headers,
        data=body, timeout=10)


tokens = {
    "none": (None, []), "wrong": ("0123456789abcdef0", []), "reader": ("reader-0123456789", ["read"]),
    "writer": ("writer-0123456789", ["write"]), "chief": ("chief-0123456789", ["admin"]),
    "all": ("all-0123456789abc", ["read", "write", "admin"]),
}
calls = [
    ("GET", "/healthz", None), ("GET", "/readyz", None), ("GET", "/metrics", "read"),
    ("GET", "/monitoring/prometheus/metrics", "read"), ("GET", "/v1/models", "read"), ("GET", "/V1/Models/movies", "read"),
    ("GET", "/v1/models/movies/metadata", "read"), ("POST", "/v1/models/movies:predict", "read"),
    ("POST", "/v1/models/movies:PREDICT", "read"), ("POST", "/v1/models/movies/versions/1:recommend", "read"),
    ("POST", "/v1/models/movies:similar", "read"), ("PUT", "/v1/models/movies/items", "write"),
    ("DELETE", "/v1/models/movies/items/a", "write"), ("POST", "/v1/models/movies/events", "write"),
    ("POST", "/v1/models/movies/%65vents", "write"), ("POST", "/v1/models/movies/labels/stable", "admin"),
    ("POST", "/v1/models/movies:rollback", "admin"), ("POST", "/v1/models", "admin"), ("PUT", "/anything", "admin"),
]
for method, path, scope in calls:
    for name, (token, scopes) in tokens.items():
        answer = call(method, path, token, b"{}")
        if scope is None or scope in scopes:
            expect(answer.status_code not in (401, 403), method, path, name, answer.status_code, answer.text)
        else:
            expected = 401 if name in ("none", "wrong") else 403
            expect(answer.status_code == expected, method, path, name, answer.status_code, answer.text)
            expect(answer.headers["content-type"] == "application/problem+json", answer.headers)
            expect(expected == 403 or answer.headers["www-authenticate"].startswith("Bearer"), answer.headers)
            problem = answer.json()
            expect(problem["status"] == expected and scope in problem["detail"] or expected == 401, problem)
            expect(token is None or token not in answer.text, "the token is told")
        expect(answer.headers["x-content-type-options"] == "nosniff", path)
for header in ["reader-0123456789", "Basic reader-0123456789", "Bearer", "Bearer  ", "Bearer reader-0123456789 x", "bearer reader-012345678"]:
    answer = requests.get(
        f"https://localhost:{servers['tokens']['http']}/v1/models", verify=file("ca.crt"), headers={"authorization": header})
    expect(answer.status_code == 401, header, answer.status_code)

credentials = grpc.ssl_channel_credentials(bytes_of("ca.crt"))
channel = grpc.secure_channel(f"localhost:{servers['tokens']['grpc']}", credentials)
for method, scope in [
    ("/grpc.health.v1.Health/Check", None), ("/tensorflow.serving.PredictionService/Predict", "read"),
    ("/tensorflow.serving.PredictionService/GetModelMetadata", "read"),
    ("/tensorflow.serving.ModelService/GetModelStatus", "read"),
    ("/tensorflow.serving.ModelService/HandleReloadConfigRequest", "admin"),
    ("/shortlist.v1.Recommender/Recommend", "read"), ("/shortlist.v1.Recommender/Explain", "read"),
    ("/shortlist.v1.Recommender/UpsertItems", "write"), ("/shortlist.v1.Recommender/AppendEvents", "write"),
]:
    for name, (token, scopes) in tokens.items():
        metadata = [] if token is None else [("authorization", f"Bearer {token}")]
        try:
            channel.unary_unary(method)(b"", timeout=10, metadata=metadata)
            code, details = grpc.StatusCode.OK, ""
        except grpc.RpcError as error:
            code, details = error.code(), error.details()
        refusals = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)
        if scope is None or scope in scopes:
            expect(code not in refusals, method, name, code, details)
        else:
            expect(code == refusals[name not in ("none", "wrong")], method, name, code, details)

# Certificates that change while the server runs, and then make no sense.
before = handshake("rotated", "http")[2]
for name in ["key", "crt"]:
    shutil.copy(file(f"second.{name}"), file(f"new.{name}"))
    os.replace(file(f"new.{name}"), file(f"rotated.{name}"))
until = time.time() + 10
while handshake("rotated", "http")[2] == before and time.time() < until:
    time.sleep(0.1)
after = handshake("rotated", "http")[2]
expect(after != before, "the new certificate is not shown")
expect(handshake("rotated", "grpc")[2] == after)
with open(file("rotated.crt"), "w") as stream:
    stream.write("nothing\n")
time.sleep(1.5)
expect(handshake("rotated", "http")[2] == after, "a certificate that makes no sense is taken")
print(f"{checks} checks")
