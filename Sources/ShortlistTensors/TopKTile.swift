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
  private let packed: MatrixStorage
  private let workspace: MatrixStorage
  private var scores: Matrix
  private var block = 0..<0

  package init(queries: Int, vectors: Int, dimensions: Int) {
    precondition(dimensions > 0, "a tile of scores of 0 dimensions")
    self.queries = queries
    self.vectors = vectors
    self.dimensions = dimensions
    let kernels = Kernels.best
    packed = MatrixStorage(count: kernels.packed_size(vectors, dimensions), uninitialized: true)
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
