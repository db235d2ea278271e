public import ShortlistData
public import ShortlistTensors

/// Two towers that meet in an inner product: one for queries (users), one for candidates (items).
///
/// ```swift
/// var model = TwoTowerModel(
///   query: Tower { Embedding(of: .userID, in: users, dimensions: 32) },
///   candidate: Tower { Embedding(of: .movieTitle, in: titles, dimensions: 32) },
///   task: Retrieval(), seed: 42)
/// ```
public struct TwoTowerModel: Model {
  public let query: Tower
  public let candidate: Tower
  public var task: Retrieval
  /// The feature that weighs an example's loss, if there is one.
  public var weight: Feature<Float>?
  public var parameters: Parameters

  /// A model with first values drawn from `seed`.
  ///
  /// - Precondition: the query tower gives `task.queryVectors` vectors of the candidates' width.
  public init(
    query: Tower, candidate: Tower, task: Retrieval = Retrieval(), weight: Feature<Float>? = nil,
    seed: UInt64
  ) {
    var parameters = Parameters()
    for (path, tower) in [("query", query), ("candidate", candidate)] {
      for specification in tower.parameters {
        let name = "\(path)/\(specification.name)"
        parameters[name] = specification.initializer.matrix(
          rows: specification.rows, columns: specification.columns, named: name, seed: seed)
      }
    }
    self.init(
      query: query, candidate: candidate, task: task, weight: weight, parameters: parameters)
  }

  /// A model with given parameters.
  package init(
    query: Tower, candidate: Tower, task: Retrieval, weight: Feature<Float>?,
    parameters: Parameters
  ) {
    if let problem = Self.mismatch(query: query, candidate: candidate, task: task) {
      preconditionFailure(problem)
    }
    self.query = query
    self.candidate = candidate
    self.task = task
    self.weight = weight
    self.parameters = parameters
  }

  /// Why two towers cannot meet, or nil.
  public static func mismatch(query: Tower, candidate: Tower, task: Retrieval) -> String? {
    guard query.dimensions != candidate.dimensions * task.queryVectors else { return nil }
    let wanted =
      task.queryVectors == 1
      ? "both must be the same"
      : "with \(task.queryVectors) query vectors it must be \(task.queryVectors) times as wide"
    return "the query tower gives \(query.dimensions) dimensions, the candidate tower "
      + "\(candidate.dimensions); \(wanted)"
  }

  /// The width of a candidate's vector.
  public var dimensions: Int { candidate.dimensions }

  // MARK: Training

  public func bind(_ dataset: Dataset) throws -> RetrievalExamples {
    RetrievalExamples(
      query: try query.bind(dataset), candidate: try candidate.bind(dataset),
      weights: try weight.map { try dataset.column($0) })
  }

  public func loss(on batch: Batch<RetrievalExamples>, in pass: Pass) throws -> Loss {
    let examples = batch.examples
    let queries = DistinctRows(batch.rows.map { examples.query.rowOfExample[$0] })
    var candidateRows = batch.rows.map { examples.candidate.rowOfExample[$0] }
    if task.extraNegatives > 0, examples.candidate.count > 0 {
      for _ in 0..<task.extraNegatives {
        candidateRows.append(Int32(pass.random.below(examples.candidate.count)))
      }
    }
    let candidates = DistinctRows(candidateRows)

    let queryVectors = pass.within("query") {
      query.embed(queries.rows, of: examples.query, in: pass)
    }
    let candidateVectors = pass.within("candidate") {
      candidate.embed(candidates.rows, of: examples.candidate, in: pass)
    }
    var meeting = RetrievalBatch(
      queries: queries.positions, candidates: Array(candidates.positions.prefix(batch.count)))
    meeting.extraNegatives = Array(candidates.positions.dropFirst(batch.count))
    meeting.weights = examples.weights.map { weights in batch.rows.map { weights[$0] } }
    if task.correctingSampling {
      meeting.samplingProbabilities = samplingProbabilities(
        of: candidates.rows, in: examples, batch: batch.count)
    }
    let result = task.loss(
      queries: queryVectors, candidates: candidateVectors, batch: meeting, in: pass)

    var loss = Loss(result.loss)
    loss.regularization = pass.sum([
      pass.within("query") {
        query.regularization(queries.rows, of: examples.query, in: pass)
      },
      pass.within("candidate") {
        candidate.regularization(candidates.rows, of: examples.candidate, in: pass)
      },
    ])
    for k in task.batchMetrics {
      let hits = result.betterInBatch.reduce(0) { $0 + ($1 < k ? 1 : 0) }
      loss.batchMetrics["batch_top_\(k)"] = (Double(hits), Double(batch.count))
    }
    return loss
  }

