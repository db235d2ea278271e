import Foundation
import ShortlistData
import ShortlistModels
import ShortlistTensors
import ShortlistTesting
import Testing

private let color: Feature<String> = "color"
private let tags: Feature<[String]> = "tags"
private let price: Feature<Float> = "price"

private func table() throws -> Dataset {
  try Dataset([
    ("color", .strings(["red", "blue", "red", "green", "red"])),
    ("tags", .stringLists(ListColumn([["a", "b"], [], ["a", "b"], ["b"], ["b", "a"]]))),
    ("price", .floats([1, 2, 1, 4, 1])),
  ])
}

private func tower() throws -> Tower {
  let data = try table()
  return Tower {
    Embedding(of: color, in: Vocabulary(["blue", "red"]), dimensions: 3)
    Embedding(of: tags, in: Vocabulary(data[tags]), dimensions: 2, pooling: .mean)
    Numeric(of: price, mean: 2, deviation: 0.5)
  } layers: {
    Dense(4, activation: .tanh, weightDecay: 0.1)
    Doubling(factor: 2)
    Dense(2, usesBias: false)
  }
}

/// A layer of a user.
private struct Doubling: Layer, Hashable {
  static let typeName = "test.doubling"
  var factor: Float
  func forward(_ input: Variable, in pass: Pass) -> Variable { pass.scale(input, by: factor) }
}

private struct Stored: Codable { var query: Tower }

private func decode(_ data: Data, _ context: SpecificationContext) throws -> Tower {
  let decoder = JSONDecoder()
  decoder.userInfo[SpecificationContext.key] = context
  return try decoder.decode(Stored.self, from: data).query
}

@Suite("Towers")
struct TowerTests {
  @Test("Features side by side, then layers, equal the arithmetic by hand")
  func manualComputation() throws {
    let tower = try tower()
    let data = try table()
    var values: [String: Matrix] = [:]
    for (number, wanted) in tower.parameters.enumerated() {
      values[wanted.name] = normalMatrix(wanted.rows, wanted.columns, seed: UInt64(number))
    }
    let bound = try tower.bind(data)
    let pass = Pass(over: Parameters(values))
    let rows = (0..<Int32(bound.count)).map { $0 }
    let vectors = tower.embed(rows, of: bound, in: pass).value.gathering(bound.rowOfExample)
    #expect(tower.dimensions == 2)

    let colors = try #require(values["color/embedding"])
    let words = try #require(values["tags/embedding"])
    let kernel = try #require(values["layers/0/kernel"])
    let bias = try #require(values["layers/0/bias"])
    let last = try #require(values["layers/2/kernel"])
    let colorRows = [2, 1, 2, 0, 2]  // blue, red; green is unknown
    let tagRows = [[1, 2], [], [1, 2], [2], [2, 1]]
    let prices: [Float] = [-2, 0, -2, 4, -2]
    for example in 0..<5 {
      var input = (0..<3).map { Double(colors[colorRows[example], $0]) }
      for k in 0..<2 {
        let sum = tagRows[example].reduce(0.0) { $0 + Double(words[$1, k]) }
        input.append(sum / Double(max(1, tagRows[example].count)))
      }
      input.append(Double(prices[example]))
      let hidden = (0..<4).map { unit in
        2
          * tanh(
            (0..<6).reduce(Double(bias[0, unit])) { $0 + input[$1] * Double(kernel[$1, unit]) })
      }
      for k in 0..<2 {
        let expected = (0..<4).reduce(0.0) { $0 + hidden[$1] * Double(last[$1, k]) }
        #expect(abs(Double(vectors[example, k]) - expected) < 1e-5)
      }
    }
  }

  @Test("Examples that agree in every feature share a row; the order of a list counts")
  func distinctRows() throws {
    let bound = try tower().bind(table())
    #expect(bound.rowOfExample == [0, 1, 0, 2, 3])
    #expect(bound.count == 4)
    let one = try Tower { Embedding(of: color, in: Vocabulary(["red"]), dimensions: 1) }.bind(
      table())
    // Unknown values are one value.
    #expect(one.rowOfExample == [0, 1, 0, 1, 0])
    let none = try tower().bind(table().prefix(0))
    #expect(none.count == 0 && none.rowOfExample.isEmpty)
  }

  @Test("A missing feature and one of another type are errors that name it")
  func missingFeature() throws {
    let data = try table()
    for feature: Feature<String> in ["size", "price"] {
      let tower = Tower { Embedding(of: feature, in: Vocabulary(["red"]), dimensions: 1) }
      let error = #expect(throws: DataError.self) { try tower.bind(data) }
      #expect(error?.message.contains(feature.name) == true)
    }
  }

