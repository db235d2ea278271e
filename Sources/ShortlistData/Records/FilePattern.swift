internal import Foundation

/// A file, or all files whose names fit: `*` stands for any characters of a name, `?` for one, `[ab]`, `[0-9]` and
/// `[!ab]` for one among them or not among them.
struct FilePattern {
  let path: String

  init(_ path: String) { self.path = path }

  /// The files in the order of their names.
  ///
  /// - Throws: `DataError` where no file fits, and where one of several shards is missing.
  func files() throws(DataError) -> [String] {
    guard path.contains(where: { "*?[".contains($0) }),
      !FileManager.default.fileExists(atPath: path)
    else { return [path] }
    var found = [path.hasPrefix("/") ? "/" : ""]
    let components = path.split(separator: "/").map(Array.init)
    for (place, component) in components.enumerated() {
      found = found.flatMap {
        names(in: $0, like: component, isLast: place == components.count - 1)
      }
    }
    guard !found.isEmpty else {
      throw DataError(
        .missingFile, "no file has a name like this pattern", at: .init(file: path))
    }
    let files = found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    try Self.checkShards(files)
    return files
  }

  private func names(in folder: String, like pattern: [Character], isLast: Bool) -> [String] {
    let prefix = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    func isFolder(_ path: String) -> Bool? {
      let url = URL(filePath: path).resolvingSymlinksInPath()
      return (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory
    }
    guard pattern.contains(where: { "*?[".contains($0) }) else {
      let path = prefix + String(pattern)
      return isFolder(path) == !isLast ? [path] : []
    }
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.filter { name in
      (!name.hasPrefix(".") || pattern.first == ".")
        && Self.fits(Array(name)[...], pattern[...]) && isFolder(prefix + name) == !isLast
    }
    .map { prefix + $0 }
  }

  /// Whether a name is of a pattern.
  static func fits(_ name: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
    var (name, pattern) = (name, pattern)
    // Where to go on when what follows the last star does not fit: one character later.
    var retry: (name: ArraySlice<Character>, pattern: ArraySlice<Character>)?
    while true {
      if pattern.first == "*" {
        pattern = pattern.dropFirst()
        retry = (name, pattern)
      } else if let character = name.first, let rest = one(character, pattern) {
        name = name.dropFirst()
        pattern = rest
      } else if name.isEmpty && pattern.isEmpty {
        return true
      } else if let last = retry, !last.name.isEmpty {
        name = last.name.dropFirst()
        pattern = last.pattern
        retry = (name, pattern)
      } else {
        return false
      }
    }
  }

  /// The pattern after the part that stands for this character; nil where it stands for others.
  private static func one(
    _ character: Character, _ pattern: ArraySlice<Character>
  ) -> ArraySlice<Character>? {
    guard let first = pattern.first else { return nil }
    let rest = pattern.dropFirst()
    if first == "?" { return rest }
    // A bracket right after the opening one is a member.
    let isNegated = rest.first == "!" || rest.first == "^"
    let inside = isNegated ? rest.dropFirst() : rest
    guard first == "[", let end = inside.dropFirst().firstIndex(of: "]") else {
      return first == character ? rest : nil
    }
    var members = inside[..<end]
    var isMember = false
    while let low = members.popFirst() {
      if members.count >= 2, members.first == "-" {
        let high = members[members.startIndex + 1]
        members = members.dropFirst(2)
        isMember = isMember || (low <= high && (low...high).contains(character))
      } else {
        isMember = isMember || low == character
      }
    }
    return isMember != isNegated ? pattern[(end + 1)...] : nil
  }

  /// Throws where files are shards of a table and one that belongs to them does not exist.
  private static func checkShards(_ files: [String]) throws(DataError) {
    var counts: [String: ShardName] = [:]
    for file in files {
      guard let shard = ShardName(file) else { continue }
      let key = shard.stem + shard.ending
      if let other = counts[key] {
        guard other.count != shard.count else { continue }
        throw DataError(
          .invalidArgument,
          "beside the shards of \(other.count) there are shards of \(shard.count); remove those that"
            + " are not meant, or name their number in the pattern", at: .init(file: file))
      }
      counts[key] = shard
      for other in shard.all where !FileManager.default.fileExists(atPath: other.name) {
        throw DataError(
          .missingFile, "this shard of \(shard.count) is missing", at: .init(file: other.name))
      }
    }
  }
}
