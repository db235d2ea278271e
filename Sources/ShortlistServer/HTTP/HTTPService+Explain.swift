import Shortlist
import ShortlistServing

/// Which items of a history pulled an item up: `:explain`.
extension HTTPService {
  func explain(_ request: HTTPRequest, _ selection: ModelSelection) -> Answer {
    work(request, selection, .explain, kind: .explanation) {
      json, model, timing throws(ServingError) in
      let fields = try Fields(json, known: ["item", "user_id", "query", "history", "k"])
      guard let item = try fields.string("item") else {
        throw ServingError(.invalidArgument, "item is missing: the identifier of an item")
      }
      let history = try fields.strings("history")
      guard history != nil || fields["user_id"] != nil || fields["query"] != nil else {
        throw ServingError(
          .invalidArgument, "for whom? Give user_id, query or history beside the item")
      }
      let found = try model.explain(
        .init(
          item: item, query: try fields.query(), user: try fields.string("user_id"),
          history: history, k: try fields.integer("k") ?? 5), within: limits)
      timing.end(.compute)
      return HTTPResponse { json in
        json.write(model)
        json.member("item", found.item)
        json.member("score", found.score)
        json.member("rank", found.rank)
        json.member("basis", found.basis.rawValue)
        json.member("method", found.method.rawValue)
        json.array("reasons") { json in
          for reason in found.reasons {
            json.object { json in
              json.member("item", reason.item)
              json.member("share", reason.share)
              json.member("similarity", reason.similarity)
            }
          }
        }
        if let note = found.note { json.member("note", note) }
      }
    }
  }
}
