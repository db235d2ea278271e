/// Where each row stands: leaf after leaf, in each the rows in order.
struct Positions {
  /// Leaf l has the positions `offsets[l]..<offsets[l + 1]`.
  let offsets: [Int]
  /// The row at each position.
  let rows: [UInt32]
  /// The positions of each row; `second` is empty without second leaves.
  let first: [Int]
  let second: [Int]

  var count: Int { rows.count }

  init(first: [Int32], second: [Int32], leaves: Int) {
    var offsets = [Int](repeating: 0, count: leaves + 1)
    for leaf in first { offsets[Int(leaf) + 1] += 1 }
    for leaf in second { offsets[Int(leaf) + 1] += 1 }
    for leaf in 0..<leaves { offsets[leaf + 1] += offsets[leaf] }
    var next = offsets
    var rows = [UInt32](repeating: 0, count: first.count + second.count)
    var places = (first: [Int](), second: [Int]())
    places.first.reserveCapacity(first.count)
    places.second.reserveCapacity(second.count)
    func take(_ row: Int, _ leaf: Int32) -> Int {
      let position = next[Int(leaf)]
      next[Int(leaf)] += 1
      rows[position] = UInt32(row)
      return position
    }
    for row in first.indices {
      places.first.append(take(row, first[row]))
      if !second.isEmpty { places.second.append(take(row, second[row])) }
    }
    self.offsets = offsets
    self.rows = rows
    (self.first, self.second) = places
  }
}
