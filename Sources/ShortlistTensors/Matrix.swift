/// A matrix of `Float`, row-major and compact: element (r, c) stands at `r * columns + c`.
///
/// A value type with copy-on-write storage; the storage is aligned to a cache line or is a read-only
/// view of a mapped file.
///
/// ```swift
/// var vectors = Matrix(rows: 2, columns: 3)
/// vectors[1, 2] = 0.5
/// ```
public struct Matrix: Sendable {
  public let rows: Int
  public let columns: Int
  private(set) var storage: MatrixStorage

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix of \(rows) x \(columns)")
    self.rows = rows
    self.columns = columns
    storage = MatrixStorage(count: rows * columns)
  }

  /// A matrix whose elements are given row by row.
  ///
  /// - Precondition: there are `rows * columns` values.
  public init(rows: Int, columns: Int, values: [Float]) {
    precondition(
      values.count == rows * columns, "\(values.count) values for a \(rows) x \(columns) matrix")
    self.init(uninitializedRows: rows, columns: columns)
    unsafe values.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      unsafe storage.base.update(from: start, count: source.count)
    }
  }

  /// A matrix whose contents the caller writes before anybody reads them.
  package init(uninitializedRows rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    storage = MatrixStorage(count: rows * columns, uninitialized: true)
  }

  init(rows: Int, columns: Int, storage: MatrixStorage) {
    precondition(storage.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// The number of elements.
  public var count: Int { rows * columns }

  public subscript(row: Int, column: Int) -> Float {
    get {
      check(row, column)
      return unsafe storage.base[row * columns + column]
    }
    set {
      check(row, column)
      makeUnique()
      unsafe storage.base[row * columns + column] = newValue
    }
  }

  /// All elements, row by row.
  public var values: Span<Float> {
    @_lifetime(borrow self)
    borrowing get {
      let span = unsafe Span(_unsafeStart: UnsafePointer(storage.base), count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// All elements, row by row, for writing.
  public var mutableValues: MutableSpan<Float> {
    @_lifetime(&self)
    mutating get {
      let span = unsafe MutableSpan(_unsafeStart: mutablePointer, count: count)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// The elements of one row.
  public subscript(row row: Int) -> Span<Float> {
    @_lifetime(borrow self)
    borrowing get {
      precondition(row >= 0 && row < rows, "row \(row) of a matrix with \(rows) rows")
      let span = unsafe Span(
        _unsafeStart: UnsafePointer(storage.base) + row * columns, count: columns)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The same elements read with another shape.
  ///
  /// - Precondition: `rows * columns` is unchanged.
  public func reshaped(rows: Int, columns: Int) -> Matrix {
    precondition(
      rows * columns == count, "\(self.rows) x \(self.columns) reshaped to \(rows) x \(columns)")
    return Matrix(rows: rows, columns: columns, storage: storage)
  }

  /// The first address, for reading; valid while the matrix lives.
  @unsafe
  var pointer: UnsafePointer<Float> { unsafe UnsafePointer(storage.base) }

  /// The first address, for writing; valid until the matrix is copied or dies.
  @unsafe
  var mutablePointer: UnsafeMutablePointer<Float> {
    mutating get {
      makeUnique()
      return unsafe storage.base
    }
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) || storage.owner != nil { detach() }
  }

  /// Out of line: the optimizer of Swift 6.3 rejects its own code when this is inlined into a getter that
  /// returns a span.
  @inline(never)
  private mutating func detach() { storage = storage.copy() }

  private func check(_ row: Int, _ column: Int) {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "element (\(row), \(column)) of a \(rows) x \(columns) matrix")
  }
}

extension Matrix: Equatable {
  /// Same shape and elements that compare equal (NaN differs from itself).
  public static func == (a: Matrix, b: Matrix) -> Bool {
    guard a.rows == b.rows, a.columns == b.columns else { return false }
    let x = a.values
    let y = b.values
    for i in 0..<x.count where x[i] != y[i] { return false }
    return true
  }
}

extension Matrix: CustomStringConvertible {
  public var description: String { "Matrix(\(rows) x \(columns))" }
}
