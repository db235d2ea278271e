import Foundation
import Testing

@Suite("The recipes of the repository")
struct RecipesFolderTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../recipes").standardizedFileURL

  /// Trains a recipe on the made-up ratings for an epoch; the recipe as the artefact has it.
  private func trained(_ name: String) throws -> String {
    var text = ""
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      try shortlist.succeed(
        "train", Self.folder.appending(path: name).path(), "-o", "art", "--epochs", "1", "--quiet")
      try shortlist.succeed("evaluate", "art", "--json")
      try shortlist.succeed("recommend", "art", "--user", "4")
      try shortlist.succeed("export", "onnx", "art", "--output", "onnx")
      text = try String(contentsOf: shortlist.url("art/1/recipe.yaml"), encoding: .utf8)
    }
    return text
  }

  @Test("tutorial.yaml is the tutorial: nothing corrected, 32 dimensions, batches of 8192")
  func tutorial() throws {
    let text = try trained("tutorial.yaml")
    for line in [
      "preset: \"tutorial\"", "correcting_sampling: false", "removing_accidental_hits: false",
      "batch_size: 8192", "dimensions: 32", "kind: \"adagrad\"", "learning_rate: 0.1",
      "holdout: 0.2", "seed: 42", "item: \"movie_title\"", "shuffle: \"once\"",
      "movielens: \"100k\"",
    ] {
      #expect(text.contains(line), "\(line) in \(text)")
    }
    let written = try String(
      contentsOf: Self.folder.appending(path: "tutorial.yaml"), encoding: .utf8)
    #expect(written.contains("\nepochs: 3\n"))
  }

  @Test("Every recipe trains, evaluates, recommends and exports")
  func all() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path())
      .filter { $0.hasSuffix(".yaml") }
    #expect(Set(names).isSuperset(of: ["ml-100k.yaml", "tutorial.yaml"]))
    for name in names { #expect(try trained(name).contains("movielens: \"100k\""), "\(name)") }
  }
}
