public import ShortlistData
public import ShortlistModels
import ShortlistTensors

extension TwoTowerModel {
  /// Evaluates on the whole catalogue, beside popularity.
  ///
  /// - Parameters:
  ///   - metric: which k, among which items.
  ///   - dataset: the test rows, with the features of the query tower and the item's identifier.
  ///   - history: what users have seen in training; gives the masked figures and the popularity baseline.
  /// - Throws: `DataError` when a feature is missing, what the metric's index throws if it has one.
  /// - Complexity: O(distinct queries * items * dimensions + examples * items).
  public func evaluate(
    _ metric: FactorizedTopK, on dataset: Dataset, history: InteractionHistory? = nil
  ) throws -> EvaluationReport {
    let catalogue = metric.catalogue
    let items = try dataset.column(catalogue.identifier)
    let weights = try metric.weight.map { try dataset.column($0) }
    let bound = try query.bind(dataset)
    let trueRows = catalogue.rows(of: items)
    let ranking = Ranking(
      queries: embedQueries(bound), heads: task.queryVectors, candidates: catalogue.embeddings,
      queryOfExample: bound.rowOfExample, trueRows: trueRows)

    let masking = try history.map { try $0.masking(dataset, catalogue: catalogue) }
    let ranks = try metric.ranks(ranking, masking: masking)
    var report = EvaluationReport(
      raw: metric.accuracy(ofRanks: ranks.raw, weights: weights),
      examples: dataset.rowCount, unknownItems: trueRows.reduce(0) { $0 + ($1 < 0 ? 1 : 0) })
    guard let history, let masking else { return report }
    report.masked = metric.accuracy(ofRanks: ranks.masked, weights: weights)
    report.unknownUsers = masking.listOfExample.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }

    // Popularity is a model of one dimension: every query is 1, every item its count.
    let popularity = Ranking(
      queries: Matrix(rows: 1, columns: 1, values: [1]), heads: 1,
      candidates: history.popularity(of: catalogue),
      queryOfExample: Array(repeating: 0, count: dataset.rowCount), trueRows: trueRows)
    let popularityRanks = popularity.ranks(masking: masking)
    report.popularity = EvaluationReport.Baseline(
      raw: metric.accuracy(ofRanks: popularityRanks.raw, weights: weights),
      masked: metric.accuracy(ofRanks: popularityRanks.masked, weights: weights))
    return report
  }
}

extension InteractionHistory {
  /// For each example the catalogue rows that its user has seen, increasing. List 0 is empty and stands for
  /// users without a history.
  func masking(
    _ dataset: Dataset, catalogue: Catalogue
  ) throws -> Ranking.Masking {
    let column = try dataset.column(user)
    let rowOfItem = items.map { catalogue.row(of: $0).map { Int32($0) } ?? -1 }
    var lists: [[Int32]] = [[]]
    let listOfCode = column.distinct.map { name -> Int32 in
      guard let number = number(of: name) else { return 0 }
      let seen = entries[offsets[number]..<offsets[number + 1]]
      guard !seen.isEmpty else { return 0 }
      lists.append(seen.map { rowOfItem[Int($0)] }.filter { $0 >= 0 }.sorted())
      return Int32(lists.count - 1)
    }
    return (lists, column.codes.map { listOfCode[Int($0)] })
  }

  /// The count of each catalogue item, as vectors of one dimension.
  func popularity(of catalogue: Catalogue) -> Matrix {
    Matrix(rows: catalogue.count, columns: 1, values: counts(in: catalogue).map { Float($0) })
  }
}
