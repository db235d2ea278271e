import Shortlist
import ShortlistMessages
import ShortlistServing

/// A request of `shortlist.v1.Recommender`.
private protocol RecommenderRequest: ProtobufMessage, Sendable {
  var model: RecommenderModelChoice { get }
  /// How many queries it holds.
  var queryCount: Int { get }
}

extension RecommenderRequest {
  var queryCount: Int { 1 }
}

extension RecommenderRecommendRequest: RecommenderRequest {
  fileprivate var queryCount: Int { queries.count }
}
extension RecommenderSimilarRequest: RecommenderRequest {}
extension RecommenderExplainRequest: RecommenderRequest {}
extension RecommenderUpsertItemsRequest: RecommenderRequest {}
extension RecommenderDeleteItemsRequest: RecommenderRequest {}
extension RecommenderAppendEventsRequest: RecommenderRequest {}

extension GRPCService {
  private func call<Request: RecommenderRequest, Response: ProtobufMessage>(
    _ message: [UInt8], _ call: ServerMetrics.Call, _ work: WorkKind = .queries,
    _ body: @escaping @Sendable (Request, ServedModel) throws(ServingError) -> Response
  ) -> Answer {
    var timing = Timing()
    var counters: ModelCounters?
    do throws(ServingError) {
      let request: Request = try Self.read(message)
      let model = try store.model(try request.model.selection())
      counters = model.counters
      timing.end(.parse)
      let cost = model.cost(of: work, queries: min(request.queryCount, limits.batch))
      return .work(cost: cost) { [timing] in
        var timing = timing
        timing.end(.queue)
        return outcome(of: call, by: model, timing) { timing throws(ServingError) in
          let response = try body(request, model)
          timing.end(.compute)
          return response
        }
      }
    } catch {
      metrics.note(.init(model: counters, call: call, error: error.code, entrypoint: .grpc))
      return .ready(.failure(error))
    }
  }

  // MARK: Asking

  func recommend(_ message: [UInt8]) -> Answer {
    call(message, .recommend) {
      (request: RecommenderRecommendRequest, model) throws(ServingError) in
      try limits.check(batch: request.queries.count)
      var requests: [RecommendationRequest] = []
      requests.reserveCapacity(request.queries.count)
      for query in request.queries {
        requests.append(
          RecommendationRequest(
            query: try query.asker.query(), user: query.asker.user,
            history: query.asker.givenHistory, k: query.hasK ? Int(query.k) : 10,
            exclude: query.exclude, include: query.hasInclude ? query.include.ids : nil,
            filter: try filter(query.filter), excludesSeen: !query.includeSeen))
      }
      var response = RecommenderRecommendResponse()
      response.model = .of(model)
      for found in model.recommend(requests, within: limits) {
        let found = try found.get()
        response.answers.append(
          .with {
            $0.basis = found.basis.rawValue
            $0.items = found.map { .of($0) }
          })
      }
      return response
    }
  }

  func similar(_ message: [UInt8]) -> Answer {
    call(message, .similar) { (request: RecommenderSimilarRequest, model) throws(ServingError) in
      let found = try model.similar(
        SimilarityRequest(
          item: request.item, k: request.hasK ? Int(request.k) : 10, exclude: request.exclude,
          include: request.hasInclude ? request.include.ids : nil,
          filter: try filter(request.filter)), within: limits)
      return RecommenderSimilarResponse.with {
        $0.model = .of(model)
        $0.items = found.map { .of($0) }
      }
    }
  }

  func explain(_ message: [UInt8]) -> Answer {
    call(message, .explain, .explanation) {
      (request: RecommenderExplainRequest, model) throws(ServingError) in
      let found = try model.explain(
        ExplanationRequest(
          item: request.item, query: try request.asker.query(), user: request.asker.user,
          history: request.asker.givenHistory, k: request.hasK ? Int(request.k) : 5),
        within: limits)
      return RecommenderExplainResponse.with {
        $0.model = .of(model)
        $0.score = found.score
        $0.rank = Int64(found.rank)
        $0.basis = found.basis.rawValue
        $0.method = found.method.rawValue
        $0.reasons = found.reasons.map { reason in
          .with {
            $0.item = reason.item
            $0.share = reason.share
            $0.similarity = reason.similarity
          }
        }
        $0.note = found.note ?? ""
      }
    }
  }

  private func filter(_ text: String) throws(ServingError) -> ItemFilter? {
    guard !text.isEmpty else { return nil }
    do { return try ItemFilter(text) } catch {
      throw ServingError(.invalidArgument, "filter: \(error.message)")
    }
  }

