internal import Foundation
internal import ShortlistTensors

/// A safetensors file whose tensors have checksums, with a description as JSON in its metadata.
///
/// A bit that changes anywhere in the file is found: in the description by its own checksum, in a tensor by
/// that of the tensor, and in the header because names, types and shapes must be those that are asked for.
struct VerifiedTensors {
  let path: String
  let tensors: Safetensors
  private let checksums: [String: UInt32]
  private let text: String

  private static let descriptionKey = "description"
  private static let checksumKey = "crc32c"

  /// What the metadata say, and the checksum of every tensor.
  private struct Envelope<Description: Codable>: Codable {
    var description: Description
    var checksums: [String: UInt32]
  }

  /// The checksums alone.
  private struct Checksums: Decodable { var checksums: [String: UInt32] }

  /// Tensors to be written, with the checksum of each.
  struct Parts {
    private(set) var tensors: [Safetensors.Tensor] = []
    fileprivate private(set) var checksums: [String: UInt32] = [:]

    mutating func add<Element: SafetensorsElement>(_ name: String, _ elements: [Element]) {
      tensors.append(.init(name, elements: elements))
      checksums[name] = CRC32C.ofPieces(elements.span)
    }

    /// - Parameter isWritten: whether the file holds the matrix, or only the checksum of it.
    mutating func add(_ name: String, _ matrix: Matrix, isWritten: Bool = true) {
      if isWritten { tensors.append(.init(name, matrix)) }
      checksums[name] = CRC32C.ofPieces(matrix.values)
    }

    mutating func add(
      _ name: String, _ storage: ByteStorage, _ type: SafetensorsType, _ shape: [Int]
    ) {
      tensors.append(.init(name, storage, type: type, shape: shape))
      checksums[name] = CRC32C.ofPieces(storage.bytes)
    }

    mutating func add(_ name: String, _ rows: ByteRows, scales: String) {
      add(name, rows.storage, .int8, [rows.rows, rows.columns])
      add(scales, rows.scales)
    }
  }

  /// Writes a file, which is replaced as a whole or not at all.
  ///
  /// - Parameter kind: what the file is; who opens it asks for the same.
  static func write(
    _ parts: Parts, kind: String, format: Int, description: some Codable, to file: URL
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let envelope = Envelope(description: description, checksums: parts.checksums)
    let text = String(decoding: try encoder.encode(envelope), as: UTF8.self)
    try Safetensors.write(
      parts.tensors,
      metadata: [
        kind: "\(format)", descriptionKey: text, checksumKey: "\(CRC32C.of(text))",
      ], to: file)
  }

  /// Opens a file and checks its header.
  ///
  /// - Throws: `FileError`, `TensorFileError` and `IndexError` that name the file.
  init(_ file: URL, kind: String, name: String, format: Int) throws {
    path = file.plainPath
    tensors = try Safetensors(contentsOf: file)
    let metadata = tensors.metadata
    guard let found = metadata[kind] else {
      throw IndexError(
        .damagedFile, "\(path): not a file of \(name); it may be another safetensors file")
    }
    guard found == "\(format)" else {
      throw IndexError(
        .damagedFile,
        "\(path): the format is \(found); this version reads \(format). Update Shortlist, or make "
          + "the file again")
    }
    guard let text = metadata[Self.descriptionKey],
      metadata[Self.checksumKey] == "\(CRC32C.of(text))",
      let known = try? JSONDecoder().decode(Checksums.self, from: Data(text.utf8))
    else { throw Self.damage(path, "the description does not fit its checksum") }
    self.text = text
    checksums = known.checksums
  }

  func description<Description: Codable>(as type: Description.Type) throws -> Description {
    do {
      return try JSONDecoder().decode(Envelope<Description>.self, from: Data(text.utf8)).description
    } catch {
      throw damage("the description is not valid (\(error))")
    }
  }

  /// Compares the checksum of every tensor of the file.
  func verify() throws {
    for name in tensors.names {
      guard let wanted = checksums[name], try tensors.checksum(of: name) == wanted else {
        throw damage("\"\(name)\" does not fit its checksum")
      }
    }
  }

  /// Whether a matrix is the one whose checksum was noted under a name, if one was.
  func isSame(_ matrix: Matrix, as name: String) -> Bool {
    checksums[name].map { $0 == CRC32C.ofPieces(matrix.values) } ?? true
  }

  /// The bytes of a tensor that must be there with this type and shape.
  func storage(_ name: String, _ type: SafetensorsType, _ shape: [Int]) throws -> ByteStorage {
    try tensors.storage(name, of: type, shape: shape)
  }

  func byteRows(_ name: String, scales: String, rows: Int, columns: Int) throws -> ByteRows {
    let factors = try tensors.elements(scales, as: Float.self)
    guard factors.count == rows else { throw damage("\(factors.count) \(scales) for \(rows) rows") }
    return ByteRows(
      rows: rows, columns: columns, scales: factors,
      storage: try storage(name, .int8, [rows, columns]))
  }

  func halfRows(_ name: String, rows: Int, columns: Int) throws -> HalfRows {
    HalfRows(rows: rows, columns: columns, storage: try storage(name, .bfloat16, [rows, columns]))
  }

  func matrix(_ name: String, rows: Int, columns: Int) throws -> Matrix {
    let matrix = try tensors.matrix(name)
    guard matrix.rows == rows, matrix.columns == columns else {
      throw damage(
        "\"\(name)\" is \(matrix.rows) x \(matrix.columns); expected \(rows) x \(columns)")
    }
    return matrix
  }

  func damage(_ message: String) -> IndexError { Self.damage(path, message) }

  private static func damage(_ path: String, _ message: String) -> IndexError {
    IndexError(.damagedFile, "\(path): \(message). The file is damaged: copy or make it again")
  }
}
