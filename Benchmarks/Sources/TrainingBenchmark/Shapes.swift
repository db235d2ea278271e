import Shortlist

/// Interactions of numbered users and items, in the order they were drawn.
struct Interactions {
  let users: [Int]
  let items: [Int]
  let userCount: Int
  let itemCount: Int

  /// Rows drawn uniformly.
  static func uniform(users: Int, items: Int, count: Int, seed: UInt64) -> Interactions {
    var random = RandomStream(seed: seed)
    return Interactions(
      users: (0..<count).map { _ in random.below(users) },
      items: (0..<count).map { _ in random.below(items) }, userCount: users, itemCount: items)
  }

  /// No user and no item comes twice.
  static func distinct(users: Int, items: Int, count: Int, seed: UInt64) -> Interactions {
    var random = RandomStream(seed: seed)
    return Interactions(
      users: Array(random.permutation(of: users).prefix(count)),
      items: Array(random.permutation(of: items).prefix(count)), userCount: users,
      itemCount: items)
  }

  /// Users and items with long tails: number r is drawn about in proportion to 1 / (r + offset).
  static func longTailed(users: Int, items: Int, count: Int, seed: UInt64) -> Interactions {
    var random = RandomStream(seed: seed)
    let pick = { (tail: [Double]) -> Int in
      let x = Double(random.uniform()) * (tail.last ?? 0)
      return tail.partition { $0 > x }
    }
    let userTail = Self.tail(users, offset: 100)
    let itemTail = Self.tail(items, offset: 60)
    var drawn: (users: [Int], items: [Int]) = ([], [])
    for _ in 0..<count {
      drawn.users.append(pick(userTail))
      drawn.items.append(pick(itemTail))
    }
    return Interactions(
      users: drawn.users, items: drawn.items, userCount: users, itemCount: items)
  }

  private static func tail(_ count: Int, offset: Double) -> [Double] {
    var sum = 0.0
    return (0..<count).map { rank in
      sum += 1 / (Double(rank) + offset)
      return sum
    }
  }

  func dataset() throws -> Dataset {
    try Dataset([
      ("user_id", .init(users.map { "u\($0)" })), ("movie_title", .init(items.map { "i\($0)" })),
    ])
  }

  /// Every item once.
  func catalogue() throws -> Dataset {
    try Dataset([("movie_title", .init((0..<itemCount).map { "i\($0)" }))])
  }

  func model(dimensions: Int, task: Retrieval) throws -> TwoTowerModel {
    let users = try Vocabulary(inOrder: (0..<userCount).map { "u\($0)" })
    let items = try Vocabulary(inOrder: (0..<itemCount).map { "i\($0)" })
    return TwoTowerModel(
      query: Tower { Embedding(of: .userID, in: users, dimensions: dimensions) },
      candidate: Tower { Embedding(of: .movieTitle, in: items, dimensions: dimensions) },
      task: task, seed: 1)
  }
}

extension [Double] {
  /// The first place whose element satisfies the predicate, in elements where it holds from there on.
  fileprivate func partition(_ holds: (Double) -> Bool) -> Int {
    var low = 0
    var high = count - 1
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
