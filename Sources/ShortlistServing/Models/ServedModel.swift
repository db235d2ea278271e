public import Foundation
public import Shortlist

/// A version of a model that answers requests. It does not change.
public final class ServedModel: Sendable {
  public let name: String
  public let version: Int
  public let folder: URL
  public let retriever: Retriever
  /// What its answers are like.
  package let answers = AnswerWindow()
  let traffic: ModelTraffic
  let batcher: SearchBatcher

  /// - Throws: `ServingError.dataLoss` that says which file is missing or damaged.
  init(name: String, version: Int, folder: URL, traffic: ModelTraffic) throws {
    self.name = name
    self.version = version
    self.folder = folder
    self.traffic = traffic
    do {
      retriever = try Retriever(contentsOf: folder.path(percentEncoded: false))
    } catch {
      throw ServingError(.dataLoss, "\(error)")
    }
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
    try check(request, limits)
    let start = Timing.now
    let found = try found(request)
    traffic.note([found], by: self, since: start, to: .recommend(request))
    return found
  }

  func check(
    _ request: RecommendationRequest, _ limits: ServingLimits
  ) throws(ServingError) {
    try limits.check(k: request.k)
    try limits.check(identifiers: request.exclude.count, of: "exclude")
    try limits.check(identifiers: request.include?.count ?? 0, of: "include")
  }

  func found(_ request: RecommendationRequest) throws(ServingError) -> Recommendations {
    let query = try self.query(of: request)
    return try answering { () throws -> Recommendations in
      try retriever.recommend(
        request.k, for: query, excluding: Set(request.exclude),
        among: request.include.map { Set($0) }, matching: request.filter,
        excludingSeen: request.excludesSeen)
    }
  }

  /// The items nearest to an item.
  ///
  /// - Throws: `ServingError`: `notFound` for an item that is not in the catalogue.
  public func similar(
    _ request: SimilarityRequest, within limits: ServingLimits = .init()
  ) throws(ServingError) -> Recommendations {
    try limits.check(k: request.k)
    let start = Timing.now
    let found = try found(request)
    traffic.note([found], by: self, since: start, to: .similar(request))
    return found
  }

  func found(_ request: SimilarityRequest) throws(ServingError) -> Recommendations {
    try answering { () throws -> Recommendations in
      try retriever.similar(request.k, to: request.item, matching: request.filter)
    }
  }

  /// The feature that identifies users, where the model says which.
  private var userFeature: String? {
    if let known = retriever.history?.user.name { return known }
    let names = Set(retriever.model.query.features.map(\.featureName))
    return names.count == 1 ? names.first : nil
  }

  /// Who asks, if that is known.
  package func user(of request: RecommendationRequest) -> String? {
    if let user = request.user { return user }
    guard let feature = userFeature, case .string(let user)? = request.query.features[feature]
    else { return nil }
    return user
  }

  /// The features of a request; a user alone stands for the feature that identifies users.
  func query(of request: RecommendationRequest) throws(ServingError) -> Query {
    guard let user = request.user else { return request.query }
    guard let feature = userFeature else {
      throw ServingError(
        .invalidArgument,
        "the model does not say which feature identifies users; give the query by its features: "
          + retriever.model.query.features.map(\.featureName).joined(separator: ", "))
    }
    var query = request.query
    query.features[feature] = .string(user)
    return query
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
