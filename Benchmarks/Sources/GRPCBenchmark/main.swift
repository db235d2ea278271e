// The load of gRPC on a running `shortlist serve`: one call after another, and many streams at once.
//
//   GRPCBenchmark make FOLDER          saves a model of 2,000 items in FOLDER/items
//   GRPCBenchmark PORT [SECONDS]       calls its serving_default on this machine
import Foundation
import NIOCore
import NIOPosix
import Shortlist

func makeModel(in folder: String) throws {
  let names = (0..<2_000).map { "item \($0)" }
  let users = (0..<1_000).map { "user \($0)" }
  let model = TwoTowerModel(
    query: Tower { Embedding(of: "user_id", in: Vocabulary(users), dimensions: 32) },
    candidate: Tower { Embedding(of: "item_id", in: Vocabulary(names), dimensions: 32) }, seed: 1)
  let catalogue = try model.embedCandidates(
    Dataset([("item_id", .strings(StringColumn(names)))]), identifiedBy: "item_id")
  try Retriever(model, index: ExactIndex(catalogue.embeddings), over: catalogue)
    .save(to: folder + "/items")
}

func measure(port: Int, seconds: Double) throws {
  let load = try Load(port: port)
  _ = try load.run(streams: 1, seconds: 0.5)
  for streams in [1, 64] {
    let times = try load.run(streams: streams, seconds: seconds).sorted()
    func quantile(_ part: Double) -> Int { Int(times[Int(Double(times.count - 1) * part)]) }
    print(
      "\(streams) streams: \(Int(Double(times.count) / seconds)) requests/s, median "
        + "\(quantile(0.5)) us, 99 % \(quantile(0.99)) us")
  }
}

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "make", let folder = arguments.last {
  try makeModel(in: folder)
} else if let port = arguments.first.flatMap({ Int($0) }) {
  try measure(port: port, seconds: arguments.dropFirst().first.flatMap { Double($0) } ?? 5)
} else {
  print("usage: GRPCBenchmark make FOLDER | PORT [SECONDS]")
}
