/// How ratings are read.
public enum Feedback: Sendable, Hashable, Codable {
  /// Ratings are values to predict: every row is kept.
  case explicit
  /// A row is a positive, without regard to its rating, or only if it is rated at least this high.
  case implicit(minimumRating: Float? = nil)
}

extension Dataset {
  /// The rows that count under a reading of the ratings, with all their columns.
  ///
  /// - Throws: `DataError` where a threshold is given and the ratings are missing.
  public func viewed(
    as feedback: Feedback, rating: Feature<Float> = .userRating
  ) throws(DataError) -> Dataset {
    guard case .implicit(let minimum?) = feedback else { return self }
    let ratings = try column(rating)
    return rows(at: (0..<rowCount).filter { ratings[$0] >= minimum })
  }

  /// The rows whose strings stand in at least `count` rows, for each of the features.
  ///
  /// Dropping the rows of a rare item may make a user rare. With `untilStable` the filter runs until
  /// every count holds (the k-core of users and items); without it, once, on the counts of the
  /// original rows.
  ///
  /// - Throws: `DataError` where a column is missing.
  public func filtering(
    minimumCount count: Int, of features: Feature<String>..., untilStable: Bool = true
  ) throws(DataError) -> Dataset {
    var columns: [StringColumn] = []
    for feature in features { columns.append(try column(feature)) }
    var kept = Array(0..<rowCount)
    while true {
      let frequencies = columns.map { column in
        kept.reduce(into: [Int](repeating: 0, count: column.distinct.count)) {
          $0[Int(column.codes[$1])] += 1
        }
      }
      let left = kept.filter { row in
        zip(columns, frequencies).allSatisfy { $1[Int($0.codes[row])] >= count }
      }
      let isStable = left.count == kept.count
      kept = left
      if isStable || !untilStable { break }
    }
    return kept.count == rowCount ? self : rows(at: kept)
  }
}
