private import CShortlistKernels

/// The right factor of matrix products, laid out for the kernel.
///
/// Packing costs one pass over the factor; a factor that meets many left sides is packed once.
package struct PackedMatrix: Sendable {
  /// The inner dimension: the left factor has as many columns.
  package let rows: Int
  /// The columns of the product.
  package let columns: Int
  private let packed: MatrixStorage

  /// Packs `matrix`, or its transpose.
  package init(_ matrix: Matrix, transposed: Bool = false) {
    self.init(matrix, rows: 0..<matrix.rows, transposed: transposed)
  }

  /// Packs some rows of `matrix`, or their transpose.
  package init(_ matrix: Matrix, rows range: Range<Int>, transposed: Bool = false) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= matrix.rows, "rows \(range) of \(matrix)")
    rows = transposed ? matrix.columns : range.count
    columns = transposed ? range.count : matrix.columns
    let kernels = Kernels.best
    packed = MatrixStorage(count: kernels.packed_size(columns, rows), uninitialized: true)
    if range.count * matrix.columns > 0 {
      unsafe kernels.pack(
        columns, rows, matrix.pointer + range.lowerBound * matrix.columns, matrix.columns,
        transposed, packed.base)
    }
  }

  @unsafe
  var pointer: UnsafePointer<Float> { unsafe UnsafePointer(packed.base) }
}

/// Scratch memory for products; one per thread.
package struct ProductWorkspace {
  fileprivate let storage: MatrixStorage

  package init() {
    storage = MatrixStorage(count: Kernels.best.workspace_size, uninitialized: true)
  }
}

extension Matrix {
  /// Writes `left[rows] * right` to rows of this matrix from `firstRow` on, or adds it.
  ///
  /// - Parameters:
  ///   - left: m x k.
  ///   - rows: which rows of `left`.
  ///   - right: k x n, packed.
  package mutating func setProduct(
    _ left: Matrix, rows: Range<Int>, _ right: PackedMatrix, accumulating: Bool = false,
    firstRow: Int = 0, workspace: borrowing ProductWorkspace
  ) {
    precondition(
      left.columns == right.rows && right.columns == columns && firstRow >= 0
        && firstRow + rows.count <= self.rows && rows.lowerBound >= 0
        && rows.upperBound <= left.rows,
      "product of \(left), rows \(rows), by \(right.rows) x \(right.columns) into \(self), row \(firstRow)"
    )
    guard rows.count > 0, columns > 0 else { return }
    unsafe Kernels.best.product(
      rows.count, columns, left.columns, left.pointer + rows.lowerBound * left.columns,
      left.columns, 1, right.pointer, mutablePointer + firstRow * columns, columns, accumulating,
      workspace.storage.base)
  }

  /// Adds `transpose(left[rows]) * right` to rows of this matrix from `firstRow` on.
  ///
  /// - Parameters:
  ///   - left: k x m, of which `rows` take part.
  ///   - right: rows.count x n, packed.
  package mutating func addProduct(
    transposed left: Matrix, rows: Range<Int>, _ right: PackedMatrix, firstRow: Int = 0,
    workspace: borrowing ProductWorkspace
  ) {
    precondition(
      firstRow >= 0 && firstRow + left.columns <= self.rows && rows.count == right.rows
        && right.columns == columns && rows.lowerBound >= 0 && rows.upperBound <= left.rows,
      "transposed product of \(left), rows \(rows), by \(right.rows) x \(right.columns) into \(self), row \(firstRow)"
    )
    guard rows.count > 0, left.columns > 0, columns > 0 else { return }
    unsafe Kernels.best.product(
      left.columns, columns, rows.count, left.pointer + rows.lowerBound * left.columns, 1,
      left.columns, right.pointer, mutablePointer + firstRow * columns, columns, true,
      workspace.storage.base)
  }

  /// The product of two matrices, over all cores.
  ///
  /// - Precondition: the inner dimensions agree.
  /// - Complexity: O(rows * columns * other.columns).
  public func times(_ other: Matrix, transposingOther: Bool = false) -> Matrix {
    times(PackedMatrix(other, transposed: transposingOther))
  }

  package func times(_ other: PackedMatrix) -> Matrix {
    let tile = Matrix.tileRows(work: columns * other.columns)
    let tiles = (rows + tile - 1) / tile
    guard tiles > 1 else {
      var result = Matrix(uninitializedRows: rows, columns: other.columns)
      result.setProduct(self, rows: 0..<rows, other, workspace: ProductWorkspace())
      return result
    }
    let parts = Parallel.map(tiles) { index in
      let range = index * tile..<Swift.min(rows, (index + 1) * tile)
      var part = Matrix(uninitializedRows: range.count, columns: other.columns)
      part.setProduct(self, rows: range, other, workspace: ProductWorkspace())
      return part
    }
    return Matrix(stacking: parts, columns: other.columns)
  }

  /// The product of the transpose of this matrix with `other`: columns x other.columns.
  public func transposedTimes(_ other: Matrix) -> Matrix {
    precondition(rows == other.rows, "transposed product of \(rows) rows with \(other.rows) rows")
    // Row blocks are summed in order, so the result does not depend on the threads.
    let block = 512
    let blocks = Swift.max(1, (rows + block - 1) / block)
    let groups = Swift.min(blocks, 8)
    let parts = Parallel.map(groups) { group in
      var part = Matrix(rows: columns, columns: other.columns)
      let workspace = ProductWorkspace()
      for index in (group * blocks / groups)..<((group + 1) * blocks / groups) {
        let range = index * block..<Swift.min(rows, (index + 1) * block)
        part.addProduct(
          transposed: self, rows: range, PackedMatrix(other, rows: range), workspace: workspace)
      }
      return part
    }
    return Matrix(summing: parts)
  }

  /// Rows in a tile whose product takes about half a millisecond on one core.
  package static func tileRows(work perRow: Int) -> Int {
    Swift.min(1024, Swift.max(16, 20_000_000 / Swift.max(1, perRow)))
  }
}