  /// The probability that a column of the batch holds a candidate: its share of the examples, mixed with
  /// the uniform draw of extra negatives.
  private func samplingProbabilities(
    of rows: [Int32], in examples: RetrievalExamples, batch: Int
  ) -> [Float] {
    let extra = Double(task.extraNegatives)
    let columns = Double(batch) + extra
    let uniform = extra / Double(max(1, examples.candidate.count))
    return rows.map { row in
      Float((Double(batch) * Double(examples.candidateShares[Int(row)]) + uniform) / columns)
    }
  }

  // MARK: Embedding

  /// The query tower as a table, where it is one: a single embedding of one value, and no layers.
  package var queryTable: EmbeddingTable? {
    guard query.layers.isEmpty, query.features.count == 1, task.queryVectors == 1,
      let embedding = query.features.first as? Embedding, embedding.pooling == nil,
      let words = embedding.vocabulary,
      let vectors = parameters["query/\(embedding.name)/embedding"]
    else { return nil }
    return EmbeddingTable(feature: embedding.featureName, words: words, vectors: vectors)
  }

  /// The query vectors of a dataset's rows: n x (queryVectors * d).
  ///
  /// - Throws: `DataError` when a feature is missing or has another type.
  public func embedQueries(_ dataset: Dataset) throws -> Matrix {
    let bound = try query.bind(dataset)
    return embed(query, "query", bound).gathering(bound.rowOfExample)
  }

  /// The distinct query vectors of a bound tower: one row for each distinct row.
  package func embedQueries(_ bound: BoundTower) -> Matrix { embed(query, "query", bound) }

  /// The distinct candidate vectors of a bound tower.
  package func embedCandidates(_ bound: BoundTower) -> Matrix {
    embed(candidate, "candidate", bound)
  }

  /// The vectors of a catalogue, one for each distinct identifier, in order of first appearance.
  ///
  /// The catalogue keeps the first row of each item with all its columns, for filters, and artefacts hold them:
  /// select those of items where a table has others.
  ///
  /// - Throws: `DataError` when a feature is missing or has another type.
  public func embedCandidates(
    _ items: Dataset, identifiedBy feature: Feature<String>
  ) throws -> Catalogue {
    let set = try CandidateSet(items, identifiedBy: feature)
    let bound = try candidate.bind(set.items)
    return Catalogue(
      identifiers: set.identifiers, identifiedBy: feature,
      embeddings: embed(candidate, "candidate", bound).gathering(bound.rowOfExample),
      items: set.items)
  }

  private func embed(_ tower: Tower, _ path: String, _ bound: BoundTower) -> Matrix {
    let block = 4096
    let blocks = (bound.count + block - 1) / block
    let parts = Parallel.map(blocks) { index in
      let pass = Pass(over: parameters)
      let rows = (index * block..<min(bound.count, (index + 1) * block)).map { Int32($0) }
      return pass.within(path) { tower.embed(rows, of: bound, in: pass).value }
    }
    return Matrix(stacking: parts, columns: tower.dimensions)
  }
}

/// A dataset as a two-tower model sees it.
public struct RetrievalExamples: Sendable {
  public let query: BoundTower
  public let candidate: BoundTower
  public let weights: [Float]?
  /// For each distinct candidate its share of the examples: the probability of being drawn.
  public let candidateShares: [Float]

  init(query: BoundTower, candidate: BoundTower, weights: [Float]?) {
    self.query = query
    self.candidate = candidate
    self.weights = weights
    var counts = [Int](repeating: 0, count: candidate.count)
    for row in candidate.rowOfExample { counts[Int(row)] += 1 }
    let total = Float(max(1, candidate.rowOfExample.count))
    candidateShares = counts.map { Float($0) / total }
  }
}

/// A vector for each word of a vocabulary: what a tower of one embedding gives.
package struct EmbeddingTable: Sendable {
  package let feature: String
  package let words: Vocabulary
  /// Row 0 is of unknown words.
  package let vectors: Matrix
}
