public import Foundation

/// Where an edition is taken from.
public enum FetchSource: Sendable, Hashable {
  /// The archive that GroupLens publishes; for the 100K edition, where that cannot be had, the copy
  /// in the PyPI package recbole 1.2.1.
  case published
  /// A folder with the unpacked files, or one that holds the edition's folder.
  case folder(URL)
  /// A copy of the published archive, checked like it.
  case archive(URL)
  /// The copy of the 100K edition in the PyPI package recbole 1.2.1, taken with `python3 -m pip`. It
  /// has no release dates and no addresses of films; ratings, users, titles and genres are the same.
  case recbole
}

/// What a fetch is doing.
public enum FetchProgress: Sendable, Hashable {
  /// The edition is in the cache already.
  case found(URL)
  case downloading(name: String, received: Int, total: Int?)
  case unpacking
  /// The first source failed, and another one is tried.
  case fallingBack(to: String, because: String)
}

extension MovieLens {
  /// Where data sets are kept: the folder that the environment variable SHORTLIST_DATA names, else
  /// `shortlist` in the user's cache folder ($XDG_CACHE_HOME or ~/.cache).
  public static var dataFolder: URL {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["SHORTLIST_DATA"], !folder.isEmpty {
      return URL(filePath: folder, directoryHint: .isDirectory)
    }
    let caches =
      if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") {
        URL(filePath: folder, directoryHint: .isDirectory)
      } else {
        FileManager.default.homeDirectoryForCurrentUser
          .appending(path: ".cache", directoryHint: .isDirectory)
      }
    return caches.appending(path: "shortlist", directoryHint: .isDirectory)
  }

  /// The folder of an edition within a folder of data sets, whether it is there or not.
  public static func folder(of edition: Edition, in cache: URL = dataFolder) -> URL {
    cache.appending(path: MovieLensRelease(edition).folder, directoryHint: .isDirectory)
  }

  /// Brings an edition into the cache, unless it is there, and returns its folder.
  ///
  /// Everything is written to a sibling of the folder, flushed and then renamed: an interrupted fetch
  /// leaves nothing that looks like an edition, and two at once do not disturb each other.
  ///
  /// - Throws: `DataError` for a site that does not answer, a file that is not the published one, a
  ///   folder that cannot be written.
  public static func fetch(
    _ edition: Edition, from source: FetchSource = .published, into cache: URL = dataFolder,
    progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) throws(DataError) -> URL {
    try fetch(
      MovieLensRelease(edition), from: source,
      hasWheel: edition == .small100K, into: cache, progress: progress)
  }

  /// As above, for a release that a test made up.
  static func fetch(
    _ release: MovieLensRelease, from source: FetchSource, hasWheel: Bool, into cache: URL,
    progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(DataError) -> URL {
    let cached = CacheFolder(release: release, cache: cache)
    if try cached.isComplete() {
      progress(.found(cached.url))
      return cached.url
    }
    switch source {
    case .folder(let folder):
      try cached.fill { target throws(DataError) in try release.copy(from: folder, to: target) }
    case .archive(let archive):
      try cached.fill { target throws(DataError) in
        try release.unpack(archive, in: target, progress)
      }
    case .recbole:
      guard hasWheel else {
        throw DataError(
          .invalidArgument, "recbole 1.2.1 holds the 100K edition only, not \(release.folder)")
      }
      try cached.fill { target throws(DataError) in try RecBole.unpack(in: target, progress) }
    case .published:
      guard let archive = release.archive else { break }
      do throws(DataError) {
        try cached.fill { target throws(DataError) in
          try release.unpack(archive, in: target, progress)
        }
      } catch {
        guard hasWheel, error.code != .unwritableFile else { throw error.advisingLocalCopy }
        progress(.fallingBack(to: "the PyPI package recbole 1.2.1", because: error.description))
        do throws(DataError) {
          try cached.fill { target throws(DataError) in try RecBole.unpack(in: target, progress) }
        } catch let second {
          throw DataError(
            second.code, "\(error)\nThe copy in recbole 1.2.1 failed, too: \(second)"
          ).advisingLocalCopy
        }
      }
    }
    return cached.url
  }
}

extension DataError {
  fileprivate var advisingLocalCopy: DataError {
    var error = self
    error.message +=
      "\nIf you have the files, give their folder (--from FOLDER), or set SHORTLIST_DATA to the"
      + " folder that holds the edition's folder."
    return error
  }
}

extension MovieLensRelease {
  /// Downloads an archive, or takes a local one, checks it and unpacks it.
  func unpack(
    _ archive: URL, in target: URL, _ progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(DataError) {
    var local = archive
    if !archive.isFileURL {
      local = target.appending(path: ".archive.zip")
      try Download.file(archive, to: local, expecting: size, progress: progress)
    }
    defer { if local != archive { try? FileManager.default.removeItem(at: local) } }
    try check(local, from: archive)
    progress(.unpacking)
    let zip = try ZipArchive(at: local)
    for entry in zip.entries where !entry.isFolder && entry.name.hasPrefix(folder + "/") {
      let name = entry.name.dropFirst(folder.count + 1)
      try zip.extract(entry, to: target.appending(path: String(name)))
    }
    guard isComplete(target) else {
      throw DataError(
        .damagedArchive,
        "the archive does not hold \(files.map { "\(folder)/\($0)" }.listed)",
        at: .init(file: archive.absoluteString))
    }
  }

  private func check(_ local: URL, from archive: URL) throws(DataError) {
    let found: String
    let expected: String
    if let sha256 {
      found = try Checksum.sha256(ofFileAt: local)
      expected = sha256
    } else {
      found = try Checksum.md5(ofFileAt: local)
      let sum = try Download.text(archive.appendingPathExtension("md5"))
      expected =
        sum.split(whereSeparator: \.isWhitespace).first { $0.count == 32 }.map { $0.lowercased() }
        ?? "nothing"
    }
    guard found == expected else {
      throw DataError(
        .wrongChecksum,
        "this is not the published archive: its checksum is \(found), expected \(expected)",
        at: .init(
          file: archive.isFileURL ? archive.path(percentEncoded: false) : archive.absoluteString))
    }
  }

  /// Copies the edition's files from a folder.
  func copy(from source: URL, to target: URL) throws(DataError) {
    let inner = source.appending(path: folder, directoryHint: .isDirectory)
    let folder = isComplete(source) ? source : inner
    guard isComplete(folder) else {
      throw DataError(
        .missingFile, "the folder does not hold \(files.listed)",
        at: .init(file: source.path(percentEncoded: false)))
    }
    let extras = ["README", "README.txt", "u.genre", "u.info", "u.occupation"]
    for name in files + extras {
      let file = folder.appending(path: name)
      guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else {
        continue
      }
      do {
        let output = try FileHandle(creating: target.appending(path: name))
        defer { try? output.close() }
        let input = try FileHandle(forReadingFrom: file)
        defer { try? input.close() }
        while let piece = try input.read(upToCount: 1 << 20), !piece.isEmpty {
          try output.write(contentsOf: piece)
        }
        try output.synchronize()
      } catch {
        throw DataError(
          .unwritableFile, "the file cannot be copied: \(error.localizedDescription)",
          at: .init(file: file.path(percentEncoded: false)))
      }
    }
  }
}
