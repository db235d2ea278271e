import Foundation
import ShortlistMessages
import ShortlistTensors

/// A SavedModel of anybody as it stands in its folder: graphs, objects and variables, not yet understood.
struct SavedModelFile {
  let folder: URL
  let functions: [String: TFFunctionDef]
  let objects: TFSavedObjectGraph
  let bundle: BundleReader
  private let nodes: [String: TFNodeDef]
  private let assets: [TFAssetFileDef]
  /// The keys of variables in the bundle, by their objects.
  private let keys: [Int32: String]

  var path: String { folder.plainPath }

  /// - Parameter folder: where `saved_model.pb` stands, or the folder of versions above it.
  /// - Throws: `TensorFlowError` for a file that is missing, damaged, or of TensorFlow 1.
  init(_ folder: URL) throws {
    let folder = try Self.version(of: folder)
    let file = folder.appending(path: "saved_model.pb")
    let mapped = try MappedFile(file)
    guard mapped.count < 1 << 31 else {
      throw TensorFlowError(
        .damagedFile, path: file.plainPath, message: "\(mapped.count) bytes; 2 GiB are the limit")
    }
    let message: TFSavedModel
    do {
      message = try TFSavedModel(decoding: mapped.copy(0..<mapped.count))
    } catch let error as MessageError {
      throw TensorFlowError(
        .damagedFile, path: file.plainPath, message: "\(error.description). Copy the model again")
    }
    guard let meta = message.metaGraphs.first, !meta.objectGraphDef.nodes.isEmpty else {
      throw TensorFlowError(
        .unsupportedModel, path: file.plainPath,
        message:
          "there is no object graph in it, so it was saved by TensorFlow 1 or is no SavedModel. "
          + "Save it with tf.saved_model.save of TensorFlow 2")
    }
    self.folder = folder
    objects = meta.objectGraphDef
    assets = meta.assetFileDef
    functions = Dictionary(
      meta.graphDef.library.function.map { ($0.signature.name, $0) }, uniquingKeysWith: { $1 })
    nodes = Dictionary(meta.graphDef.node.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    bundle = try BundleReader(folder.appending(path: "variables/variables"))
    keys = try Self.keys(of: objects, in: bundle, path: folder.plainPath)
  }

  // MARK: Objects

  func object(_ id: Int32) -> TFSavedObject? {
    objects.nodes.indices.contains(Int(id)) ? objects.nodes[Int(id)] : nil
  }

  func child(_ name: String, of id: Int32) -> Int32? {
    object(id)?.children.first { $0.localName == name }?.nodeID
  }

  /// The constant that an object stands for.
  func constant(_ id: Int32) -> TFTensorProto? {
    guard case .constant(let constant)? = object(id)?.kind else { return nil }
    guard case .tensor(let tensor)? = nodes[constant.operation]?.attr["value"]?.value else {
      return nil
    }
    return tensor
  }

  /// The file that an object stands for.
  func asset(_ id: Int32) -> URL? {
    guard case .asset(let asset)? = object(id)?.kind,
      assets.indices.contains(Int(asset.assetFileDefIndex))
    else { return nil }
    let name = assets[Int(asset.assetFileDefIndex)].filename
    // A name from a file must not lead out of the folder.
    guard !name.split(separator: "/").contains("..") else { return nil }
    return folder.appending(path: "assets").appending(path: name)
  }

  /// The key of a variable in the bundle.
  func key(ofVariable id: Int32) throws -> String {
    guard case .variable? = object(id)?.kind, let key = keys[id] else {
      throw TensorFlowError(
        .damagedFile, path: path, message: "object \(id) is no variable of the checkpoint")
    }
    return key
  }

  // MARK: Finding things

  private static func version(of folder: URL) throws -> URL {
    let manager = FileManager.default
    let file = folder.appending(path: "saved_model.pb").plainPath
    if manager.fileExists(atPath: file) { return folder }
    let versions = (try? manager.contentsOfDirectory(atPath: folder.plainPath)) ?? []
    if let latest = versions.compactMap({ Int($0) }).max(),
      let name = versions.first(where: { Int($0) == latest })
    {
      let version = folder.appending(path: name)
      if manager.fileExists(atPath: version.appending(path: "saved_model.pb").plainPath) {
        return version
      }
    }
    throw TensorFlowError(
      .missingFile, path: folder.plainPath,
      message: "there is no saved_model.pb in it; name the folder that tf.saved_model.save wrote")
  }

  /// Goes through both object graphs side by side: the same names lead to the same objects.
  private static func keys(
    of objects: TFSavedObjectGraph, in bundle: BundleReader, path: String
  ) throws -> [Int32: String] {
    let name = "_CHECKPOINTABLE_OBJECT_GRAPH"
    let bytes = try bundle.strings(name).first ?? []
    let graph: TFTrackableObjectGraph
    do {
      graph = try TFTrackableObjectGraph(decoding: bytes)
    } catch let error as MessageError {
      throw TensorFlowError(
        .damagedFile, path: path,
        message: "\(name) of the variables: \(error.description). Copy the model again")
    }
    var keys: [Int32: String] = [:]
    var seen: Set<Int32> = []
    var queue: [(object: Int32, tracked: Int32)] = [(0, 0)]
    while let (object, tracked) = queue.popLast() {
      guard seen.insert(object).inserted, objects.nodes.indices.contains(Int(object)),
        graph.nodes.indices.contains(Int(tracked))
      else { continue }
      let node = graph.nodes[Int(tracked)]
      if let value = node.attributes.first(where: { $0.name == "VARIABLE_VALUE" }) {
        keys[object] = value.checkpointKey
      }
      let children = Dictionary(
        node.children.map { ($0.localName, $0.nodeID) }, uniquingKeysWith: { $1 })
      for child in objects.nodes[Int(object)].children {
        if let other = children[child.localName] { queue.append((child.nodeID, other)) }
      }
    }
    return keys
  }
}
