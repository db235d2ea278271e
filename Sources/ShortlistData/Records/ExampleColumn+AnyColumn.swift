internal import ShortlistTensors

extension ColumnSpecification.ValueType {
  var shape: ExampleColumn.Shape { isList ? .list : .scalar }

  /// The lists of tf.Examples that will do: integers also stand for floats and for strings.
  var accepted: Set<ExampleKind> {
    switch self {
    case .string, .strings: [.bytes, .integers]
    case .integer, .integers: [.integers]
    case .float, .floats: [.floats, .integers]
    }
  }

  /// The values of a column that accepts this type.
  func column(of column: ExampleColumn) -> AnyColumn {
    let offsets = column.offsets
    let integers = column.builder?.integers ?? []
    return switch self {
    case .string: .strings(column.strings)
    case .integer: .integers(integers)
    case .float: .floats(column.floats)
    case .strings: .stringLists(ListColumn(offsets: offsets, values: column.strings))
    case .integers: .integerLists(ListColumn(offsets: offsets, values: integers))
    case .floats: .floatLists(ListColumn(offsets: offsets, values: column.floats))
    }
  }
}

extension ExampleKind {
  /// The type of columns that hold such lists.
  var valueType: ColumnSpecification.ValueType {
    switch self {
    case .bytes: .string
    case .floats: .float
    case .integers: .integer
    }
  }
}

extension ExampleColumn {
  /// The values with the type they have in the file; nil where no record has any list.
  var column: AnyColumn? {
    let type: ColumnSpecification.ValueType
    switch kind {
    case .bytes: type = isList ? .strings() : .string
    case .integers: type = isList ? .integers() : .integer
    case .floats: type = isList ? .floats() : .float
    case nil: return nil
    }
    return type.column(of: self)
  }

  fileprivate var strings: StringColumn {
    guard let builder else { return [] }
    guard kind == .integers else { return StringColumn(builder) }
    var place: [Int: Int32] = [:]
    var distinct: [String] = []
    let codes = builder.integers.map { number in
      if let code = place[number] { return code }
      let code = Int32(distinct.count)
      place[number] = code
      distinct.append(String(number))
      return code
    }
    return StringColumn(checkedDistinct: distinct, codes: codes)
  }

  fileprivate var floats: [Float] {
    guard let builder else { return [] }
    return kind == .integers ? builder.integers.map { Float($0) } : builder.floats
  }
}
