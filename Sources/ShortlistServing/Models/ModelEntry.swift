import Foundation
import Shortlist

/// A model of a store, with its versions.
struct ModelEntry {
  struct Version {
    var status: VersionStatus
    var model: ServedModel?
    /// How long loading took.
    var seconds: Double?
    /// What stood in the folder when it could not be loaded, so that the same is not tried for ever.
    var failedOn: FolderStamp?
  }

  var configuration: ModelConfiguration
  var versions: [Int: Version] = [:]
  let traffic = ModelTraffic()
  /// Those that the policy wants, of those that could be loaded.
  var wanted: Set<Int> = []
  /// The version that answers whatever the policy wants, until it is released.
  var pinned: Int?
  /// The version that answers where none is named.
  private(set) var inForce: ServedModel?

  init(_ configuration: ModelConfiguration) { self.configuration = configuration }

  /// Versions that are kept although the policy does not want them.
  var held: Set<Int> {
    var held = Set(configuration.labels.values)
    held.formUnion(
      [pinned, configuration.canary?.version, configuration.shadow?.version].compactMap { $0 })
    return held
  }

  /// Says which version is in force, after versions have come or gone.
  mutating func settle() {
    let loaded = versions.values.compactMap(\.model)
    let latest = loaded.filter { wanted.contains($0.version) }.max { $0.version < $1.version }
    inForce =
      pinned.flatMap { versions[$0]?.model } ?? latest
      ?? loaded.max { $0.version < $1.version }
  }
}

/// What stands in a folder: names, sizes and dates of all files.
struct FolderStamp: Hashable {
  private var files: [String: [Int]] = [:]

  init(_ folder: URL) {
    let keys: Set<URLResourceKey> = [.fileSizeKey, .contentModificationDateKey]
    let found = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: Array(keys), options: [])
    while let url = found?.nextObject() as? URL, files.count < 10_000 {
      let values = try? url.resourceValues(forKeys: keys)
      let date = values?.contentModificationDate?.timeIntervalSinceReferenceDate ?? 0
      files[url.path(percentEncoded: false)] = [values?.fileSize ?? 0, Int(date * 1e6)]
    }
  }
}
