package import Foundation
import Shortlist
package import ShortlistServing
import Synchronization

/// A folder of small artefacts.
package final class Artefacts: Sendable {
  private let folder: URL
  private let failed = Counter()

  package init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "serving-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  package func url(_ path: String) -> URL { folder.appending(path: path) }
  package func remove() { try? FileManager.default.removeItem(at: folder) }

  /// How often a version could not be loaded.
  package var failures: Int { failed.value }

  package func store(state: URL? = nil) throws -> ModelStore {
    try ModelStore(ModelConfiguration.models(in: folder.path()), state: state) { [failed] event in
      if case .failed = event { failed.add() }
    }
  }

  /// Saves 30 items and users who have each seen one of them.
  ///
  /// - Parameter readsGenres: whether the candidate tower knows genres beside titles.
  package func save(
    _ name: String, seed: UInt64, dimensions: Int = 8, readsGenres: Bool = false,
    more: [String] = []
  ) throws {
    let users = (0..<20).map { "user \($0)" }
    let items = (0..<30).map { "item \($0)" } + more
    let genres = items.indices.map { $0 % 3 == 0 ? "comedy" : "drama" }
    let model = TwoTowerModel(
      query: Tower { Embedding(of: "user_id", in: Vocabulary(users), dimensions: dimensions) },
      candidate: Tower(
        features: [
          Embedding(
            of: "movie_title", in: Vocabulary(items),
            dimensions: readsGenres ? dimensions - 2 : dimensions)
        ]
          + (readsGenres
            ? [Embedding(of: "genre", in: Vocabulary(["comedy", "drama"]), dimensions: 2)] : [])),
      seed: seed)
    let catalogue = try model.embedCandidates(
      Dataset([
        ("movie_title", .strings(StringColumn(items))), ("genre", .strings(StringColumn(genres))),
      ]), identifiedBy: "movie_title")
    let seen = try Dataset([
      ("user_id", .strings(StringColumn(users))),
      ("movie_title", .strings(StringColumn(users.indices.map { items[$0] }))),
    ])
    let history = try InteractionHistory(seen, user: "user_id", item: "movie_title")
    try Retriever(
      model, index: ExactIndex(catalogue.embeddings), over: catalogue, history: history
    ).save(to: url(name).path())
  }

  /// Writes a file, and the folders that it stands in.
  package func write(_ text: String, to path: String) throws {
    try FileManager.default.createDirectory(
      at: url(path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url(path))
  }

  /// The files of a folder, by their paths in it.
  package func files(of path: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: url(path).path()).sorted().filter {
      try url("\(path)/\($0)").resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
    }
  }

  /// Changes a byte in the middle of a file.
  package func damage(_ path: String) throws {
    var bytes = try Data(contentsOf: url(path))
    bytes[bytes.count / 2] ^= 0xff
    try bytes.write(to: url(path))
  }
}

package func withArtefacts(_ body: (Artefacts) throws -> Void) throws {
  let artefacts = try Artefacts()
  defer { artefacts.remove() }
  try body(artefacts)
}

package final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  package init() {}
  package var value: Int { count.load(ordering: .relaxed) }
  package func add() { count.add(1, ordering: .relaxed) }
}

package final class Flag: Sendable {
  private let flag = Atomic<Bool>(false)
  package init() {}
  package var isSet: Bool { flag.load(ordering: .relaxed) }
  package func set() { flag.store(true, ordering: .relaxed) }
}
