extension SafetensorsType {
  package static let int8 = SafetensorsType(name: "I8", byteCount: 1)
  package static let bfloat16 = SafetensorsType(name: "BF16", byteCount: 2)
}

extension Safetensors.Tensor {
  /// Bytes that stand in storage.
  ///
  /// - Precondition: the storage has as many bytes as type and shape ask for.
  package init(_ name: String, _ storage: ByteStorage, type: SafetensorsType, shape: [Int]) {
    precondition(
      shape.reduce(type.byteCount, *) == storage.count,
      "\(name): \(storage.count) bytes of \(type) \(shape)")
    self.init(name, type: type, shape: shape) { try $0.write(storage.bytes) }
  }
}
