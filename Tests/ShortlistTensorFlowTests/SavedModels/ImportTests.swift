import Foundation
import Shortlist
import ShortlistPython
import ShortlistSamples
import Testing

@testable import ShortlistTensorFlow

@Suite("Imported SavedModels")
struct ImportTests {
  private struct Answer: Decodable {
    let scores: [[Float]]
    let identifiers: [[String]]
  }

  private static let users = ["user 3", "Zoë", "nobody", "user 19", ""]

  @Test(
    "Models of TensorFlow Recommenders recommend the same items with the same scores",
    .needsTensorFlow)
  func recommendersAgree() throws {
    try withTemporaryFolder { folder in
      #expect(
        try Python.run("tfrs_export.py", [folder.path()], legacyKeras: true).contains("saved"))
      var pairs: [String] = []
      for name in [
        "plain", "deep", "mask", "adapted", "file", "several", "normalised", "numbers", "scann",
      ] {
        let model = folder.appending(path: name)
        let imported = try SavedModelImport(contentsOf: model.path(), item: "movie_title")
        #expect(imported.duplicates == 0)
        let artefact = folder.appending(path: "artefact-\(name)").path()
        try imported.retriever.save(to: artefact)
        let retriever = try Retriever(contentsOf: artefact)
        try check(retriever, name, in: folder)
        if name != "scann" {
          let again = try retriever.exportSavedModel(
            to: folder.appending(path: "again-\(name)").path())
          pairs += [model.path(), again.path()]
        }
      }
      let printed = try Python.run("same_scores.py", pairs)
      #expect(printed.split(separator: "\n").count == pairs.count / 2, "\(printed)")
      try refusals(in: folder)
    }
  }

  private func check(_ retriever: Retriever, _ name: String, in folder: URL) throws {
    let answer = try JSONDecoder().decode(
      Answer.self, from: Data(contentsOf: folder.appending(path: "\(name).json")))
    var columns: [(name: String, column: AnyColumn)] = [
      ("user_id", .strings(StringColumn(Self.users)))
    ]
    if name == "several" { columns.append(("gender", .strings(["m", "f", "x", "f", "m"]))) }
    let found = try retriever.recommend(10, forEach: Dataset(columns))
    for (row, recommendations) in found.enumerated() {
      #expect(recommendations.map(\.identifier) == answer.identifiers[row], "\(name), row \(row)")
      for (item, score) in zip(recommendations, answer.scores[row]) {
        #expect(abs(item.score - score) < 1e-5 * max(1, abs(score)), "\(name): \(item) \(score)")
      }
    }
  }

  private func refusals(in folder: URL) throws {
    try expect("keeps codes and no vectors", "scann-codes", in: folder)
    try expect("measures by SquaredL2Distance", "scann-distance", in: folder)
    try expect("the operation Mul", "gelu", in: folder)
    try expect("the model has no signatures", "no-signature", in: folder)
    try expect("the signature serving_default is none of a retrieval model", "doubling", in: folder)
  }

  private func expect(_ message: String, _ name: String, in folder: URL) throws {
    let error = #expect(throws: TensorFlowError.self) {
      _ = try SavedModelImport(contentsOf: folder.appending(path: name).path())
    }
    #expect(error?.code == .unsupportedModel)
    #expect(error?.message.contains(message) == true, "\(name): \(error?.message ?? "")")
  }

  @Test("What Shortlist exports it imports again", arguments: ["one feature", "a number alone"])
  func roundTrip(name: String) throws {
    try withTemporaryFolder { folder in
      let sample = try #require(try SampleRetriever.all().first { $0.name == name })
      let model = try sample.retriever.exportSavedModel(to: folder.appending(path: "model").path())
      let feature = try #require(sample.queries.columnNames.first)
      let again = try SavedModelImport(contentsOf: model.path(), query: feature, item: "title")
      let expected = try sample.retriever.recommend(10, forEach: sample.queries)
      #expect(try again.retriever.recommend(10, forEach: sample.queries) == expected)
    }
  }

  @Test("What Shortlist exports by scann it imports again")
  func scannRoundTrip() throws {
    try withTemporaryFolder { folder in
      let sample = try #require(try SampleRetriever.all().first { $0.name == "one feature" })
      let indexed = try sample.indexed { try ScaNNIndex($0, similarity: $1) }
      let model = try indexed.retriever.exportSavedModel(
        to: folder.appending(path: "model").path(), options: SavedModelOptions(index: .scann))
      let feature = try #require(sample.queries.columnNames.first)
      let again = try SavedModelImport(contentsOf: model.path(), query: feature, item: "title")
      let expected = try sample.retriever.recommend(10, forEach: sample.queries)
      #expect(try again.retriever.recommend(10, forEach: sample.queries) == expected)
    }
  }

  @Test("An identifier that stands twice is kept once, and counted")
  func duplicates() throws {
    try withTemporaryFolder { folder in
      let sample = try #require(try SampleRetriever.all().first)
      let (model, catalogue) = (sample.retriever.model, sample.retriever.catalogue)
      var identifiers = catalogue.identifiers
      identifiers[1] = identifiers[0]
      try SavedModelWriter(
        query: model.query, parameters: model.parameters,
        search: ExactSearch(catalogue.embeddings, similarity: .innerProduct, queryVectors: 1),
        identifiers: StringStream(identifiers), options: .init()
      ).write(to: folder)
      let imported = try SavedModelImport(contentsOf: folder.path(), query: "user")
      #expect(imported.duplicates == 1)
      identifiers.remove(at: 1)
      #expect(imported.retriever.catalogue.identifiers == identifiers)
      #expect(imported.retriever.catalogue.embeddings[1, 0] == catalogue.embeddings[2, 0])
    }
  }

  @Test("Items without a name for their feature are an error, also of several inputs")
  func noName() throws {
    try withTemporaryFolder { folder in
      let sample = try #require(try SampleRetriever.all().first { $0.name == "unusual names" })
      let model = try sample.retriever.exportSavedModel(to: folder.appending(path: "model").path())
      let error = #expect(throws: TensorFlowError.self) {
        _ = try SavedModelImport(contentsOf: model.path(), item: "")
      }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test("A folder without a model, and a damaged one, say so")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let missing = #expect(throws: TensorFlowError.self) {
        _ = try SavedModelImport(contentsOf: folder.path())
      }
      #expect(missing?.code == .missingFile)
      let sample = try #require(try SampleRetriever.all().first)
      let model = try sample.retriever.exportSavedModel(to: folder.appending(path: "model").path())
      let data = model.appending(path: "variables/variables.data-00000-of-00001")
      var bytes = try Data(contentsOf: data)
      bytes[100] ^= 1
      try bytes.write(to: data)
      let damaged = #expect(throws: TensorFlowError.self) {
        _ = try SavedModelImport(contentsOf: model.path())
      }
      #expect(damaged?.code == .damagedFile)
      #expect(damaged?.message.contains("checksum") == true)
      try FileManager.default.removeItem(at: data)
      let lost = #expect(throws: TensorFlowError.self) {
        _ = try SavedModelImport(contentsOf: model.path())
      }
      #expect(lost?.code == .missingFile)
    }
  }
}
