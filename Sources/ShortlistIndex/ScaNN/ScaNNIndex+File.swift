public import Foundation
public import ShortlistTensors

extension ScaNNIndex {
  /// What is checked when a file is opened.
  public enum Verification: Sendable {
    /// Every byte, by checksums: a file that was cut or changed anywhere is refused.
    case contents
    /// Lengths, shapes and the description: ready in milliseconds whatever the size, because nothing else is
    /// read. A changed byte can spoil results, not the process.
    case structure
  }

  /// Writes the index to a file, which is replaced as a whole or not at all.
  ///
  /// - Parameters:
  ///   - file: a safetensors file.
  ///   - includingVectors: whether the exact vectors go into it too, where the index has them; without them
  ///     whoever opens the file gives them.
  /// - Throws: `FileError`.
  public func write(to file: URL, includingVectors: Bool = true) throws {
    let description = Description(
      count: count, dimensions: dimensions, similarity: similarity, configuration: configuration,
      positions: parts.rows.count, columnScale: parts.door.columnScale, measurements: measurements)
    try VerifiedTensors.write(
      tensors(includingVectors: includingVectors), kind: Self.fileKind, format: Self.fileFormat,
      description: description, to: file)
  }

  /// Opens a file that `write(to:)` made: a memory map.
  ///
  /// - Parameters:
  ///   - file: the file; it must not be changed while the index lives.
  ///   - vectors: the exact vectors, where the file does not hold them.
  ///   - verification: how much of the file is read and checked now.
  /// - Throws: `FileError`, `TensorFileError` and `IndexError` that name the file and what is wrong with it.
  public init(
    contentsOf file: URL, vectors: Matrix? = nil, verification: Verification = .contents
  ) throws {
    let tensors = try VerifiedTensors(
      file, kind: Self.fileKind, name: "a ScaNN index", format: Self.fileFormat)
    if verification == .contents {
      try tensors.verify()
      if let vectors, !tensors.isSame(vectors, as: Names.vectors) {
        throw IndexError(
          .damagedFile,
          "\(tensors.path): the index was built over other vectors than it is opened with. "
            + "Build it again")
      }
    }
    self = try Self.assemble(tensors, vectors: vectors)
  }

  private static let fileKind = "shortlist-scann"
  private static let fileFormat = 1

  /// What the file says of the index in it.
  private struct Description: Codable {
    var count: Int
    var dimensions: Int
    var similarity: Similarity
    var configuration: Configuration
    var positions: Int
    /// Of the Euclidean column.
    var columnScale: Float
    var measurements: IndexMeasurements?

    var isConsistent: Bool {
      (0..<Int(UInt32.max)).contains(count) && (0...1 << 20).contains(dimensions)
        && (dimensions > 0 || count == 0) && (positions == count || positions == 2 * count)
        && (1...max(1, count)).contains(configuration.leaves ?? 0)
        && columnScale > 0 && columnScale.isFinite
        && (try? configuration.resolved(count: count, dimensions: dimensions, similarity)) != nil
    }
  }

  private enum Names {
    static let centroids = "centroids"
    static let centroidScales = "centroid_scales"
    static let leafOffsets = "leaf_offsets"
    static let rows = "rows"
    static let codebook = "codebook"
    static let codes = "codes"
    static let leafBytes = "leaf_int8"
    static let leafScales = "leaf_int8_scales"
    static let leafHalves = "leaf_bfloat16"
    static let reorderingBytes = "reordering_int8"
    static let reorderingScales = "reordering_int8_scales"
    static let reorderingHalves = "reordering_bfloat16"
    static let vectors = "vectors"
    static let vectorFactors = "vector_factors"
  }

  private func tensors(includingVectors: Bool) -> VerifiedTensors.Parts {
    var tensors = VerifiedTensors.Parts()
    tensors.add(Names.centroids, parts.centroids, scales: Names.centroidScales)
    tensors.add(Names.leafOffsets, parts.leafOffsets.map { Int64($0) })
    tensors.add(Names.rows, parts.rows.storage, .uint8, [parts.rows.count, parts.rows.width])
    switch parts.leafVectors {
    case .codes(let codebook, let codes):
      tensors.add(Names.codebook, codebook.centers)
      tensors.add(Names.codes, codes.storage, .uint8, [codes.storage.count])
    case .int8(let vectors): tensors.add(Names.leafBytes, vectors, scales: Names.leafScales)
    case .bfloat16(let vectors):
      tensors.add(Names.leafHalves, vectors.storage, .bfloat16, [vectors.rows, vectors.columns])
    }
    switch parts.vectors {
    case .exact(let vectors, let factors):
      tensors.add(Names.vectors, vectors, isWritten: includingVectors)
      if let factors { tensors.add(Names.vectorFactors, factors) }
    case .int8(let vectors):
      tensors.add(Names.reorderingBytes, vectors, scales: Names.reorderingScales)
    case .bfloat16(let vectors):
      tensors.add(
        Names.reorderingHalves, vectors.storage, .bfloat16, [vectors.rows, vectors.columns])
    }
    return tensors
  }

