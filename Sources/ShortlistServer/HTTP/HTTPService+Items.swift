import Foundation
import Shortlist
import ShortlistServing

/// Changes of the catalogue: `PUT` and `DELETE` of `items` and `items/ID`; the routes let no other methods through.
extension HTTPService {
  /// - Parameter only: the item that the path names.
  func items(_ request: HTTPRequest, _ selection: ModelSelection, only: String?) -> Answer {
    if request.method == "PUT" {
      return write(request, selection, .items) { json, model, _ throws(ServingError) in
        let items = try Self.items(json, only: only)
        try store.upsert(items, in: selection, within: limits)
        return HTTPResponse { json in
          json.write(model)
          json.member("upserted", items.count)
        }
      }
    }
    if let only {
      var request = request
      request.body = Array("{}".utf8)
      return write(request, selection, .items) { _, model, _ throws(ServingError) in
        guard try store.delete([only], in: selection, within: limits).isEmpty else {
          throw ServingError(.notFound, "\"\(only.prefix(200))\" is not in the catalogue")
        }
        return HTTPResponse { json in
          json.write(model)
          json.member("deleted", 1)
        }
      }
    }
    return write(request, selection, .items) { json, model, _ throws(ServingError) in
      guard let identifiers = try Fields(json, known: ["ids"]).strings("ids") else {
        throw ServingError(.invalidArgument, "ids is missing: an array of identifiers")
      }
      let missing = try store.delete(identifiers, in: selection, within: limits)
      return HTTPResponse { json in
        json.write(model)
        json.member("deleted", identifiers.count - missing.count)
        json.array("not_found") { json in for item in missing { json.string(item) } }
      }
    }
  }

  /// Work that waits for the disk: never on the thread of a socket.
  func write(
    _ request: HTTPRequest, _ selection: ModelSelection, _ call: ServerMetrics.Call,
    _ body:
      @escaping @Sendable (JSONValue, ServedModel, inout Timing) throws(ServingError)
      -> HTTPResponse
  ) -> Answer {
    work(request, selection, call, kind: .disk, body)
  }

  private static func items(
    _ json: JSONValue, only: String?
  ) throws(ServingError) -> [LiveItem] {
    if let only {
      let fields = try Fields(json, known: ["id", "features", "vector"])
      if let given = try fields.string("id"), !given.utf8.elementsEqual(only.utf8) {
        throw ServingError(
          .invalidArgument,
          "id is \"\(given.prefix(80))\", and the path names \"\(only.prefix(80))\"")
      }
      return [try item(fields, named: only)]
    }
    let fields = try Fields(json, known: ["items"])
    guard let value = fields["items"] else {
      throw ServingError(.invalidArgument, "items is missing: an array of items")
    }
    guard case .array(let elements) = value else {
      throw fields.wrong("items", value, "an array of items")
    }
    var items: [LiveItem] = []
    items.reserveCapacity(elements.count)
    for (place, element) in elements.enumerated() {
      do throws(ServingError) {
        let fields = try Fields(element, known: ["id", "features", "vector"])
        guard let name = try fields.string("id") else {
          throw ServingError(.invalidArgument, "id is missing: the identifier of an item")
        }
        items.append(try item(fields, named: name))
      } catch {
        throw ServingError(error.code, "items[\(place)]: \(error.message)")
      }
    }
    return items
  }

  private static func item(_ fields: Fields, named name: String) throws(ServingError) -> LiveItem {
    var item = LiveItem(name)
    if let value = fields["features"] {
      guard case .object(let members) = value else {
        throw fields.wrong("features", value, "an object")
      }
      var features: [String: ItemValue] = [:]
      for member in members where member.value != .null {
        guard let value = ItemValue(member.value) else {
          throw fields.wrong(
            "features.\(member.name.prefix(80))", member.value, "a text, a number or a list of one")
        }
        features[member.name] = value
      }
      item.features = features
    }
    if let value = fields["vector"] {
      guard case .array(let elements) = value else {
        throw fields.wrong("vector", value, "an array of numbers")
      }
      var vector: [Float] = []
      vector.reserveCapacity(elements.count)
      for element in elements {
        switch element {
        case .integer(let number): vector.append(Float(number))
        case .number(let number): vector.append(Float(number))
        default:
          throw ServingError(.invalidArgument, "vector holds \(element.kind); expected numbers")
        }
      }
      item.vector = vector
    }
    return item
  }
}

extension ItemValue {
  /// A text, a number, or a list of such; nil for anything else.
  fileprivate init?(_ json: JSONValue) {
    switch json {
    case .string(let text): self = .string(text)
    case .integer(let number): self = .integer(number)
    case .number(let number) where number.isFinite: self = .number(number)
    case .array(let elements):
      var values: [ItemValue] = []
      for element in elements {
        if case .array = element { return nil }
        guard let value = ItemValue(element) else { return nil }
        values.append(value)
      }
      self = .list(values)
    case .null, .bool, .object, .number: return nil
    }
  }
}
