import Foundation
import Shortlist
import ShortlistServing

/// Looking into a model: `items`, `users`, `report` and `map`, all of them with GET.
extension HTTPService {
  /// The answer to a look at one of these; nil for any other request.
  func catalogue(_ request: HTTPRequest, _ path: ModelPath) -> Answer? {
    guard ["GET", "HEAD"].contains(request.method), path.resource.count <= 2 else { return nil }
    let name = path.resource.count > 1 ? path.resource[1] : nil
    let look: (ServedModel) throws(ServingError) -> Look
    switch (path.resource[0].lowercased(), name) {
    case ("items", let item?):
      look = { model throws(ServingError) in try self.item(item, request, model) }
    case ("items", nil): look = { model throws(ServingError) in try items(request, model) }
    case ("users", let user?):
      look = { model throws(ServingError) in try self.user(user, request, model) }
    case ("users", nil): look = { model throws(ServingError) in try users(request, model) }
    case ("report", nil): look = { model throws(ServingError) in try report(request, model) }
    case ("map", nil): look = { model throws(ServingError) in try map(request, model) }
    default: return nil
    }
    do throws(ServingError) {
      let look = try look(store.model(path.selection))
      return .work(cost: look.cost) {
        do throws(ServingError) { return try look.answer() } catch { return .problem(error) }
      }
    } catch {
      return .ready(.problem(error))
    }
  }

  /// What is to be done, checked as far as it can be at once.
  private struct Look {
    /// Roughly as many multiplications.
    var cost: Int
    var answer: @Sendable () throws(ServingError) -> HTTPResponse
  }

  /// What looking at a text costs, in multiplications.
  private static let costOfText = 3_000

  /// How many are wanted, checked before anything is multiplied by it.
  private func limit(
    in fields: QueryFields, otherwise usual: Int
  ) throws(ServingError) -> Int {
    let limit = try fields.integer("limit") ?? usual
    try limits.check(limit: limit)
    return limit
  }

  private static func search(_ fields: QueryFields) throws(ServingError) -> TextSearch? {
    switch (fields.string("prefix"), fields.string("contains")) {
    case (nil, nil): nil
    case (let text?, nil): try TextSearch(text, at: .start)
    case (nil, let text?): try TextSearch(text, at: .anywhere)
    default: throw ServingError(.invalidArgument, "give prefix or contains, not both")
    }
  }

  private func items(
    _ request: HTTPRequest, _ model: ServedModel
  ) throws(ServingError) -> Look {
    let fields = try QueryFields(request.query, known: ["prefix", "contains", "limit"])
    let search = try Self.search(fields)
    let limit = try limit(in: fields, otherwise: 20)
    let total = model.itemCount
    return Look(cost: (search == nil ? limit : total) * Self.costOfText) {
      () throws(ServingError) in
      let found = try model.items(matching: search, atMost: limit, within: limits)
      return HTTPResponse { json in
        json.write(model)
        json.member("total", total)
        json.excerpt("items", found) { json, item in json.object { $0.write(item) } }
      }
    }
  }

  private func item(
    _ identifier: String, _ request: HTTPRequest, _ model: ServedModel
  ) throws(ServingError) -> Look {
    _ = try QueryFields(request.query, known: [])
    return Look(cost: 1) { () throws(ServingError) in
      let item = try model.item(identifier)
      return HTTPResponse { json in
        json.write(model)
        json.write(item)
      }
    }
  }

  private func users(
    _ request: HTTPRequest, _ model: ServedModel
  ) throws(ServingError) -> Look {
    let fields = try QueryFields(request.query, known: ["prefix", "contains", "limit"])
    let search = try Self.search(fields)
    let limit = try limit(in: fields, otherwise: 20)
    let total = model.retriever.history?.users.count ?? 0
    return Look(cost: (search == nil ? limit : total) * Self.costOfText) {
      () throws(ServingError) in
      let found = try model.users(matching: search, atMost: limit, within: limits)
      return HTTPResponse { json in
        json.write(model)
        json.member("total", total)
        json.excerpt("users", found) { json, user in
          json.object { json in
            json.member("user", user.identifier)
            json.member("items", user.items)
          }
        }
      }
    }
  }

