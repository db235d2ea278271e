import Foundation
import Testing

@Suite("shortlist export and import saved-model")
struct SavedModelTests {
  @Test("An artefact that goes out and comes in again recommends the same")
  func roundTrip() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let told = try shortlist.succeed("export", "saved-model", "movies", "-o", "out/films").lines
      #expect(told == ["saved \(shortlist.url("out/films/1").path())"])
      #expect(
        shortlist.names(in: "out/films/1")
          == ["assets", "assets.extra", "saved_model.pb", "variables"])
      let again = try shortlist.succeed(
        "export", "saved-model", "movies/1", "-o", "out/films", "-k", "3", "--json"
      ).json()
      #expect(again["written"] as? String == shortlist.url("out/films/2").path())

      let imported = try shortlist.succeed(
        "import", "saved-model", "out/films", "-o", "back", "--item", "movie_title"
      ).lines
      #expect(
        imported == [
          "24 items of 8 dimensions; queries are by user_id",
          "saved \(shortlist.url("back/1").path())",
        ])
      for user in ["1", "2", "24"] {
        let first = try shortlist.succeed(
          "recommend", "movies", "--user", user, "--include-seen", "--json"
        ).json()
        let second = try shortlist.succeed("recommend", "back", "--user", user, "--json").json()
        let (items, same) = (
          first["items"] as? [[String: Any]], second["items"] as? [[String: Any]]
        )
        #expect(items?.count == 10)
        #expect(
          items?.compactMap { $0["item"] as? String } == same?.compactMap { $0["item"] as? String })
        #expect(
          items?.compactMap { $0["score"] as? Double }
            == same?.compactMap { $0["score"] as? Double })
      }
      let told2 = try shortlist.succeed(
        "import", "saved-model", "out/films/1", "-o", "back", "--query", "who", "--json"
      ).json()
      #expect(told2["written"] as? String == shortlist.url("back/2").path())
      #expect(told2["features"] as? [String] == ["who"])
      #expect(told2["items"] as? Int == 24 && told2["duplicates"] as? Int == 0)
    }
  }

  @Test("What cannot be exported, imported or written is told, and leaves nothing")
  func failures() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let before = shortlist.names()
      try shortlist.fail(
        1, ["export", "saved-model", "none", "-o", "out"],
        saying: ["none: there is no such folder; expected an artefact"])
      try shortlist.fail(
        2, ["export", "saved-model", "movies", "-o", "out", "-k", "0"],
        saying: ["-k is 0; ask for at least 1 item."])
      try shortlist.fail(
        2, ["export", "saved-model", "movies"], saying: ["Missing expected argument '--output"])
      try shortlist.fail(
        1, ["export", "saved-model", "movies", "-o", "recipe.yaml/x"],
        saying: ["recipe.yaml: a file; expected a folder"])
      try shortlist.fail(
        1, ["import", "saved-model", "none", "-o", "out"],
        saying: ["none: there is no saved_model.pb in it; name the folder that tf.saved_model.save"]
      )
      try shortlist.fail(
        1, ["import", "saved-model", "movies", "-o", "out"],
        saying: ["there is no saved_model.pb in it"])
      #expect(shortlist.names() == before)

      try shortlist.succeed("export", "saved-model", "movies", "-o", "out/1")
      try shortlist.fail(
        1, ["export", "saved-model", "movies", "-o", "out/1"], saying: ["out/1: exists already"])
      let graph = shortlist.url("out/1/saved_model.pb")
      let whole = try Data(contentsOf: graph)
      try whole.dropLast(whole.count / 2).write(to: graph)
      try shortlist.fail(
        1, ["import", "saved-model", "out/1", "-o", "back"],
        saying: ["out/1/saved_model.pb: ", "Copy the model again"])
      #expect(!shortlist.names().contains("back"))
    }
  }
}
