internal import CShortlistKernels

/// The columns that JSON Lines fill: one key of every object each.
package final class JSONColumns {
  package struct Column {
    package let key: String
    package let isList: Bool
    package let builder: ColumnBuilder
    /// Where each row's list begins and ends in the values of the builder.
    package var offsets: [Int] = [0]

    package init(key: String, isList: Bool, builder: ColumnBuilder) {
      self.key = key
      self.isList = isList
      self.builder = builder
    }
  }

  package private(set) var columns: [Column]
  package private(set) var rowCount = 0
  private var names: [UInt8] = []
  private var keys: [sl_text_field] = []

  package init(_ columns: [Column]) {
    self.columns = columns
    for column in columns {
      let name = Array(column.key.utf8)
      keys.append(sl_text_field(begin: UInt32(names.count), length: UInt32(name.count)))
      names += name
    }
    // An empty array has no address.
    names.append(0)
  }

  /// Adds the lines of a reader's run; the problems of each column, and those of whole lines under
  /// the column -1.
  package func append(_ reader: RecordReader) -> [(column: Int, problem: FieldProblem)] {
    unsafe reader.withLines { bytes, lines in unsafe append(bytes, lines) }
  }

  /// Removes rows, given in rising order.
  package func remove(rows: [Int]) {
    guard !rows.isEmpty else { return }
    rowCount -= rows.count
    for k in columns.indices {
      guard columns[k].isList else {
        columns[k].builder.remove(rows: rows)
        continue
      }
      let old = columns[k].offsets
      columns[k].builder.remove(rows: ListOffsets.values(of: rows, in: old))
      columns[k].offsets = ListOffsets.removing(rows, from: old)
    }
  }

  @unsafe
  private func append(
    _ bytes: UnsafeMutablePointer<UInt8>, _ lines: UnsafeBufferPointer<sl_text_field>
  ) -> [(column: Int, problem: FieldProblem)] {
    var problems: [(column: Int, problem: FieldProblem)] = []
    var values = [sl_json_value](repeating: sl_json_value(), count: max(1, columns.count))
    let nothing = [sl_text_field](repeating: sl_text_field(), count: lines.count)
    var fields = columns.map { $0.isList ? [] : nothing }
    // The line of each value of a list column.
    var records: [[Int]] = columns.map { _ in [] }
    for i in lines.indices {
      let line = unsafe lines[i]
      let begin = Int(line.begin)
      let end = begin + Int(line.length)
      let wrong = unsafe sl_text_json_object(
        bytes, begin, end, names, keys, columns.count, &values)
      // SIZE_MAX arrives as -1.
      if wrong >= 0 {
        let rest = unsafe UnsafeBufferPointer(
          start: UnsafePointer(bytes + wrong), count: min(20, max(0, end - wrong)))
        let isBlank = (begin..<end).allSatisfy { unsafe bytes[$0] <= 0x20 }
        problems.append(
          (
            -1,
            FieldProblem(
              record: i, reason: isBlank ? .blankLine : .malformedJSON,
              text: unsafe String(decoding: rest, as: UTF8.self))
          ))
        for k in columns.indices { values[k] = sl_json_value() }
      }
      for k in columns.indices {
        if columns[k].isList {
          let kinds = unsafe appendList(values[k], of: k, bytes, to: &fields[k])
          if let kinds { problems.append((k, FieldProblem(record: i, reason: kinds, text: ""))) }
          records[k] += repeatElement(i, count: fields[k].count - records[k].count)
          columns[k].offsets.append(columns[k].builder.count + fields[k].count)
        } else if let reason = columns[k].builder.kind.refuses(values[k].kind) {
          problems.append((k, FieldProblem(record: i, reason: reason, text: "")))
        } else {
          fields[k][i] = values[k].field
        }
      }
    }
    for k in columns.indices {
      let found = unsafe fields[k].withUnsafeBufferPointer {
        unsafe columns[k].builder.append(bytes, $0)
      }
      for var problem in found {
        if columns[k].isList { problem.record = records[k][problem.record] }
        problems.append((k, problem))
      }
    }
    rowCount += lines.count
    return problems
  }

  /// Adds the places of a list's values; what is wrong with it, or nil.
  @unsafe
  private func appendList(
    _ value: sl_json_value, of column: Int, _ bytes: UnsafeMutablePointer<UInt8>,
    to fields: inout [sl_text_field]
  ) -> FieldProblem.Reason? {
    if value.kind == sl_json_missing || value.kind == sl_json_null { return .missing }
    guard value.kind == sl_json_array else { return .wrongKind }
    var values = [sl_json_value](repeating: sl_json_value(), count: Int(value.field.length) / 2 + 1)
    var count = 0
    let wrong = unsafe sl_text_json_array(bytes, value.field, &values, values.count, &count)
    guard wrong < 0 else { return .wrongKind }
    for value in values[..<count] {
      if let reason = columns[column].builder.kind.refuses(value.kind) { return reason }
    }
    fields += values[..<count].map(\.field)
    return nil
  }
}

extension ColumnBuilder.Kind {
  /// Why a JSON value is not for this column. A number may stand for a string, by its digits.
  fileprivate func refuses(_ kind: sl_json_kind) -> FieldProblem.Reason? {
    switch kind {
    case sl_json_missing, sl_json_null: .missing
    case sl_json_number: nil
    case sl_json_string: if case .strings = self { nil } else { .wrongKind }
    default: .wrongKind
    }
  }
}
