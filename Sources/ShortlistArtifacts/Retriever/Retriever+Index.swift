public import ShortlistData
public import ShortlistIndex
import ShortlistModels
import ShortlistTensors

extension Retriever {
  /// The same retriever with another index over its catalogue, chosen and measured here.
  ///
  /// ```swift
  /// let fast = try retriever.indexed(as: .auto, recall: 0.95)
  /// ```
  ///
  /// - Parameters:
  ///   - kind: what to choose from.
  ///   - queries: queries to measure with, by the features that the query tower reads; users of the history if
  ///     nil, or items where the users are not known.
  ///   - k: items that will be asked for.
  ///   - recall: the share of the true best items to find, in 0...1.
  ///   - configuration: of the ScaNN index.
  /// - Throws: `IndexError` if a parameter is out of range, `DataError` if the queries lack a feature.
  public func indexed(
    as kind: IndexChoice.Kind, queries: Dataset? = nil, k: Int = 10, recall: Double = 0.95,
    configuration: ScaNNIndex.Configuration = .init()
  ) throws -> Retriever {
    var vectors: Matrix?
    if let sample = queries ?? (try? allUsers()), sample.rowCount > 0 {
      let step = max(1, sample.rowCount / 2000)
      let rows = Array(stride(from: 0, to: sample.rowCount, by: step))
      let embedded = try model.embedQueries(sample.rows(at: rows))
      vectors = embedded.reshaped(
        rows: embedded.count / model.dimensions, columns: model.dimensions)
    }
    let choice = try IndexChoice(
      over: catalogue.embeddings, kind: kind, queries: vectors, k: k, recall: recall,
      configuration: configuration)
    return Retriever(
      model, index: choice.index, over: catalogue, history: history, indexTrials: choice.trials)
  }
}
