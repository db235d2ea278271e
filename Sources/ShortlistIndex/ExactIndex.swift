public import Foundation
public import ShortlistTensors

/// Compares the query with every vector: always right, and the fastest index for a catalogue of
/// less than about a hundred thousand.
///
/// ```swift
/// let index = try ExactIndex(vectors)
/// let ten = try index.nearest(10, to: query, where: .excluding(seen))
/// ```
///
/// Results do not depend on the number of threads, on the size of blocks, or on whether the vectors
/// are in memory or in a file. One query and a batch may differ in the last bit of a score.
///
/// Euclidean distances are summed in double precision from the elements themselves, so that a vector finds
/// itself with score 0 and near duplicates stand in their order. Inner products propose the rows; where
/// lengths are so much larger than distances (a thousandfold and more) that rounding blurs them, more rows are
/// proposed, at worst all. Subtract the mean of such vectors from vectors and queries: distances stay.
///
/// - Complexity: O(count * dimensions) for a query.
public struct ExactIndex: VectorIndex {
  public let count: Int
  public let dimensions: Int
  /// What scores measure.
  public let similarity: Similarity
  public var isExact: Bool { true }

  let source: VectorSource
  let door: VectorDoor
  /// The vectors once more for batches of queries, where they are few.
  private let packed: PackedRows?
  /// Elements up to which vectors are kept twice: 4 MiB.
  private static let packedElements = 1 << 20

  /// An index of vectors in memory.
  ///
  /// - Parameters:
  ///   - vectors: one vector a row; a mapped matrix is not copied.
  ///   - similarity: with `.cosine` and `.euclidean`, a copy made for it is kept instead.
  /// - Throws: `IndexError` that names the row if an element is NaN or infinite, or if a vector is longer
  ///   than 1e18 and the similarity Euclidean.
  public init(_ vectors: Matrix, similarity: Similarity = .innerProduct) throws {
    try IndexError.check(count: vectors.rows, dimensions: vectors.columns)
    var door = VectorDoor(similarity: similarity, dimensions: vectors.columns)
    try door.inspect(vectors, firstRow: 0)
    count = vectors.rows
    dimensions = vectors.columns
    self.similarity = similarity
    self.door = door
    let inside = door.admit(vectors: vectors)
    source = .memory(inside)
    packed =
      inside.count > 0 && inside.count <= Self.packedElements ? PackedRows(inside) : nil
  }

  /// An index of vectors that stay in a file and are read block by block at every search, for catalogues
  /// larger than memory. The file is read once now, to see that its vectors are finite.
  ///
  /// - Parameters:
  ///   - file: a safetensors file; it must not change while the index lives.
  ///   - tensor: the name of the tensor, of type F32 and shape [count, dimensions].
  ///   - blockRows: vectors in memory at a time; 8 MiB of them if nil.
  ///   - similarity: what scores measure.
  /// - Throws: `FileError` and `TensorFileError` if the file cannot be read or is damaged, `IndexError`
  ///   as for vectors in memory.
  public init(
    streaming file: URL, tensor: String, blockRows: Int? = nil,
    similarity: Similarity = .innerProduct
  ) throws {
    let vectors = try MatrixFile(file, tensor: tensor)
    try IndexError.check(count: vectors.rows, dimensions: vectors.columns)
    let wanted = blockRows ?? VectorSource.blockRows(dimensions: vectors.columns)
    count = vectors.rows
    dimensions = vectors.columns
    self.similarity = similarity
    packed = nil
    source = .file(vectors, blockRows: max(1, wanted))
    var door = VectorDoor(similarity: similarity, dimensions: vectors.columns)
    // An inner product leaves vectors as they are.
    let open = VectorDoor(similarity: .innerProduct, dimensions: vectors.columns)
    try source.forEachBlock(through: open) { block, firstRow in
      try door.inspect(block, firstRow: firstRow)
    }
    self.door = door
  }

  public func nearest(
    _ k: Int, to query: Span<Float>, where filter: RowFilter
  ) throws -> [Neighbor] {
    try IndexError.check(k: k)
    try IndexError.check(dimensions: query.count, expected: dimensions)
    try door.check(query: query)
    guard count > 0 else { return [] }
    let asked = proposals(for: k)
    let proposed = try propose(
      asked, for: door.admit(queries: Matrix(copying: query)), where: filter)
    guard similarity == .euclidean else { return proposed }
    return try nearestByDistance(k, to: query, where: filter, proposed: proposed, asked: asked)
  }

