import Foundation
import Shortlist
import ShortlistMessages
import ShortlistServing

/// The routes: what each path answers. No socket is seen here.
struct HTTPService: Sendable {
  typealias Answer = ShortlistServer.Answer<HTTPResponse>

  let predict: PredictService
  let metrics: ServerMetrics
  var store: ModelStore { predict.store }
  var limits: ServingLimits { predict.limits }

  func answer(_ request: HTTPRequest) -> Answer {
    guard let path = request.target.model else { return .ready(page(request)) }
    do throws(ServingError) {
      return try route(request, try path.get())
    } catch {
      return .ready(Self.isOurs(request.path) ? .problem(error) : .tensorFlow(error))
    }
  }

  /// What stands beside the models.
  private func page(_ request: HTTPRequest) -> HTTPResponse {
    switch request.path {
    case "/healthz": look(request) { HTTPResponse(text: "ok\n") }
    case "/readyz":
      look(request) {
        store.isReady ? HTTPResponse(text: "ready\n") : HTTPResponse(503, text: "not ready\n")
      }
    case "/v1/models", "/v1/models/": look(request) { models() }
    case "/metrics": look(request) { .metrics(metrics.text(of: store)) }
    case "/monitoring/prometheus/metrics":
      look(request) { .metrics(metrics.tensorFlowText(of: store)) }
    case "/openapi.json": look(request) { OpenAPI.response }
    default:
      if let page = ConsolePages.page(at: request.path) {
        look(request) { page.response(to: request) }
      } else {
        HTTPResponse(404, text: "Not Found\n")
      }
    }
  }

  /// The answer to a request that changes nothing.
  private func look(_ request: HTTPRequest, _ answer: () -> HTTPResponse) -> HTTPResponse {
    ["GET", "HEAD"].contains(request.method) ? answer() : .notAllowed(request, "GET, HEAD")
  }

  /// Whether a path below the models is of the recommendation API, and not of TensorFlow Serving's: their failures are
  /// written in other ways.
  private static func isOurs(_ path: String) -> Bool {
    if let colon = path.lastIndex(of: ":") {
      let action = path[path.index(after: colon)...].lowercased()
      if !["predict", "classify", "regress", "multiinference"].contains(action),
        !action.contains("/")
      {
        return true
      }
    }
    return path.lowercased().split(separator: "/").contains {
      ["items", "users", "events", "report", "map", "life", "canary", "shadow"].contains($0)
    }
  }

  /// The methods of what stands below a model; nil for what does not, or is of TensorFlow Serving.
  private static func methods(of path: ModelPath) -> [String]? {
    switch (path.resource[0].lowercased(), path.resource.count) {
    case ("items", 1...2): ["GET", "HEAD", "PUT", "DELETE"]
    case ("users", 1...2), ("report", 1), ("map", 1), ("life", 1): ["GET", "HEAD"]
    case ("canary", 1), ("shadow", 1): ["PUT", "DELETE"]
    case ("events", 1): ["POST"]
    default: nil
    }
  }

  private func route(
    _ request: HTTPRequest, _ path: ModelPath
  ) throws(ServingError) -> Answer {
    if let resource = path.resource.first {
      if let methods = Self.methods(of: path), !methods.contains(request.method) {
        return .ready(.notAllowed(request, methods.joined(separator: ", ")))
      }
      if let answer = catalogue(request, path) { return answer }
      return try answer(request, about: resource, path)
    }
    guard let action = path.action else {
      if let label = path.selection.label, request.method != "GET" {
        guard ["PUT", "DELETE"].contains(request.method) else {
          return .ready(.notAllowed(request, "GET, PUT, DELETE"))
        }
        return change(label, request, path.selection)
      }
      try require("GET", request)
      return .ready(try status(path.selection))
    }
    switch action {
    case "predict":
      try require("POST", request)
      return predict(request, path.selection)
    case "recommend", "similar", "explain":
      guard request.method == "POST" else { return .ready(.notAllowed(request, "POST")) }
      switch action {
      case "recommend": return recommend(request, path.selection)
      case "similar": return similar(request, path.selection)
      default: return explain(request, path.selection)
      }
    case "reload", "rollback", "release":
      guard request.method == "POST" else { return .ready(.notAllowed(request, "POST")) }
      return change(action: action, request, path.selection)
    case "classify", "regress":
      throw ServingError(
        .unimplemented, "a retrieval model answers :predict; it has no :\(action)")
    default:
      throw ServingError(.invalidArgument, "Malformed request: \(request.path.prefix(200))")
    }
  }

  /// What stands below a model.
  private func answer(
    _ request: HTTPRequest, about resource: String, _ path: ModelPath
  ) throws(ServingError) -> Answer {
    switch (resource.lowercased(), path.resource.count) {
    case ("metadata", 1):
      try require("GET", request)
      return .ready(try metadata(path.selection))
    case ("items", 1), ("items", 2):
      return items(request, path.selection, only: path.resource.dropFirst().first)
    case ("events", 1): return events(request, path.selection)
    case ("life", 1), ("canary", 1), ("shadow", 1):
      return life(resource.lowercased(), request, path.selection)
    default:
      throw ServingError(.invalidArgument, "Malformed request: \(request.path.prefix(200))")
    }
  }

  private func require(_ method: String, _ request: HTTPRequest) throws(ServingError) {
    guard request.method == method else {
      throw ServingError(
        .invalidArgument,
        "Malformed request: \(request.method) \(request.path.prefix(200)); use \(method)")
    }
  }

  // MARK: TensorFlow Serving

