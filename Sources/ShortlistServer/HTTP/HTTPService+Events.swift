import Shortlist
import ShortlistServing

/// What users have done: `POST` of `events`.
extension HTTPService {
  func events(_ request: HTTPRequest, _ selection: ModelSelection) -> Answer {
    write(request, selection, .events) { json, model, _ throws(ServingError) in
      let events = try Self.events(json)
      let unknown = try store.append(events, to: selection, within: limits)
      return HTTPResponse { json in
        json.write(model)
        json.member("appended", events.count)
        json.array("unknown_items") { json in for item in unknown { json.string(item) } }
      }
    }
  }

  private static func events(_ json: JSONValue) throws(ServingError) -> [LiveEvent] {
    let fields = try Fields(json, known: ["events"])
    guard let value = fields["events"] else {
      throw ServingError(.invalidArgument, "events is missing: an array of events")
    }
    guard case .array(let elements) = value else {
      throw fields.wrong("events", value, "an array of events")
    }
    var events: [LiveEvent] = []
    events.reserveCapacity(elements.count)
    for (place, element) in elements.enumerated() {
      do throws(ServingError) {
        let fields = try Fields(element, known: ["user_id", "item", "time"])
        guard let user = try fields.string("user_id") else {
          throw ServingError(.invalidArgument, "user_id is missing: who did it")
        }
        guard let item = try fields.string("item") else {
          throw ServingError(.invalidArgument, "item is missing: the identifier of an item")
        }
        var time: Double?
        switch fields["time"] {
        case nil: break
        case .integer(let seconds)?: time = Double(seconds)
        case .number(let seconds)?: time = seconds
        case let other?: throw fields.wrong("time", other, "seconds since 1970")
        }
        events.append(LiveEvent(user: user, item: item, time: time))
      } catch {
        throw ServingError(error.code, "events[\(place)]: \(error.message)")
      }
    }
    return events
  }
}
