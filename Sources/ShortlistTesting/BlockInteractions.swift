public import ShortlistData

/// Interactions whose right answer is obvious: users of a group like the items of their group, all of
/// them, and no others.
///
/// Of each user one interaction is held out (each time another of the group's items, so that every item
/// stands in `train`): the one item of the group that the user has not seen is the answer. A model that
/// learns has a masked top-1 accuracy of 1. With one item a group nothing is held out, and the answer is
/// the group's item.
public struct BlockInteractions: Sendable {
  public static let user: Feature<String> = "user_id"
  public static let item: Feature<String> = "item_id"
  public static let group: Feature<String> = "group"

  /// Columns user_id and item_id, group by group, user by user.
  public let train: Dataset
  /// One row a user, with the same columns.
  public let test: Dataset
  /// One row an item: item_id and group.
  public let items: Dataset

  /// - Precondition: every number is positive, and an item that is held out stands with another user.
  public init(groups: Int = 3, usersPerGroup: Int = 4, itemsPerGroup: Int = 4) {
    precondition(
      groups > 0 && usersPerGroup > (itemsPerGroup > 1 ? 1 : 0) && itemsPerGroup > 0,
      "\(groups) groups of \(usersPerGroup) users and \(itemsPerGroup) items")
    var train: [(user: String, item: String)] = []
    var test: [(user: String, item: String)] = []
    var items: [(item: String, group: String)] = []
    for group in 0..<groups {
      let names = (0..<itemsPerGroup).map { "item \(group).\($0)" }
      items += names.map { ($0, "group \(group)") }
      for user in 0..<usersPerGroup {
        let name = "user \(group).\(user)"
        test.append((name, names[user % itemsPerGroup]))
        for (place, item) in names.enumerated()
        where itemsPerGroup == 1 || place != user % itemsPerGroup { train.append((name, item)) }
      }
    }
    self.train = Self.table(train.map(\.user), train.map(\.item))
    self.test = Self.table(test.map(\.user), test.map(\.item))
    self.items = Self.table(
      Self.item.name, items.map(\.item), Self.group.name, items.map(\.group))
  }

  private static func table(_ users: [String], _ items: [String]) -> Dataset {
    table(user.name, users, item.name, items)
  }

  private static func table(
    _ name: String, _ values: [String], _ other: String, _ others: [String]
  ) -> Dataset {
    do {
      return try Dataset([
        (name, .strings(StringColumn(values))), (other, .strings(StringColumn(others))),
      ])
    } catch {
      preconditionFailure(error.description)
    }
  }
}
