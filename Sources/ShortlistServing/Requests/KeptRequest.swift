import Shortlist

/// A request that is asked again: of a new version to warm it, or of another one to compare the answers.
enum KeptRequest: Sendable {
  case recommend(RecommendationRequest)
  case similar(SimilarityRequest)
  case search(Int, Dataset, excluding: [[String]]?)

  /// Whether it is small enough to be kept.
  var isSmall: Bool {
    switch self {
    case .recommend(let request):
      request.exclude.count + (request.include?.count ?? 0) <= 1_000
    case .similar: true
    case .search(_, let queries, let excluded):
      queries.rowCount <= 32 && (excluded?.first?.count ?? 0) <= 32
    }
  }
}

extension ServedModel {
  /// Answers a request, which is neither counted nor remembered.
  func answer(_ request: KeptRequest) throws(ServingError) -> [Recommendations] {
    switch request {
    case .recommend(let request): [try found([request])[0].get()]
    case .similar(let request): [try found(request)]
    case .search(let k, let queries, let excluded):
      try found([Search(k: k, queries: queries, excluded: excluded)])[0].get()
    }
  }
}
