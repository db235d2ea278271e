public import Foundation

extension Safetensors {
  /// A tensor to be written.
  public struct Tensor {
    let name: String
    let type: SafetensorsType
    let shape: [Int]
    let write: (inout FileWriter) throws -> Void

    /// A matrix as a tensor of shape [rows, columns].
    public init(_ name: String, _ matrix: Matrix) {
      self.init(name, type: .float32, shape: [matrix.rows, matrix.columns]) {
        try $0.write(matrix)
      }
    }

    /// A matrix of one row, such as a bias, as a tensor of shape [n].
    ///
    /// - Precondition: the matrix has one row.
    public init(_ name: String, vector: Matrix) {
      precondition(vector.rows == 1, "\(name): a vector of \(vector.rows) rows")
      self.init(name, type: .float32, shape: [vector.columns]) { try $0.write(vector) }
    }

    /// Elements in row-major order; without a shape, of shape [n].
    ///
    /// - Precondition: the shape has as many elements.
    public init<Element: SafetensorsElement>(
      _ name: String, elements: [Element], shape: [Int]? = nil
    ) {
      let shape = shape ?? [elements.count]
      precondition(
        shape.reduce(1, *) == elements.count,
        "\(name): \(elements.count) elements of shape \(shape)")
      self.init(name, type: Element.safetensorsType, shape: shape) {
        try $0.write(elements.span)
      }
    }

    /// A tensor whose bytes are made while they are written, so that it never stands in memory.
    ///
    /// - Precondition: `write` writes exactly as many bytes as type and shape ask for.
    package init(
      _ name: String, type: SafetensorsType, shape: [Int],
      write: @escaping (inout FileWriter) throws -> Void
    ) {
      precondition(name != "__metadata__", "__metadata__ is no name for a tensor")
      self.name = name
      self.type = type
      self.shape = shape
      self.write = write
    }

    var byteCount: Int { shape.reduce(type.byteCount, *) }
  }

  /// Writes matrices to a file, which is replaced as a whole or not at all.
  ///
  /// - Throws: `FileError`.
  public static func write(
    _ matrices: [(String, Matrix)], metadata: [String: String] = [:], to url: URL
  ) throws {
    try write(matrices.map { Tensor($0, $1) }, metadata: metadata, to: url)
  }

  /// Writes tensors to a file, which is replaced as a whole or not at all.
  ///
  /// Wide types come first, so that every tensor is aligned to its elements.
  ///
  /// - Throws: `FileError`.
  public static func write(
    _ tensors: [Tensor], metadata: [String: String] = [:], to url: URL
  ) throws {
    try AtomicFile.write(to: url) { try write(tensors, metadata: metadata, with: &$0) }
  }

  /// Writes tensors with a writer that stands at the start of a file.
  package static func write(
    _ tensors: [Tensor], metadata: [String: String] = [:], with writer: inout FileWriter
  ) throws {
    let names = Set(tensors.map(\.name))
    precondition(names.count == tensors.count, "two tensors of one name: \(tensors.map(\.name))")
    let ordered = tensors.enumerated().sorted {
      ($1.element.type.byteCount, $0.offset) < ($0.element.type.byteCount, $1.offset)
    }.map(\.element)
    let header = header(of: ordered, metadata: metadata)
    let length = [UInt64(header.utf8.count).littleEndian]
    try writer.write(length.span)
    try writer.write(header)
    for tensor in ordered {
      let start = writer.count
      try tensor.write(&writer)
      precondition(
        writer.count - start == tensor.byteCount,
        "\(tensor.name): \(writer.count - start) bytes written of \(tensor.byteCount)")
    }
  }

  private static func header(of tensors: [Tensor], metadata: [String: String]) -> String {
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\($0.quotedForJSON):\($1.quotedForJSON)" }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(tensor.name.quotedForJSON):{\"dtype\":\"\(tensor.type)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = "{\(fields.joined(separator: ","))}"
    let unit = SafetensorsHeader.alignment
    let padded = (8 + header.utf8.count + unit - 1) / unit * unit - 8
    header += String(repeating: " ", count: padded - header.utf8.count)
    return header
  }
}
