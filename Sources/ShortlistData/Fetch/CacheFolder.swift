internal import Foundation

/// The folder of an edition in the cache: whole, or not there.
struct CacheFolder {
  let release: MovieLensRelease
  let cache: URL

  var url: URL { cache.appending(path: release.folder, directoryHint: .isDirectory) }
  private var path: String { url.path(percentEncoded: false) }
  private var partialPrefix: String { ".\(release.folder).partial-" }

  /// Whether the edition is there.
  ///
  /// - Throws: `DataError` where the folder exists and lacks files, which no fetch leaves behind.
  func isComplete() throws(DataError) -> Bool {
    if release.isComplete(url) { return true }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path), !names.isEmpty
    else { return false }
    throw DataError(
      .missingFile,
      "the folder exists and does not hold \(release.files.listed); move it away and fetch again",
      at: .init(file: path))
  }

  /// Fills a sibling and renames it.
  func fill(_ body: (URL) throws(DataError) -> Void) throws(DataError) {
    let partial = cache.appending(
      path: partialPrefix + UUID().uuidString, directoryHint: .isDirectory)
    do {
      try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: true)
    } catch {
      throw DataError(
        .unwritableFile, "the folder cannot be made: \(error.localizedDescription)",
        at: .init(file: partial.path(percentEncoded: false)))
    }
    defer { try? FileManager.default.removeItem(at: partial) }
    removeStale()
    try body(partial)
    try? FileHandle(forReadingFrom: partial).synchronize()
    do {
      // An empty folder may stand in the way; one that is full may have come from another fetch.
      try? FileManager.default.removeEmptyFolder(at: url)
      try FileManager.default.moveItem(at: partial, to: url)
      try? FileHandle(forReadingFrom: cache).synchronize()
    } catch {
      if release.isComplete(url) { return }
      throw DataError(
        .unwritableFile, "the folder cannot be put in place: \(error.localizedDescription)",
        at: .init(file: path))
    }
  }

  /// Removes what fetches that were killed more than a day ago left behind.
  private func removeStale() {
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: cache.path(percentEncoded: false))) ?? []
    where name.hasPrefix(partialPrefix) {
      let old = cache.appending(path: name)
      let attributes = try? files.attributesOfItem(atPath: old.path(percentEncoded: false))
      guard let changed = attributes?[.modificationDate] as? Date else { continue }
      if changed.timeIntervalSinceNow < -86_400 { try? files.removeItem(at: old) }
    }
  }
}

extension FileManager {
  fileprivate func removeEmptyFolder(at url: URL) throws {
    guard try contentsOfDirectory(atPath: url.path(percentEncoded: false)).isEmpty else { return }
    try removeItem(at: url)
  }
}
