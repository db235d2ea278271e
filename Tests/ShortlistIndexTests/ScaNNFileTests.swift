import Foundation
import ShortlistTensors
import ShortlistTesting
import Testing

@testable import ShortlistIndex

@Suite("ScaNN index: files")
struct ScaNNFileTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "shortlist-scann-\(UInt64.random(in: 0 ... .max))")

  private func inFolder(_ body: (URL) throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appending(path: "index.safetensors"))
  }

  private static let vectors = IndexContract.randomVectors(700, dimensions: 9, seed: 1)
  private static let queries = IndexContract.randomVectors(20, dimensions: 9, seed: 2)

  private func answers(_ index: ScaNNIndex) throws -> [[Neighbor]] {
    try index.nearest(7, to: Self.queries)
  }

  @Test("A tree that was learnt from fewer vectors than leaves is written and read")
  func smallSample() throws {
    try withTemporaryFolder { folder in
      var configuration = ScaNNIndex.Configuration()
      (configuration.trainingSample, configuration.leaves) = (50, 200)
      let vectors = clumpedVectors(3000, dimensions: 8, clumps: 20, seed: 1)
      let index = try ScaNNIndex(vectors, configuration: configuration)
      #expect(index.configuration.leaves == 50)
      let file = folder.appending(path: "index")
      try index.write(to: file)
      #expect(try ScaNNIndex(contentsOf: file).configuration == index.configuration)
    }
  }

  @Test("What is written is read equal", arguments: ScaNNVariant.allCases)
  func roundTrip(variant: ScaNNVariant) throws {
    try inFolder { file in
      for similarity in Similarity.allCases {
        let index = try ScaNNIndex(
          Self.vectors, configuration: variant.configuration, similarity: similarity)
        for includingVectors in [true, false] {
          try index.write(to: file, includingVectors: includingVectors)
          for verification in [ScaNNIndex.Verification.contents, .structure] {
            let read = try ScaNNIndex(
              contentsOf: file, vectors: includingVectors ? nil : Self.vectors,
              verification: verification)
            #expect(try answers(read) == answers(index))
            #expect(read.configuration == index.configuration)
            #expect(read.similarity == similarity && read.byteCount == index.byteCount)
          }
        }
      }
    }
  }

  @Test("The same seed gives the same file, on one thread and on many")
  func deterministic() throws {
    try inFolder { file in
      var configuration = ScaNNVariant.tree.configuration
      var files: [Data] = []
      for threads in [1, 2, 5] {
        try Parallel.$threads.withValue(threads) {
          try ScaNNIndex(Self.vectors, configuration: configuration).write(to: file)
        }
        files.append(try Data(contentsOf: file))
      }
      #expect(Set(files).count == 1)
      configuration.seed = 43
      try ScaNNIndex(Self.vectors, configuration: configuration).write(to: file)
      #expect(try Data(contentsOf: file) != files[0])
    }
  }

  @Test("A file that is built block by block is the same", arguments: [1, 64, 699, 700, 5000])
  func streaming(blockRows: Int) throws {
    try inFolder { file in
      let source = file.deletingLastPathComponent().appending(path: "vectors.safetensors")
      try Safetensors.write([("v", Self.vectors)], to: source)
      for variant in [ScaNNVariant.tree, .int8, .halfReordering] {
        for similarity in Similarity.allCases {
          try ScaNNIndex(
            Self.vectors, configuration: variant.configuration, similarity: similarity
          ).write(to: file)
          let wanted = try Data(contentsOf: file)
          try ScaNNIndex(
            streaming: source, tensor: "v", configuration: variant.configuration,
            similarity: similarity, blockRows: blockRows
          ).write(to: file)
          #expect(try Data(contentsOf: file) == wanted)
        }
      }
    }
  }

  @Test("Exact vectors are asked for where the file lacks them, and must be the same")
  func exactVectors() throws {
    try inFolder { file in
      try ScaNNIndex(Self.vectors).write(to: file, includingVectors: false)
      #expect(throws: TensorFileError.self) { _ = try ScaNNIndex(contentsOf: file) }
      let others = IndexContract.randomVectors(700, dimensions: 9, seed: 3)
      let error = #expect(throws: IndexError.self) {
        _ = try ScaNNIndex(contentsOf: file, vectors: others)
      }
      #expect(error?.message.contains("index.safetensors: the index was built over other") == true)
      for (rows, columns) in [(699, 9), (700, 8)] {
        #expect(throws: IndexError.self) {
          _ = try ScaNNIndex(
            contentsOf: file, vectors: Matrix(rows: rows, columns: columns),
            verification: .structure)
        }
      }
    }
  }

  /// A small index's bytes, of every form.
  private func smallFiles() throws -> [Data] {
    var files: [Data] = []
    try inFolder { file in
      for variant in [ScaNNVariant.tree, .int8Tree, .halfReordering, .bfloat16] {
        var configuration = variant.configuration
        configuration.leaves = 3
        try ScaNNIndex(
          IndexContract.randomVectors(40, dimensions: 4, seed: 5), configuration: configuration
        ).write(to: file)
        files.append(try Data(contentsOf: file))
      }
    }
    return files
  }

  /// Whether opening fails with an error that names the file.
  private func isRefused(_ file: URL, _ verification: ScaNNIndex.Verification) -> Bool {
    do {
      let index = try ScaNNIndex(contentsOf: file, verification: verification)
      _ = try index.nearest(5, to: [1, 2, 3, 4])
      return false
    } catch {
      return "\(error)".contains("index.safetensors")
    }
  }

  @Test("A file cut at any byte is refused by name")
  func truncation() throws {
    for bytes in try smallFiles() {
      try inFolder { file in
        for length in stride(from: 0, to: bytes.count, by: 7) {
          try bytes.prefix(length).write(to: file)
          #expect(isRefused(file, .contents), "cut at \(length) of \(bytes.count)")
          #expect(isRefused(file, .structure), "cut at \(length) of \(bytes.count)")
        }
      }
    }
  }

  @Test("A file with any bit flipped is refused by name; unverified, it never crashes")
  func flips() throws {
    var random = RandomStream(seed: 9)
    for bytes in try smallFiles() {
      try inFolder { file in
        for place in 0..<bytes.count where place < 1600 || place % 3 == 0 {
          var damaged = bytes
          damaged[place] ^= 1 << UInt8(random.below(8))
          try damaged.write(to: file)
          #expect(isRefused(file, .contents), "byte \(place) of \(bytes.count)")
          _ = isRefused(file, .structure)
        }
      }
    }
  }
}