  private func predict(_ request: HTTPRequest, _ selection: ModelSelection) -> Answer {
    let timing = Timing()
    do throws(ServingError) {
      let model = try store.model(selection)
      let json = try PredictJSON(request.body)
      let signature: Signature
      do throws(ServingError) {
        signature = try Signature(named: json.signature, of: model)
      } catch {
        // REST calls an unknown signature an invalid argument.
        throw ServingError(.invalidArgument, error.message)
      }
      let inputs = try json.inputs(of: signature)
      return try answer(
        predict.canary(selection, inputs, signature, model), inputs, json, timing)
    } catch {
      metrics.note(.init(model: counted(selection), call: .predict, error: error.code))
      return .ready(.tensorFlow(error))
    }
  }

  private func answer(
    _ chosen: (model: ServedModel, signature: Signature), _ inputs: [String: TFTensorProto],
    _ json: PredictJSON, _ timing: Timing
  ) throws(ServingError) -> Answer {
    let (model, signature) = chosen
    /// Writes the outputs that a block makes, and counts them.
    @Sendable func response(
      _ timing: Timing, _ outputs: () throws(ServingError) -> [String: TFTensorProto]
    ) -> HTTPResponse {
      var timing = timing
      do throws(ServingError) {
        let outputs = try outputs()
        timing.end(.compute)
        let response = try json.response(outputs, signature)
        timing.end(.write)
        metrics.note(.init(model: model.counters, call: .predict), since: timing)
        return response
      } catch {
        metrics.note(.init(model: model.counters, call: .predict, error: error.code))
        return .tensorFlow(error)
      }
    }
    var timing = timing
    guard let question = try predict.question(inputs, signature, model) else {
      let rows = inputs.values.compactMap { $0.tensorShape.dim.first?.size }.max() ?? 1
      timing.end(.parse)
      return .work(cost: model.cost(ofQueries: Int(rows))) { [timing] in
        var timing = timing
        timing.end(.queue)
        return response(timing) { () throws(ServingError) in
          try predict.predict(inputs, signature, model)
        }
      }
    }
    timing.end(.parse)
    return .search(
      Searching(model: model, question: question, limits: limits) { [timing] found, began in
        var timing = timing
        timing.end(.queue, at: began)
        return response(timing) { () throws(ServingError) in question.outputs(try found.get()) }
      })
  }

  /// What a request is counted by; nil for a name that no model has, since anybody can make names up.
  func counted(_ selection: ModelSelection) -> ModelCounters? {
    store.counters(of: selection.name)
  }

  private func status(_ selection: ModelSelection) throws(ServingError) -> HTTPResponse {
    let statuses = try store.status(selection)
    return HTTPResponse { json in
      json.array("model_version_status") { json in
        for status in statuses {
          json.object { json in
            json.member("version", String(status.version))
            json.member("state", status.state.name)
            json.object("status") { json in
              json.member("error_code", status.error?.code.name ?? "OK")
              json.member("error_message", status.error?.message ?? "")
            }
          }
        }
      }
    }
  }

  private func metadata(_ selection: ModelSelection) throws(ServingError) -> HTTPResponse {
    let model = try store.model(selection)
    let kinds = Signature.Kind.allCases
    var signatures: [Signature] = []
    for kind in kinds { signatures.append(try Signature(kind, of: model)) }
    return HTTPResponse { json in
      json.object("model_spec") { json in
        json.member("name", model.name)
        json.member("signature_name", "")
        json.member("version", String(model.version))
      }
      json.object("metadata") { json in
        json.object("signature_def") { json in
          json.object("signature_def") { json in
            for signature in signatures { signature.write(to: &json) }
          }
        }
      }
    }
  }

  /// The models with their versions that answer.
  private func models() -> HTTPResponse {
    HTTPResponse { json in
      json.array("models") { json in
        for name in store.names {
          json.object { json in
            json.member("name", name)
            json.array("versions") { json in
              for status in (try? store.status(.init(name: name))) ?? []
              where status.state == .available {
                json.integer(status.version)
              }
            }
          }
        }
      }
    }
  }
}

extension Signature {
  /// As TensorFlow Serving writes it.
  fileprivate func write(to json: inout JSONWriter) {
    func write(_ ports: [Port], _ node: (Port, Int) -> String, _ json: inout JSONWriter) {
      for (place, port) in ports.enumerated() {
        json.object(port.name) { json in
          json.member(
            "dtype",
            port.type == .dtFloat ? "DT_FLOAT" : port.type == .dtInt32 ? "DT_INT32" : "DT_STRING")
          json.object("tensor_shape") { json in
            json.array("dim") { json in
              for size in port.shape {
                json.object { json in
                  json.member("size", String(size))
                  json.member("name", "")
                }
              }
            }
            json.member("unknown_rank", false)
          }
          json.member("name", node(port, place))
        }
      }
    }
    json.object(kind.rawValue) { json in
      json.object("inputs") { json in
        write(inputs, { port, _ in "\(kind.rawValue)_\(port.name):0" }, &json)
      }
      json.object("outputs") { json in
        write(outputs, { _, place in "\(kind.rawValue)_call:\(place)" }, &json)
      }
      json.member("method_name", "tensorflow/serving/predict")
      json.object("defaults") { _ in }
    }
  }
}

extension ServedModel {
  /// Roughly how many multiplications so many queries take.
  func cost(ofQueries count: Int) -> Int {
    let searched = retriever.index.isExact ? retriever.catalogue.count : 20_000
    return count * searched * retriever.model.dimensions
  }
}
