public import Foundation
internal import ShortlistTensors

/// Where artefacts stand: `NAME/VERSION/`, with versions 1, 2, ..., as TensorFlow Serving lays models out.
public enum ArtifactFolder {
  /// The versions in a folder, ascending; none if there is no such folder.
  public static func versions(in folder: URL) -> [Int] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.plainPath)
    return (names ?? []).compactMap(version).sorted()
  }

  /// The version that a folder's name stands for: a positive integer in plain digits.
  static func version(named name: String) -> Int? {
    guard let version = Int(name), version > 0, String(version) == name else { return nil }
    return version
  }

  /// Where to write: `NAME/VERSION` as it is, `NAME` with the next free version.
  package static func target(for url: URL) -> URL {
    if version(named: url.lastPathComponent) != nil { return url }
    let next = (versions(in: url).last ?? 0) + 1
    return url.appending(path: String(next), directoryHint: .isDirectory)
  }

  /// Where to read: a folder with a manifest as it is, else its largest version.
  static func source(for url: URL) throws(ArtifactError) -> URL {
    let path = url.plainPath
    guard FileManager.default.fileExists(atPath: path) else {
      throw ArtifactError(
        .notFound, path: path,
        message:
          "there is no such folder; expected an artefact, as artifacts/NAME or artifacts/NAME/1")
    }
    guard (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true else {
      throw ArtifactError(
        .notFound, path: path, message: "a file; expected the folder of an artefact")
    }
    let manifest = url.appending(path: ArtifactManifest.fileName)
    if FileManager.default.fileExists(atPath: manifest.plainPath) { return url }
    guard let version = versions(in: url).last else {
      throw ArtifactError(
        .notFound, path: path,
        message:
          "neither \(ArtifactManifest.fileName) nor a folder with a version number is in it. "
          + "Is it the folder of an artefact?")
    }
    return url.appending(path: String(version), directoryHint: .isDirectory)
  }
}
