import ShortlistIndex
import ShortlistModels
import ShortlistTensors

extension LiveRetriever {
  /// An item of a history that pulled another up.
  package struct Reason: Sendable, Hashable {
    package var item: String
    /// The cosine of the two items' vectors.
    package var similarity: Float
    /// Its part of all that speaks for the item; the shares of a whole history add up to 1.
    package var share: Float
  }

  /// How an item stands for an asker.
  package struct Standing: Sendable, Hashable {
    package var score: Float
    /// 1 for the best of the whole catalogue, whatever was seen.
    package var rank: Int
    package var basis: Recommendations.Basis
  }

  /// - Throws: `RetrieverError.unknownItem` for an item that is not in the catalogue, and as `recommend`.
  package func standing(of item: String, for asker: Asker) throws -> Standing {
    guard let place = place(of: item) else { throw unknown(item) }
    switch try taste(of: asker) {
    case .query(let vectors):
      let (score, rank) = try rank(
        of: place,
        by: vectors.reshaped(
          rows: retriever.model.task.queryVectors, columns: retriever.model.dimensions))
      return Standing(score: score, rank: rank, basis: .model)
    case .history(let mean):
      let (score, rank) = try rank(of: place, by: mean)
      return Standing(score: score, rank: rank, basis: .history)
    case .popularity: return popularityStanding(of: place)
    }
  }

  /// The score of an item by the best of some vectors, and how many of the catalogue come before it.
  private func rank(of place: Place, by queries: Matrix) throws -> (score: Float, rank: Int) {
    let similarity = try retriever.similarity()
    func score(_ vector: Span<Float>) -> Float {
      (0..<queries.rows).reduce(-.infinity) { best, row in
        max(best, similarity.score(of: queries[row: row], with: vector))
      }
    }
    let own = withVector(at: place) { score($0) }
    var rank = 1
    let rows = retriever.catalogue.embeddings
    for row in 0..<rows.rows where !overlay.hidden.contains(row) {
      let other = score(rows[row: row])
      // Of equal scores the smaller row comes first, and those that joined come last.
      switch place {
      case .row(let mine): if other > own || other == own && row < mine { rank += 1 }
      case .joined: if other >= own { rank += 1 }
      }
    }
    let joined = overlay.vectors
    for number in 0..<joined.rows {
      let other = score(joined[row: number])
      if case .joined(let mine) = place {
        if other > own || other == own && number < mine { rank += 1 }
      } else if other > own {
        rank += 1
      }
    }
    return (own, rank)
  }

  private func popularityStanding(of place: Place) -> Standing {
    let row: Int? =
      switch place {
      case .row(let row): row
      case .joined(let place): overlay.row(at: place)
      }
    var rank = 1
    for other in retriever.popularity?.rows ?? [] {
      if other == row { break }
      if !overlay.hidden.contains(other) || overlay.place(ofRow: other) != nil { rank += 1 }
    }
    if row == nil, case .joined(let place) = place {
      rank += (0..<place).count { overlay.row(at: $0) == nil }
    }
    return Standing(
      score: row.flatMap { retriever.popularity?.shares[$0] } ?? 0, rank: rank, basis: .popularity)
  }

  /// What of a history speaks for an item, the strongest first: the items whose vectors point the same way, each
  /// with its share of the positive cosines.
  ///
  /// - Parameter history: items; what is not in the catalogue, and the item itself, say nothing.
  /// - Throws: `RetrieverError.unknownItem` for an item that is not in the catalogue.
  package func reasons(for item: String, in history: [String]) throws -> [Reason] {
    guard let place = place(of: item) else { throw unknown(item) }
    var reasons: [Reason] = []
    var names = StringTable()
    names.insert(item)
    for other in history where names.code(of: other) == nil {
      names.insert(other)
      guard let its = self.place(of: other) else { continue }
      let cosine = withVector(at: place) { mine in
        withVector(at: its) { Similarity.cosine.score(of: mine, with: $0) }
      }
      if cosine > 0 { reasons.append(Reason(item: other, similarity: cosine, share: 0)) }
    }
    let total = reasons.reduce(0) { $0 + Double($1.similarity) }
    for number in reasons.indices {
      reasons[number].share = Float(Double(reasons[number].similarity) / total)
    }
    return reasons.sorted { $0.similarity > $1.similarity }
  }

  /// What the artefact knows that a user has interacted with.
  package func history(of user: String) -> [String] { retriever.history?.items(of: user) ?? [] }
}

extension Similarity {
  /// The score of two vectors.
  fileprivate func score(of query: Span<Float>, with vector: Span<Float>) -> Float {
    switch self {
    case .innerProduct: return query.dot(vector)
    case .cosine:
      let squares = query.sumOfSquares() * vector.sumOfSquares()
      return squares > 0 ? Float(Double(query.dot(vector)) / squares.squareRoot()) : 0
    case .euclidean:
      var sum = 0.0
      for i in 0..<query.count {
        let difference = Double(query[i]) - Double(vector[i])
        sum += difference * difference
      }
      return max(Float(-sum), -.greatestFiniteMagnitude)
    }
  }
}
