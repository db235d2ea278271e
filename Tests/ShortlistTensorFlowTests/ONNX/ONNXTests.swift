import Foundation
import Shortlist
import ShortlistPython
import ShortlistTensorFlow
import Testing

private typealias Values = ONNXExpectations.Values

private let users = (0..<40).map { "u\($0)" }
private let genres = ["Drama", "Comédie", "Cinéma", "Cine\u{301}ma", "動作", "🎬"]
private let titles = (0..<160).map {
  ["Amélie", "Ame\u{301}lie", "東京", "a\"b\\c\n"][$0 % 4] + " \($0)"
}

/// A hundred queries: known and unknown users, lists that are empty, unknown in part, or unknown.
private let queries: [String: Values] = [
  "user_id": .strings((0..<100).map { $0 % 7 == 3 ? "nobody \($0)" : users[$0 % 40] }),
  "liked": .lists(
    (0..<100).map { row in
      (0..<row % 5).map { (row + $0) % 6 == 5 ? "unknown" : genres[(row + $0) % 6] }
    }),
  "age": .numbers((0..<100).map { Float($0) * 1.7 - 20 }),
]
private let candidates: [String: Values] = [
  "movie_title": .strings(titles),
  "movie_genres": .lists(
    titles.indices.map { row in (0..<row % 4).map { genres[(row * $0) % 6] } }),
  "year": .numbers(titles.indices.map { 1930 + Float($0) }),
]

private let liked: Feature<[String]> = "liked"
private let age: Feature<Float> = "age"
private let year: Feature<Float> = "year"

private func makeRetriever(
  query: Tower, candidate: Tower, vectors: Int = 1, similarity: Similarity = .innerProduct,
  change: (inout Parameters) -> Void = { _ in }
) throws -> Retriever {
  var model = TwoTowerModel(
    query: query, candidate: candidate, task: Retrieval(queryVectors: vectors), seed: 5)
  var random = RandomStream(seed: 7)
  for name in model.parameters.names {
    model.parameters.update(name) { matrix in
      for row in 0..<matrix.rows {
        for column in 0..<matrix.columns { matrix[row, column] = 0.4 * random.normal() }
      }
    }
  }
  change(&model.parameters)
  let catalogue = try model.embedCandidates(
    try Dataset(candidates.map { (name: $0.key, column: $0.value.column) }),
    identifiedBy: .movieTitle)
  return Retriever(
    model, index: try ExactIndex(catalogue.embeddings, similarity: similarity), over: catalogue)
}

private func userTower(_ dimensions: Int) -> Tower {
  Tower { Embedding(of: .userID, in: Vocabulary(users), dimensions: dimensions) }
}

private func titleTower(_ dimensions: Int) -> Tower {
  Tower { Embedding(of: .movieTitle, in: Vocabulary(titles), dimensions: dimensions) }
}

/// Towers of everything there is.
private func makeDeepRetriever(_ activation: Activation, _ pooling: Pooling) throws -> Retriever {
  try makeRetriever(
    query: Tower {
      Embedding(of: .userID, in: Vocabulary(users), dimensions: 8)
      Embedding(of: .userID, in: Vocabulary(users.prefix(9)), dimensions: 3, name: "again")
      Embedding(of: liked, in: Vocabulary(genres), dimensions: 5, pooling: pooling)
      Numeric(of: age, mean: 30, deviation: 12.5)
    } layers: {
      Dense(16, activation: activation)
      Dropout(0.3)
      LayerNorm()
      Dense(6, usesBias: false)
    },
    candidate: Tower {
      Embedding(of: .movieTitle, in: Vocabulary(titles.prefix(50)), dimensions: 7)
      Embedding(of: .movieGenres, in: Vocabulary([String]()), dimensions: 4, pooling: pooling)
      Numeric(of: year, mean: 1960, deviation: 20)
    } layers: {
      LayerNorm(epsilon: 1e-5)
      Dense(6, activation: activation)
      L2Normalize()
    })
}

