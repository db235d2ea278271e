import Foundation
import ShortlistTensors
import Testing

/// A matrix in a golden file: base64 of little-endian floats.
struct GoldenMatrix: Decodable, Sendable {
  let matrix: Matrix

  private enum CodingKeys: String, CodingKey { case shape, data }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shape = try container.decode([Int].self, forKey: .shape)
    let text = try container.decode(String.self, forKey: .data)
    let data = try #require(Data(base64Encoded: text))
    let values = stride(from: 0, to: data.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[start + $1]) << (8 * $1) })
    }
    let rows = shape.count == 1 ? 1 : shape[0]
    matrix = Matrix(rows: rows, columns: values.count / max(1, rows), values: values)
  }
}

/// The golden files: written by real TensorFlow, see scripts/goldens.
enum Goldens {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Goldens")

  static func load<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      type, from: Data(contentsOf: folder.appending(path: path + ".json")))
  }

  static func names(in sub: String) -> [String] {
    let files = try? FileManager.default.contentsOfDirectory(
      atPath: folder.appending(path: sub).path())
    return (files ?? []).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }
}

/// The largest difference, relative to the largest magnitude.
func relativeDifference(_ a: Matrix, _ b: Matrix) -> Double {
  guard a.rows == b.rows, a.columns == b.columns else { return .infinity }
  var largest = 0.0
  var scale = 1e-12
  for i in 0..<a.count {
    let (x, y) = (Double(a.values[i]), Double(b.values[i]))
    if x.isNaN != y.isNaN { return .infinity }
    largest = max(largest, abs(x - y))
    scale = max(scale, abs(y))
  }
  return largest / scale
}
