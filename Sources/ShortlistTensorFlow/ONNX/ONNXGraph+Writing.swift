import Foundation
import ShortlistMessages
import ShortlistTensors

extension ONNXGraph {
  /// Tensors from this size on stand in a file of their own, because a model's file holds less than 2 GiB.
  private static let largeBytes = 1 << 20
  /// Where tensors begin in that file, so that a program may map them.
  private static let alignment = 4096

  /// A tensor in the file of large tensors.
  private struct Place {
    let offset: Int
    let length: Int
  }

  /// Writes `NAME.onnx` and, where there are large tensors, `NAME.onnx.data` into a folder.
  ///
  /// - Throws: `TensorFlowError` if the strings take 2 GiB or more, `FileError` when the disk is full or may
  ///   not be written.
  func write(to folder: URL, metadata: [(key: String, value: String)]) throws -> ONNXModel {
    let file = "\(name).onnx"
    let dataFile = "\(file).data"
    let places = self.places
    let model = message(places: places, dataFile: dataFile, metadata: metadata)
    let bytes: [UInt8]
    do {
      bytes = try model.encoded()
    } catch {
      throw TensorFlowError(
        .unsupportedModel, path: folder.appending(path: file).plainPath,
        message:
          "the vocabularies and titles do not fit into an ONNX file, which holds less than 2 GiB "
          + "of strings (\(error))")
    }
    var writer = try FileWriter(creating: folder.appending(path: file))
    try writer.write(bytes.span)
    try writer.finish()
    let size = try write(places, to: folder.appending(path: dataFile))
    return ONNXModel(
      file: file, dataFile: size == 0 ? nil : dataFile, bytes: bytes.count + size,
      inputs: inputs.map(\.value), outputs: outputs.map(\.value))
  }

  /// The places of large tensors by name.
  private var places: [String: Place] {
    var end = 0
    var places: [String: Place] = [:]
    for constant in constants {
      guard case .matrix(let matrix) = constant.content else { continue }
      let length = matrix.count * MemoryLayout<Float>.stride
      guard length >= Self.largeBytes else { continue }
      let offset = (end + Self.alignment - 1) / Self.alignment * Self.alignment
      places[constant.name] = Place(offset: offset, length: length)
      end = offset + length
    }
    return places
  }

  /// - Returns: the size of the file; 0 where there is none.
  private func write(_ places: [String: Place], to url: URL) throws -> Int {
    guard !places.isEmpty else { return 0 }
    var writer = try FileWriter(creating: url)
    for constant in constants {
      guard case .matrix(let matrix) = constant.content, let place = places[constant.name] else {
        continue
      }
      try writer.write([UInt8](repeating: 0, count: place.offset - writer.count).span)
      try matrix.forEachBlock { try writer.write($0) }
    }
    let size = writer.count
    try writer.finish()
    return size
  }

  private func message(
    places: [String: Place], dataFile: String, metadata: [(key: String, value: String)]
  ) -> ONNXModelProto {
    .with { model in
      model.irVersion = Int64(ONNXModel.formatVersion)
      model.producerName = "shortlist"
      model.docString = meaning
      model.opsetImport = [
        .with { $0.version = Int64(ONNXModel.opset) },
        .with { ($0.domain, $0.version) = ("ai.onnx.ml", Int64(ONNXModel.machineLearningOpset)) },
      ]
      model.metadataProps = metadata.map { entry($0.key, $0.value) }
      model.graph = .with { graph in
        graph.name = name
        graph.docString = meaning
        graph.node = nodes
        graph.input = inputs.map(\.message)
        graph.output = outputs.map(\.message)
        graph.initializer = constants.map { constant in
          var tensor = constant.tensor(isInline: places[constant.name] == nil)
          if let place = places[constant.name] {
            tensor.dataLocation = .external
            tensor.externalData = [
              entry("location", dataFile), entry("offset", "\(place.offset)"),
              entry("length", "\(place.length)"),
            ]
          }
          return tensor
        }
      }
    }
  }

  private func entry(_ key: String, _ value: String) -> ONNXStringStringEntryProto {
    .with { ($0.key, $0.value) = (key, value) }
  }
}

extension ONNXGraph.Constant {
  fileprivate func tensor(isInline: Bool) -> ONNXTensorProto {
    .with { tensor in
      tensor.name = name
      tensor.dims = shape.map { Int64($0) }
      switch content {
      case .matrix(let matrix):
        tensor.dataType = Int32(ONNXGraph.Element.float.rawValue)
        if isInline {
          let values = matrix.values
          for i in 0..<values.count { tensor.floatData.append(values[i]) }
        }
      case .floats(let floats):
        tensor.dataType = Int32(ONNXGraph.Element.float.rawValue)
        tensor.floatData = floats
      case .integers(let integers):
        tensor.dataType = Int32(ONNXGraph.Element.int64.rawValue)
        tensor.int64Data = integers
      case .strings(let strings):
        tensor.dataType = Int32(ONNXGraph.Element.string.rawValue)
        tensor.stringData = strings.map { Data($0.utf8) }
      }
    }
  }
}

extension ONNXGraph.Port {
  fileprivate var message: ONNXValueInfoProto {
    .with { value in
      value.name = name
      value.docString = meaning
      value.type.tensorType = .with { tensor in
        tensor.elemType = Int32(element.rawValue)
        tensor.shape.dim = shape.map { dimension in
          .with {
            switch dimension {
            case .length(let length): $0.dimValue = Int64(length)
            case .any(let name): $0.dimParam = name
            }
          }
        }
      }
    }
  }
}
