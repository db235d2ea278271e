public import ShortlistTensors

/// The fastest index for a catalogue that reaches a recall, exact search among them.
///
/// ```swift
/// let choice = try IndexChoice(over: vectors, queries: sample, recall: 0.95)
/// print(choice)            // what was tried and measured
/// let index = choice.index
/// ```
///
/// Everything is measured here and now, on a sample of queries: an approximate index is chosen only where it
/// is faster than exact search on this machine.
public struct IndexChoice: Sendable {
  /// The chosen one.
  public let index: any VectorIndex
  /// What was measured of each index that was tried, the exact one first.
  public let trials: [Trial]

  /// What to choose from.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Exact search.
    case exact
    /// The ScaNN index as it is configured, tuned to the recall unless the configuration says how deep to
    /// search.
    case scann
    /// Whatever is fastest: exact search, flat scans of bytes and of codes, the ScaNN index.
    case auto
  }

  /// An index that was tried.
  public struct Trial: Sendable, Hashable, Codable {
    public var name: String
    public var measurements: IndexMeasurements
    public var isChosen: Bool

    private enum CodingKeys: String, CodingKey {
      case name, measurements
      case isChosen = "is_chosen"
    }

    public init(name: String, measurements: IndexMeasurements, isChosen: Bool) {
      self.name = name
      self.measurements = measurements
      self.isChosen = isChosen
    }
  }

  /// - Parameters:
  ///   - vectors: one a row.
  ///   - kind: what to choose from.
  ///   - queries: a sample of what will be asked, of which at most 500 are looked at; vectors if nil.
  ///   - k: neighbours that will be asked for.
  ///   - recall: the share of the true neighbours to find, in 0...1.
  ///   - configuration: of the ScaNN index that is tried.
  ///   - similarity: what scores measure.
  /// - Throws: `IndexError` if a vector or a query is not finite or does not fit, or if k or the recall are
  ///   out of range.
  public init(
    over vectors: Matrix, kind: Kind = .auto, queries: Matrix? = nil, k: Int = 10,
    recall: Double = 0.95,
    configuration: ScaNNIndex.Configuration = .init(), similarity: Similarity = .innerProduct
  ) throws {
    try IndexError.check(k: k)
    guard recall > 0, recall <= 1 else {
      throw IndexError(
        .invalidConfiguration, "a recall of \(recall); expected more than 0 and at most 1")
    }
    let exact = try ExactIndex(vectors, similarity: similarity)
    let sample = (queries ?? vectors).sample(of: Self.sampleSize, seed: configuration.seed)
    try IndexError.check(dimensions: sample.columns, expected: vectors.columns)
    let choosing = try IndexTrial(sample.halves.0, k: k, exact: exact)
    let measuring = try IndexTrial(sample.halves.1, k: k, exact: exact)
    var trials = [
      Trial(
        name: "exact",
        measurements: IndexMeasurements(
          k: k, queries: measuring.queries.rows, recall: 1,
          microseconds: measuring.exactMicroseconds, exactMicroseconds: measuring.exactMicroseconds),
        isChosen: false)
    ]
    var best: (place: Int, index: any VectorIndex) = (0, exact)
    for (name, configuration) in Self.alternatives(kind, configuration, count: vectors.rows) {
      var index = try ScaNNIndex(vectors, configuration: configuration, similarity: similarity)
      let isTuned = configuration.leavesToSearch == nil && configuration.reordering == nil
      index =
        isTuned || kind == .auto
        ? try index.tuned(to: choosing, recall: recall, measuring: measuring)
        : try index.measured(measuring)
      guard let measurements = index.measurements else { continue }
      trials.append(Trial(name: name, measurements: measurements, isChosen: false))
      let isFaster = measurements.microseconds < trials[best.place].measurements.microseconds
      // On other queries than those that chose its depth, an index may miss the recall by chance.
      if kind == .scann || isFaster && measurements.recall >= recall - 0.01 {
        best = (trials.count - 1, index)
      }
    }
    trials[best.place].isChosen = true
    self.trials = trials
    index = best.index
  }

  /// Queries that are looked at: half of them choose, half measure.
  private static let sampleSize = 500

  private static func alternatives(
    _ kind: Kind, _ configuration: ScaNNIndex.Configuration, count: Int
  ) -> [(String, ScaNNIndex.Configuration)] {
    let tree = ("scann", configuration)
    var bytes = configuration
    (bytes.leaves, bytes.scoring) = (1, .int8)
    var codes = configuration
    (codes.leaves, codes.scoring) = (1, .codes)
    switch kind {
    case .exact: return []
    case .scann: return [tree]
    // Below a thousand vectors nothing is left to save.
    case .auto: return count < 1000 ? [] : [("flat int8", bytes), ("flat codes", codes), tree]
    }
  }
}

extension IndexChoice: CustomStringConvertible {
  /// A line for each index that was tried.
  public var description: String {
    trials.map { "\($0.isChosen ? "*" : " ") \($0.name): \($0.measurements)" }
      .joined(separator: "\n")
  }
}

extension Matrix {
  /// Rows at random, or all where there are not more.
  func sample(of wanted: Int, seed: UInt64) -> Matrix {
    guard rows > wanted else { return self }
    var random = RandomStream(seed: seed, stream: 2)
    return gathering(random.permutation(of: rows).prefix(wanted).map { Int32($0) })
  }
}
