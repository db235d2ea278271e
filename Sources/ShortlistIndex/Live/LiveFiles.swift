internal import Foundation
internal import ShortlistTensors

/// The files of a live index.
///
/// `CURRENT` names a generation g. `base-g` holds what stood in the catalogue before `log-g`, and the logs g,
/// g + 1, ... hold what changed since, in order. A compaction begins log g + 1, writes base g + 1, and then
/// replaces `CURRENT`: a process that is killed at any moment finds a base with all logs after it.
struct LiveFiles: Sendable {
  let folder: URL

  private struct Current: Codable {
    var generation: Int
    var dimensions: Int
    var similarity: Similarity
    var checksum: UInt32

    var expected: UInt32 { CRC32C.of("\(generation) \(dimensions) \(similarity.rawValue)") }
  }

  var lock: URL { folder.appending(path: "lock") }
  var current: URL { folder.appending(path: "CURRENT") }
  func base(_ generation: Int) -> URL { folder.appending(path: "base-\(generation).safetensors") }
  func index(_ generation: Int) -> URL { folder.appending(path: "index-\(generation).safetensors") }
  func log(_ generation: Int) -> URL { folder.appending(path: "log-\(generation)") }

  private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.plainPath) }

  /// The generation in force, or nil for a folder that has none.
  func readCurrent() throws -> (generation: Int, dimensions: Int, similarity: Similarity)? {
    guard exists(current) else { return nil }
    guard let data = try? Data(contentsOf: current),
      let value = try? JSONDecoder().decode(Current.self, from: data),
      value.checksum == value.expected, value.generation >= 1, value.dimensions >= 1
    else {
      throw IndexError(
        .damagedFile,
        "\(current.plainPath): not what a live index writes. The file is damaged: restore it from a copy"
      )
    }
    return (value.generation, value.dimensions, value.similarity)
  }

  func writeCurrent(_ generation: Int, dimensions: Int, similarity: Similarity) throws {
    var value = Current(
      generation: generation, dimensions: dimensions, similarity: similarity, checksum: 0)
    value.checksum = value.expected
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(value)
    try AtomicFile.write(to: current) { try $0.write(Array(data).span) }
  }

  /// Whether there is nothing but what a first opening that was broken off leaves behind.
  ///
  /// - Throws: `IndexError` where changes or a later base stand here without `CURRENT`.
  func checkEmpty() throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.plainPath)) ?? []
    let first = Set([base(1), index(1)].map(\.lastPathComponent))
    for name in names where Self.isOurs(name) && !first.contains(name) && !name.hasPrefix(".") {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: folder.appending(path: name).plainPath)
      if name == log(1).lastPathComponent, attributes[.size] as? Int == 0 { continue }
      throw IndexError(
        .damagedFile,
        "\(current.plainPath): is missing, and \(name) stands beside it. Restore it from a copy")
    }
  }

  /// The logs from a generation on that are there, without a gap.
  func logs(from generation: Int) -> [Int] {
    var found: [Int] = []
    while exists(log(generation + found.count)) { found.append(generation + found.count) }
    return found
  }

  /// The last of all logs that are there; 0 if none is.
  func highestLog() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: folder.plainPath)
      .compactMap { $0.hasPrefix("log-") ? Int($0.dropFirst(4)) : nil }.max() ?? 0
  }

  /// Removes the files of other generations and what a broken compaction left behind.
  func removeOthers(than generation: Int, logs: [Int]) {
    let wanted = Set(
      [lock, current, base(generation), index(generation)].map(\.lastPathComponent)
        + logs.map { log($0).lastPathComponent })
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.plainPath)) ?? []
    for name in names where !wanted.contains(name) && Self.isOurs(name) {
      try? FileManager.default.removeItem(at: folder.appending(path: name))
    }
  }

  private static func isOurs(_ name: String) -> Bool {
    name.hasPrefix("base-") || name.hasPrefix("index-") || name.hasPrefix("log-")
      || (name.hasPrefix(".") && name.hasSuffix(".part"))
  }
}

extension LiveFiles {
  private static let baseKind = "shortlist-live-base"

  private struct BaseDescription: Codable {
    var count: Int
    var dimensions: Int
    var isIndexed: Bool
  }

  /// Writes the base of a generation, with its index where that is worth a file.
  func writeBase(_ base: LiveBase, _ generation: Int) throws {
    var bytes: [UInt8] = []
    var ends: [Int64] = []
    for identifier in base.identifiers {
      bytes += Array(identifier.utf8)
      ends.append(Int64(bytes.count))
    }
    let scann = base.index as? ScaNNIndex
    if let scann { try scann.write(to: index(generation), includingVectors: false) }
    var parts = VerifiedTensors.Parts()
    parts.add("vectors", base.vectors)
    parts.add("identifier_ends", ends)
    parts.add("identifiers", bytes)
    try VerifiedTensors.write(
      parts, kind: Self.baseKind, format: 1,
      description: BaseDescription(
        count: base.identifiers.count, dimensions: base.door.dimensions, isIndexed: scann != nil),
      to: self.base(generation))
  }

  func readBase(_ generation: Int, _ door: VectorDoor) throws -> LiveBase {
    let file = try VerifiedTensors(
      base(generation), kind: Self.baseKind, name: "a live index's base", format: 1)
    try file.verify()
    let description = try file.description(as: BaseDescription.self)
    guard description.dimensions == door.dimensions, description.count >= 0 else {
      throw file.damage(
        "the vectors have \(description.dimensions) dimensions; CURRENT says \(door.dimensions)")
    }
    let vectors = try file.matrix("vectors", rows: description.count, columns: door.dimensions)
    let ends = try file.tensors.elements("identifier_ends", as: Int64.self)
    let bytes = try file.tensors.elements("identifiers", as: UInt8.self)
    guard ends.count == description.count, ends.last ?? 0 == Int64(bytes.count),
      zip([0] + ends, ends).allSatisfy({ $0 < $1 })
    else { throw file.damage("the identifiers do not fit \(description.count) vectors") }
    var identifiers: [String] = []
    var start = 0
    for end in ends {
      identifiers.append(String(decoding: bytes[start..<Int(end)], as: UTF8.self))
      start = Int(end)
    }
    let vectorIndex: any VectorIndex =
      description.isIndexed
      ? try ScaNNIndex(contentsOf: index(generation), vectors: vectors)
      : try ExactIndex(vectors, similarity: door.similarity)
    guard vectorIndex.count == description.count, vectorIndex.dimensions == door.dimensions else {
      throw IndexError(
        .damagedFile,
        "\(index(generation).plainPath): an index of \(vectorIndex.count) x \(vectorIndex.dimensions) "
          + "vectors; \(file.path) holds \(description.count) x \(door.dimensions). Restore both from one copy"
      )
    }
    guard Set(identifiers.map { Array($0.utf8) }).count == identifiers.count else {
      throw file.damage("an identifier stands twice")
    }
    return LiveBase(identifiers, vectors, door: door, index: vectorIndex)
  }
}
