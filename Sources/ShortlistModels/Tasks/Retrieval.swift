import ShortlistTensors

/// The retrieval task: for each example, tell its candidate from the others of the batch by a softmax over
/// inner products.
///
/// With s_ij the inner product of query i and candidate j, τ the temperature, q_j the probability that
/// candidate j is drawn into a batch, and w_i the example's weight:
///
///     loss = Σ_i w_i (log Σ_j exp(s_ij / τ - log q_j) - (s_ii / τ - log q_i))
///
/// Two corrections that the plain in-batch softmax lacks are on by default: log q (Yi et al., 2019:
/// "Sampling-bias-corrected neural modeling"), and the removal of accidental hits, candidates of other
/// examples that are this example's own. `Retrieval.tutorial` turns both off.
public struct Retrieval: Codable, Sendable, Hashable {
  /// τ: scores are divided by it.
  public var temperature: Float
  /// Whether log q is subtracted from the scores in training.
  public var correctingSampling: Bool
  /// Whether a candidate equal to the example's own is left out of its negatives.
  public var removingAccidentalHits: Bool
  /// Keep only so many of the highest-scoring negatives of each example; nil for all.
  public var hardNegatives: Int?
  /// Candidates drawn from the training catalogue, uniformly, as negatives beyond the batch
  /// (Yang et al., 2020: "Mixed negative sampling").
  public var extraNegatives: Int
  /// Query vectors an example; its score is the largest of theirs (Li et al., 2019: "MIND").
  public var queryVectors: Int
  /// Report the share of examples whose candidate is among the k best of its batch, for these k.
  public var batchMetrics: [Int]

  public init(
    temperature: Float = 1, correctingSampling: Bool = true, removingAccidentalHits: Bool = true,
    hardNegatives: Int? = nil, extraNegatives: Int = 0, queryVectors: Int = 1,
    batchMetrics: [Int] = []
  ) {
    self.temperature = temperature
    self.correctingSampling = correctingSampling
    self.removingAccidentalHits = removingAccidentalHits
    self.hardNegatives = hardNegatives
    self.extraNegatives = extraNegatives
    self.queryVectors = queryVectors
    self.batchMetrics = batchMetrics
    precondition(invalidOption == nil, invalidOption ?? "")
  }

  /// What the TensorFlow Recommenders tutorial trains with: the plain softmax, nothing corrected.
  public static let tutorial = Retrieval(correctingSampling: false, removingAccidentalHits: false)

  /// What is wrong with the options, or nil.
  public var invalidOption: String? {
    if !(temperature > 0 && temperature.isFinite) {
      return "temperature is \(temperature), it must be positive"
    }
    if let hardNegatives, hardNegatives < 1 {
      return "hard_negatives is \(hardNegatives), it must be at least 1"
    }
    if extraNegatives < 0 { return "extra_negatives is \(extraNegatives), it must not be negative" }
    if !(1...255).contains(queryVectors) {
      return "query_vectors is \(queryVectors), it must be between 1 and 255"
    }
    if let k = batchMetrics.first(where: { $0 < 1 }) {
      return "batch_metrics holds \(k), each must be at least 1"
    }
    return nil
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case temperature
    case correctingSampling = "correcting_sampling"
    case removingAccidentalHits = "removing_accidental_hits"
    case hardNegatives = "hard_negatives"
    case extraNegatives = "extra_negatives"
    case queryVectors = "query_vectors"
    case batchMetrics = "batch_metrics"
  }

  public init(from decoder: any Decoder) throws { try self.init(from: decoder, over: Retrieval()) }

