import Foundation
import Shortlist
import ShortlistPython
import Testing

@Suite("Exported embeddings")
struct EmbeddingExportTests {
  private static let troublesome = [
    "plain", "", "comma, comma", "\"quoted\"", "two\nlines", "return\r\nand feed", "tab\there",
    "back\\slash \\n", "Amélie \u{2028} \u{1F3AC}", "\u{1}", " spaces ", "#", "'",
  ]

  /// A retriever over identifiers, with vectors of random bits of finite numbers.
  private func retriever(identifiers: [String]) throws -> Retriever {
    let (user, item): (Feature<String>, Feature<String>) = ("user_id", "item_id")
    let items = try Dataset([(item.name, .strings(StringColumn(identifiers)))])
    let model = TwoTowerModel(
      query: Tower { Embedding(of: user, in: Vocabulary(identifiers), dimensions: 6) },
      candidate: Tower { Embedding(of: item, in: Vocabulary(identifiers), dimensions: 6) }, seed: 3)
    var random = RandomStream(seed: 11)
    var values: [Float] = [
      0, -0.0, 1, Float.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
      16_777_216, 0.1, 1e16,
    ]
    while values.count < identifiers.count * 6 {
      let value = Float(bitPattern: UInt32(random.below(1 << 32)))
      if value.isFinite { values.append(value) }
    }
    let catalogue = Catalogue(
      identifiers: identifiers, identifiedBy: item,
      embeddings: Matrix(
        rows: identifiers.count, columns: 6, values: Array(values.prefix(identifiers.count * 6))),
      items: items)
    let history = try InteractionHistory(
      Dataset([
        (user.name, .strings(StringColumn(identifiers.reversed()))),
        (item.name, .strings(StringColumn(identifiers))),
      ]), user: user, item: item)
    return Retriever(
      model, index: try ExactIndex(catalogue.embeddings), over: catalogue, history: history)
  }

  private struct Wanted: Encodable {
    let rows: Int
    let columns: Int
    let identifiers: [String]
  }

  @Test(
    "Python reads the same identifiers and the same bits from every format", .needsTensorFlow,
    arguments: Retriever.Embedded.allCases)
  func python(subject: Retriever.Embedded) throws {
    // More than a block.
    let many = (0..<20_000).map { "item \($0)" }
    let retriever = try retriever(identifiers: Self.troublesome + many)
    let identifiers =
      subject == .items ? retriever.catalogue.identifiers : retriever.history?.users ?? []
    let vectors =
      subject == .items
      ? retriever.catalogue.embeddings : try retriever.model.embedQueries(retriever.allUsers())
    try withTemporaryFolder { folder in
      try AtomicFile.write(to: folder.appending(path: "wanted.f32")) { try $0.write(vectors) }
      try JSONEncoder().encode(
        Wanted(rows: vectors.rows, columns: vectors.columns, identifiers: identifiers)
      ).write(to: folder.appending(path: "wanted.json"))
      for format in EmbeddingFormat.allCases {
        let file = folder.appending(path: "vectors.\(format.rawValue)")
        let written = try retriever.exportEmbeddings(of: subject, to: file, as: format)
        #expect(written.rows == vectors.rows && written.columns == vectors.columns)
        #expect(written.files.first == file.path())
        for file in written.files { #expect(FileManager.default.fileExists(atPath: file)) }
      }
      let read = try Python.run("read_embeddings.py", [folder.path()])
      #expect(read.split(separator: "\n").count == EmbeddingFormat.allCases.count)
    }
  }
}
