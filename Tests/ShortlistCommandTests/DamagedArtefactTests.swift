import Foundation
import Shortlist
import Testing

@Suite("Damaged artefacts")
struct DamagedArtefactTests {
  @Test("A file that is cut, changed or missing is named by every verb")
  func files() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let verbs = [
        ["recommend", "movies", "--user", "1"], ["inspect", "movies"],
        ["similar", "movies", "--item", Sample.title(1)], ["evaluate", "movies"],
      ]
      let place = shortlist.url("movies/1")
      let names = try ArtifactReader(place).manifest.files.keys.sorted()
      #expect(names.count == 15)
      for (number, name) in names.enumerated() {
        let verb = verbs[number % verbs.count]
        let file = place.appending(path: name)
        let whole = try Data(contentsOf: file)
        try whole.dropLast(1).write(to: file)
        try shortlist.fail(
          1, verb,
          saying: [
            "movies/1/\(name): \(whole.count - 1) bytes; the manifest says \(whole.count). "
              + "Copy or make the artefact again"
          ])
        var changed = whole
        changed[whole.count / 2] ^= 1
        try changed.write(to: file)
        try shortlist.fail(1, verb, saying: ["movies/1/\(name): the sha256 is "])
        try FileManager.default.removeItem(at: file)
        try shortlist.fail(1, verb, saying: ["movies/1/\(name): the file is missing"])
        try whole.write(to: file)
      }
      for verb in verbs { #expect(try shortlist.run(verb).code == 0) }
    }
  }

  @Test("A manifest that is cut, of a newer format, or of another kind is told")
  func manifest() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let file = shortlist.url("movies/1/manifest.json")
      let whole = try String(contentsOf: file, encoding: .utf8)
      func fail(_ manifest: String, saying texts: String...) throws {
        try manifest.write(to: file, atomically: true, encoding: .utf8)
        try shortlist.fail(
          1, ["recommend", "movies", "--user", "1"], saying: ["movies/1/manifest.json: "] + texts)
      }
      let bytes = whole.utf8.count
      for count in [0, 1, bytes / 3, bytes / 2, bytes - 3] {
        try fail(String(whole.prefix(count)), saying: "the manifest is not valid: ")
      }
      try fail(
        whole.replacing("\"format\" : 2", with: "\"format\" : 3"),
        saying:
          "the artefact has format 3; this version of Shortlist reads up to 2. Update Shortlist")
      try fail(
        whole.replacing("\"kind\" : \"shortlist\"", with: "\"kind\" : \"x\""), saying: "kind")
      try fail(
        whole.replacing("\"type\" : \"embedding\"", with: "\"type\" : \"novel\""),
        saying: "encoder \"novel\" is not known (known: embedding, numeric)")
      try fail(
        whole.replacing("\"dimensions\" : 8", with: "\"dimensions\" : 0"),
        saying: "0 is not positive")
      try whole.replacing("\"dimensions\" : 8", with: "\"dimensions\" : 9")
        .write(to: file, atomically: true, encoding: .utf8)
      try shortlist.fail(
        1, ["inspect", "movies"],
        saying: ["weights.safetensors: query/user_id/embedding is 25 x 8; expected 25 x 9"])
      try FileManager.default.removeItem(at: file)
      try shortlist.fail(
        1, ["inspect", "movies"],
        saying: ["movies/1/manifest.json: the manifest of the artefact cannot be read"])
      try shortlist.fail(1, ["inspect", "movies/1"], saying: ["neither manifest.json nor"])
    }
  }

  @Test("NaN among the weights is told by the parameter's name", arguments: [Float.nan, .infinity])
  func notFinite(value: Float) throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let good = try Retriever(contentsOf: shortlist.url("movies").path())
      var model = good.model
      model.parameters.update("candidate/movie_title/embedding") { $0[2, 3] = value }
      let bad = Retriever(model, index: good.index, over: good.catalogue, history: good.history)
      try bad.save(to: shortlist.url("movies").path())
      try shortlist.fail(
        1, ["recommend", "movies", "--user", "1"],
        saying: [
          "movies/2/weights.safetensors: candidate/movie_title/embedding holds NaN or infinite values. "
            + "Train the model again with a lower learning rate"
        ])
      try shortlist.succeed("recommend", "movies/1", "--user", "1")
    }
  }

  @Test("An artefact without its recipe, or whose data are gone, is not evaluated, but recommends")
  func withoutRecipe() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      try Retriever(contentsOf: shortlist.url("movies").path())
        .save(to: shortlist.url("bare").path())
      try shortlist.fail(1, ["evaluate", "bare"], saying: ["bare: the artefact holds no recipe"])
      try shortlist.succeed("recommend", "bare", "--user", "1")
      try shortlist.succeed(
        "train", "recipe.yaml", "-o", "untested", "--split", "none", "--quiet")
      try shortlist.fail(
        1, ["evaluate", "untested"], saying: ["untested: the recipe's split holds out no test rows"]
      )
      try FileManager.default.removeItem(at: shortlist.url("data"))
      try shortlist.fail(1, ["evaluate", "movies"], saying: ["shortlist fetch movielens-100k"])
      try shortlist.succeed("recommend", "movies", "--user", "1")
    }
  }
}
