import Foundation
import Testing

@Suite("shortlist recommend and similar --where")
struct WhereTests {
  private struct Answer: Decodable {
    struct Item: Decodable { let identifier: String }
    let items: [Item]
  }

  private func items(_ outcome: Shortlist.Outcome) throws -> [String] {
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try names(outcome.lines.last ?? "")
  }

  private func names(_ line: String) throws -> [String] {
    try JSONDecoder().decode(Answer.self, from: Data(line.utf8)).items.map(\.identifier)
  }

  private struct Inspected: Decodable {
    struct Column: Decodable {
      let name: String
      let type: String
      let examples: [String]
    }
    let columns: [Column]

    enum CodingKeys: String, CodingKey { case columns = "item_columns" }
  }

  /// In the made-up MovieLens even items are of one genre and odd ones of another.
  @Test("Only items of which the condition is true come, k where k exist, for one user and for all")
  func conditions() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let inspected = try JSONDecoder().decode(
        Inspected.self, from: Data(shortlist.succeed("inspect", "movies", "--json").output.utf8))
      let columns = inspected.columns
      #expect(columns.map(\.name) == ["movie_id", "movie_title", "movie_genres"])
      #expect(columns.map(\.type) == ["strings", "strings", "lists of strings"])
      #expect(columns[2].examples == ["\"Adventure\"", "\"Action\""])
      let text = try shortlist.succeed("inspect", "movies").output
      #expect(text.contains("columns of items (for --where)\n"))
      #expect(text.contains("  movie_genres  lists of strings  \"Adventure\", \"Action\"\n"))

      let even = Set((1...Sample.items).filter { $0 % 2 == 0 }.map(Sample.title))
      let genre = "movie_genres contains \"Action\""
      let user = ["recommend", "movies", "--user", "7", "--json", "--include-seen", "-k", "100"]
      #expect(Set(try items(shortlist.run(user + ["--where", genre]))) == even)
      let some = try items(
        shortlist.run(
          user + [
            "--where",
            "not (\(genre)) and movie_title in ('\(Sample.title(3))', 'none') or movie_id = '4'",
          ]))
      #expect(Set(some) == [Sample.title(3), Sample.title(4)])
      let both = try items(
        shortlist.run(
          user + ["--where", genre, "--exclude", Sample.title(2), "--among", Sample.title(4)]))
      #expect(both == [Sample.title(4)])
      #expect(try items(shortlist.run(user + ["--where", "movie_id in ()"])).isEmpty)

      let similar = try items(
        shortlist.run(
          [
            "similar", "movies", "--item", Sample.title(4), "--json", "-k", "5", "--where",
            "not \(genre)",
          ]))
      #expect(similar.count == 5 && even.isDisjoint(with: similar))

      try shortlist.write("some.csv", "user_id\n9\nnobody\n")
      for users in [["--all"], ["--users", "some.csv"]] {
        let many = try shortlist.run(
          ["recommend", "movies", "-k", "2", "--json", "--where", genre] + users)
        #expect(many.code == 0 && many.lines.count == (users.count == 1 ? Sample.users : 2))
        for line in many.lines {
          let names = try names(line)
          #expect(names.count == 2 && even.isSuperset(of: names))
        }
      }
    }
  }

  @Test("A condition that is not understood is wrong usage; one that does not fit is a failure")
  func badConditions() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      for verb in [
        ["recommend", "movies", "--user", "7"], ["similar", "movies", "--item", Sample.title(1)],
      ] {
        try shortlist.fail(
          2, verb + ["--where", "movie_genres contains Action"],
          saying: [
            "--where: the filter is not understood at character 23, at Action: expected a number, or a text in "
              + "quotes, as \"Action\""
          ])
        try shortlist.fail(2, verb + ["--where", ""], saying: ["--where: ", "at its end"])
        try shortlist.fail(
          2, verb + ["--where", String(repeating: "(", count: 5000)], saying: ["more than 64 deep"])
        try shortlist.fail(
          1, verb + ["--where", "year >= 1990"],
          saying: [
            "error: the filter names the column \"year\", which the items do not have; they have movie_id (strings), "
              + "movie_title (strings), movie_genres (lists of strings)\n"
          ])
        try shortlist.fail(
          1, verb + ["--where", "movie_id = 3"],
          saying: [
            "error: the filter does not fit column \"movie_id\", which holds strings: 3 is a number; write \"3\" in "
              + "quotes\n"
          ])
        try shortlist.fail(
          1, verb + ["--where", "movie_genres = 'Action'"], saying: ["use contains"])
      }
    }
  }

  @Test("Columns that a recipe names can be filtered by; those of users are not in the artefact")
  func recipeColumns() throws {
    try withShortlist { shortlist in
      try shortlist.writeInteractions("plays.csv")
      var table = "item,year,tags\n"
      for item in 1...Sample.items {
        table += "\"\(Sample.title(item))\",\(1970 + item),t\(item % 2)|x\n"
      }
      try shortlist.write("items.csv", table)
      try shortlist.write(
        "recipe.yaml",
        Sample.fileRecipe(
          "{ interactions: plays.csv, items: items.csv, item_columns: { year: integer, tags: list } }"
        ))
      try shortlist.succeed("train", "recipe.yaml", "-o", "movies", "--quiet")
      let hits = try items(
        shortlist.run([
          "recommend", "movies", "--user", "7", "--json", "--include-seen", "-k", "100", "--where",
          "1980 < year <= 1990 and tags contains 't1'",
        ]))
      #expect(Set(hits) == Set([11, 13, 15, 17, 19].map(Sample.title)))
      try shortlist.succeed(
        "train", "--data", "plays.csv", "--user", "user", "--item", "item", "-o", "plain", "--quiet"
      )
      try shortlist.fail(
        1, ["recommend", "plain", "--user", "7", "--where", "user = '7'"],
        saying: ["which the items do not have; they have item (strings)\n"])
      for (columns, message) in [
        ("{ year: whole }", "it is \"whole\"; known are string, integer, number, list"),
        ("[year]", "data.item_columns"),
      ] {
        try shortlist.write(
          "bad.yaml", Sample.fileRecipe("{ interactions: plays.csv, item_columns: \(columns) }"))
        try shortlist.fail(1, ["train", "bad.yaml", "-o", "bad", "--quiet"], saying: [message])
      }
      try shortlist.write(
        "bad.yaml", "data: { movielens: 100k, item_columns: { year: integer } }\n")
      try shortlist.fail(
        1, ["train", "bad.yaml", "-o", "bad", "--quiet"],
        saying: ["it is for files; MovieLens has movie_id, movie_title and movie_genres"])
    }
  }
}
