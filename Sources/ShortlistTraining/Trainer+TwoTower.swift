import ShortlistData
public import ShortlistModels
import ShortlistTensors

extension Trainer {
  /// Trains a two-tower model and measures top-k accuracy on the way.
  ///
  /// Training accuracy is measured as TensorFlow Recommenders does: for each batch before its update, among
  /// all candidates as the model sees them at that moment.
  ///
  /// - Parameters:
  ///   - candidates: the items to rank among.
  ///   - ks: for which k.
  ///   - validation: data whose loss and accuracy are measured after each epoch.
  public func fit(
    _ model: inout TwoTowerModel, to batches: Batches, epochs: Int,
    measuring candidates: CandidateSet, at ks: [Int] = FactorizedTopK.standardKs,
    validatingOn validation: Batches? = nil, resumingFrom checkpoint: Checkpoint? = nil
  ) throws -> History {
    let bound = try model.candidate.bind(candidates.items)
    let trueRows = candidates.rows(of: try batches.dataset.column(candidates.identifier))
    return try fit(
      &model, to: batches, epochs: epochs, validatingOn: validation, resumingFrom: checkpoint,
      measure: { model, batch in
        let accuracy = Self.accuracy(of: model, on: batch, among: bound, trueRows: trueRows, at: ks)
        return accuracy.sums
      },
      validate: { model in
        guard let validation else { return [:] }
        let catalogue = try model.embedCandidates(
          candidates.items, identifiedBy: candidates.identifier)
        let metric = FactorizedTopK(ks, among: catalogue, weightedBy: model.weight)
        return try model.evaluate(metric, on: validation.dataset).raw.byName
      })
  }

  private static func accuracy(
    of model: TwoTowerModel, on batch: Batch<RetrievalExamples>, among candidates: BoundTower,
    trueRows: [Int32], at ks: [Int]
  ) -> TopKAccuracy {
    let queries = DistinctRows(batch.rows.map { batch.examples.query.rowOfExample[$0] })
    let pass = Pass(over: model.parameters)
    let vectors = pass.within("query") {
      model.query.embed(queries.rows, of: batch.examples.query, in: pass).value
    }
    let ranking = Ranking(
      queries: vectors, heads: model.task.queryVectors,
      candidates: model.embedCandidates(candidates).gathering(candidates.rowOfExample),
      queryOfExample: queries.positions, trueRows: batch.rows.map { trueRows[$0] })
    var result = TopKAccuracy(ks)
    for (rank, row) in zip(ranking.ranks(), batch.rows) {
      result.add(rank: rank, weight: batch.examples.weights.map { Double($0[row]) } ?? 1)
    }
    return result
  }
}

extension TopKAccuracy {
  /// (weighted hits, weight) by name.
  fileprivate var sums: [String: (sum: Double, weight: Double)] {
    Dictionary(
      zip(ks, hits).map { ("top_\($0)", ($1, weight)) }, uniquingKeysWith: { first, _ in first })
  }
}
