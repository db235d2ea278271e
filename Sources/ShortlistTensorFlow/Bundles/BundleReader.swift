import Foundation
package import ShortlistMessages
import ShortlistTensors

/// Reads a tensor bundle. Matrices are views of the mapped file; every tensor is checked against its checksum
/// when it is read.
final class BundleReader {
  private let prefix: String
  private var entries: [String: TFBundleEntryProto] = [:]
  private var shards: [Int32: MappedFile] = [:]
  private var shardCount: Int32 = 1

  /// - Parameter prefix: the path of the files without their endings.
  /// - Throws: `TensorFlowError` for a file that is missing or no bundle's.
  init(_ prefix: URL) throws {
    self.prefix = prefix.plainPath
    let path = self.prefix + ".index"
    let file = try Self.map(path)
    do {
      for entry in try SortedTableReader.entries(of: file.copy(0..<file.count)) {
        if entry.key.isEmpty {
          let header = try TFBundleHeaderProto(decoding: entry.value)
          guard header.endianness == .little, header.numShards > 0 else {
            throw SortedTableReader.Failure(reason: "it is of a machine of another byte order")
          }
          shardCount = header.numShards
        } else {
          entries[String(decoding: entry.key, as: UTF8.self)] = try TFBundleEntryProto(
            decoding: entry.value)
        }
      }
    } catch let failure as SortedTableReader.Failure {
      throw Self.damaged(path, failure.reason)
    } catch let failure as MessageError {
      throw Self.damaged(path, failure.description)
    }
  }

  var keys: [String] { entries.keys.sorted() }

  func type(of key: String) throws -> TFDataType { try entry(key).dtype }

  /// The sizes of a tensor.
  func shape(of key: String) throws -> [Int] {
    try entry(key).shape.dim.map { dimension in
      guard dimension.size >= 0, dimension.size <= 1 << 40 else {
        throw Self.damaged(prefix + ".index", "\(key) has a size of \(dimension.size)")
      }
      return Int(dimension.size)
    }
  }

  /// A tensor of floats with one or two sizes; a vector is a row.
  ///
  /// - Throws: `TensorFlowError` if it is not there, of another type or shape, or damaged.
  func matrix(_ key: String) throws -> Matrix {
    let entry = try entry(key)
    let shape = try shape(of: key)
    guard entry.dtype == .dtFloat, (1...2).contains(shape.count), shape.last != 0 else {
      throw TensorFlowError(
        .unsupportedModel, path: prefix,
        message:
          "\(key) is a tensor of \(entry.dtype.text) with the sizes \(shape); expected float32 "
          + "with one or two sizes, the last above 0")
    }
    let (rows, columns) = shape.count == 1 ? (1, shape[0]) : (shape[0], shape[1])
    let (file, range) = try place(of: key, entry)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count <= Int.max / 4, range.count == 4 * count else {
      throw Self.damaged(file.path, "\(key) takes \(range.count) bytes for the sizes \(shape)")
    }
    let matrix = Matrix(mapping: file, at: range.lowerBound, rows: rows, columns: columns)
    var checksum: UInt32 = 0
    matrix.forEachBlock { checksum = CRC32C.of($0, continuing: checksum) }
    try check(checksum, key, entry, file)
    return matrix
  }

  /// A tensor of whole numbers.
  func integers(_ key: String) throws -> [Int] {
    let entry = try entry(key)
    let bytes = try bytes(key)
    var cursor = ByteCursor(bytes[...])
    var numbers: [Int] = []
    do {
      while !cursor.isAtEnd {
        switch entry.dtype {
        case .dtInt32: numbers.append(Int(try cursor.littleEndian(Int32.self)))
        case .dtInt64: numbers.append(Int(try cursor.littleEndian(Int64.self)))
        default:
          throw TensorFlowError(
            .unsupportedModel, path: prefix,
            message: "\(key) is a tensor of \(entry.dtype.text); expected whole numbers")
        }
      }
    } catch is ByteCursor.Failure {
      throw Self.damaged(prefix, "\(key) has \(bytes.count) bytes of \(entry.dtype.text)")
    }
    return numbers
  }