  private static func assemble(_ file: VerifiedTensors, vectors: Matrix?) throws -> ScaNNIndex {
    let description = try file.description(as: Description.self)
    guard description.isConsistent else { throw file.damage("the description contradicts itself") }
    let configuration = description.configuration
    let (count, positions) = (description.count, description.positions)
    let dimensions = description.dimensions
    var door = VectorDoor(similarity: description.similarity, dimensions: dimensions)
    door.columnScale = description.columnScale
    let (leaves, columns) = (configuration.leaves ?? 1, door.innerDimensions)

    let offsets = try file.tensors.elements(Names.leafOffsets, as: Int64.self)
    guard offsets.count == leaves + 1, offsets.first == 0, offsets.last == Int64(positions),
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw file.damage("the leaves do not fit \(positions) positions") }
    let width = RowNumbers.width(below: count)

    let leafVectors: LeafVectors
    switch configuration.scoring {
    case .codes:
      let blockWidth = configuration.dimensionsPerBlock
      let blocks = (columns + blockWidth - 1) / blockWidth
      let codebook = Codebook(
        width: blockWidth, blocks: blocks,
        centers: try file.matrix(
          Names.codebook, rows: blocks * blockWidth, columns: Codebook.centersPerBlock))
      let bytes = PackedCodes.byteCount(count: positions, quads: codebook.quads)
      leafVectors = .codes(
        codebook,
        PackedCodes(
          count: positions, quads: codebook.quads,
          storage: try file.storage(Names.codes, .uint8, [bytes])))
    case .int8:
      leafVectors = .int8(
        try file.byteRows(
          Names.leafBytes, scales: Names.leafScales, rows: positions, columns: columns))
    case .bfloat16:
      leafVectors = .bfloat16(
        try file.halfRows(Names.leafHalves, rows: positions, columns: columns))
    }

    let reordering: ReorderingVectors
    switch configuration.precision {
    case .int8:
      reordering = .int8(
        try file.byteRows(
          Names.reorderingBytes, scales: Names.reorderingScales, rows: count, columns: columns))
    case .bfloat16:
      reordering = .bfloat16(
        try file.halfRows(Names.reorderingHalves, rows: count, columns: columns))
    case .exact:
      if let vectors, vectors.rows != count || vectors.columns != dimensions {
        throw file.damage(
          "the index is of \(count) x \(dimensions) vectors, not of \(vectors.rows) x "
            + "\(vectors.columns)")
      }
      let exact = try vectors ?? file.matrix(Names.vectors, rows: count, columns: dimensions)
      // Written, so that opening reads no vector.
      let factors =
        description.similarity == .cosine
        ? try file.tensors.elements(Names.vectorFactors, as: Float.self) : nil
      if let factors, factors.count != count {
        throw file.damage("\(factors.count) factors for \(count) vectors")
      }
      reordering = .exact(exact, factors: factors)
    }
    return ScaNNIndex(
      configuration: configuration, measurements: description.measurements,
      parts: Parts(
        count: count, door: door,
        centroids: try file.byteRows(
          Names.centroids, scales: Names.centroidScales, rows: leaves, columns: columns),
        leafOffsets: offsets.map { Int($0) },
        rows: RowNumbers(
          storage: try file.storage(Names.rows, .uint8, [positions, width]), count: positions,
          width: width),
        leafVectors: leafVectors, vectors: reordering))
  }
}

extension Similarity {
  /// What the inner product with each vector is multiplied by; nil for 1.
  func factors(of vectors: Matrix) -> [Float]? {
    guard self == .cosine else { return nil }
    return (0..<vectors.rows).map { row in
      let squares = vectors[row: row].sumOfSquares()
      return squares > 0 ? Float(1 / squares.squareRoot()) : 0
    }
  }
}
