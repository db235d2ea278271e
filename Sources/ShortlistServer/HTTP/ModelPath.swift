import Foundation
import ShortlistServing

/// What follows `/v1/models` in a path: `NAME[/versions/V | /labels/L][:ACTION | /RESOURCE]`.
struct ModelPath: Equatable {
  var selection: ModelSelection
  /// What is asked of the model, in small letters: `predict`, `recommend`, ...; nil for its status.
  var action: String?
  /// What of the model is meant, such as `metadata`, or `items` and the identifier of one; decoded.
  var resource: [String] = []

  /// - Throws: `ServingError.invalidArgument` for a path that is none.
  init(_ rest: Substring) throws(ServingError) {
    let malformed = ServingError(.invalidArgument, "Malformed request: \(rest.prefix(200))")
    var parts = rest.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { rest[$0.startIndex..<$0.endIndex] }[...]
    selection = ModelSelection(name: "")
    /// Takes the next part; where it is the last, it may end with an action.
    func next() throws(ServingError) -> String {
      guard var part = parts.popFirst() else { throw malformed }
      if parts.isEmpty, let colon = part.utf8.lastIndex(of: UInt8(ascii: ":")) {
        action = part[part.utf8.index(after: colon)...].lowercased()
        part = part[..<colon]
      }
      guard let text = part.percentDecoded else { throw malformed }
      return text
    }

    selection.name = try next()
    guard !selection.name.isEmpty else {
      throw ServingError(.invalidArgument, "Missing model name in request.")
    }
    switch parts.first?.lowercased() {
    case "versions":
      parts.removeFirst()
      guard let version = Int(try next()), version >= 0 else { throw malformed }
      selection.version = version
    case "labels":
      parts.removeFirst()
      let label = try next()
      guard !label.isEmpty else { throw malformed }
      selection.label = label
    default: break
    }
    for part in parts {
      guard let text = part.percentDecoded, !text.isEmpty else { throw malformed }
      resource.append(text)
    }
  }
}

extension Substring {
  /// The text that stands for this one in a path or a query; nil where a percent sign, or what it stands for, makes no sense.
  var percentDecoded: String? {
    utf8.contains(UInt8(ascii: "%")) ? String(self).removingPercentEncoding : String(self)
  }
}
