import ShortlistMessages
import ShortlistServing

/// The methods of gRPC: a path and the bytes of a message go in, the bytes of a message come out. No socket is seen
/// here.
///
/// They are those of TensorFlow Serving, the recommendation API, and the health check that load balancers ask.
struct GRPCService: Sendable {
  typealias Outcome = Result<[UInt8], ServingError>
  typealias Answer = ShortlistServer.Answer<Outcome>

  enum Method: String, CaseIterable {
    case predict = "/tensorflow.serving.PredictionService/Predict"
    case metadata = "/tensorflow.serving.PredictionService/GetModelMetadata"
    case status = "/tensorflow.serving.ModelService/GetModelStatus"
    case reload = "/tensorflow.serving.ModelService/HandleReloadConfigRequest"
    case health = "/grpc.health.v1.Health/Check"
    case recommend = "/shortlist.v1.Recommender/Recommend"
    case similar = "/shortlist.v1.Recommender/Similar"
    case explain = "/shortlist.v1.Recommender/Explain"
    case upsertItems = "/shortlist.v1.Recommender/UpsertItems"
    case deleteItems = "/shortlist.v1.Recommender/DeleteItems"
    case appendEvents = "/shortlist.v1.Recommender/AppendEvents"

    /// - Throws: `ServingError.unimplemented` for a path that is none.
    init(path: String) throws(ServingError) {
      guard let method = Method(rawValue: path) else {
        throw ServingError(
          .unimplemented,
          "there is no method \(path.prefix(200)); there are "
            + Self.allCases.map(\.rawValue).joined(separator: ", "))
      }
      self = method
    }
  }

  /// Messages beyond this size are read on a thread of their own.
  private static let quickSize = 1 << 16

  let predict: PredictService
  let metrics: ServerMetrics
  var store: ModelStore { predict.store }
  var limits: ServingLimits { predict.limits }

  func answer(_ method: Method, _ message: [UInt8]) -> Answer {
    guard message.count <= Self.quickSize else {
      return .work(cost: .max) { route(method, message).value }
    }
    return route(method, message)
  }

  private func route(_ method: Method, _ message: [UInt8]) -> Answer {
    switch method {
    case .predict: predict(message)
    case .metadata: .ready(Self.outcome { () throws(ServingError) in try metadata(message) })
    case .status: .ready(Self.outcome { () throws(ServingError) in try status(message) })
    // Models are loaded before it answers.
    case .reload:
      .work(cost: .max) { Self.outcome { () throws(ServingError) in try reload(message) } }
    case .health: .ready(Self.outcome { () throws(ServingError) in try health(message) })
    case .recommend: recommend(message)
    case .similar: similar(message)
    case .explain: explain(message)
    case .upsertItems: upsertItems(message)
    case .deleteItems: deleteItems(message)
    case .appendEvents: appendEvents(message)
    }
  }

  static func outcome(_ body: () throws(ServingError) -> [UInt8]) -> Outcome {
    do throws(ServingError) { return .success(try body()) } catch { return .failure(error) }
  }

  // MARK: Predict

  private func predict(_ message: [UInt8]) -> Answer {
    var timing = Timing()
    var counters: ModelCounters?
    do throws(ServingError) {
      let request: TFServingPredictRequest = try Self.read(message)
      let (model, signature) = try predict.answering(request)
      counters = model.counters
      let question = try predict.question(request.inputs, signature, model)
      timing.end(.parse)
      guard let question else {
        return .work(cost: model.cost(ofQueries: rows(of: request))) { [timing] in
          var timing = timing
          timing.end(.queue)
          return outcome(of: request, (model, signature), timing) { () throws(ServingError) in
            try predict.predict(request.inputs, signature, model)
          }
        }
      }
      return .search(
        Searching(model: model, question: question, limits: limits) { [timing] found, began in
          var timing = timing
          timing.end(.queue, at: began)
          return outcome(of: request, (model, signature), timing) { () throws(ServingError) in
            question.outputs(try found.get())
          }
        })
    } catch {
      metrics.note(.init(model: counters, call: .predict, error: error.code, entrypoint: .grpc))
      return .ready(.failure(error))
    }
  }

  /// Writes the outputs that a block makes, and counts them.
  private func outcome(
    of request: TFServingPredictRequest, _ chosen: (model: ServedModel, signature: Signature),
    _ timing: Timing, _ outputs: () throws(ServingError) -> [String: TFTensorProto]
  ) -> Outcome {
    outcome(of: .predict, by: chosen.model, timing) { timing throws(ServingError) in
      let outputs = try outputs()
      timing.end(.compute)
      return try predict.response(to: request, outputs, chosen.signature, chosen.model)
    }
  }

  // MARK: Messages

  /// - Throws: `ServingError.invalidArgument` for bytes that are no such message.
  static func read<Request: ProtobufMessage>(_ message: [UInt8]) throws(ServingError) -> Request {
    do { return try Request(decoding: message) } catch {
      throw ServingError(.invalidArgument, "\(error)")
    }
  }

  /// Writes the message that a block answers a call with, and counts the call.
  ///
  /// - Parameter answer: says when its search has ended.
  func outcome(
    of call: ServerMetrics.Call, by model: ServedModel, _ timing: Timing,
    _ answer: (inout Timing) throws(ServingError) -> some ProtobufMessage
  ) -> Outcome {
    var timing = timing
    let outcome = Self.outcome { () throws(ServingError) in
      let response = try answer(&timing)
      do { return try response.encoded() } catch {
        throw ServingError(.internalError, "\(error)")
      }
    }
    timing.end(.write)
    var error: ServingError.Code?
    if case .failure(let failure) = outcome { error = failure.code }
    metrics.note(
      .init(model: model.counters, call: call, error: error, entrypoint: .grpc), since: timing)
    return outcome
  }

  /// How many queries a request says that it holds; more than are answered are refused later.
  private func rows(of request: TFServingPredictRequest) -> Int {
    let sizes = request.inputs.values.compactMap { $0.tensorShape.dim.first?.size }
    return Int(min(max(sizes.max() ?? 1, 1), Int64(limits.batch)))
  }
}
