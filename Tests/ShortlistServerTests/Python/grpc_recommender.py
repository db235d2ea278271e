"""Calls shortlist.v1.Recommender with stubs made by grpc_tools, and holds the answers to those of the same server's HTTP.

python grpc_recommender.py GRPC_PORT HTTP_PORT FOLDER_OF_PROTOS
"""
import http.client
import json
import sys
import tempfile

import grpc
from grpc_tools import protoc

grpc_port, http_port, protos = sys.argv[1:]
folder = tempfile.mkdtemp()
assert protoc.main(
    ["protoc", f"-I{protos}", f"--python_out={folder}", f"--grpc_python_out={folder}", f"{protos}/recommender.proto"]
) == 0
sys.path.insert(0, folder)
import recommender_pb2 as pb  # noqa: E402
import recommender_pb2_grpc  # noqa: E402

stub = recommender_pb2_grpc.RecommenderStub(grpc.insecure_channel(f"127.0.0.1:{grpc_port}"))
connection = http.client.HTTPConnection("127.0.0.1", int(http_port), timeout=20)
movies = pb.ModelChoice(name="movies")
checks = 0


def expect(condition, *what):
    global checks
    assert condition, what
    checks += 1


def rest(action, body):
    connection.request("POST", f"/v1/models/movies:{action}", json.dumps(body))
    response = connection.getresponse()
    text = response.read()
    expect(response.status == 200, action, text)
    return json.loads(text)


def refused(code, call, request, text):
    try:
        call(request)
    except grpc.RpcError as error:
        return expect(error.code() == code and text in error.details(), error.code(), error.details(), text)
    expect(False, "answered", request)


def same(items, answer):
    expect([item.id for item in items] == [item["item"] for item in answer["items"]], items, answer)
    for item, other in zip(items, answer["items"]):
        expect(abs(item.score - other["score"]) < 1e-6, item, other)


def text(value):
    return pb.Value(text=value)


# Items
upserted = stub.UpsertItems(pb.UpsertItemsRequest(model=movies, items=[
    pb.Item(id="drama", features={"genre": text("drama")}),
    pb.Item(id="vector", vector=[0.5] * 8),
    pb.Item(id="both", vector=[-0.5] * 8, features={"genre": text("western")}),
]))
expect(upserted.upserted == 3 and upserted.model.name == "movies" and upserted.model.version == 1, upserted)
refused(grpc.StatusCode.INVALID_ARGUMENT, stub.UpsertItems,
        pb.UpsertItemsRequest(model=movies, items=[pb.Item(id="none")]), 'lacks the features "genre"')
refused(grpc.StatusCode.INVALID_ARGUMENT, stub.UpsertItems,
        pb.UpsertItemsRequest(model=movies, items=[pb.Item(id="x", features={"genre": pb.Value()})]), "no value")
refused(grpc.StatusCode.INVALID_ARGUMENT, stub.UpsertItems,
        pb.UpsertItemsRequest(model=movies, items=[pb.Item(id="x", vector=[float("nan")] * 8)]), "not finite")
refused(grpc.StatusCode.NOT_FOUND, stub.UpsertItems,
        pb.UpsertItemsRequest(model=pb.ModelChoice(name="songs")), "songs")
refused(grpc.StatusCode.INVALID_ARGUMENT, stub.UpsertItems, pb.UpsertItemsRequest(), "model has no name")
refused(grpc.StatusCode.INVALID_ARGUMENT, stub.Recommend,
        pb.RecommendRequest(model=pb.ModelChoice(name="movies", label="stable")), "has no label")

# Events
appended = stub.AppendEvents(pb.AppendEventsRequest(model=pb.ModelChoice(name="movies", version=1), events=[
    pb.Event(user_id="ada", item="item 4", time=1.7e9), pb.Event(user_id="ada", item="unheard of")]))
expect(appended.appended == 2 and list(appended.unknown_items) == ["unheard of"], appended)
refused(grpc.StatusCode.INVALID_ARGUMENT, stub.AppendEvents,
        pb.AppendEventsRequest(model=movies, events=[pb.Event(user_id="ada")]), "item has 0 bytes")
refused(grpc.StatusCode.INVALID_ARGUMENT, stub.AppendEvents,
        pb.AppendEventsRequest(model=movies, events=[pb.Event(user_id="a", item="b", time=-1)]), "time is -1")

