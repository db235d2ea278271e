internal import CShortlistKernels

/// A field that does not hold what its column should.
package struct FieldProblem: Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    case notANumber
    case notAnInteger
    /// NaN, infinity, or beyond what the type can hold.
    case outOfRange
    case wrongEncoding
    case malformedQuotes
    /// JSON that breaks the grammar.
    case malformedJSON
    /// JSON: nothing between two newlines, which is no error.
    case blankLine
    /// The key is not there; in JSON also: or null.
    case missing
    /// A value of another kind.
    case wrongKind
    /// A record that is no tf.Example.
    case malformedExample
    /// A feature with so many values where one is expected.
    case notOneValue(Int)
  }
  /// The record, counted in its run.
  package var record: Int
  package var reason: Reason
  /// What stands in the field.
  package var text: String
}

/// The values of a column while a file is read.
package final class ColumnBuilder {
  package enum Kind: Sendable, Hashable {
    case strings(TextEncoding)
    case integers
    case floats
  }
  package let kind: Kind
  /// Whether rows were removed, so that strings may be there that no row has.
  package private(set) var hasRemoved = false
  private var table = StringTable()
  private var codes: [Int32] = []
  package private(set) var integers: [Int] = []
  package private(set) var floats: [Float] = []

  /// What is wrong with a string; asked once for each distinct one.
  private let check: (@Sendable (String) -> FieldProblem.Reason?)?
  private var refused: [Int32: FieldProblem.Reason] = [:]

  package init(_ kind: Kind, check: (@Sendable (String) -> FieldProblem.Reason?)? = nil) {
    self.kind = kind
    self.check = check
  }

  package var count: Int {
    switch kind {
    case .strings: codes.count
    case .integers: integers.count
    case .floats: floats.count
    }
  }

  /// The distinct strings, in order of first appearance, and the code of each row.
  package func strings() -> (distinct: [String], codes: [Int32]) {
    guard case .strings(let encoding) = kind else { return ([], []) }
    return (table.strings(encoding), codes)
  }

  /// Makes room for this many rows in all.
  func reserve(_ rows: Int) {
    switch kind {
    case .strings: codes.reserveLargePages(rows)
    case .integers: integers.reserveLargePages(rows)
    case .floats: floats.reserveLargePages(rows)
    }
  }

  /// Removes rows, given in rising order.
  package func remove(rows: [Int]) {
    if !rows.isEmpty { hasRemoved = true }
    switch kind {
    case .strings: codes.removeRows(rows)
    case .integers: integers.removeRows(rows)
    case .floats: floats.removeRows(rows)
    }
  }

  /// Adds one value for each field; what could not be read is reported.
  @unsafe
  func append(
    _ bytes: UnsafePointer<UInt8>, _ fields: UnsafeBufferPointer<sl_text_field>
  ) -> [FieldProblem] {
    switch kind {
    case .strings(let encoding): unsafe appendStrings(bytes, fields, encoding)
    case .integers: unsafe appendIntegers(bytes, fields)
    case .floats: unsafe appendFloats(bytes, fields)
    }
  }

  /// Adds numbers that were checked.
  func append(integers values: [Int]) { integers.append(contentsOf: values) }
  func append(floats values: [Float]) { floats.append(contentsOf: values) }

  @unsafe
  private func appendStrings(
    _ bytes: UnsafePointer<UInt8>, _ fields: UnsafeBufferPointer<sl_text_field>,
    _ encoding: TextEncoding
  ) -> [FieldProblem] {
    let known = table.count
    let rows = codes.count
    unsafe table.append(bytes, fields, to: &codes)
    if encoding == .utf8 || check != nil {
      for code in known..<table.count {
        if encoding == .utf8, !table.isUTF8(code) {
          refused[Int32(code)] = .wrongEncoding
        } else if let check, let reason = check(table[code]) {
          refused[Int32(code)] = reason
        }
      }
    }
    guard !refused.isEmpty else { return [] }
    return codes[rows...].enumerated().compactMap { record, code in
      refused[code].map {
        FieldProblem(record: record, reason: $0, text: table[Int(code)])
      }
    }
  }

  @unsafe
  private func appendIntegers(
    _ bytes: UnsafePointer<UInt8>, _ fields: UnsafeBufferPointer<sl_text_field>
  ) -> [FieldProblem] {
    let rows = integers.count
    var problems: [FieldProblem] = []
    integers.append(contentsOf: repeatElement(0, count: fields.count))
    unsafe integers.withUnsafeMutableBytes { target in
      let out = unsafe target.bindMemory(to: Int64.self)
      var i = 0
      while i < fields.count, let to = out.baseAddress, let from = fields.baseAddress {
        i += unsafe sl_text_integers(bytes, from + i, fields.count - i, to + rows + i)
        guard i < fields.count else { break }
        let text = unsafe NumberText(bytes, fields[i])
        switch text.integer {
        case .success(let value): unsafe out[rows + i] = Int64(value)
        case .failure(let problem):
          problems.append(FieldProblem(record: i, reason: problem.reason, text: text.text))
        }
        i += 1
      }
    }
    return problems
  }

  @unsafe
  private func appendFloats(
    _ bytes: UnsafePointer<UInt8>, _ fields: UnsafeBufferPointer<sl_text_field>
  ) -> [FieldProblem] {
    let rows = floats.count
    var problems: [FieldProblem] = []
    floats.append(contentsOf: repeatElement(0, count: fields.count))
    unsafe floats.withUnsafeMutableBufferPointer { out in
      var i = 0
      while i < fields.count, let to = out.baseAddress, let from = fields.baseAddress {
        i += unsafe sl_text_floats(bytes, from + i, fields.count - i, to + rows + i)
        guard i < fields.count else { break }
        let text = unsafe NumberText(bytes, fields[i])
        switch text.float {
        case .success(let value): unsafe out[rows + i] = value
        case .failure(let problem):
          problems.append(FieldProblem(record: i, reason: problem.reason, text: text.text))
        }
        i += 1
      }
    }
    return problems
  }
}

extension Array {
  /// Removes elements at rising positions; what stands before the first is not touched.
  fileprivate mutating func removeRows(_ rows: [Int]) {
    guard var to = rows.first else { return }
    var next = 0
    for from in to..<count {
      if next < rows.count, rows[next] == from {
        next += 1
        continue
      }
      self[to] = self[from]
      to += 1
    }
    removeLast(count - to)
  }
}
