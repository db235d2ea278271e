extension ScaNNIndex {
  /// How an index is built, and how deep it searches unless a call says otherwise.
  ///
  /// Whatever is nil is chosen from the number and the dimensions of the vectors.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Leaves of the partitioning tree; 1 stands for no tree: every vector is looked at.
    public var leaves: Int?
    /// Leaves that a search looks into.
    public var leavesToSearch: Int?
    /// Vectors from which the tree is learnt, drawn at random where there are more.
    public var trainingSample = 250_000
    /// Rounds of k-means.
    public var iterations = 8
    /// Whether centroids are kept at length 1, for vectors whose direction is all that matters.
    public var spherical = false
    /// Weight of the part of the second residual that is parallel to the first: each vector is put into a
    /// second leaf too, chosen by it (SOAR; Sun et al., 2023). 0: no second leaf.
    public var soarLambda: Float?
    /// What the vectors in the leaves are scored by.
    public var scoring = Scoring.codes
    /// Threshold T of the score-aware loss as a share of the vector's norm (Guo et al., 2020): errors along
    /// the vector count (d - 1) T² / (1 - T²) times. 0: all errors count the same. For codes.
    public var anisotropicThreshold: Float = 0.2
    /// Dimensions that share one of 16 centres. For codes.
    public var dimensionsPerBlock = 2
    /// Candidates whose scores are computed again from better vectors.
    public var reordering: Int?
    /// What candidates are reordered with.
    public var precision = Precision.exact
    /// Every random choice follows from it.
    public var seed: UInt64 = 42

    public init() {}
  }

  /// What the vectors in the leaves are scored by.
  public enum Scoring: String, Sendable, Codable, CaseIterable {
    /// Codes of four bits for `dimensionsPerBlock` dimensions.
    case codes
    /// A byte for each dimension.
    case int8
    /// Two bytes for each dimension.
    case bfloat16
  }

  /// The elements of the vectors that candidates are reordered with.
  public enum Precision: String, Sendable, Codable, CaseIterable {
    /// The vectors as they were given: results carry exact scores.
    case exact
    /// The upper halves of the floats: half the memory, scores to three digits.
    case bfloat16
    /// Bytes with a scale for each vector: a quarter of the memory.
    case int8
  }
}

extension ScaNNIndex.Configuration {
  /// The configuration with everything chosen.
  ///
  /// - Throws: `IndexError` if a value is out of range.
  func resolved(
    count: Int, dimensions: Int, _ similarity: Similarity
  ) throws(IndexError) -> Self {
    try check()
    var result = self
    let leaves = max(1, min(self.leaves ?? Self.leaves(for: count), count))
    result.leaves = leaves
    result.leavesToSearch = min(leaves, leavesToSearch ?? max(24, leaves / 10))
    result.reordering = reordering ?? (scoring == .codes ? 150 : 30)
    // A second place costs a row number more: where vectors are short that is much beside the code.
    result.soarLambda = soarLambda ?? (scoring == .codes && dimensions >= 64 ? 1.5 : 0)
    // Positions are numbers of 32 bits.
    if leaves == 1 || 2 * count > Int(UInt32.max) { result.soarLambda = 0 }
    // Distances have no direction in which errors weigh more.
    if similarity == .euclidean { result.anisotropicThreshold = 0 }
    return result
  }

  /// Below a few thousand vectors a tree saves nothing; from there on about 2.8 √n leaves.
  private static func leaves(for count: Int) -> Int {
    count < 4096 ? 1 : Int(Double(count).squareRoot() * 2.8)
  }

  private func check() throws(IndexError) {
    func refuse(_ name: String, _ value: Any, _ expected: String) throws(IndexError) {
      throw IndexError(.invalidConfiguration, "\(name) is \(value); expected \(expected)")
    }
    for (name, value) in [
      ("leaves", leaves), ("leavesToSearch", leavesToSearch), ("reordering", reordering),
      ("trainingSample", trainingSample), ("iterations", iterations),
    ] {
      if let value, value < 1 { try refuse(name, value, "at least 1") }
    }
    if !(1...64).contains(dimensionsPerBlock) {
      try refuse("dimensionsPerBlock", dimensionsPerBlock, "1 to 64")
    }
    if !(anisotropicThreshold >= 0 && anisotropicThreshold < 1) {
      try refuse("anisotropicThreshold", anisotropicThreshold, "0 or more, and less than 1")
    }
    if let soarLambda, !(soarLambda >= 0 && soarLambda.isFinite) {
      try refuse("soarLambda", soarLambda, "0 or more")
    }
  }
}
