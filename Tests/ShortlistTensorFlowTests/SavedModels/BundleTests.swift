import Foundation
import Shortlist
import ShortlistMessages
import ShortlistPython
import Testing

@testable import ShortlistTensorFlow

@Suite("Tensor bundles")
struct BundleTests {
  @Test("A bundle is TensorFlow's byte for byte")
  func golden() throws {
    try withTemporaryFolder { folder in
      var writer = try BundleWriter(folder.appending(path: "w"))
      try writer.write("w", Matrix(rows: 1, columns: 2, values: [1, 2]), shape: [2])
      try writer.finish()
      let index =
        "00000608011a02080100010f770801120412020802280835593ce5350000000001000000000921adc3000000"
        + "000100000000c0f2a1b0000102780024000000000100000000ab30707f2908360e"
        + String(repeating: "00", count: 36) + "57fb808b247547db"
      #expect(try hex(folder, "w.index") == index)
      #expect(try hex(folder, "w.data-00000-of-00001") == "0000803f00000040")

      var strings = try BundleWriter(folder.appending(path: "s"))
      try strings.write("s", shape: [2], strings: StringStream(["a", "bc"]))
      try strings.finish()
      #expect(try hex(folder, "s.data-00000-of-00001") == "0102bfdfdb7a616263")
      // The checksum of the entry.
      #expect(try hex(folder, "s.index").contains("35" + "e9e43685"))
    }
  }

  @Test("What is written is read: many keys, blocks of strings, empty tensors")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let prefix = folder.appending(path: "variables")
      var random = RandomStream(seed: 1)
      var matrices: [String: Matrix] = [:]
      // More than one block of the index.
      for number in 0..<7000 {
        var matrix = Matrix(rows: number % 3, columns: 1 + number % 2)
        for row in 0..<matrix.rows { matrix[row, 0] = random.normal() }
        matrices["layer/\(number % 10)/weights_of_a_rather_long_name_\(number)"] = matrix
      }
      let words = (0..<9000).map { "word \($0) \(String(repeating: "ü", count: $0 % 200))" }
      var writer = try BundleWriter(prefix)
      for (key, matrix) in matrices {
        try writer.write(key, matrix, shape: [matrix.rows, matrix.columns])
      }
      try writer.write("words", shape: [90, 100], strings: StringStream(words))
      try writer.write("none", shape: [0], strings: StringStream([]))
      try writer.write("numbers", .dtInt64, shape: [3], elements: [1, -2, Int64.max])
      try writer.finish()

      let reader = try BundleReader(prefix)
      #expect(reader.keys.count == matrices.count + 3)
      for (key, matrix) in matrices {
        let found = try reader.matrix(key)
        #expect(found.rows == matrix.rows && found.columns == matrix.columns)
        for row in 0..<matrix.rows { #expect(found[row, 0] == matrix[row, 0]) }
      }
      #expect(try reader.strings("words").map { String(decoding: $0, as: UTF8.self) } == words)
      #expect(try reader.strings("none").isEmpty)
      #expect(try reader.integers("numbers") == [1, -2, Int.max])
      #expect(try reader.shape(of: "words") == [90, 100])
    }
  }

  @Test("A tensor of another type is not taken for floats")
  func types() throws {
    try withTemporaryFolder { folder in
      var writer = try BundleWriter(folder.appending(path: "v"))
      try writer.write("numbers", .dtInt64, shape: [2], elements: [1, 2] as [Int64])
      try writer.finish()
      let reader = try BundleReader(folder.appending(path: "v"))
      let error = #expect(throws: TensorFlowError.self) { try reader.matrix("numbers") }
      #expect(error?.message.contains("a tensor of int64") == true)
      let missing = #expect(throws: TensorFlowError.self) { try reader.matrix("other") }
      #expect(missing?.message.contains("there is no tensor other; there are numbers") == true)
    }
  }

  @Test("As many strings are written as there are said to be")
  func stringCount() throws {
    try withTemporaryFolder { folder in
      var writer = try BundleWriter(folder.appending(path: "v"))
      let error = #expect(throws: TensorFlowError.self) {
        try writer.write("names", shape: [3], strings: StringStream(["a", "b"]))
      }
      #expect(error?.message.contains("names has 2 strings for the sizes [3]") == true)
      try writer.finish()
    }
  }

  private func hex(_ folder: URL, _ file: String) throws -> String {
    try Data(contentsOf: folder.appending(path: file)).map { byte in
      String(Int(byte) + 0x100, radix: 16).dropFirst()
    }
    .joined()
  }
}
