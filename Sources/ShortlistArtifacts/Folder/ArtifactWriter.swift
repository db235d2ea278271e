public import Foundation
internal import ShortlistData
internal import ShortlistTensors

/// Writes an artefact: its files first, then the manifest that describes them.
///
/// ```swift
/// let place = try ArtifactWriter.write(to: folder, specification: model.specification) { writer in
///   try writer.write("weights.safetensors") { try Safetensors.write(weights, to: $0) }
/// }
/// ```
///
/// Everything goes to a temporary sibling that is flushed and renamed: a reader sees the whole version
/// or none, and after an error nothing is left behind.
public struct ArtifactWriter: ~Copyable {
  private let folder: URL
  private var names: [String] = []

  private init(folder: URL) { self.folder = folder }

  /// Writes a version.
  ///
  /// - Parameters:
  ///   - url: the artefact's folder, which gets the next version, or a folder named by a version.
  ///   - specification: what the caller needs to make sense of the files; it goes into the manifest.
  ///   - created: the time that the manifest names.
  ///   - body: writes the files.
  /// - Returns: the folder of the version.
  /// - Throws: `ArtifactError` if the version exists or a name is not valid, `FileError` if the disk is
  ///   full or not writable, and what `body` throws.
  @discardableResult
  public static func write<Specification: Encodable>(
    to url: URL, specification: Specification, created: Date = Date(),
    _ body: (inout ArtifactWriter) throws -> Void
  ) throws -> URL {
    let target = ArtifactFolder.target(for: url)
    do {
      try AtomicFolder.write(to: target) { folder in
        var writer = ArtifactWriter(folder: folder)
        try body(&writer)
        try writer.writeManifest(specification, created: created)
      }
    } catch let error as FileError where error.code == .exists && error.path == target.plainPath {
      throw ArtifactError(
        .exists, path: target.plainPath,
        message: "this version exists already. Leave the number out to get the next one")
    }
    return target
  }

  /// Adds a file, which `body` makes at the address it is given.
  ///
  /// - Parameter name: relative to the artefact, as "vocabularies/user_id.txt".
  /// - Throws: `ArtifactError` if the name leads elsewhere or was used before, and what `body` throws.
  public mutating func write(_ name: String, _ body: (URL) throws -> Void) throws {
    guard ArtifactManifest.isValid(name: name), !names.contains(name) else {
      throw ArtifactError(
        .invalidName, path: folder.plainPath,
        message: "\"\(name)\" cannot name a file of an artefact; "
          + "expected a new relative name without hidden parts")
    }
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try body(file)
    names.append(name)
  }

  private func writeManifest(_ specification: some Encodable, created: Date) throws {
    var files: [String: ArtifactManifest.File] = [:]
    for name in names {
      let file = folder.appending(path: name)
      let bytes = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      files[name] = .init(bytes: bytes, sha256: try Checksum.sha256(ofFileAt: file))
    }
    let manifest = SpecifiedManifest(
      manifest: ArtifactManifest(created: created, files: files), specification: specification)
    let json = String(decoding: try ArtifactManifest.encoder.encode(manifest), as: UTF8.self)
    try AtomicFile.write(to: folder.appending(path: ArtifactManifest.fileName)) {
      try $0.write(json + "\n")
    }
  }
}
