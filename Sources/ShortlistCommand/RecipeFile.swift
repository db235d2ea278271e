import Foundation
import Shortlist
import Yams

/// Recipes as YAML (JSON is YAML, too).
enum RecipeFile {
  /// - Throws: `CommandFailure` that names the file and the place in it.
  static func read(_ path: String) throws -> Recipe {
    guard FileManager.default.fileExists(atPath: path) else {
      throw CommandFailure("\(path): there is no such recipe; see the folder recipes for examples")
    }
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(bytes: data, encoding: .utf8)
    else { throw CommandFailure("\(path): the recipe cannot be read as UTF-8 text") }
    do {
      return try YAMLDecoder().decode(Recipe.self, from: text)
    } catch let error as DecodingError {
      throw CommandFailure("\(path): \(explain(error))")
    } catch {
      throw CommandFailure("\(path): the recipe is not valid YAML: \(error)")
    }
  }

  static func text(of recipe: Recipe) throws -> String {
    // By way of JSON, which writes the shortest digits that are read back equal: Yams writes fifteen.
    let json = try Terminal.json(recipe)
    guard let node = try Yams.compose(yaml: json) else { return json }
    return try Yams.serialize(node: indented(node), allowUnicode: true)
  }

  /// The same values with one key a line.
  private static func indented(_ node: Node) -> Node {
    switch node {
    case .mapping(let mapping):
      let pairs = mapping.map { key, value in (Node(key.string ?? ""), indented(value)) }
      return .mapping(Node.Mapping(pairs, .implicit, .block))
    case .sequence(let sequence):
      let isFlat = sequence.allSatisfy { $0.scalar != nil }
      return .sequence(
        Node.Sequence(sequence.map { indented($0) }, .implicit, isFlat ? .flow : .block))
    default: return node
    }
  }

  private static func explain(_ error: DecodingError) -> String {
    let path: [any CodingKey]
    let reason: String
    switch error {
    case .keyNotFound(let key, let context):
      path = context.codingPath + [key]
      reason = "it is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      path = context.codingPath
      reason = "expected \(name(of: type))"
    case .dataCorrupted(let context):
      path = context.codingPath
      reason =
        (context.underlyingError as? YamlError).map {
          "the recipe is not valid YAML\(position(of: $0))"
        }
        ?? context.debugDescription
    @unknown default: return "\(error)"
    }
    let place = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
      .joined(separator: ".")
    return place.isEmpty ? reason : "\(place): \(reason)"
  }

  static func position(of error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ", line \(mark.line): \(problem)"
    case .reader(let problem, _, _, _): ": \(problem)"
    default: ""
    }
  }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is Int.Type, is UInt64.Type: "a whole number"
    case is Float.Type, is Double.Type: "a number"
    case is Bool.Type: "true or false"
    case is String.Type, is Node.Scalar.Type: "a single value"
    case is Node.Mapping.Type: "keys with values"
    case is Node.Sequence.Type: "a list"
    default: "\(type)"
    }
  }
}
