import Foundation
import ShortlistTensors

/// Writes JSON piece by piece into bytes.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  /// Whether a comma must come before the next element.
  private var follows = false

  init(reserving count: Int = 1_024) { bytes.reserveCapacity(count) }

  mutating func object(_ body: (inout JSONWriter) -> Void) { nested("{", "}", body) }
  mutating func array(_ body: (inout JSONWriter) -> Void) { nested("[", "]", body) }

  mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
    self.name(name)
    object(body)
  }

  mutating func array(_ name: String, _ body: (inout JSONWriter) -> Void) {
    self.name(name)
    array(body)
  }

  mutating func member(_ name: String, _ value: String) {
    self.name(name)
    string(value)
  }

  mutating func member(_ name: String, _ value: Int) {
    self.name(name)
    integer(value)
  }

  mutating func member(_ name: String, _ value: Bool) {
    self.name(name)
    raw(value ? "true" : "false")
  }

  mutating func member(_ name: String, _ value: Float) {
    self.name(name)
    float(value)
  }

  /// The name of the member whose value comes next.
  mutating func name(_ name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
    follows = false
  }

  /// The name of a member that is written many times.
  struct Name: Sendable {
    fileprivate let bytes: [UInt8]

    /// - Parameter name: of letters that need no escape.
    init(_ name: StaticString) { bytes = Array("\"\(name)\":".utf8) }
  }

  mutating func name(_ name: Name) {
    separate()
    bytes.append(contentsOf: name.bytes)
    follows = false
  }

  mutating func integer(_ value: Int) { raw(String(value)) }

  /// A number with as many digits as tell it from its neighbours, with a point always; NaN and infinities as TensorFlow
  /// Serving writes them.
  mutating func float(_ value: Float) {
    guard value.isFinite else {
      return raw(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
    }
    raw(value.description)
  }

  mutating func string(_ value: String) {
    separate()
    bytes.appendJSON(value)
    follows = true
  }

  mutating func value(_ value: JSONValue) {
    switch value {
    case .null: raw("null")
    case .bool(let bool): raw(bool ? "true" : "false")
    case .integer(let integer): self.integer(integer)
    case .number(let number): raw(number.isFinite ? "\(number)" : "null")
    case .string(let text): string(text)
    case .array(let elements):
      array { writer in for element in elements { writer.value(element) } }
    case .object(let members):
      object { writer in
        for member in members {
          writer.name(member.name)
          writer.value(member.value)
        }
      }
    }
  }

  private mutating func raw(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
    follows = true
  }

  private mutating func separate() {
    if follows { bytes.append(UInt8(ascii: ",")) }
    follows = false
  }

  private mutating func nested(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void
  ) {
    separate()
    bytes.append(UInt8(ascii: open))
    body(&self)
    bytes.append(UInt8(ascii: close))
    follows = true
  }
}
