public import Foundation
public import Shortlist
import ShortlistTensors
import Synchronization

/// A version of a model that answers requests. The artefact does not change; its catalogue and what is known of its
/// users may.
public final class ServedModel: Sendable {
  public let name: String
  public let version: Int
  public let folder: URL
  public let retriever: Retriever
  /// What its users have done since.
  let live: LiveCatalogue
  /// What has changed in its catalogue since; shown by the live catalogue.
  let changes: Guarded<CatalogueOverlay>
  /// Whether anything has.
  let isChanged = Atomic(false)

  /// - Throws: `ServingError.dataLoss` that says which file is missing or damaged.
  init(name: String, version: Int, folder: URL, live: LiveCatalogue) throws {
    self.live = live
    self.name = name
    self.version = version
    self.folder = folder
    do {
      retriever = try Retriever(contentsOf: folder.path(percentEncoded: false))
    } catch {
      throw ServingError(.dataLoss, "\(error)")
    }
    changes = Guarded(try CatalogueOverlay([], of: retriever))
  }

  /// Answers a few requests, so that the first callers do not wait for what happens once.
  func warmUp() throws {
    let users = retriever.history?.users.prefix(8) ?? []
    let features = retriever.model.query.features.map(\.featureName)
    guard features.count == 1, let feature = features.first else { return }
    for user in users {
      _ = try? retriever.recommend(10, for: Query([feature: .string(user)]))
    }
  }

  // MARK: Answers

  /// The best items for a request.
  ///
  /// - Throws: `ServingError`.
  public func recommend(
    _ request: RecommendationRequest, within limits: ServingLimits = .init()
  ) throws(ServingError) -> Recommendations {
    try recommend([request], within: limits)[0].get()
  }

  /// The best items for each of several requests; one that cannot be answered is no matter to the others.
  public func recommend(
    _ requests: [RecommendationRequest], within limits: ServingLimits = .init()
  ) -> [Result<Recommendations, ServingError>] {
    var answers: [Result<Recommendations, ServingError>] = []
    answers.reserveCapacity(requests.count)
    // Those that the artefact alone answers, with their places.
    var (queries, places): ([RecommendationQuery], [Int]) = ([], [])
    queries.reserveCapacity(requests.count)
    for (place, request) in requests.enumerated() {
      do throws(ServingError) {
        let query = try query(of: request, within: limits)
        if let answer = try recommendLive(request, within: limits) {
          answers.append(.success(answer))
          continue
        }
        queries.append(query)
        places.append(place)
        answers.append(.success(Recommendations([])))
      } catch {
        answers.append(.failure(error))
      }
    }
    for (place, found) in zip(places, retriever.recommend(queries)) {
      answers[place] = Result { () throws(ServingError) in try answering { try found.get() } }
    }
    return answers
  }

  private func query(
    of request: RecommendationRequest, within limits: ServingLimits
  ) throws(ServingError) -> RecommendationQuery {
    try limits.check(k: request.k)
    try limits.check(identifiers: request.exclude.count, of: "exclude")
    try limits.check(identifiers: request.include?.count ?? 0, of: "include")
    if request.user != nil, retriever.userFeature == nil {
      throw ServingError(
        .invalidArgument,
        "the model does not say which feature identifies users; give the query by its features: "
          + retriever.model.query.features.map(\.featureName).joined(separator: ", "))
    }
    var query = RecommendationQuery(request.k, for: request.query)
    query.user = request.user
    if !request.exclude.isEmpty { query.excluding = Set(request.exclude) }
    query.among = request.include.map { Set($0) }
    query.filter = request.filter
    query.excludingSeen = request.excludesSeen
    return query
  }

  /// The items nearest to an item.
  ///
  /// - Throws: `ServingError`: `notFound` for an item that is not in the catalogue.
  public func similar(
    _ request: SimilarityRequest, within limits: ServingLimits = .init()
  ) throws(ServingError) -> Recommendations {
    try limits.check(k: request.k)
    try limits.check(identifiers: request.exclude.count, of: "exclude")
    try limits.check(identifiers: request.include?.count ?? 0, of: "include")
    if let answer = try similarLive(request) { return answer }
    return try answering { () throws -> Recommendations in
      try retriever.similar(request.k, to: request.item, matching: request.filter)
    }
  }

  func answering<Answer>(
    _ body: () throws -> Answer
  ) throws(ServingError) -> Answer {
    do {
      return try body()
    } catch let error as RetrieverError {
      throw ServingError(error.code == .unknownItem ? .notFound : .invalidArgument, error.message)
    } catch let error as DataError {
      throw ServingError(.invalidArgument, error.message)
    } catch let error as IndexError {
      throw ServingError(.invalidArgument, error.message)
    } catch {
      throw ServingError(.internalError, "\(error)")
    }
  }
}
