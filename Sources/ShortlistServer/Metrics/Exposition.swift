import Foundation

/// Writes metrics in Prometheus's text format 0.0.4.
struct Exposition {
  enum Kind: String { case counter, gauge, histogram }

  private(set) var text = ""

  /// A family of samples; nothing is written where a block gives none.
  mutating func family(
    _ name: String, _ kind: Kind, _ help: String, _ body: (inout Samples) -> Void
  ) {
    var samples = Samples(name: name)
    body(&samples)
    guard !samples.text.isEmpty else { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    text += samples.text
  }

  /// A family of one sample.
  mutating func value(_ name: String, _ kind: Kind, _ help: String, _ value: Double?) {
    guard let value else { return }
    family(name, kind, help) { $0.add([], value) }
  }

  struct Samples {
    typealias Labels = [(name: String, value: String)]

    let name: String
    fileprivate(set) var text = ""

    mutating func add(_ labels: Labels, _ value: Double) {
      text += "\(name)\(Self.text(labels)) \(Self.text(value))\n"
    }

    mutating func add(_ labels: Labels, _ value: Int) {
      text += "\(name)\(Self.text(labels)) \(value)\n"
    }

    /// - Parameters:
    ///   - counts: by bucket, one more than there are limits.
    ///   - sum: of all that was counted.
    mutating func add(_ labels: Labels, limits: [Double], counts: [Int], sum: Double) {
      var running = 0
      for (place, count) in counts.enumerated() {
        running += count
        let limit = place < limits.count ? Self.text(limits[place]) : "+Inf"
        text += "\(name)_bucket\(Self.text(labels + [("le", limit)])) \(running)\n"
      }
      text += "\(name)_sum\(Self.text(labels)) \(Self.text(sum))\n"
      text += "\(name)_count\(Self.text(labels)) \(running)\n"
    }

    private static func text(_ labels: Labels) -> String {
      guard !labels.isEmpty else { return "" }
      return "{" + labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func text(_ value: Double) -> String {
      if let whole = Int(exactly: value) { return "\(whole)" }
      return value.isFinite ? "\(value)" : value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf"
    }

    private static func escaped(_ label: String) -> String {
      label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
  }
}