@Suite("ONNX models")
struct ONNXTests {
  @Test("ONNX Runtime answers as Swift does", .needsTensorFlow)
  func equalAnswers() throws {
    try withTemporaryFolder { folder in
      var cases: [ONNXExpectations] = []
      func expect(
        _ name: String, _ retriever: Retriever, _ features: [String], _ items: [String],
        similarity: Similarity = .innerProduct, externalTensors: Int = 0,
        isExact: Bool = false, counts: [Int] = [1, 5, 500]
      ) throws {
        cases.append(
          try ONNXExpectations(
            name, of: retriever, for: queries.filter { features.contains($0.key) },
            candidates: candidates.filter { items.contains($0.key) }, similarity: similarity,
            externalTensors: externalTensors, isExact: isExact, counts: counts, to: folder))
      }

      for (number, activation) in Activation.allCases.enumerated() {
        let pooling = Pooling.allCases[number % Pooling.allCases.count]
        try expect(
          "\(activation) \(pooling)", try makeDeepRetriever(activation, pooling),
          ["user_id", "liked", "age"], ["movie_title", "movie_genres", "year"])
      }
      for similarity in Similarity.allCases {
        for vectors in [1, 3] {
          let retriever = try makeRetriever(
            query: userTower(8 * vectors), candidate: titleTower(8), vectors: vectors,
            similarity: similarity
          ) { parameters in
            // A user and an item of zeros, and lengths that a Float's square cannot hold.
            parameters.update("query/user_id/embedding") { matrix in
              for column in 0..<matrix.columns {
                matrix[1, column] = 0
                if similarity == .cosine {
                  matrix[2, column] *= 1e-25
                  matrix[3, column] *= 1e25
                }
              }
            }
            parameters.update("candidate/movie_title/embedding") { matrix in
              for column in 0..<matrix.columns { matrix[1, column] = 0 }
            }
          }
          try expect(
            "\(similarity) \(vectors)", retriever, ["user_id"], ["movie_title"],
            similarity: similarity)
        }
        // Small whole numbers: scores are exact, and many are equal.
        let ties = try makeRetriever(
          query: userTower(4), candidate: titleTower(4), similarity: similarity
        ) { parameters in
          for name in parameters.names {
            parameters.update(name) { matrix in
              for row in 0..<matrix.rows {
                for column in 0..<4 {
                  matrix[row, column] =
                    similarity == .cosine
                    ? (row % 5 == column ? 2 : 0)
                    : Float((row * (column + 3)) % 3 - 1)
                }
              }
            }
          }
        }
        try expect(
          "ties \(similarity)", ties, ["user_id"], ["movie_title"], similarity: similarity,
          isExact: true)
      }
      let large = try makeRetriever(
        query: Tower {
          Embedding(of: .userID, in: Vocabulary((0..<5000).map { "u\($0)" }), dimensions: 64)
          Embedding(of: liked, in: Vocabulary((0..<4501).map { "g\($0)" }), dimensions: 64)
        } layers: {
          Dense(8)
        },
        candidate: titleTower(8))
      try expect(
        "external", large, ["user_id", "liked"], ["movie_title"], externalTensors: 2,
        counts: [7, 160])
      let scann = Retriever(
        large.model,
        index: try ScaNNIndex(large.catalogue.embeddings),
        over: large.catalogue)
      try expect(
        "scann", scann, ["user_id", "liked"], ["movie_title"], externalTensors: 2, counts: [160])

      let file = folder.appending(path: "expectations.json")
      try JSONEncoder().encode(cases).write(to: file)
      let printed = try Python.run("onnx_check.py", [folder.path()])
      #expect(printed.contains("\(cases.count) retrievers"), "\(printed)")

      // The check itself finds a title, a score and a vector that are others.
      let good = cases[0]
      cases[0].retrievals[0] = .init(
        k: good.retrievals[0].k, scores: good.retrievals[0].scores,
        titles: good.retrievals[0].titles.map { $0.map { _ in titles[0] } })
      try JSONEncoder().encode(cases).write(to: file)
      #expect(throws: Python.Failure.self) { try Python.run("onnx_check.py", [folder.path()]) }
      cases[0] = good
      cases[0].retrievals[0] = .init(
        k: good.retrievals[0].k,
        scores: good.retrievals[0].scores.map { $0.map { $0 + 1e-4 } },
        titles: good.retrievals[0].titles)
      try JSONEncoder().encode(cases).write(to: file)
      #expect(throws: Python.Failure.self) { try Python.run("onnx_check.py", [folder.path()]) }
    }
  }

  @Test("Inputs, outputs and files are told, and the same retriever gives the same bytes")
  func description() throws {
    try withTemporaryFolder { folder in
      let retriever = try makeDeepRetriever(.relu, .mean)
      let models = try retriever.exportONNX(to: folder.appending(path: "a").path())
      let retrieval = try #require(models.last)
      #expect(retrieval.inputs.map(\.name) == ["age", "liked", "user_id", "k"])
      #expect(retrieval.inputs.map(\.type) == ["float", "string", "string", "int64"])
      #expect(retrieval.inputs.map(\.shape) == [["n"], ["n", "m"], ["n"], ["1"]])
      #expect(retrieval.outputs.map(\.name) == ["scores", "titles"])
      #expect(models[1].outputs.map(\.shape) == [["n", "6"]])
      try retriever.exportONNX(to: folder.appending(path: "b").path())
      for model in models {
        let bytes = try Data(contentsOf: folder.appending(path: "a/\(model.file)"))
        #expect(bytes.count == model.bytes && model.dataFile == nil)
        #expect(try Data(contentsOf: folder.appending(path: "b/\(model.file)")) == bytes)
      }
    }
  }
}
