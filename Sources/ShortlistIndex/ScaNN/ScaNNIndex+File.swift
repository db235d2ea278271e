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
  /// - Parameter includingVectors: whether the exact vectors go into it too, where the index has them; without
  ///   them whoever opens the file gives them.
  /// - Throws: `FileError`.
  public func write(to file: URL, includingVectors: Bool = true) throws {
    var parts = fileParts
    if case .exact(let vectors, _) = vectors {
      if includingVectors { parts.tensors.append(.init(Names.vectors, vectors)) }
      parts.checksums[Names.vectors] = CRC32C.ofPieces(vectors.values)
    }
    let header = Header(
      count: count, dimensions: dimensions, similarity: similarity, configuration: configuration,
      positions: rows.count, measurements: measurements, checksums: parts.checksums)
    try Safetensors.write(parts.tensors, metadata: try header.metadata(), to: file)
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
    let tensors = try Safetensors(contentsOf: file)
    let path = file.path(percentEncoded: false)
    let header = try Header(tensors.metadata, path: path)
    if verification == .contents { try header.verify(tensors, vectors: vectors, path: path) }
    self = try Self.assemble(tensors, header, vectors: vectors, path: path)
  }

  enum Names {
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
  }
}

/// Tensors to be written, with the checksum of each.
private struct FileParts {
  var tensors: [Safetensors.Tensor] = []
  var checksums: [String: UInt32] = [:]

  mutating func add<Element: SafetensorsElement>(_ name: String, _ elements: [Element]) {
    tensors.append(.init(name, elements: elements))
    checksums[name] = CRC32C.ofPieces(elements.span)
  }

  mutating func add(_ name: String, _ matrix: Matrix) {
    tensors.append(.init(name, matrix))
    checksums[name] = CRC32C.ofPieces(matrix.values)
  }

  mutating func add(
    _ name: String, _ storage: ByteStorage, _ type: SafetensorsType, _ shape: [Int]
  ) {
    tensors.append(.init(name, storage, type: type, shape: shape))
    checksums[name] = CRC32C.ofPieces(storage.bytes)
  }

  mutating func add(_ name: String, _ rows: ByteRows, scales: String) {
    add(name, rows.storage, .int8, [rows.rows, rows.columns])
    add(scales, rows.scales)
  }
}

extension ScaNNIndex {
  private var fileParts: FileParts {
    var parts = FileParts()
    parts.add(Names.centroids, centroids, scales: Names.centroidScales)
    parts.add(Names.leafOffsets, leafOffsets.map { Int64($0) })
    parts.add(Names.rows, rows.storage, .uint8, [rows.count, rows.width])
    switch leafVectors {
    case .codes(let codebook, let codes):
      parts.add(Names.codebook, codebook.centers)
      parts.add(Names.codes, codes.storage, .uint8, [codes.storage.count])
    case .int8(let vectors): parts.add(Names.leafBytes, vectors, scales: Names.leafScales)
    case .bfloat16(let vectors):
      parts.add(Names.leafHalves, vectors.storage, .bfloat16, [vectors.rows, vectors.columns])
    }
    switch vectors {
    case .exact: break
    case .int8(let vectors):
      parts.add(Names.reorderingBytes, vectors, scales: Names.reorderingScales)
    case .bfloat16(let vectors):
      parts.add(
        Names.reorderingHalves, vectors.storage, .bfloat16, [vectors.rows, vectors.columns])
    }
    return parts
  }

  private static func assemble(
    _ tensors: Safetensors, _ header: Header, vectors: Matrix?, path: String
  ) throws -> ScaNNIndex {
    let configuration = header.configuration
    let (count, columns, positions) = (header.count, header.columns, header.positions)
    let leaves = configuration.leaves ?? 0
    func byteRows(_ name: String, _ scales: String, _ rows: Int) throws -> ByteRows {
      let storage = try tensors.storage(name, of: .int8, shape: [rows, columns])
      let factors = try tensors.elements(scales, as: Float.self)
      guard factors.count == rows else {
        throw Header.invalid(path, "\(factors.count) \(scales) for \(rows) vectors")
      }
      return ByteRows(rows: rows, columns: columns, scales: factors, storage: storage)
    }
    func halfRows(_ name: String, _ rows: Int) throws -> HalfRows {
      HalfRows(
        rows: rows, columns: columns,
        storage: try tensors.storage(name, of: .bfloat16, shape: [rows, columns]))
    }

    let offsets = try tensors.elements(Names.leafOffsets, as: Int64.self)
    guard offsets.count == leaves + 1, offsets.first == 0, offsets.last == Int64(positions),
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw Header.invalid(path, "the leaves do not fit \(positions) positions")
    }
    let width = RowNumbers.width(below: count)
    let rows = RowNumbers(
      storage: try tensors.storage(Names.rows, of: .uint8, shape: [positions, width]),
      count: positions, width: width)

