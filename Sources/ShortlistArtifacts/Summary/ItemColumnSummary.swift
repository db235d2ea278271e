import ShortlistData

/// A column of items as people see it.
package struct ItemColumnSummary: Encodable {
  package let name: String
  package let type: String
  /// The first few values, as they are written in a condition.
  package let examples: [String]

  private static let count = 3

  init(_ name: String, _ column: AnyColumn) {
    self.name = name
    type = column.typeName
    typealias Value = ItemFilter.Value
    let values: [Value] =
      switch column {
      case .strings(let column): Self.first(column.distinct) { !$0.isEmpty }.map { .string($0) }
      case .stringLists(let column):
        Self.first(column.values.distinct) { !$0.isEmpty }.map { .string($0) }
      case .integers(let values): Self.first(values).map { .integer($0) }
      case .integerLists(let column): Self.first(column.values).map { .integer($0) }
      case .floats(let values):
        Self.first(values, where: \.isFinite).map { .number(Double("\($0)") ?? 0) }
      case .floatLists(let column):
        Self.first(column.values, where: \.isFinite).map { .number(Double("\($0)") ?? 0) }
      }
    examples = values.map { value in
      // What an artefact says does not steer a terminal.
      let text = String(
        "\(value)".map {
          $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "?" : $0
        })
      return text.count > 40 ? text.prefix(37) + "..." : text
    }
  }

  /// The first distinct values that are wanted.
  private static func first<Value: Hashable>(
    _ values: [Value], where isWanted: (Value) -> Bool = { _ in true }
  ) -> [Value] {
    var found: [Value] = []
    for value in values where isWanted(value) && !found.contains(value) {
      found.append(value)
      if found.count == count { break }
    }
    return found
  }
}
