/// The type of a tensor's elements, by the name that the format gives it.
public struct SafetensorsType: Sendable, Hashable, CustomStringConvertible {
  /// The name in the file, as "F32".
  public let name: String
  /// The bytes of one element.
  public let byteCount: Int

  public var description: String { name }

  public static let float32 = SafetensorsType(name: "F32", byteCount: 4)
  public static let uint8 = SafetensorsType(name: "U8", byteCount: 1)
  public static let int32 = SafetensorsType(name: "I32", byteCount: 4)
  public static let int64 = SafetensorsType(name: "I64", byteCount: 8)

  /// Every type that a file may name; those without an element type here are listed, not read.
  static let all: [String: SafetensorsType] = {
    let others: [(String, Int)] = [
      ("BOOL", 1), ("I8", 1), ("F8_E5M2", 1), ("F8_E4M3", 1), ("I16", 2), ("U16", 2), ("F16", 2),
      ("BF16", 2), ("U32", 4), ("F64", 8), ("U64", 8),
    ]
    let types =
      [float32, uint8, int32, int64]
      + others.map { SafetensorsType(name: $0.0, byteCount: $0.1) }
    return Dictionary(uniqueKeysWithValues: types.map { ($0.name, $0) })
  }()
}

/// An element type that tensors are read and written as.
public protocol SafetensorsElement: BitwiseCopyable, Sendable {
  static var safetensorsType: SafetensorsType { get }
}

extension Float: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .float32 }
}
extension UInt8: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .uint8 }
}
extension Int32: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .int32 }
}
extension Int64: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .int64 }
}
