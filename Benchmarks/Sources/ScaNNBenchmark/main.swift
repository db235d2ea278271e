import Foundation
import Shortlist

// Measures what surrounds a search of the ScaNN index: building from memory and from a file, opening what was
// saved, and how batches scale over the cores.
//
//   swift run -c release ScaNNBenchmark SET.safetensors [LEAVES REORDERING]     (a set of peers/ann_data.py)
//   swift run -c release ScaNNBenchmark --stream COUNTxDIMENSIONS FOLDER        (writes its own vectors there)

private let clock = ContinuousClock()

private func seconds(_ body: () throws -> Void) rethrows -> Double {
  try clock.measure(body) / .seconds(1)
}

private func fastest(_ rounds: Int, _ body: () throws -> Void) rethrows -> Double {
  try (0..<rounds).map { _ in try seconds(body) }.min() ?? 0
}

/// Megabytes of a line of /proc/self/status, where there is one.
private func megabytes(_ name: String) -> Double? {
  let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  let line = status?.split(separator: "\n").first { $0.hasPrefix(name + ":") }
  return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
    .flatMap { Double($0) }.map { $0 / 1024 }
}

private func show(_ name: String, _ value: Double, _ unit: String) {
  print(
    name.padding(toLength: 52, withPad: " ", startingAt: 0) + String(format: "%10.3f ", value)
      + unit)
}

private func measure(_ set: URL, _ depth: ScaNNIndex.Depth?) throws {
  let tensors = try Safetensors(contentsOf: set)
  let vectors = try tensors.matrix("base")
  let queries = try tensors.matrix("queries")
  print("\(vectors.rows) vectors of \(vectors.columns) dimensions, \(queries.rows) queries")

  var built: ScaNNIndex?
  show("build, \(Parallel.threads) threads", try seconds { built = try ScaNNIndex(vectors) }, "s")
  guard let index = built else { return }
  let single = try Parallel.$threads.withValue(1) { try seconds { _ = try ScaNNIndex(vectors) } }
  show("build, one thread", single, "s")

  let file = FileManager.default.temporaryDirectory
    .appendingPathComponent("ScaNNBenchmark-\(ProcessInfo.processInfo.processIdentifier)")
  defer { try? FileManager.default.removeItem(at: file) }
  show("write, with vectors", try seconds { try index.write(to: file) }, "s")
  var opened: ScaNNIndex?
  for (name, verification) in [
    ("everything read and checked", ScaNNIndex.Verification.contents),
    ("structure checked", .structure),
  ] {
    let time = try fastest(5) {
      opened = try ScaNNIndex(contentsOf: file, verification: verification)
      _ = try opened?.nearest(10, to: queries[row: 0])
    }
    show("open and first query, \(name)", time * 1000, "ms")
  }

  let many = queries.gathering((0..<8 * queries.rows).map { Int32($0 % queries.rows) })
  var rates: [Int: Double] = [:]
  for _ in 0..<5 {
    for threads in Set([1, Parallel.threads]).sorted() {
      let time = try Parallel.$threads.withValue(threads) {
        try seconds { _ = try index.nearest(10, to: many, depth: depth) }
      }
      rates[threads] = max(rates[threads] ?? 0, Double(many.rows) / time)
    }
  }
  for (threads, rate) in rates.sorted(by: { $0.key < $1.key }) {
    show("batch of \(many.rows), \(threads) threads", rate, "queries/s")
    show("  per thread, of what one does", rate / Double(threads) / (rates[1] ?? rate), "")
  }
}

private func stream(_ count: Int, _ dimensions: Int, _ folder: URL) throws {
  let file = folder.appendingPathComponent("ScaNNBenchmark-\(count)x\(dimensions).safetensors")
  defer { try? FileManager.default.removeItem(at: file) }
  let bytes = count * dimensions * 4
  // Written by hand, block by block: this process never has all of the vectors.
  var header = Data(
    #"{"embeddings":{"dtype":"F32","shape":[\#(count),\#(dimensions)],"data_offsets":[0,\#(bytes)]}}"#
      .utf8)
  header += Data(repeating: 0x20, count: (64 - (header.count + 8) % 64) % 64)
  FileManager.default.createFile(atPath: file.path, contents: nil)
  let handle = try FileHandle(forWritingTo: file)
  try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try handle.write(contentsOf: $0) }
  try handle.write(contentsOf: header)
  var random = RandomStream(seed: 1)
  let centres = (0..<1000 * dimensions).map { _ in random.uniform() - 0.5 }
  for start in stride(from: 0, to: count, by: 10_000) {
    var block: [Float] = []
    for _ in start..<min(start + 10_000, count) {
      let centre = random.below(1000) * dimensions
      for i in 0..<dimensions { block.append(centres[centre + i] + (random.uniform() - 0.5) / 2) }
    }
    try block.withUnsafeBytes { try handle.write(contentsOf: $0) }
  }
  try handle.close()
  print("\(count) vectors of \(dimensions) dimensions, \(bytes >> 20) MB, in a file")
  var built: ScaNNIndex?
  let time = try seconds { built = try ScaNNIndex(streaming: file, tensor: "embeddings") }
  guard let index = built else { return }
  show("build from the file, \(Parallel.threads) threads", time, "s")
  show("index in memory", Double(index.byteCount) / 1_048_576, "MB")
  for (name, meaning) in [
    ("RssAnon", "memory of the process now, without mapped files"),
    ("VmHWM", "peak memory with the pages of mapped files"),
  ] { if let value = megabytes(name) { show(meaning, value, "MB") } }
}

let arguments = Array(CommandLine.arguments.dropFirst())
let shape = arguments.count == 3 ? arguments[1].split(separator: "x").compactMap { Int($0) } : []
switch (arguments.count, arguments.first) {
case (3, "--stream") where shape.count == 2:
  try stream(shape[0], shape[1], URL(fileURLWithPath: arguments[2]))
case (1, _), (3, _):
  let numbers = arguments.dropFirst().compactMap { Int($0) }
  try measure(
    URL(fileURLWithPath: arguments[0]),
    numbers.count == 2 ? ScaNNIndex.Depth(leaves: numbers[0], reordering: numbers[1]) : nil)
default:
  FileHandle.standardError.write(
    Data(
      "usage: ScaNNBenchmark SET.safetensors [LEAVES REORDERING] | --stream COUNTxDIMENSIONS FOLDER\n"
        .utf8))
  exit(2)
}