# Questions
queries = [
    (pb.Query(asker=pb.Asker(user_id="user 1"), k=100), {"user_id": "user 1", "k": 100}),
    (pb.Query(asker=pb.Asker(features={"user_id": text("user 1")}), k=100, include_seen=True),
     {"query": {"user_id": "user 1"}, "k": 100, "exclude_seen": False}),
    (pb.Query(asker=pb.Asker(user_id="ada")), {"user_id": "ada"}),
    (pb.Query(asker=pb.Asker(history=pb.Items(ids=["vector"])), k=5), {"history": ["vector"], "k": 5}),
    (pb.Query(asker=pb.Asker(user_id="nobody"), k=40), {"user_id": "nobody", "k": 40}),
    (pb.Query(asker=pb.Asker(user_id="user 2"), filter='genre = "western"'),
     {"user_id": "user 2", "filter": 'genre = "western"'}),
    (pb.Query(asker=pb.Asker(user_id="user 2"), exclude=["both"], include=pb.Items(ids=["both", "drama", "item 9"])),
     {"user_id": "user 2", "exclude": ["both"], "include": ["both", "drama", "item 9"]}),
    (pb.Query(asker=pb.Asker(user_id="user 2"), include=pb.Items()), {"user_id": "user 2", "include": []}),
]
found = stub.Recommend(pb.RecommendRequest(model=movies, queries=[query for query, _ in queries]))
expect(len(found.answers) == len(queries))
for answer, (_, body) in zip(found.answers, queries):
    other = rest("recommend", body)
    expect(answer.basis == other["basis"], answer, other)
    same(answer.items, other)
expect([answer.basis for answer in found.answers[:5]] == ["model", "model", "history", "history", "popularity"])
expect([item.id for item in found.answers[5].items] == ["both"])
for query, problem in [
    (pb.Query(asker=pb.Asker(user_id="a"), k=0), "k is 0"),
    (pb.Query(asker=pb.Asker(user_id="a"), filter="genre ="), "filter: "),
    (pb.Query(), 'lacks the feature "user_id"'),
    (pb.Query(asker=pb.Asker(features={"user_id": pb.Value(number=float("inf"))})), "finite"),
    (pb.Query(asker=pb.Asker(features={"user_id": pb.Value(list=pb.Values(values=[pb.Value(list=pb.Values())]))})),
     "list of texts"),
]:
    refused(grpc.StatusCode.INVALID_ARGUMENT, stub.Recommend,
            pb.RecommendRequest(model=movies, queries=[query]), problem)
near = stub.Similar(pb.SimilarRequest(model=movies, item="drama", k=7, exclude=["item 2"]))
same(near.items, rest("similar", {"item": "drama", "k": 7, "exclude": ["item 2"]}))
expect(len(near.items) == 7)
refused(grpc.StatusCode.NOT_FOUND, stub.Similar, pb.SimilarRequest(model=movies, item="nope"), "not in the catalogue")
for asker, body in [
    (pb.Asker(user_id="user 1"), {"user_id": "user 1"}),
    (pb.Asker(user_id="ada"), {"user_id": "ada"}),
    (pb.Asker(history=pb.Items(ids=["item 1", "item 2", "drama"])), {"history": ["item 1", "item 2", "drama"]}),
    (pb.Asker(user_id="nobody"), {"user_id": "nobody"}),
]:
    why = stub.Explain(pb.ExplainRequest(model=movies, item="item 9", asker=asker, k=2))
    other = rest("explain", {"item": "item 9", "k": 2} | body)
    expect((why.rank, why.basis, why.method, why.note) == (
        other["rank"], other["basis"], other["method"], other.get("note", "")), why, other)
    expect(abs(why.score - other["score"]) < 1e-6)
    expect([reason.item for reason in why.reasons] == [reason["item"] for reason in other["reasons"]])
    for reason, given in zip(why.reasons, other["reasons"]):
        expect(abs(reason.share - given["share"]) < 1e-6 and abs(reason.similarity - given["similarity"]) < 1e-6)
refused(grpc.StatusCode.NOT_FOUND, stub.Explain,
        pb.ExplainRequest(model=movies, item="nope", asker=pb.Asker(user_id="ada")), "not in the catalogue")

# Deletions
deleted = stub.DeleteItems(pb.DeleteItemsRequest(model=movies, ids=["drama", "item 3", "nope"]))
expect(deleted.deleted == 2 and list(deleted.not_found) == ["nope"], deleted)
left = stub.Recommend(pb.RecommendRequest(model=movies, queries=[queries[1][0]])).answers[0].items
expect(len(left) == 31 and not {"drama", "item 3"} & {item.id for item in left}, len(left))
print(checks, "checks agree")