  // MARK: Changing

  func upsertItems(_ message: [UInt8]) -> Answer {
    call(message, .items, .disk) {
      (request: RecommenderUpsertItemsRequest, model) throws(ServingError) in
      var items: [LiveItem] = []
      items.reserveCapacity(request.items.count)
      for item in request.items {
        var features: [String: ItemValue] = [:]
        for (name, value) in item.features {
          guard let value = value.itemValue(isInList: false) else {
            throw ServingError(
              .invalidArgument,
              "the item \"\(item.id.prefix(80))\" has no value, or a list in a list, as \"\(name.prefix(80))\""
            )
          }
          features[name] = value
        }
        items.append(
          LiveItem(
            item.id, features: features.isEmpty && !item.vector.isEmpty ? nil : features,
            vector: item.vector.isEmpty ? nil : item.vector))
      }
      try store.upsert(items, in: try request.model.selection(), within: limits)
      return RecommenderUpsertItemsResponse.with {
        $0.model = .of(model)
        $0.upserted = Int64(items.count)
      }
    }
  }

  func deleteItems(_ message: [UInt8]) -> Answer {
    call(message, .items, .disk) {
      (request: RecommenderDeleteItemsRequest, model) throws(ServingError) in
      let missing = try store.delete(
        request.ids, in: try request.model.selection(), within: limits)
      return RecommenderDeleteItemsResponse.with {
        $0.model = .of(model)
        $0.deleted = Int64(request.ids.count - missing.count)
        $0.notFound = missing
      }
    }
  }

  func appendEvents(_ message: [UInt8]) -> Answer {
    call(message, .events, .disk) {
      (request: RecommenderAppendEventsRequest, model) throws(ServingError) in
      let unknown = try store.append(
        request.events.map {
          LiveEvent(user: $0.userID, item: $0.item, time: $0.hasTime ? $0.time : nil)
        }, to: try request.model.selection(), within: limits)
      return RecommenderAppendEventsResponse.with {
        $0.model = .of(model)
        $0.appended = Int64(request.events.count)
        $0.unknownItems = unknown
      }
    }
  }
}

// MARK: Messages as values

extension RecommenderModelChoice {
  fileprivate func selection() throws(ServingError) -> ModelSelection {
    guard !name.isEmpty else { throw ServingError(.invalidArgument, "model has no name") }
    switch choice {
    case .version(let version)?: return ModelSelection(name: name, version: Int(version))
    case .label(let label)?: return ModelSelection(name: name, label: label)
    case nil: return ModelSelection(name: name)
    }
  }
}

extension RecommenderModel {
  fileprivate static func of(_ model: ServedModel) -> RecommenderModel {
    .with {
      $0.name = model.name
      $0.version = Int64(model.version)
    }
  }
}

extension RecommenderScoredItem {
  fileprivate static func of(_ item: Recommendation) -> RecommenderScoredItem {
    .with {
      $0.id = item.identifier
      $0.score = item.score
    }
  }
}

extension RecommenderAsker {
  fileprivate var user: String? { hasUserID ? userID : nil }
  fileprivate var givenHistory: [String]? { hasHistory ? history.ids : nil }

  /// The features that the query tower reads.
  fileprivate func query() throws(ServingError) -> Query {
    var query: Query = [:]
    for (name, value) in features {
      guard let value = value.itemValue(isInList: false).flatMap(Self.value) else {
        throw ServingError(
          .invalidArgument,
          "the feature \"\(name.prefix(80))\" is no text, finite number or list of texts")
      }
      query.features[name] = value
    }
    return query
  }

  private static func value(_ value: ItemValue) -> Query.Value? {
    switch value {
    case .string(let text): return .string(text)
    case .integer(let number): return .number(Float(number))
    case .number(let number): return Float(number).isFinite ? .number(Float(number)) : nil
    case .list(let elements):
      let strings = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
      return strings.count == elements.count ? .strings(strings) : nil
    }
  }
}

extension RecommenderValue {
  /// The value; nil for none, and for lists in lists.
  fileprivate func itemValue(isInList: Bool) -> ItemValue? {
    switch kind {
    case .text(let text)?: return .string(text)
    case .integer(let number)?: return .integer(Int(number))
    case .number(let number)?: return .number(number)
    case .list(let list)? where !isInList:
      var elements: [ItemValue] = []
      for value in list.values {
        guard let element = value.itemValue(isInList: true) else { return nil }
        elements.append(element)
      }
      return .list(elements)
    case .list?, nil: return nil
    }
  }
}