    let leafVectors: LeafVectors
    switch configuration.scoring {
    case .codes:
      let blockWidth = configuration.dimensionsPerBlock
      let blocks = (columns + blockWidth - 1) / blockWidth
      let centers = try tensors.matrix(Names.codebook)
      guard centers.rows == blocks * blockWidth, centers.columns == Codebook.centersPerBlock else {
        throw Header.invalid(path, "the codebook is \(centers.rows) x \(centers.columns)")
      }
      let codebook = Codebook(width: blockWidth, blocks: blocks, centers: centers)
      let bytes = PackedCodes.byteCount(count: positions, quads: codebook.quads)
      leafVectors = .codes(
        codebook,
        PackedCodes(
          count: positions, quads: codebook.quads,
          storage: try tensors.storage(Names.codes, of: .uint8, shape: [bytes])))
    case .int8: leafVectors = .int8(try byteRows(Names.leafBytes, Names.leafScales, positions))
    case .bfloat16: leafVectors = .bfloat16(try halfRows(Names.leafHalves, positions))
    }

    let reordering: ReorderingVectors
    switch configuration.precision {
    case .int8:
      reordering = .int8(try byteRows(Names.reorderingBytes, Names.reorderingScales, count))
    case .bfloat16: reordering = .bfloat16(try halfRows(Names.reorderingHalves, count))
    case .exact:
      let exact = try vectors ?? tensors.matrix(Names.vectors)
      guard exact.rows == count, exact.columns == header.dimensions else {
        throw Header.invalid(
          path,
          "the exact vectors are \(exact.rows) x \(exact.columns); expected \(count) x "
            + "\(header.dimensions)")
      }
      reordering = .exact(exact, factors: header.similarity.factors(of: exact))
    }
    return ScaNNIndex(
      count: count, dimensions: header.dimensions, similarity: header.similarity,
      configuration: configuration,
      centroids: try byteRows(Names.centroids, Names.centroidScales, leaves),
      leafOffsets: offsets.map { Int($0) }, rows: rows, leafVectors: leafVectors,
      vectors: reordering, measurements: header.measurements)
  }
}

extension ScaNNIndex {
  /// What the metadata of a file say of the index in it.
  struct Header: Codable {
    static let format = "1"
    private enum Key {
      static let format = "shortlist-scann"
      static let description = "description"
      static let checksum = "crc32c"
    }

    var count: Int
    var dimensions: Int
    var similarity: Similarity
    var configuration: Configuration
    var positions: Int
    var measurements: IndexMeasurements?
    /// CRC-32C of every tensor, in pieces.
    var checksums: [String: UInt32]

    /// The length of the vectors in tree and leaves.
    var columns: Int { dimensions }

    func metadata() throws -> [String: String] {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let text = String(decoding: try encoder.encode(self), as: UTF8.self)
      return [
        Key.format: Self.format, Key.description: text, Key.checksum: "\(CRC32C.of(text))",
      ]
    }

    static func invalid(_ path: String, _ message: String) -> IndexError {
      IndexError(
        .damagedFile, "\(path): \(message). The file is damaged: copy or build it again")
    }
  }
}

extension ScaNNIndex.Header {
  init(_ metadata: [String: String], path: String) throws {
    guard let format = metadata[Key.format] else {
      throw IndexError(
        .damagedFile, "\(path): not a file of a ScaNN index; it may be another safetensors file")
    }
    guard format == Self.format else {
      throw IndexError(
        .damagedFile,
        "\(path): the index has format \(format); this version reads \(Self.format). "
          + "Update Shortlist, or build the index again")
    }
    guard let text = metadata[Key.description],
      metadata[Key.checksum] == "\(CRC32C.of(text))"
    else { throw Self.invalid(path, "the description does not fit its checksum") }
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    } catch {
      throw Self.invalid(path, "the description is not valid (\(error))")
    }
    let limit = Int(UInt32.max)
    guard (0..<limit).contains(count), (0...1 << 20).contains(dimensions),
      dimensions > 0 || count == 0,
      positions == count || positions == 2 * count, let leaves = configuration.leaves,
      (1...max(1, count)).contains(leaves),
      (try? configuration.resolved(count: count, dimensions: dimensions)) != nil
    else { throw Self.invalid(path, "the description contradicts itself") }
  }

  /// Compares the checksum of every tensor.
  func verify(_ tensors: Safetensors, vectors: Matrix?, path: String) throws {
    for name in tensors.names {
      guard let wanted = checksums[name], try tensors.checksum(of: name) == wanted else {
        throw Self.invalid(path, "\"\(name)\" does not fit its checksum")
      }
    }
    if let vectors, let wanted = checksums[ScaNNIndex.Names.vectors],
      CRC32C.ofPieces(vectors.values) != wanted
    {
      throw IndexError(
        .damagedFile,
        "\(path): the index was built over other vectors than it is opened with. Build it again")
    }
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
