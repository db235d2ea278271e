/// Elements 0..<n put together by the row that each names, rows in increasing order.
package struct RowGroups {
  /// The rows that are named, strictly increasing.
  package let rows: [Int32]
  /// Group g has the elements `members[offsets[g]..<offsets[g + 1]]`, in increasing order.
  package let offsets: [Int]
  package let members: [Int32]

  /// - Precondition: no row is negative.
  /// - Complexity: O(n): a counting sort where rows are dense, else a radix sort.
  package init(_ rowOfElement: [Int32]) {
    let largest = rowOfElement.max() ?? -1
    precondition((rowOfElement.min() ?? 0) >= 0, "a negative row among \(rowOfElement.count)")
    let isDense = Int(largest) < 4 * rowOfElement.count + 1024
    members =
      isDense
      ? Self.countingSort(rowOfElement, rows: Int(largest) + 1)
      : Self.radixSort(rowOfElement, largest: largest)
    var rows: [Int32] = []
    var offsets: [Int] = []
    var previous: Int32 = -1
    for (place, member) in members.enumerated() {
      let row = rowOfElement[Int(member)]
      if row != previous {
        rows.append(row)
        offsets.append(place)
        previous = row
      }
    }
    offsets.append(members.count)
    self.rows = rows
    self.offsets = offsets
  }

  /// The number of groups.
  package var count: Int { rows.count }

  /// For each element its group.
  package func groupOfElement() -> [Int32] {
    var groups = [Int32](repeating: 0, count: members.count)
    for group in 0..<count {
      for place in offsets[group]..<offsets[group + 1] {
        groups[Int(members[place])] = Int32(group)
      }
    }
    return groups
  }

  private init(rows: [Int32], offsets: [Int], members: [Int32]) {
    self.rows = rows
    self.offsets = offsets
    self.members = members
  }

  /// The same groups, in the order of their first elements.
  package func inOrderOfAppearance() -> RowGroups {
    var groupOfFirst = [Int32](repeating: -1, count: members.count)
    for group in 0..<count { groupOfFirst[Int(members[offsets[group]])] = Int32(group) }
    var moved: (rows: [Int32], offsets: [Int], members: [Int32]) = ([], [0], [])
    for case let group in groupOfFirst where group >= 0 {
      moved.rows.append(rows[Int(group)])
      moved.members += members[offsets[Int(group)]..<offsets[Int(group) + 1]]
      moved.offsets.append(moved.members.count)
    }
    return RowGroups(rows: moved.rows, offsets: moved.offsets, members: moved.members)
  }

  private static func countingSort(_ keys: [Int32], rows: Int) -> [Int32] {
    var next = [Int32](repeating: 0, count: rows + 1)
    for key in keys { next[Int(key) + 1] += 1 }
    for row in 0..<rows { next[row + 1] += next[row] }
    var sorted = [Int32](repeating: 0, count: keys.count)
    for (element, key) in keys.enumerated() {
      sorted[Int(next[Int(key)])] = Int32(element)
      next[Int(key)] += 1
    }
    return sorted
  }

  /// Least significant digit first, eleven bits at a time.
  private static func radixSort(_ keys: [Int32], largest: Int32) -> [Int32] {
    var sorted = keys.indices.map { Int32($0) }
    var moved = sorted
    var shift: Int32 = 0
    while shift < 32, largest >> shift > 0 {
      var next = [Int32](repeating: 0, count: 2049)
      for key in keys { next[Int((key >> shift) & 2047) + 1] += 1 }
      for digit in 0..<2048 { next[digit + 1] += next[digit] }
      for element in sorted {
        let digit = Int((keys[Int(element)] >> shift) & 2047)
        moved[Int(next[digit])] = element
        next[digit] += 1
      }
      swap(&sorted, &moved)
      shift += 11
    }
    return sorted
  }
}

/// Rows with repetitions as distinct rows, in order, and positions among them.
package struct DistinctRows {
  /// Strictly increasing.
  package let rows: [Int32]
  /// For each element given, where its row stands in `rows`.
  package let positions: [Int32]

  /// - Precondition: no row is negative.
  package init(_ elements: [Int32]) {
    let groups = RowGroups(elements)
    rows = groups.rows
    positions = groups.groupOfElement()
  }
}
