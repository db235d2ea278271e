import Foundation
import Testing

@Suite("shortlist recommend and similar")
struct RecommendTests {
  private func items(_ shortlist: Shortlist, _ arguments: String...) throws -> [String] {
    let outcome = try shortlist.run(["recommend", "movies", "--json"] + arguments)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try #require(try outcome.json()["items"] as? [[String: Any]])
      .compactMap { $0["identifier"] as? String }
  }

  @Test(
    "What was seen is left out unless asked for; exclusions and choices hold; k is always given")
  func choices() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      try shortlist.succeed(
        "train", "recipe.yaml", "-o", "movies", "--quiet", "--split", "none", "--epochs", "40")
      let unseen = Sample.unseen(by: 7)
      #expect(Set(try items(shortlist, "--user", "7", "-k", "3")) == unseen)
      let all = try items(shortlist, "--user", "7", "-k", "100")
      #expect(all.count == Sample.items - 9 && Set(all).count == all.count)
      let seen = try items(shortlist, "--user", "7", "-k", "100", "--include-seen")
      #expect(seen.count == Sample.items)
      let odd = Set((1...Sample.items).filter { $0 % 2 == 1 }.map(Sample.title))
      #expect(Set(seen.prefix(12)) == odd)
      let left = try items(
        shortlist, "--user", "7", "-k", "3", "--exclude", all[0], "--exclude", all[2],
        "--exclude", "no such film")
      #expect(left == [all[1], all[3], all[4]])
      let among = try items(
        shortlist, "--user", "7", "--among", all[5], "--among", all[1], "--among", all[0],
        "--exclude", all[0])
      #expect(among == [all[1], all[5]])
    }
  }

  @Test("People get a table, ten items long")
  func table() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let outcome = try shortlist.succeed("recommend", "movies/1", "--user", "7")
      #expect(outcome.lines.count == 11 && outcome.errors.isEmpty)
      #expect(outcome.lines[0].split(separator: " ") == ["item", "score"])
      #expect(outcome.lines[1].hasPrefix(" 1  ") && outcome.lines[10].hasPrefix("10  "))
      let similar = try shortlist.succeed("similar", "movies", "--item", Sample.title(4))
      #expect(similar.lines.count == 11)
      let rest = try shortlist.succeed("similar", "movies", "--item", Sample.title(4), "-k", "999")
      #expect(rest.lines.count == Sample.items)
    }
  }

  @Test("A user who is not known gets the most popular items, and is told")
  func unknownUser() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let outcome = try shortlist.succeed("recommend", "movies", "--user", "nobody", "-k", "4")
      #expect(outcome.lines.count == 5)
      #expect(
        outcome.errors
          == "note: the model does not know this user; these are the most popular items\n")
      let result = try shortlist.succeed("recommend", "movies", "--user", "nobody", "--json")
        .json()
      #expect(result["basis"] as? String == "popularity")
      let scores = try #require(result["items"] as? [[String: Any]])
        .compactMap { $0["score"] as? Double }
      #expect(scores.count == 10 && scores == scores.sorted(by: >) && scores[9] > 0)
    }
  }

  @Test("All users go to CSV and JSON Lines, in files and on standard output")
  func everybody() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      let single = try shortlist.succeed(
        "recommend", "movies", "--user", "7", "-k", "2", "--json")
      let lines = try shortlist.succeed("recommend", "movies", "--all", "-k", "2", "--json")
      #expect(lines.lines.count == Sample.users)
      #expect(lines.lines.contains(single.lines[0]))
      let csv = try shortlist.succeed("recommend", "movies", "--all", "-k", "2")
      #expect(csv.lines.count == 1 + 2 * Sample.users)
      #expect(csv.lines[0] == "user,rank,item,score")
      for name in ["all.csv", "all.jsonl"] {
        let silent = try shortlist.succeed(
          "recommend", "movies", "--all", "-k", "2", "--output", name)
        #expect(silent.output.isEmpty && silent.errors.isEmpty)
      }
      #expect(try String(contentsOf: shortlist.url("all.csv"), encoding: .utf8) == csv.output)
      #expect(try String(contentsOf: shortlist.url("all.jsonl"), encoding: .utf8) == lines.output)
      #expect(shortlist.names() == ["all.csv", "all.jsonl", "data", "movies", "recipe.yaml"])

      try shortlist.write("some.csv", "user_id\n9\nnobody\n")
      let some = try shortlist.succeed(
        "recommend", "movies", "--users", "some.csv", "-k", "1", "--json")
      #expect(some.lines.count == 2)
      #expect(some.lines[1].hasPrefix("{\"basis\":\"popularity\""))
      try shortlist.fail(
        1, ["recommend", "movies", "--all", "--output", "no/such/all.csv"],
        saying: ["no/such/all.csv", "no such file"])
    }
  }

  @Test("CSV quotes what needs it")
  func quoting() throws {
    try withShortlist { shortlist in
      try shortlist.write(
        "plays.csv", "user,item\n\"a, \"\"b\"\"\",x\n\"a, \"\"b\"\"\",\"y\nz\"\nc,x\n")
      try shortlist.succeed(
        "train", "--data", "plays.csv", "--user", "user", "--item", "item", "-o", "art",
        "--split", "none", "--quiet")
      let csv = try shortlist.succeed("recommend", "art", "--all", "--include-seen", "-k", "2")
      #expect(csv.output.contains("\n\"a, \"\"b\"\"\",1,"))
      #expect(csv.output.contains(",\"y\nz\","))
    }
  }

  @Test("An unknown item is told, with one that it may have meant")
  func unknownItem() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      try shortlist.fail(
        1, ["similar", "movies", "--item", "amélie"],
        saying: [
          "error: \"amélie\" is not in the catalogue of 24 items; did you mean \"Amélie 3 (2001)\"?\n"
        ])
      try shortlist.fail(
        1, ["similar", "movies", "--item", "Solaris"],
        saying: ["error: \"Solaris\" is not in the catalogue of 24 items\n"])
    }
  }

  @Test("Further features of the query are given by name")
  func features() throws {
    try withShortlist { shortlist in
      try shortlist.write(
        "plays.jsonl",
        """
        {"user": "1", "age": 20, "tags": ["a", "b"], "item": "x"}
        {"user": "1", "age": 20, "tags": ["a", "b"], "item": "y"}
        {"user": "2", "age": 40, "tags": [], "item": "y"}
        {"user": "2", "age": 40, "tags": ["c"], "item": "z"}

        """)
      try shortlist.write(
        "recipe.yaml",
        """
        data: { interactions: plays.jsonl }
        user: user
        item: item
        split: { kind: none }
        query:
          features: [{ feature: user }, { feature: age, kind: number }, { feature: tags, kind: list, dimensions: 8 }]
          layers: [{ kind: dense, units: 16, activation: relu }, { kind: dense, units: 8 }]
        candidate: { features: [{ feature: item, dimensions: 8 }] }
        epochs: 2
        """)
      try shortlist.succeed("train", "recipe.yaml", "-o", "movies", "--quiet")
      #expect(
        try items(
          shortlist, "--user", "1", "--feature", "age=20", "--feature", "tags=a|b") == ["z"])
      let query = ["recommend", "movies", "--user", "1"]
      try shortlist.fail(
        1, query + ["--feature", "age=20"],
        saying: [
          "the query lacks the feature \"tags\"; the model reads user, age, tags, given were age, user"
        ])
      try shortlist.fail(
        1, query + ["--feature", "age=old", "--feature", "tags="],
        saying: ["--feature age=old: expected a number"])
      try shortlist.fail(
        1, query + ["--feature", "agge=20", "--feature", "tags="],
        saying: ["--feature agge=20: the model reads no such feature; it reads user, age, tags"])
      try shortlist.fail(2, query + ["--feature", "age"], saying: ["expected name=value"])
      try shortlist.fail(
        1, ["recommend", "movies", "--all"], saying: ["give the users with these columns"])
      try shortlist.write("users.csv", "tags,age,user\na|b,20,1\n,40,2\n")
      let many = try shortlist.succeed(
        "recommend", "movies", "--users", "users.csv", "--json", "-k", "1")
      #expect(many.lines.count == 2 && many.lines[1].contains("\"x\""))
    }
  }
}
