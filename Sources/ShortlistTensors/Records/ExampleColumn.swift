internal import CShortlistKernels

/// What a list of a tf.Example holds.
package enum ExampleKind: UInt32, Sendable, Hashable, CaseIterable {
  case bytes = 1
  case floats = 2
  case integers = 3

  var builderKind: ColumnBuilder.Kind {
    switch self {
    case .bytes: .strings(.utf8)
    case .floats: .floats
    case .integers: .integers
    }
  }
}

/// A column that one feature of every tf.Example fills.
package struct ExampleColumn {
  /// How many values a record may have.
  package enum Shape: Sendable, Hashable {
    case scalar
    case list
    /// Scalar if every record has one value, else lists.
    case any
  }
  package let key: String
  package let shape: Shape
  /// The kinds of lists that will do.
  package let accepted: Set<ExampleKind>
  /// The kind of the lists; nil until there is one.
  package private(set) var kind: ExampleKind?
  /// The values of all records; nil until the kind is known.
  package private(set) var builder: ColumnBuilder?
  package private(set) var rowCount = 0
  /// Where each row's values begin and end; nil as long as every row has one.
  private var ragged: [Int]?

  package init(_ key: String, _ shape: Shape, accepting accepted: Set<ExampleKind>) {
    self.key = key
    self.shape = shape
    self.accepted = accepted
  }

  /// The column of a feature that `rows` records lacked.
  init(_ key: String, after rows: Int) {
    self.init(key, .any, accepting: Set(ExampleKind.allCases))
    rowCount = rows
    if rows > 0 { ragged = [Int](repeating: 0, count: rows + 1) }
  }

  /// Whether the column is one of lists.
  package var isList: Bool { shape == .list || (shape == .any && ragged != nil) }

  /// Where each row's list begins and ends in the values of the builder.
  package var offsets: [Int] { ragged ?? Array(0...rowCount) }

  /// Removes rows, given in rising order.
  mutating func remove(rows: [Int]) {
    rowCount -= rows.count
    guard let old = ragged else {
      builder?.remove(rows: rows)
      return
    }
    builder?.remove(rows: ListOffsets.values(of: rows, in: old))
    ragged = ListOffsets.removing(rows, from: old)
  }

  /// Adds the values that cells of a run tell of; what does not fit is reported, and stands there as one value of
  /// nothing where the column is scalar.
  @unsafe
  mutating func append(
    _ bytes: UnsafePointer<UInt8>, _ cells: UnsafeBufferPointer<ExampleCell>
  ) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if kind == nil, let first = unsafe cells.first(where: { isAccepted($0) }) {
      kind = ExampleKind(rawValue: first.kind)
    }
    guard let kind else {
      for record in cells.indices {
        unsafe report(cells[record], record, to: &problems)
      }
      if shape != .scalar { appendEmptyLists(cells.count) }
      rowCount += cells.count
      return problems
    }
    if builder == nil {
      builder = ColumnBuilder(kind.builderKind)
      if shape == .scalar { unsafe appendNothing(rowCount, bytes) }
    }
    switch kind {
    case .integers:
      var values: [Int] = []
      values.reserveCapacity(cells.count)
      unsafe gather(bytes, cells, &values, 0, &problems) { unsafe ExampleValues.integers($0, &$1) }
      builder?.append(integers: values)
    case .floats:
      var values: [Float] = []
      values.reserveCapacity(cells.count)
      unsafe gather(bytes, cells, &values, 0, &problems) { unsafe ExampleValues.floats($0, &$1) }
      builder?.append(floats: values)
    case .bytes:
      unsafe appendStrings(bytes, cells, &problems)
    }
    rowCount += cells.count
    return problems
  }

  private func isAccepted(_ cell: ExampleCell) -> Bool {
    ExampleKind(rawValue: cell.kind).map(accepted.contains) ?? false
  }

  /// What is wrong with a cell that gives no values.
  private func report(
    _ cell: ExampleCell, _ record: Int, to problems: inout [FieldProblem]
  ) {
    if cell.kind != 0 {
      problems.append(FieldProblem(record: record, reason: .wrongKind, text: ""))
    } else if shape == .scalar {
      problems.append(FieldProblem(record: record, reason: .missing, text: ""))
    }
  }

  /// Adds values of nothing for rows that came before the kind was known.
  @unsafe
  private func appendNothing(_ count: Int, _ bytes: UnsafePointer<UInt8>) {
    switch kind {
    case .integers: builder?.append(integers: [Int](repeating: 0, count: count))
    case .floats: builder?.append(floats: [Float](repeating: 0, count: count))
    case .bytes:
      let fields = [sl_text_field](repeating: sl_text_field(), count: count)
      _ = unsafe fields.withUnsafeBufferPointer { unsafe builder?.append(bytes, $0) }
    case nil: break
    }
  }

  private mutating func appendEmptyLists(_ count: Int) {
    let values = builder?.count ?? 0
    if ragged == nil { ragged = Array(0...rowCount) }
    ragged?.append(contentsOf: repeatElement(values, count: count))
  }

  /// Reads the lists of a run with `read`, which gives the reason where a list is malformed.
  @unsafe @inline(__always)
  private mutating func gather<Value>(
    _ bytes: UnsafePointer<UInt8>, _ cells: UnsafeBufferPointer<ExampleCell>,
    _ values: inout [Value], _ nothing: Value, _ problems: inout [FieldProblem],
    _ read: (WireCursor, inout [Value]) -> FieldProblem.Reason?
  ) {
    let before = builder?.count ?? 0
    let wanted = kind?.rawValue ?? 0
    for record in cells.indices {
      let cell = unsafe cells[record]
      let start = values.count
      if cell.kind == wanted {
        let begin = Int(cell.begin)
        let list = unsafe WireCursor(bytes, begin, begin + Int(cell.length))
        if let reason = unsafe read(list, &values) {
          problems.append(FieldProblem(record: record, reason: reason, text: ""))
          values.removeSubrange(start...)
        } else if values.count == start + 1 {
          ragged?.append(before + values.count)
          continue
        } else if shape == .scalar {
          let count = values.count - start
          problems.append(FieldProblem(record: record, reason: .notOneValue(count), text: ""))
          values.removeSubrange(start...)
        }
      } else {
        report(cell, record, to: &problems)
      }
      if shape == .scalar {
        values.append(nothing)
      } else {
        if ragged == nil { ragged = Array(0...rowCount + record) }
        ragged?.append(before + values.count)
      }
    }
  }

  @unsafe
  private mutating func appendStrings(
    _ bytes: UnsafePointer<UInt8>, _ cells: UnsafeBufferPointer<ExampleCell>,
    _ problems: inout [FieldProblem]
  ) {
    let before = builder?.count ?? 0
    var fields: [sl_text_field] = []
    fields.reserveCapacity(cells.count)
    unsafe gather(bytes, cells, &fields, sl_text_field(), &problems) {
      unsafe ExampleValues.strings($0, &$1)
    }
    let found = unsafe fields.withUnsafeBufferPointer { unsafe builder?.append(bytes, $0) } ?? []
    for var problem in found {
      if let ragged {
        // The row whose values end after this one.
        let value = before + problem.record
        problem.record =
          (ragged[rowCount...].firstIndex { $0 > value } ?? ragged.count) - 1 - rowCount
      }
      problems.append(problem)
    }
  }
}
