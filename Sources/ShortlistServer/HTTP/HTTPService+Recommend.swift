import Foundation
import Shortlist
import ShortlistServing

/// The recommendation API: `:recommend` and `:similar`.
extension HTTPService {
  func recommend(_ request: HTTPRequest, _ selection: ModelSelection) -> Answer {
    var timing = Timing()
    do throws(ServingError) {
      let inForce = try store.model(selection)
      do throws(ServingError) {
        let json = try Self.json(of: request)
        if json["requests"] != nil { return try recommendMany(json, inForce, timing) }
        let request = try Self.request(Fields(json))
        let model = try store.model(selection, for: inForce.user(of: request))
        timing.end(.parse)
        return .query(
          Recommending(model: model, request: request, limits: limits) { [timing] found, began in
            var timing = timing
            timing.end(.queue, at: began)
            return response(found, of: model, timing) { $0.write(found: $1) }
          })
      } catch {
        metrics.note(.init(model: inForce.counters, call: .recommend, error: error.code))
        return .ready(.problem(error))
      }
    } catch {
      metrics.note(.init(model: counted(selection), call: .recommend, error: error.code))
      return .ready(.problem(error))
    }
  }

  /// Several requests in one call: all are answered, by the version in force, or none.
  private func recommendMany(
    _ json: JSONValue, _ model: ServedModel, _ timing: Timing
  ) throws(ServingError) -> Answer {
    var timing = timing
    let fields = try Fields(json, known: Fields.ofRecommendations + ["requests"])
    guard case .array(let elements)? = fields["requests"], fields.count == 1 else {
      throw ServingError(
        .invalidArgument, "requests must be an array, and the only field beside nothing else")
    }
    try limits.check(batch: elements.count)
    var requests: [RecommendationRequest] = []
    for element in elements { requests.append(try Self.request(Fields(element))) }
    timing.end(.parse)
    return .work(cost: model.cost(ofQueries: requests.count)) { [requests, timing] in
      var timing = timing
      timing.end(.queue)
      let found = Result { () throws(ServingError) in
        var answers: [Recommendations] = []
        for answer in model.recommend(requests, within: limits) { answers.append(try answer.get()) }
        return answers
      }
      return response(found, of: model, timing) { json, answers in
        json.array("responses") { json in
          for answer in answers { json.object { $0.write(found: answer) } }
        }
      }
    }
  }

  /// Writes what was found, or why nothing was, and counts it.
  private func response<Found>(
    _ found: Result<Found, ServingError>, of model: ServedModel, _ timing: Timing,
    _ write: (inout JSONWriter, Found) -> Void
  ) -> HTTPResponse {
    var timing = timing
    timing.end(.compute)
    switch found {
    case .success(let found):
      let response = HTTPResponse { json in
        json.write(model)
        write(&json, found)
      }
      timing.end(.write)
      metrics.note(.init(model: model.counters, call: .recommend), since: timing)
      return response
    case .failure(let error):
      metrics.note(.init(model: model.counters, call: .recommend, error: error.code))
      return .problem(error)
    }
  }

  static func json(of request: HTTPRequest) throws(ServingError) -> JSONValue {
    do {
      return try JSONReader.read(request.body)
    } catch {
      throw ServingError(
        .invalidArgument, "the body is no JSON: \(error.message), at byte \(error.offset)")
    }
  }

  func similar(_ request: HTTPRequest, _ selection: ModelSelection) -> Answer {
    work(request, selection, .similar) { json, model, timing throws(ServingError) in
      let fields = try Fields(json, known: ["item", "k", "exclude", "include", "filter"])
      guard let item = try fields.string("item") else {
        throw ServingError(.invalidArgument, "item is missing: the identifier of an item")
      }
      let found = try model.similar(
        .init(
          item: item, k: try fields.integer("k") ?? 10,
          exclude: try fields.strings("exclude") ?? [], include: try fields.strings("include"),
          filter: try fields.filter()),
        within: limits)
      timing.end(.compute)
      return HTTPResponse { json in
        json.write(model)
        json.member("item", item)
        json.items(found)
      }
    }
  }

  func work(
    _ request: HTTPRequest, _ selection: ModelSelection, _ call: ServerMetrics.Call,
    kind: WorkKind = .queries,
    _ body:
      @escaping @Sendable (JSONValue, ServedModel, inout Timing) throws(ServingError)
      -> HTTPResponse
  ) -> Answer {
    var timing = Timing()
    do throws(ServingError) {
      let model = try store.model(selection)
      let json = try Self.json(of: request)
      timing.end(.parse)
      return .work(cost: model.cost(of: kind, queries: 1)) { [timing] in
        var timing = timing
        timing.end(.queue)
        do throws(ServingError) {
          let response = try body(json, model, &timing)
          timing.end(.write)
          metrics.note(.init(model: model.counters, call: call), since: timing)
          return response
        } catch {
          metrics.note(.init(model: model.counters, call: call, error: error.code))
          return .problem(error)
        }
      }
    } catch {
      metrics.note(.init(model: counted(selection), call: call, error: error.code))
      return .ready(.problem(error))
    }
  }

