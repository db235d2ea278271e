import Foundation
import ShortlistServing

/// What follows `/v1/models` in a path: `NAME[/versions/V | /labels/L][:ACTION | /metadata]`.
struct ModelPath: Equatable {
  var selection: ModelSelection
  /// What is asked of the model: `predict`, `recommend`, ...; nil for its status.
  var action: String?
  var asksForMetadata = false

  /// - Throws: `ServingError.invalidArgument` for a path that is none.
  init(_ rest: Substring) throws(ServingError) {
    let malformed = ServingError(.invalidArgument, "Malformed request: \(rest.prefix(200))")
    var parts = rest.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard let last = parts.popLast() else { throw malformed }
    if let colon = last.lastIndex(of: ":") {
      action = String(last[last.index(after: colon)...])
      parts.append(last[..<colon])
    } else if last.lowercased() == "metadata", !parts.isEmpty {
      asksForMetadata = true
    } else {
      parts.append(last)
    }
    guard let first = parts.first, let name = String(first).removingPercentEncoding, !name.isEmpty
    else { throw ServingError(.invalidArgument, "Missing model name in request.") }
    selection = ModelSelection(name: name)
    parts = parts.dropFirst()
    guard !parts.isEmpty else { return }
    guard parts.count == 2, let kind = parts.first?.lowercased(),
      let value = parts.last.flatMap({ String($0).removingPercentEncoding }), !value.isEmpty
    else { throw malformed }
    switch kind {
    case "versions":
      guard let version = Int(value), version >= 0 else { throw malformed }
      selection.version = version
    case "labels": selection.label = value
    default: throw malformed
    }
  }
}
