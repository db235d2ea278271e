import Foundation
import ShortlistData
import ShortlistIndex
import ShortlistMessages
import ShortlistTensors

/// The nine tensors from which `Scann>TensorsToScann` makes a searcher, in the order in which it takes them. ScaNN
/// trusts them: a number out of range ends the process, so all are made from an index that has been checked.
struct ScaNNTensors {
  struct Part {
    let name: String
    let type: TFDataType
    /// A scalar says that the part is not there.
    var shape: [Int] = []
    var content = Content.none
  }

  enum Content {
    case none
    case message([UInt8])
    case integers([Int32])
    case floats((_ body: (Span<Float>) throws -> Void) throws -> Void)
    case bytes((_ body: (Span<UInt8>) throws -> Void) throws -> Void)
  }

  let parts: [Part]

  /// - Throws: `TensorFlowError.unsupportedModel` where the tree is too large for a message.
  init(_ index: ScaNNIndex.ByRow, _ description: ScaNNDescription) throws {
    let (count, dimensions) = (index.leaves.count, description.dimensions)
    var vectors = Part(name: "dataset", type: .dtFloat)
    var bytes = Part(name: "int8_dataset", type: .dtInt8)
    var multipliers = Part(name: "int8_multipliers", type: .dtFloat)
    if description.isInt8 {
      let factors = Self.multipliers(of: index)
      multipliers.shape = [dimensions]
      multipliers.content = .floats { try $0(factors.span) }
      bytes.shape = [count, dimensions]
      bytes.content = .bytes { body in
        try index.forEachBlockOfVectors { try body(Self.rounded($0, by: factors).span) }
      }
    } else {
      vectors.shape = [count, dimensions]
      vectors.content = .floats { body in
        try index.forEachBlockOfVectors { try body($0.values) }
      }
    }
    var tree = Part(name: "serialized_partitioner", type: .dtString)
    var leaves = Part(name: "datapoint_to_token", type: .dtInt32)
    if description.leaves > 1 {
      let centroids = index.centroids
      // A message may have 2 GiB.
      guard centroids.rows < (1 << 31) / (4 * centroids.columns + 32) else {
        throw TensorFlowError(
          .unsupportedModel,
          message:
            "the tree has \(centroids.rows) leaves of \(centroids.columns) dimensions; ScaNN's "
            + "message holds 2 GiB. Build the index with fewer leaves")
      }
      tree.shape = [1]
      tree.content = .message(try ScannSerializedPartitioner(centroids).encoded())
      leaves.shape = [count]
      leaves.content = .integers(index.leaves)
    }
    var centers = Part(name: "ah_codebook", type: .dtString)
    var codes = Part(name: "hashed_dataset", type: .dtUint8)
    if let codebook = index.codebook {
      let message = ScannCentersForAllSubspaces(codebook, dimensions: dimensions)
      centers.shape = [1]
      centers.content = .message(try message.encoded())
      codes.shape = [count, codebook.blocks]
      codes.content = .bytes { try index.forEachBlockOfCodes($0) }
    }
    let configuration = Part(
      name: "scann_config", type: .dtString, shape: [1],
      content: .message(try ScannScannConfig(description).encoded()))
    parts = [
      vectors, configuration, tree, leaves, centers, codes, bytes, multipliers,
      Part(name: "dp_norms", type: .dtFloat),
    ]
  }

  /// What each dimension is multiplied by to fill a byte.
  private static func multipliers(of index: ScaNNIndex.ByRow) -> [Float] {
    var largest = [Float](repeating: 0, count: index.dimensions)
    index.forEachBlockOfVectors { block in
      for row in 0..<block.rows {
        for column in largest.indices {
          largest[column] = max(largest[column], abs(block[row, column]))
        }
      }
    }
    // The inverse of a tiny number would be infinite.
    return largest.map { $0 > 0 ? 127 / max($0, 1e-36) : 1 }
  }

  private static func rounded(_ block: Matrix, by factors: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(block.count)
    for row in 0..<block.rows {
      for (column, factor) in factors.enumerated() {
        let value = max(-127, min(127, (block[row, column] * factor).rounded()))
        bytes.append(UInt8(bitPattern: Int8(value)))
      }
    }
    return bytes
  }

  /// A name that only the same searcher has, so that two in one graph are kept apart.
  func fingerprint() throws -> String {
    let sums = try parts.map { part in "\(part.name) \(part.shape) \(try part.content.checksum())" }
    return Checksum.sha256(of: Data(sums.joined(separator: "\n").utf8))
  }
}

extension ScaNNTensors.Content {
  fileprivate func checksum() throws -> UInt32 {
    var checksum: UInt32 = 0
    switch self {
    case .none: break
    case .message(let bytes): checksum = CRC32C.of(bytes.span)
    case .integers(let numbers): checksum = CRC32C.of(numbers.span)
    case .floats(let forEachBlock):
      try forEachBlock { checksum = CRC32C.of($0, continuing: checksum) }
    case .bytes(let forEachBlock):
      try forEachBlock { checksum = CRC32C.of($0, continuing: checksum) }
    }
    return checksum
  }
}

extension BundleWriter {
  mutating func write(_ part: ScaNNTensors.Part, as key: String) throws {
    let shape = part.shape
    switch part.content {
    case .message(let bytes):
      try write(
        key, shape: shape,
        strings: StringStream { try $0(.init(bytes: bytes, lengths: [bytes.count])) })
    case .integers(let numbers): try write(key, part.type, shape: shape, elements: numbers)
    case .floats(let forEachBlock):
      try write(key, part.type, shape: shape, blocks: forEachBlock)
    case .bytes(let forEachBlock):
      try write(key, part.type, shape: shape, blocks: forEachBlock)
    case .none:
      switch part.type {
      case .dtString: try write(key, shape: shape, strings: StringStream([""]))
      case .dtInt8, .dtUint8: try write(key, part.type, shape: shape, elements: [0 as UInt8])
      default: try write(key, part.type, shape: shape, elements: [0 as UInt32])
      }
    }
  }
}