  @Test("A specification comes back from JSON, with the layer types of the user")
  func codable() throws {
    let tower = try tower()
    let data = try JSONEncoder().encode(Stored(query: tower))
    var vocabularies: [String: Vocabulary] = [:]
    for feature in tower.features { vocabularies["query/\(feature.name)"] = feature.vocabulary }
    let context = SpecificationContext(vocabularies: vocabularies, layers: [Doubling.self])
    let back = try decode(data, context)
    #expect(back.features.first as? Embedding == tower.features.first as? Embedding)
    #expect(back.features[1] as? Embedding == tower.features[1] as? Embedding)
    #expect(back.features[2] as? Numeric == tower.features[2] as? Numeric)
    #expect(back.layers[0] as? Dense == tower.layers[0] as? Dense)
    #expect(back.layers[1] as? Doubling == Doubling(factor: 2))
    #expect(back.parameters.map(\.name) == tower.parameters.map(\.name))

    let unknown = #expect(throws: DecodingError.self) {
      try decode(data, SpecificationContext(vocabularies: vocabularies))
    }
    #expect("\(try #require(unknown))".contains("test.doubling"))
    let noWords = #expect(throws: DecodingError.self) {
      try decode(data, SpecificationContext(layers: [Doubling.self]))
    }
    #expect("\(try #require(noWords))".contains("query/color"))
  }

  @Test(
    "Layers that no program could have made are refused",
    arguments: [
      #"{"type": "dense", "units": -1}"#, #"{"type": "dense", "units": 0}"#,
      #"{"type": "dropout", "rate": 1}"#, #"{"type": "dropout", "rate": -0.5}"#,
    ])
  func damagedLayers(layer: String) {
    let feature =
      #"{"type": "numeric", "name": "price", "feature": "price", "mean": 0, "deviation": 1}"#
    func decoding(_ feature: String, _ layer: String) throws {
      let text = #"{"query": {"features": [\#(feature)], "layers": [\#(layer)]}}"#
      _ = try decode(Data(text.utf8), SpecificationContext())
    }
    #expect(throws: Never.self) { try decoding(feature, #"{"type": "dropout", "rate": 0.5}"#) }
    #expect(throws: DecodingError.self) { try decoding(feature, layer) }
    let flat = feature.replacing(#""deviation": 1"#, with: #""deviation": 0"#)
    #expect(throws: DecodingError.self) { try decoding(flat, #"{"type": "dense", "units": 2}"#) }
    #expect(throws: DecodingError.self) { try decoding("\(feature), \(feature)", layer) }
  }
}

@Suite("Two-tower models")
struct TwoTowerModelTests {
  private func model(_ task: Retrieval, seed: UInt64 = 3) throws -> TwoTowerModel {
    let data = BlockInteractions(groups: 3, usersPerGroup: 3, itemsPerGroup: 3)
    return TwoTowerModel(
      query: Tower {
        Embedding(
          of: BlockInteractions.user, in: Vocabulary(data.train[BlockInteractions.user]),
          dimensions: 4, initializer: .normal(deviation: 0.5), weightDecay: 0.02)
      } layers: {
        Dense(5, activation: .gelu, weightDecay: 0.01)
        Dropout(0.2)
        Dense(3 * task.queryVectors)
      },
      candidate: Tower {
        Embedding(
          of: BlockInteractions.item, in: Vocabulary(data.items[BlockInteractions.item]),
          dimensions: 3, initializer: .normal(deviation: 0.5), weightDecay: 0.03)
      }, task: task, seed: seed)
  }

  @Test(
    "The gradients of a whole model agree with finite differences",
    arguments: [
      Retrieval(), .tutorial, Retrieval(temperature: 0.5, extraNegatives: 7),
      Retrieval(hardNegatives: 30, batchMetrics: [1]),
    ])
  func gradients(task: Retrieval) throws {
    let model = try model(task)
    let data = BlockInteractions(groups: 3, usersPerGroup: 3, itemsPerGroup: 3).train
    let batch = Batch(try model.bind(data), rows: ArraySlice(0..<15))
    let report = try GradientCheck(elements: 6).check(model, on: batch)
    #expect(report.worstError < 5e-3, "\(report)")
    #expect(report.parameters == model.parameters.names)
  }

  @Test("Embeddings have the same bits on any number of threads, however many rows there are")
  func embeddingThreads() throws {
    let model = try model(Retrieval())
    let names = (0..<9000).map { "user \($0 % 3).\($0 / 3 % 4)" }
    let data = try Dataset([("user_id", .strings(StringColumn(names)))])
    let one = try Parallel.$threads.withValue(1) { try model.embedQueries(data) }
    #expect(one.rows == 9000 && one.columns == 3)
    for threads in [2, 3, 8] {
      let many = try Parallel.$threads.withValue(threads) { try model.embedQueries(data) }
      #expect(many == one, "\(threads) threads")
    }
  }

  @Test("A catalogue has each item once, in order of first appearance")
  func catalogue() throws {
    let model = try model(Retrieval())
    let items = try Dataset([
      ("item_id", .strings(["item 1.0", "never seen", "item 1.0", "item 0.2"]))
    ])
    let catalogue = try model.embedCandidates(items, identifiedBy: BlockInteractions.item)
    #expect(catalogue.identifiers == ["item 1.0", "never seen", "item 0.2"])
    let table = try #require(model.parameters["candidate/item_id/embedding"])
    #expect(elements(catalogue.embeddings, 1) == elements(table, 0))
    #expect(elements(catalogue.embeddings, 2) == elements(table, 3))
    #expect(catalogue.row(of: "item 0.2") == 2)
    #expect(catalogue.row(of: "item 9") == nil)
  }

  @Test("Towers that do not meet are named with their widths")
  func mismatch() {
    func tower(_ width: Int) -> Tower {
      Tower { Embedding(of: "x", in: Vocabulary(["a"]), dimensions: width) }
    }
    let problem = TwoTowerModel.mismatch(query: tower(4), candidate: tower(3), task: Retrieval())
    #expect(problem?.contains("4") == true && problem?.contains("3") == true)
    let task = Retrieval(queryVectors: 2)
    #expect(TwoTowerModel.mismatch(query: tower(6), candidate: tower(3), task: task) == nil)
    #expect(TwoTowerModel.mismatch(query: tower(3), candidate: tower(3), task: task) != nil)
  }
}
