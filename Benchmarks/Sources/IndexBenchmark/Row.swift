import Foundation

/// A line of the table.
struct Row: Encodable {
  var library = "shortlist exact"
  var vectors: Int
  var dimensions: Int
  var queries: Int
  var k: Int
  var threads: Int
  var seconds: Double
  var speed: Double
  /// What the machine can do at most, in the unit of `speed`.
  var limit: Double
  var unit: String

  static func printHeader() {
    show([
      "vectors", "dimensions", "queries", "k", "threads", "ms", "speed", "limit", "unit", "share",
    ])
  }

  func print(asJSON json: Bool) {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let line = (try? encoder.encode(self)) ?? Data()
      FileHandle.standardOutput.write(line + Data("\n".utf8))
      return
    }
    func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    Self.show([
      "\(vectors)", "\(dimensions)", "\(queries)", "\(k)", "\(threads)", text(seconds * 1000, 3),
      text(speed, 1), text(limit, 1), unit, text(100 * speed / limit, 1) + " %",
    ])
  }

  private static func show(_ cells: [String]) {
    let padded = cells.map { String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }
    FileHandle.standardOutput.write(Data((padded.joined(separator: " ") + "\n").utf8))
  }
}
