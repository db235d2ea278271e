internal import Foundation

/// The name of a data set: `movielens`, `movielens/100k-ratings`, `movielens/100k-ratings:0.1.1`.
struct TFDSName {
  let name: String
  let configuration: String?
  let version: String?

  /// - Throws: `DataError` for another form.
  init(_ text: String) throws(DataError) {
    let pattern = /([\w.-]+)(?:\/([\w.-]+))?(?::(\d+\.\d+\.\d+))?/
    guard let match = text.wholeMatch(of: pattern), match.1 != "..", match.2 != ".." else {
      throw DataError(
        .invalidArgument,
        "\"\(text)\" names no data set; expected NAME, NAME/CONFIGURATION or"
          + " NAME/CONFIGURATION:1.0.0")
    }
    name = String(match.1)
    configuration = match.2.map(String.init)
    version = match.3.map(String.init)
  }

  /// The folder of the version.
  func path(in folder: String) throws(DataError) -> String {
    var path = URL(filePath: folder, directoryHint: .isDirectory).appending(path: name)
    guard FileManager.default.fileExists(atPath: path.path(percentEncoded: false)) else {
      throw DataError(
        .missingFile,
        "there is no data set \"\(name)\"; there are \(Self.folders(in: folder).listed)",
        at: .init(file: folder))
    }
    let known = if let configuration { configuration } else { try defaultConfiguration(in: path) }
    if let configuration = known {
      path.append(path: configuration)
    }
    let here = path.path(percentEncoded: false)
    let versions = Self.folders(in: here).filter(Self.isVersion)
    guard let version = version ?? versions.max(by: Self.isOlder),
      versions.contains(version)
    else {
      throw DataError(
        .missingFile,
        "there is no version\(version.map { " \($0)" } ?? ""); there are \(Self.folders(in: here).listed)",
        at: .init(file: here))
    }
    return path.appending(path: version).path(percentEncoded: false)
  }

  /// The configuration that metadata.json names, or the only one; nil where there are versions.
  private func defaultConfiguration(in url: URL) throws(DataError) -> String? {
    struct Metadata: Decodable {
      var name: String?
      enum CodingKeys: String, CodingKey { case name = "default_config_name" }
    }
    let metadata = url.appending(path: ".config/metadata.json")
    if FileManager.default.fileExists(atPath: metadata.path(percentEncoded: false)) {
      let metadata: Metadata = try TFDSFolder.decode(metadata)
      if let name = metadata.name, !name.contains("/"), name != ".." { return name }
    }
    let here = url.path(percentEncoded: false)
    let folders = Self.folders(in: here)
    if folders.contains(where: Self.isVersion) { return nil }
    guard folders.count == 1 else {
      throw DataError(
        .invalidArgument, "name one of the configurations \(folders.listed)", at: .init(file: here))
    }
    return folders[0]
  }

  private static func folders(in path: String) -> [String] {
    let url = URL(filePath: path, directoryHint: .isDirectory)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { name in
      let place = url.appending(path: name).resolvingSymlinksInPath()
      return !name.hasPrefix(".")
        && (try? place.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
    }
    .sorted()
  }

  private static func isVersion(_ name: String) -> Bool {
    name.wholeMatch(of: /\d{1,9}\.\d{1,9}\.\d{1,9}/) != nil
  }

  private static func isOlder(_ a: String, _ b: String) -> Bool {
    func parts(_ version: String) -> [Int] { version.split(separator: ".").compactMap { Int($0) } }
    return parts(a).lexicographicallyPrecedes(parts(b))
  }
}
