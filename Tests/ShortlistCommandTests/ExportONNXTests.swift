import Foundation
import Testing

@Suite("shortlist export onnx")
struct ExportONNXTests {
  @Test("Three models are written, and told with their inputs and outputs")
  func export() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let told = try shortlist.succeed("export", "onnx", "movies", "--output", "out/onnx").lines
      #expect(
        shortlist.names(in: "out/onnx") == ["candidate.onnx", "query.onnx", "retrieval.onnx"])
      #expect(told.contains { $0.hasPrefix("retrieval.onnx, ") && $0.hasSuffix(" bytes") })
      #expect(told.contains { $0.contains(/in +user_id +string +\[n\] +One value a row\./) })
      #expect(told.contains { $0.contains(/out +titles +string +\[n, k\]/) })
      #expect(told.suffix(2) == ["opset 17, ai.onnx.ml 2", "written out/onnx"])

      let json = try shortlist.succeed("export", "onnx", "movies/1", "-o", "json", "--json").json()
      #expect(json["written"] as? String == "json" && json["opset"] as? Int == 17)
      let models = try #require(json["models"] as? [[String: Any]])
      #expect(
        models.compactMap { $0["file"] as? String }
          == ["query.onnx", "candidate.onnx", "retrieval.onnx"])
      for model in models {
        let file = try #require(model["file"] as? String)
        let bytes = try Data(contentsOf: shortlist.url("json/\(file)")).count
        #expect(model["bytes"] as? Int == bytes && bytes > 0)
      }
    }
  }

  @Test("What cannot be exported, or written, is told, and leaves nothing")
  func failures() throws {
    try withShortlist { shortlist in
      try shortlist.fail(
        1, ["export", "onnx", "none", "--output", "out"],
        saying: ["none: there is no such folder; expected an artefact"])
      try shortlist.fail(
        2, ["export", "onnx", "none"], saying: ["Missing expected argument '--output <output>'"])
      try shortlist.trainMovies()
      try shortlist.write("taken/file", "")
      try shortlist.fail(
        1, ["export", "onnx", "movies", "--output", "taken"],
        saying: ["taken: exists already. Name another place, or remove it first."])
      #expect(shortlist.names(in: "taken") == ["file"])
      try shortlist.fail(
        1, ["export", "onnx", "movies", "--output", "recipe.yaml/x"],
        saying: ["recipe.yaml: a file; expected a folder"])
      #expect(shortlist.names() == ["data", "movies", "recipe.yaml", "taken"])
    }
  }

  @Test("A model without a form in ONNX is told by its feature")
  func hashed() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      try shortlist.write(
        "hashed.yaml",
        Sample.recipe.replacing(
          "feature: user_id, dimensions: 8",
          with: "feature: user_id, dimensions: 8, hash_buckets: 9"))
      try shortlist.succeed("train", "hashed.yaml", "--output", "hashed", "--quiet")
      try shortlist.fail(
        1, ["export", "onnx", "hashed", "--output", "out"],
        saying: ["the feature \"user_id\" is hashed"])
      #expect(shortlist.names(in: "out").isEmpty)
    }
  }
}
