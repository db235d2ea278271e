public import ShortlistData
import ShortlistTensors

/// What each user has interacted with: what masking leaves out, and how popular each item is.
public struct InteractionHistory: Sendable {
  /// The feature that identifies a user, and the one that identifies an item.
  public let user: Feature<String>
  public let item: Feature<String>
  /// Distinct users and items, in order of first appearance.
  public let users: [String]
  public let items: [String]
  /// User u's distinct items are `entries[offsets[u]..<offsets[u + 1]]`, by position in `items`,
  /// increasing.
  package let offsets: [Int]
  package let entries: [Int32]
  /// For each item the number of interactions.
  public let counts: [Int]
  private let userNumbers: StringTable

  /// - Throws: `DataError` when a feature is missing.
  public init(_ dataset: Dataset, user: Feature<String>, item: Feature<String>) throws {
    let users = try dataset.column(user)
    let items = try dataset.column(item)
    var counts = [Int](repeating: 0, count: items.distinct.count)
    var lists = [[Int32]](repeating: [], count: users.distinct.count)
    for (user, item) in zip(users.codes, items.codes) {
      counts[Int(item)] += 1
      lists[Int(user)].append(item)
    }
    var offsets = [0]
    var entries: [Int32] = []
    for list in lists {
      var previous: Int32 = -1
      for item in list.sorted() where item != previous {
        entries.append(item)
        previous = item
      }
      offsets.append(entries.count)
    }
    self.init(
      user: user, item: item, users: users.distinct, items: items.distinct, offsets: offsets,
      entries: entries, counts: counts)
  }

  /// - Precondition: users are distinct.
  package init(
    user: Feature<String>, item: Feature<String>, users: [String], items: [String],
    offsets: [Int], entries: [Int32], counts: [Int]
  ) {
    self.user = user
    self.item = item
    self.users = users
    self.items = items
    self.offsets = offsets
    self.entries = entries
    self.counts = counts
    userNumbers = StringTable(distinct: users)
  }

  /// The distinct items of a user; empty for a user who is not known.
  public func items(of user: String) -> [String] {
    positions(of: user).map { items[Int($0)] }
  }

  /// Whether the user has interacted with anything.
  public func knows(_ user: String) -> Bool { !positions(of: user).isEmpty }

  /// The row of each item in a catalogue; -1 for one that is not there.
  package func rows(in catalogue: Catalogue) -> [Int32] {
    items.map { catalogue.row(of: $0).map { Int32($0) } ?? -1 }
  }

  /// For each item of a catalogue the number of interactions.
  package func counts(in catalogue: Catalogue) -> [Int] {
    counts(at: rows(in: catalogue), count: catalogue.count)
  }

  /// The numbers of interactions by the rows that items have in a catalogue.
  package func counts(at rows: [Int32], count: Int) -> [Int] {
    var found = [Int](repeating: 0, count: count)
    for (row, count) in zip(rows, counts) where row >= 0 { found[Int(row)] += count }
    return found
  }

  /// The positions in `items` of what a user has interacted with; none for a user who is not known.
  package func positions(of user: String) -> ArraySlice<Int32> {
    guard let number = number(of: user) else { return [] }
    return entries[offsets[number]..<offsets[number + 1]]
  }

  package func number(of user: String) -> Int? { userNumbers.code(of: user) }
}
