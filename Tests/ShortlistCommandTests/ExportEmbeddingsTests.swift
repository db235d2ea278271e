import Foundation
import Testing

@Suite("shortlist export embeddings")
struct ExportEmbeddingsTests {
  @Test("Items and users are written in the format that the name tells")
  func formats() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let outcome = try shortlist.succeed("export", "embeddings", "movies", "--output", "items.npy")
      #expect(outcome.lines.count == 3 && outcome.lines.first == "24 x 8")
      #expect(outcome.lines.dropFirst().allSatisfy { $0.hasPrefix("saved ") })
      #expect(
        shortlist.names().filter { $0.hasPrefix("items.") } == ["items.ids.txt", "items.npy"])
      let ids = try String(contentsOf: shortlist.url("items.ids.txt"), encoding: .utf8)
      #expect(ids.split(separator: "\n").contains("Amélie 3 (2001)"))
      let users = try shortlist.succeed(
        "export", "embeddings", "movies/1", "-o", "users.csv", "--of", "users", "--json"
      ).json()
      #expect(users["rows"] as? Int == 24 && users["columns"] as? Int == 8)
      let files = try #require(users["files"] as? [String])
      #expect(files.count == 1 && files[0].hasSuffix("/users.csv"))
      let lines = try String(contentsOf: shortlist.url("users.csv"), encoding: .utf8)
        .split(separator: "\n")
      #expect(lines.count == 25 && lines.allSatisfy { $0.split(separator: ",").count == 9 })
    }
  }

  @Test("What cannot be is told")
  func errors() throws {
    try withShortlist { shortlist in
      try shortlist.fail(
        2, ["export", "embeddings", "movies", "-o", "x.parquet"],
        saying: [
          "x.parquet does not tell the format", ".safetensors, .npy, .csv, .jsonl, .f32",
        ])
      try shortlist.fail(
        2, ["export", "embeddings", "movies", "-o", "x.npy", "--of", "films"], saying: ["films"])
      try shortlist.fail(1, ["export", "embeddings", "movies", "-o", "x.npy"], saying: ["movies"])
      try shortlist.trainMovies()
      try shortlist.fail(
        1, ["export", "embeddings", "movies", "-o", "nowhere/x.npy"], saying: ["nowhere/x"])
      #expect(shortlist.names() == ["data", "movies", "recipe.yaml"])
    }
  }
}
