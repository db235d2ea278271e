import ArgumentParser
import Foundation
import Shortlist

struct Recommend: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recommend items to a user, or to all users.",
    discussion: """
      EXAMPLE
        shortlist recommend artifacts/movies --user 42
        shortlist recommend artifacts/movies --user 42 -k 3 --exclude "Rudy (1993)" --json
        shortlist recommend artifacts/movies --user 42 --where 'movie_genres contains "Comedy"'
        shortlist recommend artifacts/movies --all --output recommendations.csv

      What the user has seen in training is left out. A user whom the model does not know gets the most popular
      items.
      """)

  @Argument(help: "The artefact.", completion: .directory) var artefact: String
  @Option(help: "The user.") var user: String?
  @Option(help: "A further feature of the query, as name=value; may be given several times.")
  var feature: [String] = []
  @Option(name: .customShort("k"), parsing: .unconditional, help: "How many items.")
  var count = 10
  @Option(help: "Leave out this item; may be given several times.") var exclude: [String] = []
  @Option(help: "Choose only from this item; may be given several times.") var among: [String] = []
  @OptionGroup var condition: ItemCondition
  @Flag(help: "Do not leave out what the user has seen.") var includeSeen = false
  @Flag(help: "Recommend to every user that the artefact knows.") var all = false
  @Option(
    help: "Recommend to every row of this file, which holds the query's features.",
    completion: .file())
  var users: String?
  @Option(
    name: .shortAndLong,
    help: "With --all or --users: a .csv or .jsonl file; standard output by default.",
    completion: .file())
  var output: String?
  @Flag(help: "Print one JSON object (one a line with --all or --users).") var json = false

  func validate() throws {
    let ways = [user != nil || !feature.isEmpty, all, users != nil]
    guard ways.filter({ $0 }).count == 1 else {
      throw ValidationError("Give one of --user (or --feature), --all and --users.")
    }
    guard count >= 1 else {
      throw ValidationError("-k is \(count); ask for at least 1 item.")
    }
    for feature in feature where !feature.contains("=") {
      throw ValidationError("--feature \(feature): expected name=value.")
    }
    if let output, !all, users == nil {
      throw ValidationError("--output \(output) is for --all or --users.")
    }
    if json, output?.hasSuffix(".csv") == true {
      throw ValidationError("--json and an --output of CSV; choose one.")
    }
    if let output, !output.hasSuffix(".csv"), !output.hasSuffix(".jsonl") {
      throw ValidationError("--output \(output): expected a name that ends in .csv or .jsonl.")
    }
  }

  func run() throws {
    let retriever = try Retriever(contentsOf: artefact)
    if all || users != nil { return try recommendToMany(retriever) }

    let hits = try retriever.recommend(
      count, for: query(for: retriever), excluding: Set(exclude),
      among: among.isEmpty ? nil : Set(among), matching: condition.filter(),
      excludingSeen: !includeSeen)
    if json {
      return try Terminal.printJSON(UserRecommendations(user: user, hits))
    }
    if hits.basis == .popularity {
      Terminal.warn("note: the model does not know this user; these are the most popular items")
    }
    try Terminal.show(hits.table)
  }

  private func query(for retriever: Retriever) throws -> Query {
    var features: [String: Query.Value] = [:]
    if let user { features[userFeature(of: retriever)] = .string(user) }
    for feature in feature {
      let parts = feature.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let (name, value) = (String(parts[0]), String(parts[1]))
      let known = retriever.model.query.features
      guard let encoder = known.first(where: { $0.featureName == name }) else {
        throw CommandFailure(
          "--feature \(name)=\(value): the model reads no such feature; it reads "
            + known.map(\.featureName).joined(separator: ", "))
      }
      switch encoder {
      case is Numeric:
        guard let number = Float(value) else {
          throw CommandFailure("--feature \(name)=\(value): expected a number")
        }
        features[name] = .number(number)
      case let embedding as Embedding where embedding.pooling != nil:
        features[name] = .strings(value.isEmpty ? [] : value.split(separator: "|").map(String.init))
      default: features[name] = .string(value)
      }
    }
    return Query(features)
  }

  /// The feature that --user stands for.
  private func userFeature(of retriever: Retriever) -> String {
    retriever.history?.user.name ?? retriever.model.query.features[0].featureName
  }

  // MARK: Many users

  private func recommendToMany(_ retriever: Retriever) throws {
    let name = userFeature(of: retriever)
    let queries: Dataset
    if let users {
      queries = try Dataset(
        contentsOf: users, columns: retriever.model.query.features.map { $0.columnSpecification })
    } else {
      queries = try retriever.allUsers()
    }
    let names = queries.has(Feature<String>(name)) ? queries[Feature<String>(name)] : nil
    let lines = ManyRecommendations(isCSV: output?.hasSuffix(".csv") ?? !json)
    try lines.write(to: output) { emit in
      let block = 4096
      for start in stride(from: 0, to: queries.rowCount, by: block) {
        let rows = Array(start..<min(start + block, queries.rowCount))
        let lists = try retriever.recommend(
          count, forEach: queries.rows(at: rows), excluding: Set(exclude),
          among: among.isEmpty ? nil : Set(among), matching: condition.filter(),
          excludingSeen: !includeSeen)
        for (row, hits) in zip(rows, lists) {
          try emit(lines.text(UserRecommendations(user: names?[row] ?? String(row), hits)))
        }
      }
    }
  }
}

/// A user's recommendations as JSON.
struct UserRecommendations: Encodable {
  let user: String?
  let basis: Recommendations.Basis
  let items: [Recommendation]

  init(user: String?, _ hits: Recommendations) {
    self.user = user
    basis = hits.basis
    items = hits.items
  }
}

extension Recommendations {
  /// Rank, item and score in lines.
  var table: String {
    Terminal.table(
      ["", "item", "score"],
      enumerated().map { ["\($0 + 1)", $1.identifier, $1.score.shown] }, numbers: [0, 2])
  }
}

extension FeatureEncoder {
  /// The column that holds the feature in a file of queries.
  fileprivate var columnSpecification: ColumnSpecification {
    switch self {
    case is Numeric: ColumnSpecification(featureName, .float)
    case let embedding as Embedding where embedding.pooling != nil:
      ColumnSpecification(featureName, .strings())
    default: ColumnSpecification(featureName, .string)
    }
  }
}
