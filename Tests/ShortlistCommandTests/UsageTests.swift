import Foundation
import Testing

@Suite("Usage of shortlist")
struct UsageTests {
  @Test(
    "Each verb has help with an example",
    arguments: ["fetch", "train", "evaluate", "recommend", "similar", "inspect", "convert"])
  func help(verb: String) throws {
    try withShortlist { shortlist in
      for call in [[verb, "--help"], ["help", verb]] {
        let outcome = try shortlist.run(call)
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        #expect(outcome.output.contains("EXAMPLE\n  shortlist \(verb) "))
        #expect(outcome.output.contains("USAGE: shortlist \(verb) "))
      }
    }
  }

  @Test("The root lists the verbs, its version and how to complete them")
  func root() throws {
    try withShortlist { shortlist in
      let help = try shortlist.succeed("--help").output
      for verb in ["fetch", "train", "evaluate", "recommend", "similar", "inspect", "EXAMPLE"] {
        #expect(help.contains(verb))
      }
      #expect(try shortlist.succeed("--version").output == "0.1.0\n")
      #expect(try shortlist.succeed().output == help)
    }
  }

  @Test("Completion scripts are written for each shell", arguments: ["bash", "zsh", "fish"])
  func completion(shell: String) throws {
    try withShortlist { shortlist in
      let script = try shortlist.succeed("--generate-completion-script", shell).output
      #expect(script.contains("recommend") && script.contains("include-seen"))
      guard shell == "bash" else { return }
      try shortlist.write("complete.bash", script)
      let bash = Process()
      bash.executableURL = URL(filePath: "/usr/bin/env")
      bash.arguments = ["bash", "-n", shortlist.url("complete.bash").path()]
      try bash.run()
      bash.waitUntilExit()
      #expect(bash.terminationStatus == 0)
    }
  }

  static let wrong: [([String], String)] = [
    (["cook"], "Unexpected argument 'cook'"),
    (["train", "--output", "x"], "Give a recipe, or interactions with --data."),
    (["train", "recipe.yaml"], "Missing expected argument '--output <output>'"),
    (["train", "r.yaml", "-o", "x", "--epochs", "0"], "--epochs is 0; expected at least 1."),
    (["train", "r.yaml", "-o", "x", "--epochs", "-3"], "--epochs is -3; expected at least 1."),
    (["train", "r.yaml", "-o", "x", "--epochs", "many"], "'many' is invalid for '--epochs"),
    (["train", "r.yaml", "-o", "x", "--dimensions", "0"], "--dimensions is 0"),
    (["train", "r.yaml", "-o", "x", "--batch-size", "0"], "--batch-size is 0"),
    (["train", "r.yaml", "-o", "x", "--minimum-count", "0"], "--minimum-count is 0"),
    (
      ["train", "r.yaml", "-o", "x", "--learning-rate", "-1"],
      "--learning-rate is -1.0; expected a positive number."
    ),
    (["train", "r.yaml", "-o", "x", "--learning-rate", "nan"], "--learning-rate is nan"),
    (["train", "r.yaml", "-o", "x", "--learning-rate", "inf"], "--learning-rate is inf"),
    (["train", "r.yaml", "-o", "x", "--temperature", "0"], "--temperature is 0.0"),
    (["train", "r.yaml", "-o", "x", "--weight-decay", "-0.1"], "--weight-decay is -0.1"),
    (["train", "r.yaml", "-o", "x", "--minimum-rating", "nan"], "--minimum-rating is nan"),
    (["train", "r.yaml", "-o", "x", "--holdout", "1"], "--holdout is 1.0; expected a share"),
    (["train", "r.yaml", "-o", "x", "--split", "half"], "'half' is invalid for '--split"),
    (["train", "r.yaml", "-o", "x", "--optimizer", "lion"], "'lion' is invalid for '--optimizer"),
    (["train", "r.yaml", "-o", "x", "--checkpoint-every", "0"], "--checkpoint-every is 0"),
    (["train", "r.yaml", "-o", "x", "--jsno"], "Unknown option '--jsno'"),
    (["recommend", "a"], "Give one of --user (or --feature), --all and --users."),
    (["recommend", "a", "--user", "1", "--all"], "Give one of --user"),
    (["recommend", "a", "--all", "--users", "u.csv"], "Give one of --user"),
    (["recommend", "a", "--user", "1", "-k", "0"], "-k is 0; ask for at least 1 item."),
    (["recommend", "a", "--user", "1", "-k", "-2"], "-k is -2; ask for at least 1 item."),
    (["recommend", "a", "--user", "1", "-k", "x"], "'x' is invalid for '-k"),
    (
      ["recommend", "a", "--all", "--output", "x.xml"],
      "expected a name that ends in .csv or .jsonl"
    ),
    (
      ["recommend", "a", "--user", "1", "--output", "x.csv"],
      "--output x.csv is for --all or --users."
    ),
    (["recommend", "a", "--all", "--output", "x.csv", "--json"], "--json"),
    (["similar", "a", "--item", "x", "-k", "0"], "-k is 0; ask for at least 1 item."),
    (["similar", "a", "--item", "x", "-k", "-1"], "-k is -1; ask for at least 1 item."),
    (["similar", "a"], "Missing expected argument '--item <item>'"),
    (
      ["fetch", "movielens-2k"], "There is no data set \"movielens-2k\". Known are movielens-100k, "
    ),
    (["evaluate"], "Missing expected argument '<artefact>'"),
  ]

  @Test("Wrong usage ends with 2 and leaves nothing", arguments: wrong)
  func wrongUsage(arguments: [String], message: String) throws {
    try withShortlist { shortlist in
      try shortlist.write("recipe.yaml", Sample.recipe)
      try shortlist.fail(2, arguments, saying: ["Error: ", message, "Usage: shortlist"])
      #expect(shortlist.names() == ["recipe.yaml"])
    }
  }

  @Test(
    "A place that is no artefact is told by every verb",
    arguments: [
      ["evaluate"], ["inspect"], ["recommend", "--user", "1"], ["similar", "--item", "x"],
    ])
  func noArtefact(call: [String]) throws {
    try withShortlist { shortlist in
      try shortlist.fail(
        1, call + ["none"], saying: ["none: there is no such folder; expected an artefact"])
      try shortlist.write("file", "")
      try shortlist.fail(1, call + ["file"], saying: ["file: a file; expected the folder"])
      try shortlist.write("folder/x", "")
      try shortlist.fail(1, call + ["folder"], saying: ["neither manifest.json nor"])
    }
  }

  #if os(Linux)
    @Test("A standard output that takes nothing is a failure")
    func fullOutput() throws {
      try withShortlist { shortlist in
        try shortlist.trainMovies()
        for call in [
          ["recommend", "movies", "--user", "1"], ["recommend", "movies", "--all", "--json"],
          ["similar", "movies", "--item", Sample.title(1), "--json"], ["inspect", "movies"],
          ["evaluate", "movies"], ["--help"],
        ] {
          let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
          let outcome = try shortlist.run(call, output: full)
          shortlist.check(outcome, 1, ["error: standard output: could not write"])
        }
      }
    }
  #endif
}