  private func user(
    _ user: String, _ request: HTTPRequest, _ model: ServedModel
  ) throws(ServingError) -> Look {
    let limit = try limit(in: QueryFields(request.query, known: ["limit"]), otherwise: 100)
    return Look(cost: limit * Self.costOfText) { () throws(ServingError) in
      let found = try model.items(ofUser: user, atMost: limit, within: limits)
      return HTTPResponse { json in
        json.write(model)
        json.member("user", user)
        json.member("total", found.total)
        json.excerpt("items", found.items) { json, item in json.object { $0.write(item) } }
      }
    }
  }

  private func report(
    _ request: HTTPRequest, _ model: ServedModel
  ) throws(ServingError) -> Look {
    _ = try QueryFields(request.query, known: [])
    return Look(cost: .max) { () throws(ServingError) in
      let report = try model.report()
      return HTTPResponse { json in
        json.write(model)
        json.member("summary", text: report.summary)
        json.member("training", text: report.training)
        json.member("evaluation", text: report.evaluation)
        if let recipe = report.recipe {
          json.member("recipe", recipe)
        } else {
          json.name("recipe")
          json.value(.null)
        }
      }
    }
  }

  private func map(
    _ request: HTTPRequest, _ model: ServedModel
  ) throws(ServingError) -> Look {
    let fields = try QueryFields(request.query, known: ["feature"], repeatable: ["item"])
    let value = try fields.string("feature").map { name throws(ServingError) in
      try model.values(of: name)
    }
    return Look(cost: .max) { () throws(ServingError) in
      let map = model.catalogueMap()
      let wanted = fields.strings("item")
      let points = wanted.isEmpty ? map.points : try model.points(of: wanted, within: limits)
      return HTTPResponse { json in
        json.write(model)
        json.member("total", map.total)
        json.array("explained") { json in for share in map.explained { json.float(Float(share)) } }
        json.array("points") { json in
          for point in points {
            json.object { json in
              json.member("item", point.item)
              json.member("x", point.x)
              json.member("y", point.y)
              json.member("popularity", optional: point.row.flatMap { model.popularity(ofRow: $0) })
              if let value, let row = point.row {
                json.name("value")
                json.write(value(row))
              }
            }
          }
        }
      }
    }
  }
}

extension HTTPResponse {
  /// The answer to a method that a path does not know (RFC 9110, section 15.5.6).
  static func notAllowed(_ request: HTTPRequest, _ allowed: String) -> HTTPResponse {
    var response = problem(
      ServingError(
        .invalidArgument, "\(request.method.prefix(20)) is not for this path; use \(allowed)"),
      status: 405)
    response.headers.append(("allow", allowed))
    return response
  }
}

extension JSONWriter {
  fileprivate mutating func excerpt<Element>(
    _ name: String, _ found: Excerpt<Element>, _ write: (inout JSONWriter, Element) -> Void
  ) {
    array(name) { json in for element in found.elements { write(&json, element) } }
    member("has_more", found.hasMore)
  }

  fileprivate mutating func write(_ item: CatalogueItem) {
    member("item", item.identifier)
    member("popularity", optional: item.popularity)
    object("features") { json in
      for feature in item.features {
        json.name(feature.name)
        json.write(feature.value)
      }
    }
  }

  fileprivate mutating func write(_ value: ItemValue) {
    switch value {
    case .string(let text): string(text)
    case .integer(let number): integer(number)
    case .number(let number): number.isFinite ? float(Float(number)) : self.value(.null)
    case .list(let values): array { json in for value in values { json.write(value) } }
    }
  }

  fileprivate mutating func member(_ name: String, optional value: Float?) {
    self.name(name)
    write(ItemValue.number(Double(value ?? .nan)))
  }

  /// JSON that somebody else wrote; null where it is none.
  fileprivate mutating func member(_ name: String, text: Data?) {
    self.name(name)
    value(text.flatMap { try? JSONReader.read(Array($0)) } ?? .null)
  }
}