  private static func request(_ fields: Fields) throws(ServingError) -> RecommendationRequest {
    RecommendationRequest(
      query: try fields.query(), user: try fields.string("user_id"),
      history: try fields.strings("history"), k: try fields.integer("k") ?? 10,
      exclude: try fields.strings("exclude") ?? [],
      include: try fields.strings("include"), filter: try fields.filter(),
      excludesSeen: try fields.bool("exclude_seen") ?? true)
  }
}

extension JSONWriter {
  mutating func write(_ model: ServedModel) {
    object("model") { json in
      json.member("name", model.name)
      json.member("version", model.version)
    }
  }

  fileprivate mutating func write(found: Recommendations) {
    member("basis", found.basis.rawValue)
    items(found)
  }

  private static let item = Name("item")
  private static let score = Name("score")

  fileprivate mutating func items(_ found: Recommendations) {
    array("items") { json in
      for item in found.items {
        json.object { json in
          json.name(Self.item)
          json.string(item.identifier)
          json.name(Self.score)
          json.float(item.score)
        }
      }
    }
  }
}

/// The fields of a JSON object, each checked for its type.
struct Fields {
  private let members: [JSONValue.Member]

  var count: Int { members.count }

  static let ofRecommendations = [
    "user_id", "query", "history", "k", "exclude", "include", "filter", "exclude_seen",
  ]

  /// - Throws: `ServingError.invalidArgument` for what is no object, or has a field that is not known.
  init(
    _ json: JSONValue,
    known: [String] = Fields.ofRecommendations
  ) throws(ServingError) {
    guard case .object(let members) = json else {
      throw ServingError(.invalidArgument, "the request is \(json.kind); expected an object")
    }
    for member in members where !known.contains(member.name) {
      throw ServingError(
        .invalidArgument,
        "there is no field \"\(member.name.prefix(80))\"; known are \(known.sorted().joined(separator: ", "))"
      )
    }
    self.members = members
  }

  subscript(_ name: String) -> JSONValue? {
    let value = members.last { $0.name == name }?.value
    return value == .null ? nil : value
  }

  func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> ServingError {
    ServingError(.invalidArgument, "\(name) is \(value.kind); expected \(expected)")
  }

  func string(_ name: String) throws(ServingError) -> String? {
    switch self[name] {
    case nil: return nil
    case .string(let text)?: return text
    case let other?: throw wrong(name, other, "a string")
    }
  }

  func integer(_ name: String) throws(ServingError) -> Int? {
    switch self[name] {
    case nil: return nil
    case .integer(let number)?: return number
    case let other?: throw wrong(name, other, "a whole number")
    }
  }

  func bool(_ name: String) throws(ServingError) -> Bool? {
    switch self[name] {
    case nil: return nil
    case .bool(let bool)?: return bool
    case let other?: throw wrong(name, other, "true or false")
    }
  }

  func strings(_ name: String) throws(ServingError) -> [String]? {
    guard let value = self[name] else { return nil }
    guard case .array(let elements) = value else {
      throw wrong(name, value, "an array of strings")
    }
    var strings: [String] = []
    strings.reserveCapacity(elements.count)
    for element in elements {
      guard case .string(let text) = element else {
        throw ServingError(
          .invalidArgument, "\(name) holds \(element.kind); expected strings")
      }
      strings.append(text)
    }
    return strings
  }

  /// The features of a query: strings, numbers and lists of strings.
  func query() throws(ServingError) -> Query {
    guard let value = self["query"] else { return [:] }
    guard case .object(let members) = value else {
      throw wrong("query", value, "an object of features")
    }
    var query: Query = [:]
    for member in members {
      switch member.value {
      case .string(let text): query.features[member.name] = .string(text)
      case .integer(let number): query.features[member.name] = .number(Float(number))
      case .number(let number):
        guard Float(number).isFinite else {
          throw ServingError(
            .invalidArgument, "query.\(member.name) is \(number); expected a finite number")
        }
        query.features[member.name] = .number(Float(number))
      case .array:
        let list = try Fields(.object([member]), known: [member.name]).strings(member.name)
        query.features[member.name] = .strings(list ?? [])
      default: throw wrong("query.\(member.name)", member.value, "a string, a number or a list")
      }
    }
    return query
  }

  /// A condition on the items, as text or as JSON.
  func filter() throws(ServingError) -> ItemFilter? {
    guard let value = self["filter"] else { return nil }
    do {
      switch value {
      case .string(let text): return try ItemFilter(text)
      case .object:
        var writer = JSONWriter()
        writer.value(value)
        return try JSONDecoder().decode(ItemFilter.self, from: Data(writer.bytes))
      default: throw wrong("filter", value, "a text or an object")
      }
    } catch let error as DataError {
      throw ServingError(.invalidArgument, "filter: \(error.message)")
    } catch let error as ServingError {
      throw error
    } catch {
      throw ServingError(.invalidArgument, "filter: \(error)")
    }
  }
}
