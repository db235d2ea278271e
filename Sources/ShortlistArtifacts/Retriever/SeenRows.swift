import ShortlistModels

/// For each user the rows of the catalogue that they have interacted with.
struct SeenRows: Sendable {
  /// User u's rows are `rows[offsets[u]..<offsets[u + 1]]`, in order where `isSorted`.
  private let rows: [Int32]
  private let offsets: [Int]
  /// Whether the rows of each user were sorted in advance; beyond this many, that is left to each query.
  private let isSorted: Bool
  private static let sortedAtMost = 1 << 21

  /// - Parameter rowsOfItems: the row of each item of the history; -1 for one that is not in the catalogue.
  init(_ history: InteractionHistory, rowsOfItems: [Int32]) {
    var rows: [Int32] = []
    rows.reserveCapacity(history.entries.count)
    var offsets = [0]
    offsets.reserveCapacity(history.offsets.count)
    isSorted = history.entries.count <= Self.sortedAtMost
    for user in 0..<history.offsets.count - 1 {
      for entry in history.entries[history.offsets[user]..<history.offsets[user + 1]] {
        let row = rowsOfItems[Int(entry)]
        if row >= 0 { rows.append(row) }
      }
      if isSorted { rows[offsets[user]...].sort() }
      offsets.append(rows.count)
    }
    self.rows = rows
    self.offsets = offsets
  }

  /// The rows of a user, by the user's number in the history.
  subscript(user: Int) -> [Int] { rows[offsets[user]..<offsets[user + 1]].map { Int($0) } }
}
