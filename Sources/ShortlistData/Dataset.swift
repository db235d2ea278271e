/// Examples as a table: named columns of equal length.
///
/// ```swift
/// let visits = try Dataset([
///   ("user_id", .init(["ada", "grace", "ada"])),
///   ("page", .init(["home", "home", "about"])),
/// ])
/// visits[.userID][2]  // "ada"
/// ```
public struct Dataset: Sendable, Hashable {
  /// The number of rows.
  public let rowCount: Int
  /// The names of the columns in the order they were given.
  public let columnNames: [String]
  let columns: [AnyColumn]

  /// A table of columns.
  ///
  /// - Throws: `DataError` where lengths differ or two columns have one name.
  public init(_ columns: [(name: String, column: AnyColumn)]) throws(DataError) {
    rowCount = columns.first?.column.count ?? 0
    columnNames = columns.map(\.name)
    self.columns = columns.map(\.column)
    var seen: Set<String> = []
    for (name, column) in columns {
      guard column.count == rowCount else {
        throw DataError(
          .unequalLengths,
          "column \"\(name)\" has \(column.count) rows, \"\(columns[0].name)\" has \(rowCount)")
      }
      guard seen.insert(name).inserted else {
        throw DataError(.duplicateColumn, "two columns are named \"\(name)\"")
      }
    }
  }

  /// Columns that are known to fit.
  init(rowCount: Int, names: [String], columns: [AnyColumn]) {
    self.rowCount = rowCount
    columnNames = names
    self.columns = columns
  }

  /// The column of any type with this name, or nil.
  public subscript(name name: String) -> AnyColumn? {
    columnNames.firstIndex(of: name).map { columns[$0] }
  }

  /// The values of a feature, row by row.
  ///
  /// - Precondition: the table has a column of this name and type; `column(_:)` throws instead.
  public subscript<Value: FeatureValue>(feature: Feature<Value>) -> Value.Column {
    do {
      return try column(feature)
    } catch {
      preconditionFailure(error.description)
    }
  }

  /// The values of a feature, row by row, for names that come from outside the program.
  ///
  /// - Throws: `DataError` where there is no such column or it has another type.
  public func column<Value: FeatureValue>(
    _ feature: Feature<Value>
  ) throws(DataError) -> Value.Column {
    guard let any = self[name: feature.name] else {
      throw DataError(
        .missingColumn,
        "there is no column \"\(feature.name)\"; the columns are \(columnNames.listed)")
    }
    guard let column = Value.column(in: any) else {
      throw DataError(
        .wrongType,
        "column \"\(feature.name)\" holds \(any.typeName), not \(Value.typeName)")
    }
    return column
  }

  /// Whether there is a column of this name and type.
  public func has<Value: FeatureValue>(_ feature: Feature<Value>) -> Bool {
    self[name: feature.name].flatMap(Value.column) != nil
  }
}

extension Dataset: CustomStringConvertible {
  public var description: String {
    "\(rowCount) rows of "
      + zip(columnNames, columns).map { "\($0) (\($1.typeName))" }.joined(separator: ", ")
  }
}

extension Collection<String> {
  /// The strings in quotes, with commas between them, cut short after twenty.
  var listed: String {
    if isEmpty { return "none" }
    let shown = prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
    return count > 20 ? shown + " and \(count - 20) more" : shown
  }
}
