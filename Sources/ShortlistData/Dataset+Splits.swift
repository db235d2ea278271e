internal import ShortlistTensors

/// Splits keep the order of rows in both parts, and depend on nothing but the rows and the seed: they
/// are the same on every machine.
extension Dataset {
  /// A random split: the nearest whole number to `fraction * rowCount` (halves up) rows are the test.
  ///
  /// - Throws: `DataError` unless 0 < fraction < 1.
  public func split(
    holdingOut fraction: Double, seed: UInt64
  ) throws(DataError) -> (train: Dataset, test: Dataset) {
    let count = try testRows(for: fraction)
    var random = RandomStream(seed: seed, stream: RandomPurpose.splitting)
    return split(testing: random.permutation(of: rowCount).prefix(count))
  }

  /// A split by global time: the latest rows are the test, as many as a random split would take.
  /// Equal times are ordered by row.
  ///
  /// - Throws: `DataError` unless 0 < fraction < 1, and where the column is missing.
  public func split(
    latest fraction: Double, by time: Feature<Int> = .timestamp
  ) throws(DataError) -> (train: Dataset, test: Dataset) {
    let count = try testRows(for: fraction)
    let times = try column(time)
    let order = (0..<rowCount).sorted { (times[$0], $0) < (times[$1], $1) }
    return split(testing: order.suffix(count))
  }

  /// Each user's last row is the test; a user with a single row keeps it for training. Equal times are
  /// ordered by row.
  ///
  /// - Throws: `DataError` where a column is missing.
  public func splitLeavingLastOut(
    per user: Feature<String> = .userID, by time: Feature<Int> = .timestamp
  ) throws(DataError) -> (train: Dataset, test: Dataset) {
    let users = try column(user)
    let times = try column(time)
    var last = [Int](repeating: -1, count: users.distinct.count)
    var rows = [Int](repeating: 0, count: users.distinct.count)
    for row in 0..<rowCount {
      let code = Int(users.codes[row])
      rows[code] += 1
      if last[code] < 0 || times[row] >= times[last[code]] { last[code] = row }
    }
    return split(testing: zip(last, rows).filter { $0.1 > 1 }.map(\.0))
  }

  private func testRows(for fraction: Double) throws(DataError) -> Int {
    guard fraction > 0, fraction < 1 else {
      throw DataError(
        .invalidArgument, "a split that holds out \(fraction) of the rows; give 0.2 for a fifth")
    }
    return Int((Double(rowCount) * fraction).rounded())
  }

  private func split(testing rows: some Sequence<Int>) -> (train: Dataset, test: Dataset) {
    var isTest = [Bool](repeating: false, count: rowCount)
    for row in rows { isTest[row] = true }
    return (
      self.rows(at: (0..<rowCount).filter { !isTest[$0] }),
      self.rows(at: (0..<rowCount).filter { isTest[$0] })
    )
  }
}
