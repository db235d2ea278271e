/// Where the lists of rows begin and end in their values: one offset more than rows.
enum ListOffsets {
  /// The places of the rows' values.
  static func values(of rows: [Int], in offsets: [Int]) -> [Int] {
    rows.flatMap { Array(offsets[$0]..<offsets[$0 + 1]) }
  }

  /// The offsets without these rows and their values.
  static func removing(_ rows: [Int], from offsets: [Int]) -> [Int] {
    let removed = Set(rows)
    var left = [0]
    for row in 0..<offsets.count - 1 where !removed.contains(row) {
      left.append(left[left.count - 1] + offsets[row + 1] - offsets[row])
    }
    return left
  }
}
