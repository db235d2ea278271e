import Shortlist
import ShortlistServing

/// An answer that is there, or work that makes one.
enum Answer<Value: Sendable>: Sendable {
  case ready(Value)
  /// - Parameter cost: roughly how many multiplications it takes.
  case work(cost: Int, @Sendable () -> Value)
  /// A recommendation, which may be made together with others.
  case query(Recommending<Value>)

  /// The answer, made here and now.
  var value: Value {
    switch self {
    case .ready(let value): value
    case .work(_, let body): body()
    case .query(let query): query.value
    }
  }
}

/// A request for recommendations of one model, and what its answer is made into.
struct Recommending<Value: Sendable>: Sendable {
  let model: ServedModel
  let request: RecommendationRequest
  let limits: ServingLimits
  let finish: @Sendable (Result<Recommendations, ServingError>) -> Value

  var cost: Int { model.cost(ofQueries: 1) }

  /// The answer, made alone.
  var value: Value { Self.values(of: [self])[0] }

  /// The answers of several requests, in order; those of the same model are made together.
  static func values(of queries: [Self]) -> [Value] {
    guard let first = queries.first else { return [] }
    if queries.allSatisfy({ $0.model === first.model }) {
      return zip(queries, first.model.recommend(queries.map(\.request), within: first.limits))
        .map { $0.finish($1) }
    }
    var values = [Value?](repeating: nil, count: queries.count)
    for group in Dictionary(grouping: queries.indices, by: { ObjectIdentifier(queries[$0].model) })
      .values
    {
      for (place, value) in zip(group, Self.values(of: group.map { queries[$0] })) {
        values[place] = value
      }
    }
    return values.compactMap { $0 }
  }
}
