extension AnyColumn {
  /// The names of class labels in place of their numbers.
  ///
  /// - Throws: `DataError` for a number that has no name.
  func naming(by names: [String], at location: DataError.Location) throws(DataError) -> AnyColumn {
    func column(_ labels: [Int]) throws(DataError) -> StringColumn {
      if let wrong = labels.first(where: { !names.indices.contains($0) }) {
        throw DataError(
          .wrongType,
          "the label \(wrong) is not one of the \(names.count) that have names; take labels as"
            + " numbers", at: location)
      }
      return StringColumn(labels.map { names[$0] })
    }
    switch self {
    case .integers(let labels): return .strings(try column(labels))
    case .integerLists(let lists):
      return .stringLists(ListColumn(offsets: lists.offsets, values: try column(lists.values)))
    default: return self
    }
  }

  /// The numbers of class labels in place of their names; numbers stay.
  ///
  /// - Throws: `DataError` for a label that is not among them.
  func numbering(by names: [String], at location: DataError.Location) throws(DataError) -> AnyColumn
  {
    func refused(_ label: String) -> DataError {
      DataError(
        .wrongType, "\(label) is not one of the \(names.count) labels \(names.listed)",
        at: location)
    }
    func numbers(_ strings: StringColumn) throws(DataError) -> [Int] {
      var number: [Int] = []
      for string in strings.distinct {
        guard let place = names.firstIndex(of: string) else { throw refused("\"\(string)\"") }
        number.append(place)
      }
      return strings.codes.map { number[Int($0)] }
    }
    func check(_ labels: [Int]) throws(DataError) {
      if let wrong = labels.first(where: { !names.indices.contains($0) }) {
        throw refused("\(wrong)")
      }
    }
    switch self {
    case .strings(let strings): return .integers(try numbers(strings))
    case .stringLists(let lists):
      return .integerLists(ListColumn(offsets: lists.offsets, values: try numbers(lists.values)))
    case .integers(let labels): try check(labels)
    case .integerLists(let lists): try check(lists.values)
    case .floats, .floatLists:
      throw DataError(.wrongType, "class labels are strings or integers, not floats", at: location)
    }
    return self
  }
}
