import ShortlistData
public import ShortlistModels
import ShortlistTensors

extension TensorBoard {
  /// Whose vectors the Embedding Projector shows when training has ended.
  public struct Projection: Sendable {
    private var model: TwoTowerModel
    private let items: CandidateSet
    private let users: CandidateSet?
    private let limit: Int

    /// - Parameters:
    ///   - model: the one that is trained, for its towers.
    ///   - items: shown by the candidate tower, with all their columns.
    ///   - users: users with the features that the query tower reads; nil shows none.
    ///   - limit: the most points of each. The projector shows no more than 100,000; of more, some at equal
    ///     distances are taken.
    /// - Precondition: `limit` is at least 1.
    public init(
      of model: TwoTowerModel, items: CandidateSet, users: CandidateSet? = nil,
      limit: Int = 100_000
    ) {
      precondition(limit >= 1, "at most \(limit) points")
      self.model = model
      // Those it learns will come; these need not be kept.
      self.model.parameters = Parameters()
      self.items = items
      self.users = users
      self.limit = limit
    }

    /// The vectors that some parameters make.
    ///
    /// - Throws: `DataError` where a feature is missing.
    func vectors(with parameters: Parameters) throws -> [ProjectedVectors] {
      var model = model
      model.parameters = parameters
      let shown = chosen(of: items)
      var all = [
        ProjectedVectors(
          name: "items",
          vectors: try model.embedCandidates(shown, identifiedBy: items.identifier).embeddings,
          labels: try shown.leading(with: items.identifier.name))
      ]
      if let users {
        let features = model.query.features.map(\.featureName)
        let shown = chosen(of: users)
        let labels = try shown.leading(with: users.identifier.name)
        all.append(
          ProjectedVectors(
            name: "users", vectors: try model.embedQueries(shown),
            // A table of interactions has other columns, which say nothing of users.
            labels: try labels.selecting(
              labels.columnNames.filter { $0 == users.identifier.name || features.contains($0) })))
      }
      return all
    }

    private func chosen(of set: CandidateSet) -> Dataset {
      let count = set.items.rowCount
      guard count > limit else { return set.items }
      return set.items.rows(at: (0..<limit).map { $0 * count / limit })
    }
  }
}

extension Dataset {
  /// The table with one column before all others.
  fileprivate func leading(with name: String) throws(DataError) -> Dataset {
    try selecting([name] + columnNames.filter { $0 != name })
  }
}
