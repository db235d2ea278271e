internal import Foundation
package import ShortlistTensors

/// A matrix in a golden file: base64 of little-endian floats.
package struct GoldenMatrix: Decodable, Sendable {
  package let matrix: Matrix

  private enum CodingKeys: String, CodingKey { case shape, data }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shape = try container.decode([Int].self, forKey: .shape)
    let data = try container.decode(Data.self, forKey: .data)
    let rows = shape.count == 1 ? 1 : shape[0]
    guard data.count == 4 * shape.reduce(1, *) else {
      throw DecodingError.dataCorruptedError(
        forKey: .data, in: container,
        debugDescription: "\(data.count) bytes for a shape of \(shape)")
    }
    let values = stride(from: 0, to: data.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[start + $1]) << (8 * $1) })
    }
    matrix = Matrix(rows: rows, columns: values.count / max(1, rows), values: values)
  }
}

/// The golden files of this package's tests: written by real TensorFlow, see scripts/goldens.
package struct Goldens: Sendable {
  private let folder: URL

  /// - Parameter path: a folder, from the folder of the calling file.
  package init(at path: String, from file: String = #filePath) {
    folder =
      URL(filePath: file).deletingLastPathComponent().appending(path: path)
      .standardizedFileURL
  }

  /// A file without its `.json`; names are converted from snake case.
  package func load<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: folder.appending(path: path + ".json")))
  }

  /// The files of a folder, sorted, without their `.json`.
  package func names(in sub: String) -> [String] {
    let files = try? FileManager.default.contentsOfDirectory(
      atPath: folder.appending(path: sub).path(percentEncoded: false))
    return (files ?? []).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }
}

extension Matrix {
  /// The largest difference, relative to the largest magnitude of `other`; infinite where shapes differ or
  /// only one of the two is NaN.
  package func relativeDifference(from other: Matrix) -> Double {
    guard rows == other.rows, columns == other.columns else { return .infinity }
    var largest = 0.0
    var scale = 1e-12
    for i in 0..<count {
      let (x, y) = (Double(values[i]), Double(other.values[i]))
      if x.isNaN != y.isNaN { return .infinity }
      largest = max(largest, abs(x - y))
      scale = max(scale, abs(y))
    }
    return largest / scale
  }
}
