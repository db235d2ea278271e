public import Foundation

/// A file of named tensors in the safetensors format of Hugging Face, mapped into memory.
///
/// ```swift
/// try Safetensors.write([("items", vectors)], to: file)
/// let vectors = try Safetensors(contentsOf: file).matrix("items")
/// ```
///
/// Every length, offset and shape is checked when the file is opened; a matrix is then a view of the
/// file and costs no memory of its own.
public struct Safetensors: Sendable {
  /// The strings under `__metadata__`.
  public let metadata: [String: String]
  /// The names of the tensors in the order of their data.
  public var names: [String] { order }

  private let order: [String]
  private let entries: [String: SafetensorsHeader.Entry]
  private let file: MappedFile
  private let dataStart: Int

  /// Opens a file.
  ///
  /// - Throws: `FileError` if it cannot be read, `TensorFileError` if it is damaged.
  public init(contentsOf url: URL) throws {
    let file = try MappedFile(url)
    let header = try SafetensorsHeader(of: file)
    self.file = file
    dataStart = header.dataStart
    metadata = header.metadata
    order = header.entries.map(\.name)
    entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
  }

  /// The shape of a tensor.
  ///
  /// - Throws: `TensorFileError` if there is none of that name.
  public func shape(of name: String) throws -> [Int] { try entry(name).shape }

  /// The element type of a tensor.
  ///
  /// - Throws: `TensorFileError` if there is none of that name.
  public func type(of name: String) throws -> SafetensorsType { try entry(name).type }

  /// A tensor of type F32 as a matrix that views the file: [rows, columns], or [n] as 1 x n.
  ///
  /// - Throws: `TensorFileError` if there is none of that name, or it has another type or shape.
  public func matrix(_ name: String) throws -> Matrix {
    let place = try place(ofMatrix: name)
    return Matrix(mapping: file, at: place.offset, rows: place.rows, columns: place.columns)
  }

  /// A copy of a tensor's elements in row-major order.
  ///
  /// - Throws: `TensorFileError` if there is none of that name, or it has another type.
  public func elements<Element: SafetensorsElement>(
    _ name: String, as type: Element.Type
  ) throws -> [Element] {
    let entry = try entry(name, of: Element.safetensorsType)
    let count = entry.range.count / MemoryLayout<Element>.stride
    guard count > 0 else { return [] }
    let start = unsafe file.address(of: dataStart + entry.range.lowerBound)
    return unsafe Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe UnsafeMutableRawBufferPointer(buffer).baseAddress?.copyMemory(
        from: start, byteCount: entry.range.count)
      initialized = count
    }
  }

  /// A view of a tensor's bytes.
  ///
  /// - Throws: `TensorFileError` if there is none of that name, or it has another type or shape.
  package func storage(_ name: String, of type: SafetensorsType, shape: [Int]) throws -> ByteStorage
  {
    let entry = try entry(name, of: type)
    guard entry.shape == shape else {
      throw TensorFileError(
        .wrongType, path: file.path,
        message: "tensor \"\(name)\" has the shape \(entry.shape); expected \(shape)")
    }
    guard !entry.range.isEmpty else { return ByteStorage(count: 0) }
    let start = unsafe file.address(of: dataStart + entry.range.lowerBound)
    return unsafe ByteStorage(viewing: start, count: entry.range.count, owner: file)
  }

  /// The CRC-32C of a tensor's bytes, in pieces.
  ///
  /// - Throws: `TensorFileError` if there is none of that name.
  package func checksum(of name: String) throws -> UInt32 {
    let range = try entry(name).range
    let bytes = file.bytes
    let data = bytes.extracting(dataStart + range.lowerBound..<dataStart + range.upperBound)
    return CRC32C.ofPieces(data)
  }

  /// Where a matrix stands in the file, for readers that do not map it.
  package func place(ofMatrix name: String) throws -> (offset: Int, rows: Int, columns: Int) {
    let entry = try entry(name, of: .float32)
    let offset = dataStart + entry.range.lowerBound
    switch entry.shape.count {
    case 1: return (offset, 1, entry.shape[0])
    case 2: return (offset, entry.shape[0], entry.shape[1])
    default:
      throw TensorFileError(
        .wrongType, path: file.path,
        message: "tensor \"\(name)\" has the shape \(entry.shape); expected one or two dimensions")
    }
  }

  private func entry(
    _ name: String, of type: SafetensorsType? = nil
  ) throws(TensorFileError) -> SafetensorsHeader.Entry {
    guard let entry = entries[name] else {
      let known = order.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
      throw TensorFileError(
        .missing, path: file.path,
        message: "no tensor \"\(name)\"; the file has \(known.isEmpty ? "none" : known)")
    }
    if let type, entry.type != type {
      throw TensorFileError(
        .wrongType, path: file.path,
        message: "tensor \"\(name)\" has the type \(entry.type); expected \(type)")
    }
    return entry
  }
}
