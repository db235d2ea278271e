import Shortlist
import ShortlistServing

/// An answer that is there, or work that makes one.
enum Answer<Value: Sendable>: Sendable {
  case ready(Value)
  /// - Parameter cost: roughly how many multiplications it takes; `.max` for what waits for the disk.
  case work(cost: Int, @Sendable () -> Value)
  /// A recommendation, which may be made together with others.
  case query(Recommending<Value>)
  /// A search, which may be done together with others.
  case search(Searching<Value>)

  /// The answer, made here and now.
  var value: Value {
    switch self {
    case .ready(let value): value
    case .work(_, let body): body()
    case .query(let query): query.value
    case .search(let search): search.value
    }
  }
}

/// A request for recommendations of one model, and what its answer is made into.
struct Recommending<Value: Sendable>: Sendable {
  /// What is asked; shared, since an answer passes through many hands.
  private final class Question: Sendable {
    let model: ServedModel
    let request: RecommendationRequest
    let limits: ServingLimits

    init(_ model: ServedModel, _ request: RecommendationRequest, _ limits: ServingLimits) {
      (self.model, self.request, self.limits) = (model, request, limits)
    }
  }

  private let question: Question
  /// Takes what was found, and when the search began.
  var finish: @Sendable (Result<Recommendations, ServingError>, _ began: Int) -> Value

  init(
    model: ServedModel, request: RecommendationRequest, limits: ServingLimits,
    finish: @escaping @Sendable (Result<Recommendations, ServingError>, _ began: Int) -> Value
  ) {
    question = Question(model, request, limits)
    self.finish = finish
  }

  var model: ServedModel { question.model }
  var request: RecommendationRequest { question.request }
  var limits: ServingLimits { question.limits }
  var cost: Int { model.cost(ofQueries: 1) }

  /// The answer, made alone.
  var value: Value { Self.values(of: [self])[0] }

  /// The answers of several requests, in order; those of the same model are made together.
  static func values(of queries: [Self]) -> [Value] {
    guard let first = queries.first else { return [] }
    if queries.allSatisfy({ $0.model === first.model }) {
      let began = Timing.now
      return zip(queries, first.model.recommend(queries.map(\.request), within: first.limits))
        .map { $0.finish($1, began) }
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

extension Recommending {
  /// Has the answer made on another thread, together with what waits for the same version where that pays.
  ///
  /// - Parameter taken: takes it, on that thread.
  /// - Returns: false where too many wait already; it is not made then.
  func join(
    _ joining: ServedModel.Joining, taken: @escaping @Sendable (Value) -> Void
  ) -> Bool {
    guard model.joins(request) else {
      return joining.run { if joining.isWanted() { taken(value) } }
    }
    return model.recommend(request, within: limits, joining) { joined in
      taken(finish(joined.answers.map { $0[0] }, joined.began))
    }
  }
}

/// A search of one model, and what its answer is made into.
struct Searching<Value: Sendable>: Sendable {
  let model: ServedModel
  let question: PredictService.Question
  let limits: ServingLimits
  /// Takes the answer, and when its making began.
  var finish: @Sendable (Result<[Recommendations], ServingError>, Int) -> Value

  var cost: Int { model.cost(ofQueries: question.queries.rowCount) }

  /// The answer, made alone.
  var value: Value {
    let began = Timing.now
    let found = Result { () throws(ServingError) in
      try model.search(
        question.k, for: question.queries, excluding: question.excluded, within: limits)
    }
    return finish(found, began)
  }

  /// Has the answer made on another thread, as a recommendation is.
  func join(
    _ joining: ServedModel.Joining, taken: @escaping @Sendable (Value) -> Void
  ) -> Bool {
    guard model.joins(question.k, question.excluded) else {
      return joining.run { if joining.isWanted() { taken(value) } }
    }
    return model.search(
      question.k, for: question.queries, excluding: question.excluded, within: limits, joining
    ) { joined in taken(finish(joined.answers, joined.began)) }
  }
}

/// What a call has to do.
enum WorkKind: Sendable {
  /// Searches.
  case queries
  /// A comparison with every item, for the rank of one.
  case explanation
  /// Waits for the disk.
  case disk
}

extension ServedModel {
  /// Roughly how many multiplications the work of a call takes; `.max` for what waits for the disk.
  func cost(of work: WorkKind, queries: Int) -> Int {
    switch work {
    case .queries: cost(ofQueries: queries)
    case .explanation: retriever.catalogue.count * retriever.model.dimensions
    case .disk: .max
    }
  }
}
