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

  /// An index that was tried.
  public struct Trial: Sendable, Hashable, Codable {
    public var name: String
    public var measurements: IndexMeasurements
    public var isChosen: Bool
  }

  /// - Parameters:
  ///   - vectors: one a row.
  ///   - queries: a sample of what will be asked, of which at most 500 are looked at; vectors if nil.
  ///   - k: neighbours that will be asked for.
  ///   - recall: the share of the true neighbours to find, in 0...1.
  ///   - configuration: of the ScaNN index that is tried.
  ///   - similarity: what scores measure.
  /// - Throws: `IndexError` if a vector or a query is not finite or does not fit, or if k or the recall are
  ///   out of range.
  public init(
    over vectors: Matrix, queries: Matrix? = nil, k: Int = 10, recall: Double = 0.95,
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
    // Below a thousand vectors nothing is left to save.
    for (name, configuration) in vectors.rows < 1000 ? [] : Self.alternatives(to: configuration) {
      let index = try ScaNNIndex(vectors, configuration: configuration, similarity: similarity)
        .tuned(to: choosing, recall: recall, measuring: measuring)
      guard let measurements = index.measurements else { continue }
      trials.append(Trial(name: name, measurements: measurements, isChosen: false))
      // What falls short on the queries that chose it is not considered, however fast.
      if measurements.recall >= recall - 0.01,
        measurements.microseconds < trials[best.place].measurements.microseconds
      {
        best = (trials.count - 1, index)
      }
    }
    trials[best.place].isChosen = true
    self.trials = trials
    index = best.index
  }

  /// Queries that are looked at: half of them choose, half measure.
  private static let sampleSize = 500

  /// The tree as it is configured, and scans of all vectors.
  private static func alternatives(
    to configuration: ScaNNIndex.Configuration
  ) -> [(String, ScaNNIndex.Configuration)] {
    var bytes = configuration
    (bytes.leaves, bytes.scoring) = (1, .int8)
    var codes = configuration
    (codes.leaves, codes.scoring) = (1, .codes)
    return [("flat int8", bytes), ("flat codes", codes), ("ScaNN", configuration)]
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
