public import ShortlistData
import ShortlistTensors

extension Recipe {
  /// Where interactions come from: an edition of MovieLens, or files.
  public struct DataSource: Sendable, Codable, Equatable {
    /// `100k`, `1m`, `latest-small`, `20m`, `25m` or `32m`.
    public var movieLens: String?
    /// The folder of that edition; nil for the folder of data sets.
    public var path: String?
    /// A CSV, TSV, JSON Lines or TFRecord file of interactions, perhaps gzipped, or a pattern of such files.
    public var interactions: String?
    /// A file with the features of items; nil where the interactions hold all there is.
    public var items: String?
    /// Further columns of items, for filters, with the types of their values.
    public var itemColumns: [String: ItemColumnKind] = [:]
    /// A file with the features of users.
    public var users: String?
    /// `csv`, `tsv`, `jsonl` or `tfrecord`; nil for what the file name tells.
    public var format: String?
    public var encoding: TableFormat.Encoding = .utf8
    /// What columns are called in the files, by feature.
    public var columns: [String: String] = [:]
    /// The feature that holds ratings, and the least that counts as a positive; nil for every row.
    public var rating = "user_rating"
    public var minimumRating: Float?
    /// Users and items with fewer rows are left out.
    public var minimumCount = 1
    /// The feature that holds times, for splits by time.
    public var timestamp = "timestamp"
    /// Whether malformed rows are skipped and counted.
    public var skipMalformed = false

    public init() {}

    /// The values of a column of items.
    public enum ItemColumnKind: String, Sendable, Codable, CaseIterable {
      case string, integer, number
      /// Strings with "|" between them, in JSON an array.
      case list

      /// A column of this kind.
      public func specification(_ name: String, from source: String? = nil) -> ColumnSpecification {
        switch self {
        case .string: ColumnSpecification(name, .string, from: source)
        case .integer: ColumnSpecification(name, .integer, from: source)
        case .number: ColumnSpecification(name, .float, from: source)
        case .list: ColumnSpecification(name, .strings(), from: source)
        }
      }
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case movieLens = "movielens"
      case itemColumns = "item_columns"
      case path, interactions, items, users, format, encoding, columns, rating, timestamp
      case minimumRating = "minimum_rating"
      case minimumCount = "minimum_count"
      case skipMalformed = "skip_malformed"
    }

    public init(from decoder: any Decoder) throws {
      let c = try decoder.recipeContainer(keyedBy: CodingKeys.self)
      movieLens = try c.decodeIfPresent(String.self, forKey: .movieLens)
      path = try c.decodeIfPresent(String.self, forKey: .path)
      interactions = try c.decodeIfPresent(String.self, forKey: .interactions)
      items = try c.decodeIfPresent(String.self, forKey: .items)
      users = try c.decodeIfPresent(String.self, forKey: .users)
      format = try c.decodeIfPresent(String.self, forKey: .format)
      encoding = try c.value(.encoding, or: encoding)
      columns = try c.value(.columns, or: columns)
      rating = try c.value(.rating, or: rating)
      minimumRating = try c.decodeIfPresent(Float.self, forKey: .minimumRating)
      minimumCount = try c.value(.minimumCount, or: minimumCount, "at least 1") { $0 >= 1 }
      timestamp = try c.value(.timestamp, or: timestamp)
      skipMalformed = try c.value(.skipMalformed, or: skipMalformed)
      itemColumns = try Self.itemColumns(c)
      guard (movieLens == nil) != (interactions == nil) else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "give either `movielens: EDITION` or `interactions: FILE`"))
      }
      if movieLens != nil, !itemColumns.isEmpty {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath + [CodingKeys.itemColumns],
            debugDescription:
              "it is for files; MovieLens has movie_id, movie_title and movie_genres"))
      }
      if let movieLens, Self.editions[movieLens] == nil {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath + [CodingKeys.movieLens],
            debugDescription: "there is no edition \"\(movieLens)\"; known are "
              + Self.editions.keys.sorted().joined(separator: ", ")))
      }
    }

    private static func itemColumns(
      _ container: KeyedDecodingContainer<CodingKeys>
    ) throws -> [String: ItemColumnKind] {
      guard container.contains(.itemColumns), try !container.decodeNil(forKey: .itemColumns) else {
        return [:]
      }
      let columns = try container.nestedContainer(keyedBy: AnyKey.self, forKey: .itemColumns)
      var kinds: [String: ItemColumnKind] = [:]
      for name in columns.allKeys { kinds[name.stringValue] = try columns.choice(name) }
      return kinds
    }

    /// The editions of MovieLens by the names that recipes use.
    public static let editions: [String: MovieLens.Edition] = [
      "100k": .small100K, "1m": .medium1M, "latest-small": .latestSmall, "20m": .large20M,
      "25m": .large25M, "32m": .large32M,
    ]
  }
}
