import Foundation
import Testing

@Suite("shortlist index")
struct IndexTests {
  @Test("An artefact gets a version with the index that was chosen, and recommends the same")
  func artefact() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      func recommended(_ version: Int) throws -> [String] {
        let hits = try shortlist.succeed("recommend", "movies/\(version)", "--user", "8", "--json")
        let items = try #require(hits.json()["items"] as? [[String: Any]])
        return items.compactMap { $0["identifier"] as? String }
      }
      for kind in ["exact", "scann", "auto"] {
        let result = try shortlist.succeed("index", "movies", "--index", kind, "--recall", "1")
        #expect(result.output.contains("recall") && result.output.contains("times faster"))
        #expect(result.lines.last?.hasPrefix("saved ") == true)
      }
      #expect(shortlist.names(in: "movies") == ["1", "2", "3", "4"])
      for version in 2...4 {
        #expect(try recommended(version) == recommended(1))
      }
      #expect(shortlist.names(in: "movies/3").contains("index.safetensors"))
      #expect(shortlist.names(in: "movies/3").contains("recipe.yaml"))
      let inspected = try shortlist.succeed("inspect", "movies/3", "--json").json()
      #expect((inspected["index"] as? String)?.hasPrefix("scann, codes in 1 leaves") == true)
      let trials = try #require(inspected["index_trials"] as? [[String: Any]])
      #expect(trials.compactMap { $0["name"] as? String } == ["exact", "scann"])
      // Exact search is faster for 24 items, and a reader of the output is told.
      #expect(
        try shortlist.succeed("index", "movies/1", "--index", "scann").errors
          .contains("exact search is faster here"))
    }
  }

  @Test("train --index chooses when the model is made")
  func train() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      let result = try shortlist.succeed(
        "train", "recipe.yaml", "-o", "movies", "--quiet", "--index", "scann", "--reordering", "20",
        "--json"
      ).json()
      #expect((result["index"] as? [Any])?.count == 2)
      #expect(shortlist.names(in: "movies/1").contains("index.safetensors"))
    }
  }

  @Test("A file of vectors gets an index of its own, measured")
  func vectors() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let result = try shortlist.succeed(
        "index", "movies/1/candidates.safetensors", "--output", "items.safetensors", "--json"
      ).json()
      #expect(result["written"] as? String == "items.safetensors")
      let trials = try #require(result["trials"] as? [[String: Any]])
      let measurements = try #require(trials.first?["measurements"] as? [String: Any])
      #expect((measurements["recall"] as? Double ?? 0) > 0.9)
      #expect(shortlist.names().contains("items.safetensors"))
      try shortlist.succeed(
        "index", "movies/1/candidates.safetensors", "--output", "distances.safetensors",
        "--similarity", "euclidean", "--queries", "embeddings")
      try shortlist.succeed(
        "index", "movies/1/candidates.safetensors", "--output", "all.safetensors", "-k",
        "\(Int.max)")
      try shortlist.fail(
        1,
        ["index", "movies/1/candidates.safetensors", "--output", "x", "--queries", "users"],
        saying: ["no tensor \"users\"; the file has \"embeddings\""])
      try shortlist.fail(
        1,
        ["index", "movies/1/candidates.safetensors", "--output", "x", "--tensor", "nothing"],
        saying: ["no tensor \"nothing\"; the file has \"embeddings\""])
    }
  }

  @Test(
    "Wrong flags are refused as usage",
    arguments: [
      (["--recall", "0"], "--recall is 0.0; expected more than 0 and at most 1."),
      (["--recall", "1.5"], "--recall is 1.5"), (["-k", "0"], "-k is 0; ask for at least 1 item."),
      (["--leaves", "0"], "--leaves is 0; expected at least 1."),
      (["--index", "fast"], "--index"), (["--similarity", "nearness"], "--similarity"),
      (["--scoring", "int4"], "--scoring"),
    ])
  func usage(flags: [String], message: String) throws {
    try withShortlist { shortlist in
      try shortlist.fail(2, ["index", "movies"] + flags, saying: [message])
    }
  }

  @Test("Parameters that only the index can judge are failures that name them")
  func parameters() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      try shortlist.fail(
        1, ["index", "movies", "--index", "scann", "--anisotropic-threshold", "2"],
        saying: ["anisotropicThreshold is 2.0; expected 0 or more, and less than 1"])
      #expect(shortlist.names(in: "movies") == ["1"])
    }
  }

  @Test("A damaged index in an artefact is named")
  func damaged() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      try shortlist.succeed("index", "movies", "--index", "scann")
      let file = shortlist.url("movies/2/index.safetensors")
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count / 2] ^= 4
      try bytes.write(to: file)
      try shortlist.fail(
        1, ["recommend", "movies", "--user", "8"], saying: ["index.safetensors: the sha256"])
    }
  }
}
