import Foundation
import Testing

@Suite("shortlist train --tensorboard")
struct TensorBoardTests {
  @Test("The folder gets the runs, and the vectors with titles and genres")
  func runs() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      try shortlist.write(
        "watched.yaml", Sample.recipe + "\nvalidation: { kind: random, holdout: 0.2, seed: 1 }\n")
      try shortlist.succeed(
        "train", "watched.yaml", "-o", "movies", "--quiet", "--tensorboard", "logs/movies")
      #expect(shortlist.names(in: "logs/movies") == ["projector", "train", "validation"])
      for run in ["projector", "train", "validation"] {
        let events = shortlist.names(in: "logs/movies/\(run)").filter { $0.contains("tfevents") }
        #expect(events.count == 1)
      }
      let labels = try String(
        contentsOf: shortlist.url("logs/movies/projector/items.metadata.tsv"), encoding: .utf8
      ).split(separator: "\n")
      #expect(labels.count == 25)
      #expect(labels[0].hasPrefix("movie_title\t") && labels[0].contains("movie_genres"))
      #expect(labels[3].hasPrefix("Amélie 3 (2001)\t"))
      // The trained model is the same with it and without it.
      try shortlist.succeed("train", "watched.yaml", "-o", "movies", "--quiet")
      let weights = try [1, 2].map {
        try Data(contentsOf: shortlist.url("movies/\($0)/weights.safetensors"))
      }
      #expect(weights[0] == weights[1])
    }
  }

  @Test("A folder that cannot be written is told before training")
  func unwritable() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      try shortlist.write("file", "")
      try shortlist.fail(
        1,
        [
          "train", "recipe.yaml", "-o", "movies", "--epochs", "100000000", "--quiet",
          "--tensorboard", "file",
        ], saying: ["file"])
      #expect(shortlist.names() == ["data", "file", "recipe.yaml"])
    }
  }
}
