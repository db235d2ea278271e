public import ShortlistData
public import ShortlistIndex

extension Dataset {
  /// The rows that match a filter.
  ///
  /// ```swift
  /// let comedies = try movieLens.movies.rows(matching: .contains("movie_genres", "Comedy"))
  /// ```
  ///
  /// - Throws: `DataError` where a column is missing (`missingColumn`), holds another type than the filter
  ///   compares with (`wrongType`), or the filter is too deep or large (`invalidFilter`).
  /// - Complexity: for each comparison O(rows + distinct strings), and O(rows / 64) to combine.
  public func rows(matching filter: ItemFilter) throws(DataError) -> RowSet {
    try filter.check()
    return try rows(filter)
  }

  private func rows(_ filter: ItemFilter) throws(DataError) -> RowSet {
    switch filter.node {
    case .and(let parts):
      var result = try rows(parts[0])
      for part in parts.dropFirst() { result = result.intersection(try rows(part)) }
      return result
    case .or(let parts):
      var result = try rows(parts[0])
      for part in parts.dropFirst() { result = result.union(try rows(part)) }
      return result
    case .not(let part): return try rows(part).complement(among: rowCount)
    case .equals(let name, let value):
      return try column(name).rows(equalTo: [value], in: name)
    case .isIn(let name, let values):
      return try column(name).rows(equalTo: values, in: name)
    case .range(let name, let lower, let upper):
      return try column(name).rows(from: lower, to: upper, in: name)
    case .contains(let name, let value):
      return try column(name).rows(containing: value, in: name)
    case .missing(let name): return try column(name).missingRows
    }
  }

  private func column(_ name: String) throws(DataError) -> AnyColumn {
    if let column = self[name: name] { return column }
    let known = columnNames.prefix(20).map { "\($0) (\(self[name: $0]?.typeName ?? ""))" }
    throw DataError(
      .missingColumn,
      "the filter names the column \"\(name)\", which the items do not have; they have "
        + (known.isEmpty ? "none" : known.joined(separator: ", "))
        + (columnNames.count > 20 ? " and \(columnNames.count - 20) more" : ""))
  }
}
