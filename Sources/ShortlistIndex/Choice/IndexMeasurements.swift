/// How an index did on a sample of queries, beside exact search on the same queries in the same run.
public struct IndexMeasurements: Sendable, Hashable, Codable {
  /// Neighbours asked for.
  public var k: Int
  /// Queries measured, other ones than those by which a configuration was chosen.
  public var queries: Int
  /// The share of the true neighbours found.
  public var recall: Double
  /// Time of one query on one thread.
  public var microseconds: Double
  public var exactMicroseconds: Double

  private enum CodingKeys: String, CodingKey {
    case k, queries, recall, microseconds
    case exactMicroseconds = "exact_microseconds"
  }

  /// How many times faster than exact search.
  public var speedup: Double { exactMicroseconds / microseconds }

  public init(
    k: Int, queries: Int, recall: Double, microseconds: Double, exactMicroseconds: Double
  ) {
    self.k = k
    self.queries = queries
    self.recall = recall
    self.microseconds = microseconds
    self.exactMicroseconds = exactMicroseconds
  }
}

extension IndexMeasurements: CustomStringConvertible {
  /// As "recall@10 0.953, 12 us a query (exact 260 us), 500 queries".
  public var description: String {
    "recall@\(k) \(Self.rounded(recall, 1000)), \(Self.rounded(microseconds, 10)) us a query "
      + "(exact \(Self.rounded(exactMicroseconds, 10)) us), \(queries) queries"
  }

  private static func rounded(_ value: Double, _ steps: Double) -> Double {
    (value * steps).rounded() / steps
  }
}
