import Foundation
import Testing

@testable import ShortlistTensors

@Suite("Safetensors")
struct SafetensorsTests {
  private static let weights = Matrix(
    rows: 3, columns: 2, values: [1, -2.5, 3e-38, .infinity, -0.0, 1e38])
  private static let bias = Matrix(rows: 1, columns: 3, values: [7, 8, 9])

  private func writeSample(to file: URL) throws {
    try Safetensors.write(
      [
        .init("flags", elements: [1, 2, 255] as [UInt8]),
        .init("query/weights", Self.weights),
        .init("bias", vector: Self.bias),
        .init("rows", elements: [Int32.min, -1, 0, Int32.max], shape: [2, 2]),
        .init("time", elements: [Int64.min, 5]),
        .init("empty", Matrix(rows: 0, columns: 4)),
      ],
      metadata: ["format": "pt", "quoted \"\\\n\u{1}": "é 🎬"], to: file)
  }

  @Test("What is written is read")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "sample.safetensors")
      try writeSample(to: file)
      let tensors = try Safetensors(contentsOf: file)
      #expect(Set(tensors.names) == ["flags", "query/weights", "bias", "rows", "time", "empty"])
      #expect(tensors.metadata == ["format": "pt", "quoted \"\\\n\u{1}": "é 🎬"])
      #expect(try tensors.matrix("query/weights") == Self.weights)
      #expect(try tensors.shape(of: "query/weights") == [3, 2])
      #expect(try tensors.matrix("bias") == Self.bias)
      #expect(try tensors.shape(of: "bias") == [3])
      #expect(try tensors.elements("flags", as: UInt8.self) == [1, 2, 255])
      #expect(try tensors.elements("rows", as: Int32.self) == [Int32.min, -1, 0, Int32.max])
      #expect(try tensors.elements("time", as: Int64.self) == [Int64.min, 5])
      #expect(try tensors.elements("bias", as: Float.self) == [7, 8, 9])
      #expect(try tensors.type(of: "time") == .int64)
      let empty = try tensors.matrix("empty")
      #expect(empty.rows == 0 && empty.columns == 4)
    }
  }

  @Test("The bytes are those of the format")
  func layout() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "layout.safetensors")
      try Safetensors.write([("ab", Matrix(rows: 1, columns: 1, values: [1]))], to: file)
      let bytes = try Data(contentsOf: file)
      let json = #"{"ab":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}"#
      #expect(bytes[0] == 120 && bytes[1..<8].allSatisfy { $0 == 0 })
      #expect(
        String(decoding: bytes[8..<128], as: UTF8.self)
          == json.padding(
            toLength: 120, withPad: " ", startingAt: 0))
      #expect(Array(bytes[128...]) == [0, 0, 0x80, 0x3F])
    }
  }

  @Test("Mapped matrices start on a cache line")
  func alignment() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "aligned.safetensors")
      for length in 0..<70 {
        let name = String(repeating: "n", count: length)
        try Safetensors.write([(name, Self.weights)], to: file)
        let matrix = try Safetensors(contentsOf: file).matrix(name)
        unsafe #expect(Int(bitPattern: matrix.pointer) % 64 == 0)
        #expect(matrix == Self.weights)
      }
    }
  }

  @Test("A matrix outlives the file's name and the reader")
  func outlives() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "gone.safetensors")
      try Safetensors.write([("weights", Self.weights)], to: file)
      let matrix = try Safetensors(contentsOf: file).matrix("weights")
      try FileManager.default.removeItem(at: file)
      #expect(matrix == Self.weights)
    }
  }

  @Test("A wrong name, type or shape is refused by what the file has")
  func wrongAccess() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "sample.safetensors")
      try Safetensors.write(
        [
          .init("cube", elements: [Float](repeating: 1, count: 8), shape: [2, 2, 2]),
          .init("rows", elements: [Int32(1)]),
        ], to: file)
      let tensors = try Safetensors(contentsOf: file)
      func message(_ code: TensorFileError.Code, _ body: () throws -> Void) throws -> String {
        let error = try #require(throws: TensorFileError.self, performing: body)
        #expect(error.code == code)
        #expect(error.path == file.path())
        return error.message
      }
      #expect(
        try message(.missing) { _ = try tensors.matrix("x") }
          == "\(file.path()): no tensor \"x\"; the file has \"cube\", \"rows\"")
      #expect(
        try message(.wrongType) { _ = try tensors.matrix("rows") }
          == "\(file.path()): tensor \"rows\" has the type I32; expected F32")
      #expect(
        try message(.wrongType) { _ = try tensors.matrix("cube") }
          == "\(file.path()): tensor \"cube\" has the shape [2, 2, 2]; expected one or two dimensions"
      )
      #expect(
        try message(.wrongType) { _ = try tensors.elements("cube", as: Int64.self) }
          == "\(file.path()): tensor \"cube\" has the type F32; expected I64")
    }
  }

  @Test("A file cut at any byte is refused by name")
  func truncation() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "whole.safetensors")
      try writeSample(to: file)
      let bytes = try Data(contentsOf: file)
      let cut = folder.appending(path: "cut.safetensors")
      for count in 0..<bytes.count {
        try bytes[0..<count].write(to: cut)
        let error = try #require(throws: TensorFileError.self) {
          try Safetensors(contentsOf: cut)
        }
        #expect(error.message.hasPrefix("\(cut.path()): "))
      }
      try (bytes + [0]).write(to: cut)
      let error = try #require(throws: TensorFileError.self) { try Safetensors(contentsOf: cut) }
      #expect(error.code == .truncated)
    }
  }

  @Test("No flipped bit of the header does harm")
  func bitFlips() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "flipped.safetensors")
      try writeSample(to: file)
      let bytes = try Data(contentsOf: file)
      let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
      var refused = 0
      // Every bit of the length, and one of each byte of the JSON.
      let bits = Array(0..<64) + (8..<header).map { $0 * 8 + $0 % 7 }
      for bit in bits {
        var damaged = bytes
        damaged[bit / 8] ^= 1 << (bit % 8)
        try damaged.write(to: file)
        do {
          let tensors = try Safetensors(contentsOf: file)
          for name in tensors.names {
            // Whatever passed the checks can be read to its last byte.
            if let matrix = try? tensors.matrix(name), matrix.count > 0 {
              _ = matrix[matrix.rows - 1, matrix.columns - 1]
            }
            _ = try? tensors.elements(name, as: Int32.self)
          }
        } catch is TensorFileError {
          refused += 1
        }
      }
      #expect(refused > bits.count / 2)
    }
  }

  @Test(
    "A header that lies is refused",
    arguments: [
      (#"[]"#, "not the JSON object"),
      (#"{"a":1}"#, "not the JSON object"),
      (#"{"a":{"dtype":"F32","shape":[1]}}"#, "no \"data_offsets\" at a"),
      (#"{"__metadata__":{"x":1}}"#, "not the JSON object"),
      (#"{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}"#, "unknown type \"F31\""),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#, "data_offsets [0, 8, 8]"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "data_offsets [8, 0]"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, "data_offsets [-8, 0]"),
      (#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, "the file has 8"),
      (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "has 8 bytes; F32 [3] takes 12"),
      (#"{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}"#, "impossible shape [-1, -2]"),
      (
        #"{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}"#,
        "impossible shape"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}"#,
        "impossible shape"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        "starts at data byte 4; expected 0"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        "8 bytes of data; the header describes 4"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        "\"b\" starts at data byte 4; expected 8"
      ),
    ])
  func hostileHeaders(json: String, reason: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "hostile.safetensors")
      let length = UInt64(json.utf8.count)
      let size = (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
      try (Data(size) + Data(json.utf8) + Data(count: 8)).write(to: file)
      let error = try #require(throws: TensorFileError.self) { try Safetensors(contentsOf: file) }
      #expect(error.message.hasPrefix("\(file.path()): "))
      #expect(error.message.contains(reason))
    }
  }

  @Test(
    "A header length beyond reason is refused before anything is read",
    arguments: [100_000_001, UInt64.max, 1 << 63])
  func hugeHeader(length: UInt64) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "huge.safetensors")
      try Data((0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }).write(to: file)
      let error = try #require(throws: TensorFileError.self) { try Safetensors(contentsOf: file) }
      #expect(error.code == .invalidHeader)
    }
  }

  @Test("A file is read by blocks as it is as a whole", arguments: [1, 2, 3])
  func blocks(size: Int) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "blocks.safetensors")
      try Safetensors.write([("bias", Self.bias), ("weights", Self.weights)], to: file)
      let blocks = try MatrixFile(file, tensor: "weights")
      #expect(blocks.rows == 3 && blocks.columns == 2)
      for start in 0...(3 - size) {
        #expect(
          try blocks.read(rows: start..<start + size) == Self.weights.rows(start..<start + size))
      }
      let handle = try FileHandle(forWritingTo: file)
      try handle.truncate(atOffset: 130)
      #expect(throws: FileError.self) { try blocks.read(rows: 0..<3) }
    }
  }
}