  /// A tensor of strings as bytes.
  func strings(_ key: String) throws -> [[UInt8]] {
    let entry = try entry(key)
    guard entry.dtype == .dtString else {
      throw TensorFlowError(
        .unsupportedModel, path: prefix,
        message: "\(key) is a tensor of \(entry.dtype.text); expected strings")
    }
    let (file, range) = try place(of: key, entry)
    let bytes = file.copy(range)
    // A string takes a byte at least, so the sizes cannot ask for more than there is.
    var count = 1
    for size in try shape(of: key) {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      count = overflow ? bytes.count + 1 : min(product, bytes.count + 1)
    }
    guard count <= bytes.count else { throw Self.damaged(file.path, "\(key) ends too early") }
    var cursor = ByteCursor(bytes[...])
    do {
      var lengths: [Int] = []
      var checksum: UInt32 = 0
      for _ in 0..<count {
        let length = try cursor.varint()
        lengths.append(length)
        let fixed =
          length < 1 << 32
          ? [UInt8](littleEndian: UInt32(length)) : [UInt8](littleEndian: UInt64(length))
        checksum = CRC32C.of(fixed.span, continuing: checksum)
      }
      let stored = Array(try cursor.take(4))
      guard stored == [UInt8](littleEndian: CRC32C.masked(checksum)) else {
        throw ByteCursor.Failure()
      }
      checksum = CRC32C.of(stored.span, continuing: checksum)
      checksum = CRC32C.of(Array(cursor.rest).span, continuing: checksum)
      try check(checksum, key, entry, file)
      let strings = try lengths.map { Array(try cursor.take($0)) }
      guard cursor.isAtEnd else { throw ByteCursor.Failure() }
      return strings
    } catch is ByteCursor.Failure {
      throw Self.damaged(file.path, "the strings of \(key) do not fit their lengths")
    }
  }

  // MARK: Places

  private func bytes(_ key: String) throws -> [UInt8] {
    let entry = try entry(key)
    let (file, range) = try place(of: key, entry)
    let bytes = file.copy(range)
    try check(CRC32C.of(bytes.span), key, entry, file)
    return bytes
  }

  private func entry(_ key: String) throws -> TFBundleEntryProto {
    guard let entry = entries[key] else {
      throw TensorFlowError(
        .damagedFile, path: prefix,
        message: "there is no tensor \(key); there are \(keys.prefix(20).joined(separator: ", "))")
    }
    return entry
  }

  private func place(
    of key: String, _ entry: TFBundleEntryProto
  ) throws -> (MappedFile, Range<Int>) {
    guard entry.shardID >= 0, entry.shardID < shardCount else {
      throw Self.damaged(
        prefix + ".index", "\(key) is in the file \(entry.shardID) of \(shardCount)")
    }
    let file: MappedFile
    if let open = shards[entry.shardID] {
      file = open
    } else {
      let ending = String(format: ".data-%05d-of-%05d", Int(entry.shardID), Int(shardCount))
      file = try Self.map(prefix + ending)
      shards[entry.shardID] = file
    }
    guard entry.offset >= 0, entry.size >= 0, entry.size <= Int64(file.count),
      entry.offset <= Int64(file.count) - entry.size
    else {
      throw Self.damaged(
        file.path,
        "\(key) should take \(entry.size) bytes from \(entry.offset) on; the file has \(file.count)"
      )
    }
    return (file, Int(entry.offset)..<Int(entry.offset + entry.size))
  }

  private func check(
    _ checksum: UInt32, _ key: String, _ entry: TFBundleEntryProto, _ file: MappedFile
  ) throws {
    guard CRC32C.masked(checksum) == entry.crc32C else {
      throw Self.damaged(file.path, "\(key) does not have the checksum that the index says")
    }
  }

  private static func map(_ path: String) throws -> MappedFile {
    guard FileManager.default.fileExists(atPath: path) else {
      throw TensorFlowError(
        .missingFile, path: path,
        message: "there is no such file, which a SavedModel has. Copy the model again")
    }
    return try MappedFile(URL(filePath: path))
  }

  private static func damaged(_ path: String, _ reason: String) -> TensorFlowError {
    TensorFlowError(.damagedFile, path: path, message: "\(reason). Copy the model again")
  }
}

extension TFDataType {
  /// The name of the type in Python.
  package var text: String {
    switch self {
    case .dtFloat: "float32"
    case .dtDouble: "float64"
    case .dtInt32: "int32"
    case .dtInt64: "int64"
    case .dtString: "strings"
    case .dtBool: "bool"
    case .dtHalf: "float16"
    case .dtBfloat16: "bfloat16"
    default: "type \(rawValue)"
    }
  }
}