  /// Decodes what is given over a base; keys that are neither options nor `others` are errors.
  package init(
    from decoder: any Decoder, over base: Retrieval, alsoKnowing others: [String] = []
  ) throws {
    self = base
    let known = CodingKeys.allCases.map(\.stringValue) + others
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys
    where !known.contains(key.stringValue) {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath + [key],
          debugDescription: "there is no such option; known are "
            + known.sorted().joined(separator: ", ")))
    }
    let c = try decoder.container(keyedBy: CodingKeys.self)
    temperature = try c.decodeIfPresent(Float.self, forKey: .temperature) ?? temperature
    correctingSampling =
      try c.decodeIfPresent(Bool.self, forKey: .correctingSampling) ?? correctingSampling
    removingAccidentalHits =
      try c.decodeIfPresent(Bool.self, forKey: .removingAccidentalHits) ?? removingAccidentalHits
    hardNegatives = try c.decodeIfPresent(Int.self, forKey: .hardNegatives) ?? hardNegatives
    extraNegatives = try c.decodeIfPresent(Int.self, forKey: .extraNegatives) ?? extraNegatives
    queryVectors = try c.decodeIfPresent(Int.self, forKey: .queryVectors) ?? queryVectors
    batchMetrics = try c.decodeIfPresent([Int].self, forKey: .batchMetrics) ?? batchMetrics
    if let invalidOption {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: invalidOption))
    }
  }
}

/// Who meets whom in a batch. Query and candidate vectors are given once for each distinct row; examples
/// and extra negatives name rows.
public struct RetrievalBatch: Sendable {
  /// For each example, its row among the query vectors.
  public var queries: [Int32]
  /// For each example, the row of its candidate.
  public var candidates: [Int32]
  /// Rows of candidates that are negatives for all examples: columns after those of the batch.
  public var extraNegatives: [Int32] = []
  /// A weight for each example; nil for ones.
  public var weights: [Float]?
  /// For each candidate row, the probability of being drawn; nil for no correction.
  public var samplingProbabilities: [Float]?
  /// For each candidate row, the number of its item; nil where each row is an item of its own.
  public var items: [Int32]?
  /// Row by row (one for each example), which columns take part: `examples + extraNegatives` flags each.
  public var scoreMask: [Bool]?

  public init(queries: [Int32], candidates: [Int32]) {
    precondition(
      queries.count == candidates.count,
      "\(queries.count) queries for \(candidates.count) candidates")
    self.queries = queries
    self.candidates = candidates
  }

  /// The number of examples.
  public var count: Int { queries.count }
}

/// What the task computes for a batch.
public struct RetrievalLoss {
  /// One number: the weighted sum over the examples.
  public let loss: Variable
  /// For each example, how many columns of other candidates score at least as high as its own, after all
  /// corrections; empty unless asked for.
  public let betterInBatch: [Int32]
}

extension Retrieval {
  /// The loss of a batch.
  ///
  /// - Parameters:
  ///   - queries: u x (queryVectors * d), one row for each distinct query.
  ///   - candidates: c x d, one row for each distinct candidate.
  ///   - batch: which rows meet.
  /// - Complexity: O(u * c * d) where nothing asks for the examples one by one (hard negatives, a score
  ///   mask, rows that share an item, batch metrics), else O(examples * (examples + extras) * d).
  public func loss(
    queries: Variable, candidates: Variable, batch: RetrievalBatch, in pass: Pass
  ) -> RetrievalLoss {
    let width = candidates.columns
    precondition(
      queries.columns == queryVectors * width,
      "queries of \(queries.columns) columns for \(queryVectors) vectors of \(width)")
    let plan = InBatchSoftmax(task: self, batch: batch, candidateRows: candidates.rows)
    let result = plan.evaluate(
      queries: queries.value, candidates: candidates.value, withGradients: pass.isTraining)
    let value = Matrix(rows: 1, columns: 1, values: [Float(result.loss)])
    let loss = pass.record(value, from: [queries, candidates]) { upstream in
      var toQueries = result.queryGradient
      var toCandidates = result.candidateGradient
      if upstream[0, 0] != 1 {
        toQueries?.scale(by: upstream[0, 0])
        toCandidates?.scale(by: upstream[0, 0])
      }
      return [toQueries, toCandidates]
    }
    return RetrievalLoss(loss: loss, betterInBatch: result.betterInBatch)
  }
}
