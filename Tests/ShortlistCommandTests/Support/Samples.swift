import Foundation
import Testing

/// Made-up tastes in which the right answers are plain: even users like even items, odd users odd ones.
///
/// Each of 24 users has rated 9 of the 12 items of their kind; the three that are left are what should be
/// recommended.
enum Sample {
  static let users = 24
  static let items = 24
  static let ratings = users * 9

  static func title(_ item: Int) -> String {
    item == 3 ? "Amélie 3 (2001)" : "Film \(item) (19\(70 + item))"
  }

  /// Whether a user has rated an item.
  static func hasRated(_ user: Int, _ item: Int) -> Bool {
    user % 2 == item % 2 && (item / 2 + user / 2) % 12 >= 3
  }

  /// What a user should be recommended.
  static func unseen(by user: Int) -> Set<String> {
    Set((1...items).filter { $0 % 2 == user % 2 && !hasRated(user, $0) }.map(title))
  }

  static func forEachRating(_ body: (_ user: Int, _ item: Int, _ time: Int) -> Void) {
    var time = 880_000_000
    // Items in a different order for each user, so that latest rows are of many items.
    for place in 0..<items {
      for user in 1...users {
        let item = (place * 7 + user) % items + 1
        guard hasRated(user, item) else { continue }
        time += 60
        body(user, item, time)
      }
    }
  }

  // MARK: MovieLens 100K

  static func uData() -> String {
    var text = ""
    forEachRating { text += "\($0)\t\($1)\t\(3 + $1 % 3)\t\($2)\n" }
    return text
  }

  static func uItem() -> String {
    (1...items).map { item in
      let genres = (0..<19).map { $0 == 1 + item % 2 ? "1" : "0" }.joined(separator: "|")
      return "\(item)|\(title(item))|01-Jan-1995||http://example.org/\(item)|\(genres)\n"
    }
    .joined()
  }

  static func uUser() -> String {
    (1...users).map { user in
      "\(user)|\(20 + user)|\(user % 3 == 0 ? "F" : "M")|\(user % 2 == 0 ? "writer" : "engineer")|1000\(user)\n"
    }
    .joined()
  }

  // MARK: Recipes

  static let recipe = """
    data: { movielens: 100k }
    split: { kind: random, holdout: 0.1, seed: 1 }
    query: { features: [{ feature: user_id, dimensions: 8 }] }
    candidate: { features: [{ feature: movie_title, dimensions: 8 }] }
    optimizer: { kind: adagrad, learning_rate: 0.5 }
    batch_size: 64
    epochs: 12
    top_k: [1, 5, 10, 50, 100]
    """

  /// A recipe for files.
  static func fileRecipe(_ data: String, _ rest: String = "") -> String {
    """
    data: \(data)
    user: user
    item: item
    query: { features: [{ feature: user, dimensions: 8 }] }
    candidate: { features: [{ feature: item, dimensions: 8 }] }
    optimizer: { kind: adagrad, learning_rate: 0.5 }
    batch_size: 64
    epochs: 12
    \(rest)
    """
  }
}

extension Shortlist {
  /// MovieLens 100K in the folder of data sets, as it is published: titles in ISO-8859-1.
  func writeMovieLens() throws {
    try write("data/ml-100k/u.data", Sample.uData())
    try write("data/ml-100k/u.item", Sample.uItem().data(using: .isoLatin1) ?? Data())
    try write("data/ml-100k/u.user", Sample.uUser())
    try write("recipe.yaml", Sample.recipe)
  }

  /// The same tastes as a file of interactions.
  @discardableResult
  func writeInteractions(_ path: String) throws -> String {
    var text = ""
    let separator = path.hasSuffix(".tsv") ? "\t" : ","
    if !path.hasSuffix(".jsonl") {
      text = ["time", "item", "note", "user", "stars"].joined(separator: separator) + "\n"
    }
    Sample.forEachRating { user, item, time in
      let title = Sample.title(item)
      if path.hasSuffix(".jsonl") {
        text +=
          "{\"user\": \"\(user)\", \"item\": \"\(title)\", \"time\": \(time), \"stars\": 4.5}\n"
      } else {
        text +=
          ["\(time)", "\"\(title)\"", "\"a \"\"b\"\", c\"", "\(user)", "4.5"]
          .joined(separator: separator) + "\n"
      }
    }
    return try write(path, text)
  }

  /// A trained artefact of the made-up MovieLens at `movies`.
  func trainMovies() throws {
    try writeMovieLens()
    try succeed("train", "recipe.yaml", "--output", "movies", "--quiet")
  }
}
