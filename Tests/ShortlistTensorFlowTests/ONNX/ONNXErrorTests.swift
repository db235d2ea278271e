import Foundation
import Shortlist
import ShortlistPython
import ShortlistTensorFlow
import Testing

private struct Halve: Layer {
  static let typeName = "halve"
  func forward(_ input: Variable, in pass: Pass) -> Variable { pass.scale(input, by: 0.5) }
}

/// An encoder that is no embedding and no number of the library's own.
private struct Constant: FeatureEncoder {
  static let typeName = "constant"
  var name = "user_id"
  var featureName: String { name }
  var dimensions: Int { 2 }
  var vocabulary: Vocabulary? { nil }
  var parameters: [ParameterSpecification] { [] }
  func bind(_ dataset: Dataset) throws -> FeatureRows {
    .numbers(Matrix(rows: dataset.rowCount, columns: 2))
  }
  func encode(_ rows: FeatureRows, in pass: Pass) -> Variable {
    Variable(constant: Matrix(rows: rows.count, columns: 2))
  }
  func regularization(of rows: FeatureRows, in pass: Pass) -> Variable? { nil }
}

/// An index that says nothing of its scores.
private struct OwnIndex: VectorIndex {
  let count: Int
  let dimensions: Int
  var isExact: Bool { true }
  func nearest(_ k: Int, to query: Span<Float>, where filter: RowFilter) throws -> [Neighbor] { [] }
  func nearest(_ k: Int, to queries: Matrix, where filters: [RowFilter]) throws -> [[Neighbor]] {
    []
  }
}

private func embedding(_ feature: String, in words: Vocabulary = Vocabulary(["a"])) -> Embedding {
  Embedding(of: Feature<String>(feature), in: words, dimensions: 2)
}

@Suite("What ONNX cannot say")
struct ONNXErrorTests {
  private func retriever(
    _ query: Tower, items: [String] = ["x", "y"], index: (any VectorIndex)? = nil
  ) throws -> Retriever {
    let model = TwoTowerModel(query: query, candidate: Tower { embedding("item") }, seed: 1)
    let catalogue = try model.embedCandidates(
      try Dataset([("item", .strings(StringColumn(items)))]), identifiedBy: "item")
    return Retriever(
      model, index: try index ?? ExactIndex(catalogue.embeddings), over: catalogue)
  }

  private func expectRefusal(_ retriever: Retriever, saying text: String) throws {
    try withTemporaryFolder { folder in
      let error = try #require(throws: TensorFlowError.self) {
        try retriever.exportONNX(to: folder.appending(path: "onnx").path())
      }
      #expect(error.code == .unsupportedModel && error.message.contains(text), "\(error)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()).isEmpty)
    }
  }

  @Test("A layer and an encoder of one's own are refused by name")
  func ownTypes() throws {
    try expectRefusal(
      try retriever(
        Tower {
          embedding("user")
        } layers: {
          Dense(2)
          Halve()
        }),
      saying: "the layer \"halve\" (query/layers/1) cannot be said in ONNX")
    try expectRefusal(
      try retriever(Tower { Constant() }),
      saying: "the feature \"user_id\" is read by an encoder of the type \"constant\"")
  }

  @Test("Hashed vocabularies, an empty catalogue and an index of one's own are refused")
  func noForm() throws {
    try expectRefusal(
      try retriever(Tower { embedding("user", in: .hashing(buckets: 8)) }),
      saying: "the feature \"user\" is hashed, and ONNX has no operator for XXH64")
    try expectRefusal(
      try retriever(Tower { embedding("user") }, items: []), saying: "a catalogue without items")
    let own = try retriever(Tower { embedding("user") }, index: OwnIndex(count: 2, dimensions: 2))
    try withTemporaryFolder { folder in
      let error = try #require(throws: ArtifactError.self) {
        try own.exportONNX(to: folder.appending(path: "onnx").path())
      }
      #expect(error.code == .unsupportedIndex)
    }
  }

  @Test(
    "Names that have another meaning are refused",
    arguments: ["k", "scores", "titles", "embeddings", ""])
  func reservedNames(name: String) throws {
    try expectRefusal(
      try retriever(Tower { embedding(name) }),
      saying: "a feature named \"\(name)\" cannot be an input of ")
  }

  @Test("A feature that is read as two types is refused")
  func twoTypes() throws {
    let number: Feature<Float> = "user"
    try expectRefusal(
      try retriever(
        Tower {
          Embedding(of: "user", in: Vocabulary(["a"]), dimensions: 1, name: "name")
          Numeric(of: number)
        }),
      saying: "the feature \"user\" is read in two ways")
  }

  @Test("A folder that exists is left alone")
  func existing() throws {
    try withTemporaryFolder { folder in
      let retriever = try retriever(Tower { embedding("user") })
      let error = try #require(throws: FileError.self) {
        try retriever.exportONNX(to: folder.path())
      }
      #expect(error.code == .exists)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()).isEmpty)
    }
  }

  @Test("Features named as inner values are told apart from them", .needsTensorFlow)
  func clashingNames() throws {
    try withTemporaryFolder { folder in
      let name = "query/user/LabelEncoder"
      let model = TwoTowerModel(
        query: Tower {
          embedding("user")
          embedding(name)
          embedding("query/user/embedding")
        } layers: {
          Dense(2)
        }, candidate: Tower { embedding("item") }, seed: 1)
      let items = ["x", "a"]
      let catalogue = try model.embedCandidates(
        try Dataset([("item", .strings(StringColumn(items)))]), identifiedBy: "item")
      let values = ONNXExpectations.Values.strings(["a", "b"])
      let expectations = try ONNXExpectations(
        "clash", of: Retriever(model, index: try ExactIndex(catalogue.embeddings), over: catalogue),
        for: ["user": values, name: values, "query/user/embedding": values],
        candidates: ["item": .strings(items)], counts: [2], to: folder)
      try JSONEncoder().encode([expectations]).write(
        to: folder.appending(path: "expectations.json"))
      try Python.run("onnx_check.py", [folder.path()])
    }
  }
}
