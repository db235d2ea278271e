import Foundation
import ShortlistServing

/// The fields of a query string: `prefix=toy&limit=5`.
struct QueryFields {
  private let fields: [(name: String, value: String)]

  /// - Parameters:
  ///   - query: still percent-encoded; "+" stands for a space.
  ///   - known: the fields that may be there, each once.
  ///   - repeatable: those that may be there more than once.
  /// - Throws: `ServingError.invalidArgument` for an encoding that is none, or a field that is not known.
  init(
    _ query: String, known: Set<String>, repeatable: Set<String> = []
  ) throws(ServingError) {
    var fields: [(name: String, value: String)] = []
    for part in query.split(separator: "&") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = try Self.decoded(sides[0])
      let value = sides.count > 1 ? try Self.decoded(sides[1]) : ""
      guard known.contains(name) || repeatable.contains(name) else {
        let names = known.union(repeatable).sorted()
        throw ServingError(
          .invalidArgument,
          "there is no parameter \"\(name.prefix(80))\"; known are "
            + (names.isEmpty ? "none" : names.joined(separator: ", ")))
      }
      guard repeatable.contains(name) || !fields.contains(where: { $0.name == name }) else {
        throw ServingError(.invalidArgument, "the parameter \(name) stands twice")
      }
      fields.append((name, value))
    }
    self.fields = fields
  }

  private static func decoded(_ text: Substring) throws(ServingError) -> String {
    guard let decoded = text.replacing("+", with: " ").removingPercentEncoding else {
      throw ServingError(
        .invalidArgument, "\"\(text.prefix(80))\" is no percent-encoded UTF-8")
    }
    return decoded
  }

  func string(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  func strings(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// - Throws: `ServingError.invalidArgument` for what is no whole number.
  func integer(_ name: String) throws(ServingError) -> Int? {
    guard let text = string(name) else { return nil }
    guard let number = Int(text) else {
      throw ServingError(
        .invalidArgument, "\(name) is \"\(text.prefix(80))\"; expected a whole number")
    }
    return number
  }
}
