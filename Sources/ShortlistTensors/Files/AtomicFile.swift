package import Foundation

/// Writes a file so that a reader sees the whole new file or the old one, never a part.
package enum AtomicFile {
  /// Calls `body` to write into a temporary sibling, flushes it to the disk, and renames it to `url`;
  /// a file that stands there is replaced. After any error the temporary is gone and `url` is as before.
  ///
  /// - Throws: `FileError`, and what `body` throws.
  package static func write(
    to url: URL, _ body: (inout FileWriter) throws -> Void
  ) throws {
    let temporary = url.temporarySibling
    var folder: Int32?
    defer { if let folder { SystemCalls.close(folder) } }
    do {
      var writer = try FileWriter(creating: temporary, exclusively: true)
      try body(&writer)
      try writer.finish()
      // Before the rename, so that nothing but the flush can fail after it.
      folder = try SystemCalls.openForReading(url.parentPath)
      try SystemCalls.rename(
        temporary.plainPath, to: url.plainPath)
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw FileError.renaming(temporary, to: url, in: error)
    }
    if let folder { try SystemCalls.synchronize(folder, at: url.parentPath) }
  }
}

/// Writes a folder so that a reader sees all of it or none.
package enum AtomicFolder {
  /// Calls `body` with a new temporary folder beside `url`, flushes every file in it to the disk, and
  /// renames it to `url`, which must not exist; folders above `url` are made. After any error the
  /// temporary is gone.
  ///
  /// - Throws: `FileError` (`exists` if something stands at `url`), and what `body` throws.
  package static func write(
    to url: URL, _ body: (URL) throws -> Void
  ) throws {
    let path = url.plainPath
    let temporary = url.temporarySibling
    func refuseExisting() throws {
      if FileManager.default.fileExists(atPath: path) {
        throw FileError(
          .exists, path: path,
          message: "\(path): exists already. Name another place, or remove it first.")
      }
    }
    try refuseExisting()
    try SystemCalls.makeFolders(url.parentPath)
    do {
      try SystemCalls.makeFolder(temporary.plainPath)
      try body(temporary)
      try flushContents(of: temporary)
      try refuseExisting()
      try SystemCalls.rename(temporary.plainPath, to: path)
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw FileError.renaming(temporary, to: url, in: error)
    }
    try SystemCalls.synchronize(path: url.parentPath)
  }

  /// Flushes what stands in the folder, deepest first, then the folder.
  private static func flushContents(of folder: URL) throws {
    for name in try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: [.isDirectoryKey])
    {
      if try name.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
        try flushContents(of: name)
      } else {
        try SystemCalls.synchronize(path: name.plainPath)
      }
    }
    try SystemCalls.synchronize(path: folder.plainPath)
  }
}

extension URL {
  /// A hidden name in the same folder that nobody else uses.
  fileprivate var temporarySibling: URL {
    let tag = String(UInt64.random(in: .min ... .max), radix: 36)
    return deletingLastPathComponent().appending(path: ".\(lastPathComponent).\(tag).part")
  }

  fileprivate var parentPath: String {
    let path = deletingLastPathComponent().plainPath
    return path.isEmpty ? "." : path
  }
}

extension FileError {
  /// The same error with the name the caller knows in place of the temporary one.
  fileprivate static func renaming(
    _ temporary: URL, to url: URL, in error: any Error
  ) -> any Error {
    guard let error = error as? FileError else { return error }
    func known(_ text: String) -> String {
      text.replacingOccurrences(
        of: temporary.plainPath, with: url.plainPath)
    }
    return FileError(error.code, path: known(error.path), message: known(error.message))
  }
}
