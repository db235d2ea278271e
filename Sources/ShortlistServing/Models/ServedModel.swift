public import Foundation
public import Shortlist

/// A version of a model that answers requests. It does not change.
public final class ServedModel: Sendable {
  public let name: String
  public let version: Int
  public let folder: URL
  public let retriever: Retriever
  /// The feature that identifies users, where there is one that does.
  private let userFeature: String?

  /// - Throws: `ServingError.dataLoss` that says which file is missing or damaged.
  init(name: String, version: Int, folder: URL) throws {
    self.name = name
    self.version = version
    self.folder = folder
    do {
      retriever = try Retriever(contentsOf: folder.path(percentEncoded: false))
    } catch {
      throw ServingError(.dataLoss, "\(error)")
    }
    let names = retriever.model.query.features.map(\.featureName)
    userFeature = retriever.history?.user.name ?? (Set(names).count == 1 ? names.first : nil)
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
    var queries: [RecommendationQuery] = []
    queries.reserveCapacity(requests.count)
    for request in requests {
      do throws(ServingError) {
        queries.append(try query(of: request, within: limits))
        answers.append(.success(Recommendations([])))
      } catch {
        answers.append(.failure(error))
      }
    }
    var found = retriever.recommend(queries).makeIterator()
    for place in answers.indices {
      guard case .success = answers[place], let next = found.next() else { continue }
      answers[place] = Result { () throws(ServingError) in try answering { try next.get() } }
    }
    return answers
  }

  private func query(
    of request: RecommendationRequest, within limits: ServingLimits
  ) throws(ServingError) -> RecommendationQuery {
    try limits.check(k: request.k)
    try limits.check(identifiers: request.exclude.count, of: "exclude")
    try limits.check(identifiers: request.include?.count ?? 0, of: "include")
    var query = RecommendationQuery(request.k, for: try self.query(of: request))
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
    return try answering { () throws -> Recommendations in
      try retriever.similar(request.k, to: request.item, matching: request.filter)
    }
  }

  /// The features of a request; a user alone stands for the feature that identifies users.
  private func query(of request: RecommendationRequest) throws(ServingError) -> Query {
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
