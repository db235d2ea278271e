private import CShortlistKernels

extension Matrix {
  /// The inner products of `query` with some rows: `scores[i]` belongs to row `range.lowerBound + i`.
  ///
  /// - Precondition: `scores` has room for `range.count`.
  package func innerProducts(
    of query: Span<Float>, withRows range: Range<Int>, into scores: inout MutableSpan<Float>
  ) {
    precondition(
      query.count == columns && range.lowerBound >= 0 && range.upperBound <= rows
        && range.count <= scores.count,
      "\(query.count) elements with rows \(range) of \(rows) x \(columns) into \(scores.count)")
    let start = unsafe pointer + range.lowerBound * columns
    unsafe query.withPointer { q in
      unsafe scores.withPointer {
        unsafe Kernels.best.dot_rows(q, start, columns, range.count, columns, $0)
      }
    }
  }
}

/// Scratch memory for the inner products of a few queries with a block of vectors; one per thread.
///
/// The block is packed once and meets all queries; the scores of a tile stay in cache until they have
/// been looked at, so the whole matrix of scores never exists.
package struct ScoreTile: ~Copyable {
  /// The most queries and vectors of one tile.
  package let queries: Int
  package let vectors: Int
  private let dimensions: Int
  private var packed: MatrixStorage
  private let workspace: MatrixStorage
  private var scores: Matrix
  private var block = 0..<0

  package init(queries: Int, vectors: Int, dimensions: Int) {
    self.init(
      queries: queries, vectors: vectors, dimensions: dimensions,
      packed: MatrixStorage(
        count: Kernels.best.packed_size(vectors, dimensions), uninitialized: true))
  }

  /// A tile for vectors that are packed already.
  package init(queries: Int, over rows: PackedRows) {
    self.init(
      queries: queries, vectors: min(PackedRows.blockRows, rows.count), dimensions: rows.dimensions,
      packed: rows.block(0).storage)
  }

  private init(queries: Int, vectors: Int, dimensions: Int, packed: MatrixStorage) {
    precondition(dimensions > 0, "a tile of scores of 0 dimensions")
    self.queries = queries
    self.vectors = vectors
    self.dimensions = dimensions
    self.packed = packed
    let kernels = Kernels.best
    workspace = MatrixStorage(count: kernels.workspace_size, uninitialized: true)
    scores = Matrix(uninitializedRows: queries, columns: vectors)
  }

  /// Chooses the block of vectors.
  ///
  /// - Precondition: it has at most `vectors` rows.
  package mutating func pack(_ matrix: Matrix, rows: Range<Int>) {
    precondition(
      matrix.columns == dimensions && rows.count <= vectors && rows.lowerBound >= 0
        && rows.upperBound <= matrix.rows,
      "rows \(rows) of \(matrix) in a tile of \(vectors) x \(dimensions)")
    block = rows
    guard !rows.isEmpty, dimensions > 0 else { return }
    unsafe Kernels.best.pack(
      rows.count, dimensions, matrix.pointer + rows.lowerBound * dimensions, dimensions, true,
      packed.base)
  }

  /// Chooses a block of vectors that are packed already.
  package mutating func use(_ number: Int, of rows: PackedRows) {
    precondition(
      rows.dimensions == dimensions && vectors >= min(PackedRows.blockRows, rows.count),
      "blocks of \(rows.count) x \(rows.dimensions) in a tile of \(vectors) x \(dimensions)")
    (block, packed) = rows.block(number)
  }

  /// Computes the scores of some queries with the block.
  package mutating func score(_ matrix: Matrix, rows: Range<Int>) {
    precondition(
      matrix.columns == dimensions && rows.count <= queries && rows.lowerBound >= 0
        && rows.upperBound <= matrix.rows,
      "queries \(rows) of \(matrix) in a tile of \(queries) x \(dimensions)")
    guard !rows.isEmpty, !block.isEmpty, dimensions > 0 else { return }
    unsafe Kernels.best.product(
      rows.count, block.count, dimensions, matrix.pointer + rows.lowerBound * dimensions,
      dimensions, 1, packed.base, scores.mutablePointer, vectors, false, workspace.base)
  }

  /// The scores of one query of the last `score`, one for each vector of the block.
  package subscript(query: Int) -> MutableSpan<Float> {
    @_lifetime(&self)
    mutating get {
      precondition(query >= 0 && query < queries, "query \(query) of a tile of \(queries)")
      let start = unsafe scores.mutablePointer + query * vectors
      let span = unsafe MutableSpan(_unsafeStart: start, count: block.count)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }
}

/// Vectors as the kernels of products take them, block by block: a copy, so that searches of a small catalogue need
/// not pack it each time.
package final class PackedRows: Sendable {
  /// Vectors of a block, in which the last may be short.
  package static let blockRows = 1024

  package let count: Int
  package let dimensions: Int
  private let blocks: [MatrixStorage]

  /// - Precondition: there are vectors, of at least one dimension.
  package init(_ matrix: Matrix) {
    precondition(matrix.count > 0, "packed vectors of \(matrix.rows) x \(matrix.columns)")
    count = matrix.rows
    dimensions = matrix.columns
    blocks = stride(from: 0, to: matrix.rows, by: Self.blockRows).map { first in
      let rows = min(Self.blockRows, matrix.rows - first)
      let storage = MatrixStorage(
        count: Kernels.best.packed_size(rows, matrix.columns), uninitialized: true)
      unsafe Kernels.best.pack(
        rows, matrix.columns, matrix.pointer + first * matrix.columns, matrix.columns, true,
        storage.base)
      return storage
    }
  }

  package var blockCount: Int { blocks.count }

  func block(_ number: Int) -> (rows: Range<Int>, storage: MatrixStorage) {
    let first = number * Self.blockRows
    return (first..<min(first + Self.blockRows, count), blocks[number])
  }
}
