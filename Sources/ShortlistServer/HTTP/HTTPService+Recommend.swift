import Foundation
import Shortlist
import ShortlistServing

/// The recommendation API: `:recommend` and `:similar`.
extension HTTPService {
  func recommend(_ request: HTTPRequest, _ selection: ModelSelection) -> Answer {
    work(request, selection, .recommend) { json, model throws(ServingError) in
      let fields = try Fields(
        json,
        known: [
          "user_id", "query", "history", "k", "exclude", "include", "filter", "exclude_seen",
          "requests",
        ])
      var requests: [RecommendationRequest] = []
      if let batch = fields["requests"] {
        guard case .array(let elements) = batch, fields.count == 1 else {
          throw ServingError(
            .invalidArgument, "requests must be an array, and the only field beside nothing else")
        }
        try limits.check(batch: elements.count)
        for element in elements { requests.append(try Self.request(Fields(element))) }
      } else {
        requests.append(try Self.request(fields))
      }
      var answers: [Recommendations] = []
      for request in requests { answers.append(try model.recommend(request, within: limits)) }
      let isBatch = fields["requests"] != nil
      return HTTPResponse { json in
        json.write(model)
        guard isBatch else { return json.write(answers[0]) }
        json.array("responses") { json in
          for answer in answers { json.object { $0.write(answer) } }
        }
      }
    }
  }

  func similar(_ request: HTTPRequest, _ selection: ModelSelection) -> Answer {
    work(request, selection, .similar) { json, model throws(ServingError) in
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
    _ body: @escaping @Sendable (JSONValue, ServedModel) throws(ServingError) -> HTTPResponse
  ) -> Answer {
    do throws(ServingError) {
      let model = try store.model(selection)
      let json: JSONValue
      do {
        json = try JSONReader.read(request.body)
      } catch {
        throw ServingError(
          .invalidArgument, "the body is no JSON: \(error.message), at byte \(error.offset)")
      }
      var count = 1
      if case .array(let elements)? = json["requests"] { count = elements.count }
      return .work(cost: model.cost(of: kind, queries: count)) {
        let start = ContinuousClock.now
        do throws(ServingError) {
          let response = try body(json, model)
          metrics.note(.init(model: model.name, call: call, error: nil), since: start)
          return response
        } catch {
          metrics.note(.init(model: model.name, call: call, error: error.code), since: start)
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

  fileprivate mutating func write(_ found: Recommendations) {
    member("basis", found.basis.rawValue)
    items(found)
  }

  fileprivate mutating func items(_ found: Recommendations) {
    array("items") { json in
      for item in found {
        json.object { json in
          json.member("item", item.identifier)
          json.member("score", item.score)
        }
      }
    }
  }
}

/// The fields of a JSON object, each checked for its type.
struct Fields {
  private let members: [JSONValue.Member]

  var count: Int { members.count }

  /// - Throws: `ServingError.invalidArgument` for what is no object, or has a field that is not known.
  init(
    _ json: JSONValue,
    known: Set<String> = [
      "user_id", "query", "history", "k", "exclude", "include", "filter", "exclude_seen",
    ]
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
