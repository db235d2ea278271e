import Foundation
import Shortlist
import ShortlistTesting
import Testing

@Suite("Files of embeddings")
struct EmbeddingFilesTests {
  private let items: Feature<String> = "item_id"

  private func retriever(queryFeatures: [String] = ["user_id"], heads: Int = 1) throws -> Retriever
  {
    let names = ["b", "a\nb", "c\\"]
    let features = queryFeatures.map { name in
      Embedding(
        of: Feature<String>(name), in: Vocabulary(names),
        dimensions: 4 * heads / queryFeatures.count)
    }
    let model = TwoTowerModel(
      query: Tower(features: features),
      candidate: Tower { Embedding(of: items, in: Vocabulary(names), dimensions: 4) },
      task: Retrieval(queryVectors: heads), seed: 3)
    let table = try Dataset([(items.name, .strings(StringColumn(names)))])
    let catalogue = try model.embedCandidates(table, identifiedBy: items)
    let history = try InteractionHistory(
      Dataset([("user_id", .strings(["u", "v"])), (items.name, .strings(["b", "b"]))]),
      user: .userID, item: items)
    return Retriever(
      model, index: try ExactIndex(catalogue.embeddings), over: catalogue, history: history)
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "embeddings-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
  }

  @Test("Our own reader finds the vectors, and the identifiers are a vocabulary")
  func safetensors() throws {
    let retriever = try retriever()
    try withFolder { folder in
      let file = folder.appending(path: "items.safetensors")
      let written = try retriever.exportEmbeddings(to: file, as: .safetensors)
      #expect(written.files == [file.path(), folder.appending(path: "items.ids.txt").path()])
      #expect(
        try Safetensors(contentsOf: file).matrix("embeddings") == retriever.catalogue.embeddings)
      let words = try Vocabulary(contentsOf: folder.appending(path: "items.ids.txt"))
      #expect(try words == Vocabulary(inOrder: retriever.catalogue.identifiers))
    }
  }

  @Test("Text and headers are these")
  func text() throws {
    let retriever = try retriever()
    let values = retriever.catalogue.embeddings
    let row = (0..<4).map { "\(values[1, $0])" }
    try withFolder { folder in
      func write(_ format: EmbeddingFormat) throws -> String {
        let file = folder.appending(path: "x.\(format.rawValue)")
        try retriever.exportEmbeddings(to: file, as: format)
        return String(decoding: try Data(contentsOf: file), as: Unicode.ASCII.self)
      }
      let csv = try write(.csv)
      #expect(csv.hasPrefix("identifier,0,1,2,3\nb,"))
      #expect(csv.contains("\n\"a\nb\",\(row.joined(separator: ","))\n"))
      let json = try write(.jsonLines)
      #expect(
        json.contains(
          "\n{\"identifier\": \"a\\nb\", \"embedding\": [\(row.joined(separator: ", "))]}\n"))
      #expect(try Data(contentsOf: folder.appending(path: "x.csv")).count == csv.utf8.count)
      _ = try write(.numpy)
      let numpy = try Data(contentsOf: folder.appending(path: "x.npy"))
      #expect(numpy.count == 128 + 3 * 4 * 4)
      #expect(Array(numpy.prefix(10)) == [0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0])
      let raw = try write(.raw)
      #expect(raw.utf8.count > 0)
      #expect(try names(in: folder).filter { $0.contains("part") } == [])
      #expect(
        try String(contentsOf: folder.appending(path: "x.shape.json"), encoding: .utf8)
          == "{\"columns\":4,\"rows\":3,\"type\":\"<f4\"}\n")
    }
  }

  @Test("Users of several vectors stand side by side in a row")
  func users() throws {
    let retriever = try retriever(heads: 3)
    try withFolder { folder in
      let file = folder.appending(path: "users.safetensors")
      let written = try retriever.exportEmbeddings(of: .users, to: file, as: .safetensors)
      #expect(written.rows == 2 && written.columns == 12)
      let wanted = try retriever.model.embedQueries(retriever.allUsers())
      #expect(try Safetensors(contentsOf: file).matrix("embeddings") == wanted)
    }
  }

  @Test("Users whose features are not known cannot be exported, and nothing is written")
  func unknownUsers() throws {
    let retriever = try retriever(queryFeatures: ["user_id", "country"])
    try withFolder { folder in
      let error = #expect(throws: RetrieverError.self) {
        try retriever.exportEmbeddings(
          of: .users, to: folder.appending(path: "users.npy"), as: .numpy)
      }
      #expect(error?.code == .noUsers)
      let left = try names(in: folder)
      #expect(left.isEmpty)
    }
  }

  @Test(
    "When the vectors cannot be written, the files that stood there stay",
    arguments: EmbeddingFormat.allCases)
  func atomic(format: EmbeddingFormat) throws {
    let retriever = try retriever()
    try withFolder { folder in
      let ids = folder.appending(path: "x.ids.txt")
      try Data("old".utf8).write(to: ids)
      // A folder with something in it is not replaced by a file.
      let file = folder.appending(path: "x.\(format.rawValue)", directoryHint: .isDirectory)
      try FileManager.default.createDirectory(
        at: file.appending(path: "deep"), withIntermediateDirectories: true)
      let before = try names(in: folder)
      #expect(throws: FileError.self) {
        try retriever.exportEmbeddings(
          to: folder.appending(path: "x.\(format.rawValue)"), as: format)
      }
      #expect(try names(in: folder) == before)
      #expect(try String(contentsOf: ids, encoding: .utf8) == "old")
    }
  }

  @Test("The name of a file tells its format")
  func formats() {
    #expect(EmbeddingFormat(nameOf: URL(filePath: "a/b.NPY")) == .numpy)
    #expect(EmbeddingFormat(nameOf: URL(filePath: "b.jsonl")) == .jsonLines)
    #expect(EmbeddingFormat(nameOf: URL(filePath: "b.parquet")) == nil)
    #expect(EmbeddingFormat(nameOf: URL(filePath: "npy")) == nil)
  }
}
