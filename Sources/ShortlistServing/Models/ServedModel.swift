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
  /// What its answers are like.
  package let answers = AnswerWindow()
  let traffic: ModelTraffic
  let batcher: SearchBatcher
  /// The map of the catalogue, once somebody has asked for it.
  let map = Guarded<CatalogueMap?>(nil)

  /// - Throws: `ServingError.dataLoss` that says which file is missing or damaged.
  init(
    name: String, version: Int, folder: URL, traffic: ModelTraffic, live: LiveCatalogue
  ) throws {
    self.name = name
    self.version = version
    self.folder = folder
    self.traffic = traffic
    self.live = live
    do {
      retriever = try Retriever(contentsOf: folder.path(percentEncoded: false))
    } catch {
      throw ServingError(.dataLoss, "\(error)")
    }
    changes = Guarded(try CatalogueOverlay([], of: retriever))
    batcher = SearchBatcher(workers: Self.workers(of: retriever))
  }

  /// The requests of this model's name, all its versions together.
  package var counters: ModelCounters { traffic.counters }

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
    let start = Timing.now
    let answers = found(requests, within: limits)
    for (request, answer) in zip(requests, answers) {
      if case .success(let found) = answer {
        traffic.note([found], by: self, since: start, to: .recommend(request))
      }
    }
    return answers
  }

  /// As `recommend`, but neither counted nor remembered.
  func found(
    _ requests: [RecommendationRequest], within limits: ServingLimits = .init()
  ) -> [Result<Recommendations, ServingError>] {
    var answers: [Result<Recommendations, ServingError>] = []
    answers.reserveCapacity(requests.count)
    // Those that the artefact alone answers, with their places.
    var (queries, places): ([RecommendationQuery], [Int]) = ([], [])
    queries.reserveCapacity(requests.count)
    for (place, request) in requests.enumerated() {
      do throws(ServingError) {
        try check(request, limits)
        if let answer = try recommendLive(request, within: limits) {
          answers.append(.success(answer))
          continue
        }
        queries.append(try query(of: request))
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

  func check(
    _ request: RecommendationRequest, _ limits: ServingLimits
  ) throws(ServingError) {
    try limits.check(k: request.k)
    try limits.check(identifiers: request.exclude.count, of: "exclude")
    try limits.check(identifiers: request.include?.count ?? 0, of: "include")
  }

  /// - Throws: `ServingError.invalidArgument` for a user where the model does not say what identifies users.
  func query(of request: RecommendationRequest) throws(ServingError) -> RecommendationQuery {
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
    let start = Timing.now
    let found = try found(request)
    traffic.note([found], by: self, since: start, to: .similar(request))
    return found
  }

  func found(_ request: SimilarityRequest) throws(ServingError) -> Recommendations {
    if let answer = try similarLive(request) { return answer }
    return try answering { () throws -> Recommendations in
      try retriever.similar(request.k, to: request.item, matching: request.filter)
    }
  }

  /// Who asks, if that is known.
  package func user(of request: RecommendationRequest) -> String? {
    if let user = request.user { return user }
    guard let feature = retriever.userFeature,
      case .string(let user)? = request.query.features[feature]
    else { return nil }
    return user
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