  public func nearest(
    _ k: Int, to queries: Matrix, where filters: [RowFilter]
  ) throws -> [[Neighbor]] {
    try IndexError.check(k: k)
    try IndexError.check(dimensions: queries.columns, expected: dimensions)
    guard queries.rows > 0 else { return [] }
    try IndexError.check(filters: filters.count, queries: queries.rows)
    for row in 0..<queries.rows { try door.check(query: queries[row: row], number: row) }
    guard count > 0 else { return Array(repeating: [], count: queries.rows) }
    let asked = proposals(for: k)
    let proposed = try propose(asked, forEach: door.admit(queries: queries), where: filters)
    guard similarity == .euclidean else { return proposed }
    return try Parallel.map(queries.rows) { row in
      Result {
        try nearestByDistance(
          k, to: queries[row: row], where: filters.count == 1 ? filters[0] : filters[row],
          proposed: proposed[row], asked: asked)
      }
    }.map { try $0.get() }
  }

  private func propose(
    _ k: Int, forEach queries: Matrix, where filters: [RowFilter]
  ) throws -> [[Neighbor]] {
    // Where few rows pass, a batch would compute what nobody sees.
    if case .memory = source, filters.allSatisfy({ $0.isSparse(among: count) }) {
      return try Parallel.map(queries.rows) { row in
        Result {
          try propose(
            k, for: Matrix(copying: queries[row: row]),
            where: filters.count == 1 ? filters[0] : filters[row])
        }
      }.map { try $0.get() }
    }
    return try QueryBatch(queries: queries, filters: filters, packed: packed).search(
      source, through: door, k: k)
  }

  /// The best `k` rows by inner product inside the door, for a query that has come in.
  func propose(_ k: Int, for query: Matrix, where filter: RowFilter) throws -> [Neighbor] {
    var best = TopK(k)
    try source.forEachBlock(through: door) { block, firstRow in
      search(block, firstRow: firstRow, for: query, where: filter, into: &best)
    }
    return best.neighbors
  }
}

extension ExactIndex {
  /// Vectors whose inner products stand in the first-level cache until they have been looked at.
  private static let scanRows = 2048
  /// Elements from which a query is worth two threads.
  private static let parallelElements = 1 << 22

  /// Offers the scores of a block to `best`.
  private func search(
    _ block: Matrix, firstRow: Int, for query: Matrix, where filter: RowFilter,
    into best: inout TopK
  ) {
    let pieces = block.count / Self.parallelElements
    guard pieces > 1 else {
      scan(
        block, rows: 0..<block.rows, firstRow: firstRow, for: query, where: filter, into: &best)
      return
    }
    let parts = Parallel.map(pieces) { [best] piece in
      let range = piece * block.rows / pieces..<(piece + 1) * block.rows / pieces
      var part = TopK(best.k)
      scan(block, rows: range, firstRow: firstRow, for: query, where: filter, into: &part)
      return part
    }
    for part in parts { best.merge(part) }
  }

  private func scan(
    _ block: Matrix, rows: Range<Int>, firstRow: Int, for query: Matrix, where filter: RowFilter,
    into best: inout TopK
  ) {
    let query = query.values
    if filter.isSparse(among: count) {
      var score = InlineArray<1, Float>(repeating: 0)
      for row in filter.rows(in: firstRow + rows.lowerBound..<firstRow + rows.upperBound) {
        var target = score.mutableSpan
        block.innerProducts(
          of: query, withRows: row - firstRow..<row - firstRow + 1, into: &target)
        best.offer(score[0], row: row)
      }
      return
    }
    var scores = [Float](repeating: 0, count: min(rows.count, Self.scanRows))
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.scanRows) {
      let range = start..<min(start + Self.scanRows, rows.upperBound)
      scores.removeLast(scores.count - range.count)
      var visible = scores.mutableSpan
      block.innerProducts(of: query, withRows: range, into: &visible)
      filter.hide(in: &visible, firstRow: firstRow + start)
      best.offer(visible.span, firstRow: firstRow + start)
    }
  }
}

extension TopK {
  var neighbors: [Neighbor] { best().map { Neighbor(row: $0.row, score: $0.score) } }
}
