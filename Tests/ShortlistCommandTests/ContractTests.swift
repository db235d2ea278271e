import Foundation
import Testing

/// What scripts rely on: the JSON objects of each verb.
@Suite("Contract for scripts")
struct ContractTests {
  static let ks = ["top_1", "top_10", "top_100", "top_5", "top_50"]

  private func figures(_ value: Any?) throws -> [String: Double] {
    try #require(value as? [String: Double])
  }

  private func items(_ value: Any?) throws -> [(name: String, score: Double)] {
    try #require(value as? [[String: Any]]).map { item in
      #expect(item.keys.sorted() == ["identifier", "score"])
      return (try #require(item["identifier"] as? String), try #require(item["score"] as? Double))
    }
  }

  @Test("train --json tells the artefact, the epochs and the seconds")
  func train() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      let outcome = try shortlist.succeed("train", "recipe.yaml", "--output", "movies", "--json")
      #expect(outcome.lines.count == 1)
      #expect(
        outcome.errors.hasPrefix("194 training rows, 22 test rows, 24 items\nepoch 1/12  loss "))
      let result = try outcome.json()
      #expect(result.keys.sorted() == ["artefact", "epochs", "index", "seconds"])
      let artefact = try #require(result["artefact"] as? String)
      #expect(URL(filePath: artefact).pathComponents.suffix(2) == ["movies", "1"])
      let epochs = try #require(result["epochs"] as? [[String: Double]])
      #expect(epochs.count == 12)
      for (number, epoch) in epochs.enumerated() {
        #expect(
          epoch.keys.sorted() == [
            "epoch", "examples", "loss", "regularization_loss", "seconds",
          ] + Self.ks + ["total_loss"])
        #expect(epoch["epoch"] == Double(number + 1) && epoch["examples"] == 194)
        #expect(epoch["total_loss"] == epoch["loss"]! + epoch["regularization_loss"]!)
      }
      #expect(epochs[11]["loss"]! < epochs[0]["loss"]!)
      let seconds = try figures(result["seconds"])
      #expect(seconds.keys.sorted() == ["evaluate", "index", "load", "total", "train"])
      #expect(seconds["total"]! >= seconds["load"]! + seconds["train"]! + seconds["evaluate"]!)
    }
  }

  @Test("evaluate --json gives raw and masked figures beside popularity's")
  func evaluate() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let outcome = try shortlist.succeed("evaluate", "movies", "--json")
      #expect(outcome.lines.count == 1 && outcome.errors.isEmpty)
      let result = try outcome.json()
      #expect(
        result.keys.sorted() == [
          "examples", "masked", "popularity", "raw", "unknown_items", "unknown_users", "warnings",
        ])
      let popularity = try #require(result["popularity"] as? [String: Any])
      #expect(popularity.keys.sorted() == ["masked", "raw"])
      let all = [result["raw"], result["masked"], popularity["raw"], popularity["masked"]]
      for part in all {
        let part = try figures(part)
        #expect(part.keys.sorted() == Self.ks)
        #expect(part["top_100"] == 1)
      }
      #expect(result["examples"] as? Int == 22)
      // Of each user four or so unseen items of their kind are left, and the model knows the kinds.
      let masked = try figures(result["masked"])
      #expect(masked["top_10"] == 1)
      #expect(masked["top_5"]! > (try figures(popularity["masked"]))["top_5"]! + 0.3)
      // Training wrote the same figures down.
      let saved = try JSONSerialization.jsonObject(
        with: Data(contentsOf: shortlist.url("movies/1/evaluation.json")))
      #expect(NSDictionary(dictionary: try #require(saved as? [String: Any])).isEqual(to: result))
    }
  }

  @Test("recommend --json gives the user, the basis and the items, best first")
  func recommend() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let outcome = try shortlist.succeed(
        "recommend", "movies", "--user", "7", "-k", "3", "--json")
      #expect(outcome.lines.count == 1 && outcome.errors.isEmpty)
      let result = try outcome.json()
      #expect(result.keys.sorted() == ["basis", "items", "user"])
      #expect(result["user"] as? String == "7")
      #expect(result["basis"] as? String == "model")
      let items = try items(result["items"])
      #expect(items.count == 3)
      #expect(items.map(\.score) == items.map(\.score).sorted(by: >))
      #expect(outcome.output.hasPrefix("{\"basis\":\"model\",\"items\":[{\"identifier\":\""))
    }
  }

  @Test("similar --json gives the item and its neighbours by cosine")
  func similar() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let outcome = try shortlist.succeed(
        "similar", "movies", "--item", "Amélie 3 (2001)", "-k", "5", "--json")
      #expect(outcome.lines.count == 1 && outcome.errors.isEmpty)
      let result = try outcome.json()
      #expect(result.keys.sorted() == ["item", "items"])
      #expect(result["item"] as? String == "Amélie 3 (2001)")
      let items = try items(result["items"])
      let odd = Set((1...Sample.items).filter { $0 % 2 == 1 }.map(Sample.title))
      #expect(items.count == 5)
      #expect(odd.isSuperset(of: items.map(\.name)))
      #expect(!items.map(\.name).contains("Amélie 3 (2001)"))
      #expect(items.allSatisfy { $0.score <= 1.00001 && $0.score > 0 })
    }
  }

  @Test("inspect --json and fetch --json give one object, too")
  func inspectAndFetch() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let inspected = try shortlist.succeed("inspect", "movies", "--json").json()
      #expect(
        inspected.keys.sorted() == [
          "artefact", "candidate_features", "created", "dimensions", "files", "format", "index",
          "index_trials", "item", "item_columns", "items", "parameters", "query_features", "user",
          "users",
        ])
      #expect(inspected["items"] as? Int == 24 && inspected["users"] as? Int == 24)
      #expect(inspected["dimensions"] as? Int == 8 && inspected["format"] as? Int == 2)
      let files = try #require(inspected["files"] as? [[String: Any]]).map { $0["name"] as? String }
      #expect(
        files == [
          "candidates.safetensors", "columns/movie_genres.txt", "columns/movie_id.txt",
          "columns/values.safetensors", "evaluation.json", "history/interactions.safetensors",
          "history/items.txt", "history/users.txt", "identifiers.txt", "recipe.yaml",
          "training.csv", "training.json", "vocabularies/candidate/movie_title.txt",
          "vocabularies/query/user_id.txt", "weights.safetensors",
        ])
      let fetched = try shortlist.succeed("fetch", "movielens-100k", "--json").json()
      #expect(fetched.keys.sorted() == ["data_set", "folder"])
    }
  }
}
