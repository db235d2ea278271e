public import Foundation
internal import ShortlistData
public import ShortlistModels
internal import ShortlistTensors

/// Opens an artefact and checks every file against the manifest before anybody reads it.
///
/// ```swift
/// let reader = try ArtifactReader(URL(filePath: "artifacts/movies"))
/// let weights = try Safetensors(contentsOf: reader.file("weights.safetensors"))
/// ```
public struct ArtifactReader: Sendable {
  /// The folder of the version that was opened.
  public let folder: URL
  public let manifest: ArtifactManifest
  /// The number that the folder is named by, if it is.
  public var version: Int? { ArtifactFolder.version(named: folder.lastPathComponent) }

  private let json: Data

  /// Opens `NAME/VERSION`, or the largest version of `NAME`.
  ///
  /// - Throws: `ArtifactError` that names the file which is missing, damaged or of a newer format.
  public init(_ url: URL) throws {
    try self.init(unchecked: url)
    for (name, expected) in manifest.files.sorted(by: { $0.key < $1.key }) {
      try Self.check(folder.appending(path: name), against: expected)
    }
  }

  /// Opens an artefact of which only the manifest, and what `contents(of:)` gives, is wanted.
  package init(unchecked url: URL) throws {
    folder = try ArtifactFolder.source(for: url)
    let file = folder.appending(path: ArtifactManifest.fileName)
    do {
      json = try Data(contentsOf: file)
    } catch {
      throw ArtifactError(
        .missingFile, path: file.plainPath, message: "the manifest of the artefact cannot be read")
    }
    manifest = try Self.manifest(json, at: file.plainPath)
  }

  /// What the writer gave as the specification.
  ///
  /// - Parameter context: what the towers of a specification need to be decoded.
  /// - Throws: `ArtifactError` if the manifest's specification is none of that type.
  public func specification<Specification: Decodable>(
    as type: Specification.Type, context: SpecificationContext = SpecificationContext()
  ) throws -> Specification {
    do {
      let decoder = ArtifactManifest.decoder
      decoder.userInfo[SpecificationContext.key] = context
      return try decoder.decode(ManifestSpecification<Specification>.self, from: json)
        .specification
    } catch {
      throw Self.invalid(error, at: folder.appending(path: ArtifactManifest.fileName).plainPath)
    }
  }

  /// Whether the artefact has a file of that name.
  public func contains(_ name: String) -> Bool { manifest.files[name] != nil }

  /// The address of a file of the artefact.
  ///
  /// - Throws: `ArtifactError` if the manifest does not list it.
  public func file(_ name: String) throws -> URL {
    guard contains(name) else {
      throw ArtifactError(
        .missingFile, path: folder.plainPath,
        message:
          "the artefact has no \(name); it has \(manifest.files.keys.sorted().joined(separator: ", "))"
      )
    }
    return folder.appending(path: name)
  }

  /// The bytes of a small file, checked; nil where the artefact has no such file, or one that is larger.
  ///
  /// - Throws: `ArtifactError` for a file that is missing or damaged.
  package func contents(of name: String, atMost limit: Int = 4 << 20) throws -> Data? {
    guard let expected = manifest.files[name], expected.bytes <= limit else { return nil }
    let file = folder.appending(path: name)
    try Self.check(file, against: expected)
    return try Data(contentsOf: file)
  }

  private static func manifest(
    _ json: Data, at path: String
  ) throws(ArtifactError) -> ArtifactManifest {
    struct Head: Decodable {
      let format: Int
      let kind: String
    }
    let head: Head
    do {
      head = try ArtifactManifest.decoder.decode(Head.self, from: json)
    } catch { throw invalid(error, at: path) }
    guard head.kind == ArtifactManifest.kind else {
      throw ArtifactError(
        .invalidManifest, path: path,
        message: "the kind is \"\(head.kind)\"; expected \"\(ArtifactManifest.kind)\"")
    }
    guard head.format <= ArtifactManifest.currentFormat else {
      throw ArtifactError(
        .newerFormat, path: path,
        message: "the artefact has format \(head.format); this version of Shortlist reads up to "
          + "\(ArtifactManifest.currentFormat). Update Shortlist")
    }
    guard head.format >= 1 else {
      throw ArtifactError(
        .invalidManifest, path: path, message: "format \(head.format); expected 1 or more")
    }
    let manifest: ArtifactManifest
    do {
      manifest = try ArtifactManifest.decoder.decode(ArtifactManifest.self, from: json)
    } catch { throw invalid(error, at: path) }
    for name in manifest.files.keys.sorted() where !ArtifactManifest.isValid(name: name) {
      throw ArtifactError(
        .invalidName, path: path,
        message: "the manifest lists \"\(name)\", which is no name inside the artefact. "
          + "Do not use this artefact")
    }
    return manifest
  }

  private static func check(_ file: URL, against expected: ArtifactManifest.File) throws {
    let path = file.plainPath
    let values = try? file.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
    guard let values, values.isRegularFile == true, let bytes = values.fileSize else {
      throw ArtifactError(
        .missingFile, path: path,
        message: "the file is missing, and the manifest lists it. Copy or make the artefact again")
    }
    guard bytes == expected.bytes else {
      throw ArtifactError(
        .damagedFile, path: path,
        message:
          "\(bytes) bytes; the manifest says \(expected.bytes). Copy or make the artefact again")
    }
    let sum = try Checksum.sha256(ofFileAt: file)
    guard sum == expected.sha256 else {
      throw ArtifactError(
        .damagedFile, path: path,
        message: "the sha256 is \(sum); the manifest says \(expected.sha256). "
          + "Copy or make the artefact again")
    }
  }

  private static func invalid(_ error: any Error, at path: String) -> ArtifactError {
    let reason: String
    switch error as? DecodingError {
    case .keyNotFound(let key, let context)?:
      let place = (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
      reason = "\"\(place)\" is missing"
    case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?,
      .dataCorrupted(let context)?:
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      reason = (place.isEmpty ? "" : "at \"\(place)\": ") + context.debugDescription
    default: reason = "\(error)"
    }
    return ArtifactError(
      .invalidManifest, path: path, message: "the manifest is not valid: \(reason)")
  }
}
