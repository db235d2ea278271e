internal import Foundation

/// The header of a safetensors file: eight bytes with its length, then JSON.
struct SafetensorsHeader {
  /// A tensor of the file; `range` counts bytes from the start of the data.
  struct Entry {
    let name: String
    let type: SafetensorsType
    let shape: [Int]
    let range: Range<Int>
  }

  /// In the order of the data.
  let entries: [Entry]
  let metadata: [String: String]
  /// The place of the first data byte in the file.
  let dataStart: Int

  /// The reference implementation refuses longer headers too.
  static let maximumLength = 100_000_000
  /// Data starts on a cache line, so that mapped matrices do.
  static let alignment = 64

  /// Reads and checks the header of a file.
  init(of file: MappedFile) throws(TensorFileError) {
    let bytes = file.bytes
    guard bytes.count >= 8 else {
      throw TensorFileError(
        .truncated, path: file.path,
        message: "\(bytes.count) bytes; a safetensors file has at least 8. It may be cut short")
    }
    var length: UInt64 = 0
    for i in (0..<8).reversed() { length = length << 8 | UInt64(bytes[i]) }
    guard length <= UInt64(Self.maximumLength) else {
      throw TensorFileError(
        .invalidHeader, path: file.path,
        message: "a header of \(length) bytes; expected at most \(Self.maximumLength). "
          + "Is it a safetensors file?")
    }
    guard Int(length) <= bytes.count - 8 else {
      throw TensorFileError(
        .truncated, path: file.path,
        message: "a header of \(length) bytes in a file of \(bytes.count). It may be cut short")
    }
    let start = 8 + Int(length)
    var json: [UInt8] = []
    json.reserveCapacity(Int(length))
    for i in 8..<start { json.append(bytes[i]) }
    try self.init(json: json, dataStart: start, dataLength: bytes.count - start, path: file.path)
  }

  /// Checks a header: tensors must fill the `dataLength` bytes without holes or overlaps.
  private init(
    json: [UInt8], dataStart: Int, dataLength: Int, path: String
  ) throws(TensorFileError) {
    self.dataStart = dataStart
    let raw: RawHeader
    do {
      raw = try JSONDecoder().decode(RawHeader.self, from: Data(json))
    } catch {
      throw TensorFileError(
        .invalidHeader, path: path,
        message: "the header is not the JSON object of a safetensors file (\(Self.reason(error)))")
    }
    metadata = raw.metadata
    var entries: [Entry] = []
    for (name, tensor) in raw.tensors {
      entries.append(try Self.entry(name, tensor, dataLength: dataLength, path: path))
    }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < (
        $1.range.lowerBound, $1.range.upperBound, $1.name
      )
    }
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw TensorFileError(
          .invalidTensor, path: path,
          message: "tensor \"\(entry.name)\" starts at data byte \(entry.range.lowerBound); "
            + "expected \(end), the end of the tensor before it")
      }
      end = entry.range.upperBound
    }
    guard end == dataLength else {
      throw TensorFileError(
        .truncated, path: path,
        message: "\(dataLength) bytes of data; the header describes \(end)")
    }
    self.entries = entries
  }

  private static func entry(
    _ name: String, _ tensor: RawTensor, dataLength: Int, path: String
  ) throws(TensorFileError) -> Entry {
    func invalid(_ text: String) -> TensorFileError {
      TensorFileError(.invalidTensor, path: path, message: "tensor \"\(name)\" \(text)")
    }
    guard let type = SafetensorsType.all[tensor.dtype] else {
      throw invalid(
        "has the unknown type \"\(tensor.dtype)\"; expected F32, U8, I32, I64 or another of the format"
      )
    }
    guard tensor.offsets.count == 2, tensor.offsets[0] >= 0, tensor.offsets[0] <= tensor.offsets[1]
    else { throw invalid("has the data_offsets \(tensor.offsets); expected [begin, end]") }
    guard tensor.offsets[1] <= dataLength else {
      throw TensorFileError(
        .truncated, path: path,
        message:
          "tensor \"\(name)\" ends at data byte \(tensor.offsets[1]); the file has \(dataLength). "
          + "It may be cut short: copy or make it again")
    }
    var size = type.byteCount
    for dimension in tensor.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else {
        throw invalid("has the impossible shape \(tensor.shape)")
      }
      size = product
    }
    let range = tensor.offsets[0]..<tensor.offsets[1]
    guard size == range.count else {
      throw invalid("has \(range.count) bytes; \(type) \(tensor.shape) takes \(size)")
    }
    return Entry(name: name, type: type, shape: tensor.shape, range: range)
  }

  private static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, let context)?:
      "no \"\(key.stringValue)\"\(place(context))"
    case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?:
      "\(context.debugDescription)\(place(context))"
    case .dataCorrupted(let context)?:
      "\(context.debugDescription)\(place(context))"
    default: "\(error)"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let names = context.codingPath.map(\.stringValue)
    return names.isEmpty ? "" : " at \(names.joined(separator: "/"))"
  }
}

private struct RawTensor: Decodable {
  let dtype: String
  let shape: [Int]
  let offsets: [Int]

  enum CodingKeys: String, CodingKey {
    case dtype, shape
    case offsets = "data_offsets"
  }
}

private struct RawHeader: Decodable {
  var tensors: [String: RawTensor] = [:]
  var metadata: [String: String] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        tensors[key.stringValue] = try container.decode(RawTensor.self, forKey: key)
      }
    }
  }
}
