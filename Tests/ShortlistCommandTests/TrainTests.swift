import Foundation
import Testing

@Suite("shortlist train")
struct TrainTests {
  @Test("Training twice gives versions 1 and 2 of the same bytes, and a table people can read")
  func versions() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      let first = try shortlist.succeed("train", "recipe.yaml", "--output", "art/movies")
      #expect(first.output.contains("model, all items"))
      #expect(first.output.contains("popularity, unseen items"))
      #expect(first.lines.last?.hasSuffix("art/movies/1") == true)
      #expect(first.lines.last?.hasPrefix("saved ") == true)
      let second = try shortlist.succeed("train", "recipe.yaml", "-o", "art/movies", "--quiet")
      #expect(second.errors.isEmpty)
      #expect(shortlist.names(in: "art/movies") == ["1", "2"])
      // The artefact's recipe makes the artefact again.
      try shortlist.succeed("train", "art/movies/1/recipe.yaml", "-o", "art/movies", "--quiet")
      let weights = try ["1", "2", "3"].map {
        try Data(contentsOf: shortlist.url("art/movies/\($0)/weights.safetensors"))
      }
      #expect(weights[0] == weights[1] && weights[0] == weights[2])
      #expect(shortlist.names() == ["art", "data", "recipe.yaml"])
    }
  }

  @Test(
    "Interactions of one's own train without a recipe",
    arguments: ["plays.csv", "plays.tsv", "plays.jsonl"])
  func ownData(file: String) throws {
    try withShortlist { shortlist in
      try shortlist.writeInteractions(file)
      let result = try shortlist.succeed(
        "train", "--data", file, "--user", "user", "--item", "item", "--output", "art",
        "--epochs", "12", "--batch-size", "64", "--dimensions", "8", "--learning-rate", "0.5",
        "--holdout", "0.1", "--json"
      ).json()
      #expect((result["epochs"] as? [Any])?.count == 12)
      let hits = try shortlist.succeed("recommend", "art", "--user", "8", "-k", "20", "--json")
        .json()
      let items = try #require(hits["items"] as? [[String: Any]])
        .compactMap { $0["identifier"] as? String }
      let even = Set((1...Sample.items).filter { $0 % 2 == 0 }.map(Sample.title))
      #expect(even.isSuperset(of: items.prefix(3)))
      // The artefact finds its data from any folder.
      let elsewhere = Shortlist(folder: FileManager.default.temporaryDirectory)
      try elsewhere.succeed("evaluate", shortlist.url("art").path(), "--json")
    }
  }

  @Test(
    "A file whose name does not tell its format is read with --format, and ISO-8859-1 with --encoding"
  )
  func formats() throws {
    try withShortlist { shortlist in
      try shortlist.write(
        "plays.txt", "user,item\n1,Amélie\n1,b\n2,Amélie\n2,b\n".data(using: .isoLatin1) ?? Data())
      let call = ["train", "--data", "plays.txt", "--user", "user", "--item", "item", "-o", "art"]
      try shortlist.fail(
        1, call, saying: ["plays.txt: the name does not tell the format; name it .csv"])
      try shortlist.fail(
        1, call + ["--format", "csv"],
        saying: ["plays.txt, line 2, field \"item\": ", "not UTF-8", "latin1"])
      try shortlist.fail(
        2, call + ["--format", "xls"], saying: ["expected csv, tsv, jsonl or tfrecord"])
      #expect(shortlist.names() == ["plays.txt"])
      let outcome = try shortlist.run(
        call + ["--format", "csv", "--encoding", "latin1", "--split", "none", "--quiet"])
      #expect(outcome.code == 0)
      let similar = try shortlist.succeed("similar", "art", "--item", "b", "--json")
      #expect(similar.output.contains("Amélie"))
    }
  }

  @Test("Flags change what the recipe says, and the artefact's recipe has them")
  func overriding() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      let result = try shortlist.succeed(
        "train", "recipe.yaml", "-o", "art", "--epochs", "2", "--dimensions", "4",
        "--weight-decay", "0.01", "--optimizer", "adam", "--learning-rate", "0.25",
        "--temperature", "0.5", "--split", "leave_last_out", "--seed", "7", "--batch-size", "50",
        "--minimum-count", "2", "--minimum-rating", "1", "--json"
      ).json()
      let epochs = try #require(result["epochs"] as? [[String: Double]])
      #expect(epochs.count == 2)
      #expect(epochs[0]["examples"] == Double(Sample.ratings - Sample.users))
      #expect(epochs[0]["regularization_loss"]! > 0)
      let recipe = try String(contentsOf: shortlist.url("art/1/recipe.yaml"), encoding: .utf8)
      for line in [
        "epochs: 2", "dimensions: 4", "kind: \"adam\"", "learning_rate: 0.25", "temperature: 0.5",
        "kind: \"leave_last_out\"", "seed: 7", "batch_size: 50", "minimum_count: 2",
        "minimum_rating: 1\n",
      ] {
        #expect(recipe.contains(line), "\(line) in \(recipe)")
      }
      let inspected = try shortlist.succeed("inspect", "art", "--json").json()
      #expect(inspected["dimensions"] as? Int == 4)
    }
  }

  @Test("A recipe for one data set trains on another with --data, --user and --item")
  func otherData() throws {
    try withShortlist { shortlist in
      try shortlist.write("recipe.yaml", Sample.recipe)
      try shortlist.writeInteractions("plays.csv")
      try shortlist.succeed(
        "train", "recipe.yaml", "--data", "plays.csv", "--user", "user", "--item", "item",
        "-o", "art", "--quiet")
      try shortlist.succeed("recommend", "art", "--user", "8")
    }
  }

  @Test("A run that goes on from a checkpoint ends with the bytes of one that was not interrupted")
  func resuming() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      try shortlist.succeed("train", "recipe.yaml", "-o", "whole", "--quiet")
      try shortlist.succeed(
        "train", "recipe.yaml", "-o", "parts", "--quiet", "--epochs", "5", "--checkpoint-every", "2"
      )
      #expect(shortlist.names(in: "parts.checkpoints") == ["epoch-5"])
      let resumed = try shortlist.succeed(
        "train", "recipe.yaml", "-o", "parts", "--resume", "--checkpoint-every", "5", "--json")
      #expect(resumed.errors.contains("going on after epoch 5\n"))
      #expect(resumed.errors.contains("epoch 6/12"))
      #expect((try resumed.json()["epochs"] as? [Any])?.count == 12)
      #expect(shortlist.names(in: "parts.checkpoints") == ["epoch-12"])
      for name in ["weights.safetensors", "candidates.safetensors", "evaluation.json"] {
        let whole = try Data(contentsOf: shortlist.url("whole/1/\(name)"))
        #expect(try Data(contentsOf: shortlist.url("parts/2/\(name)")) == whole, "\(name)")
      }
    }
  }

  @Test("A checkpoint that is missing, damaged or of another model is told")
  func badCheckpoints() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      let call = ["train", "recipe.yaml", "-o", "art", "--resume", "--quiet"]
      try shortlist.fail(
        1, call, saying: ["art.checkpoints/: there is no checkpoint to go on from"])
      try shortlist.succeed(
        "train", "recipe.yaml", "-o", "other", "--quiet", "--epochs", "1", "--checkpoint-every",
        "1",
        "--checkpoints", "art.checkpoints")
      try shortlist.fail(
        1, call + ["--dimensions", "4"],
        saying: ["x 8 in the checkpoint", "x 4 in the model"])
      try shortlist.fail(1, call + ["--optimizer", "sgd"], saying: ["another optimizer"])
      let state = shortlist.url("art.checkpoints/epoch-1/state.json")
      let whole = try Data(contentsOf: state)
      try whole.prefix(20).write(to: state)
      try shortlist.fail(
        1, call, saying: ["epoch-1/state.json", "remove its folder to begin anew"])
      try whole.write(to: state)
      for name in ["parameters", "optimizer"] {
        let file = shortlist.url("art.checkpoints/epoch-1/\(name).safetensors")
        let whole = try Data(contentsOf: file)
        try whole.dropLast(4).write(to: file)
        try shortlist.fail(1, call, saying: ["epoch-1/\(name).safetensors"])
        try FileManager.default.removeItem(at: file)
        try shortlist.fail(1, call, saying: ["epoch-1/\(name).safetensors"])
        try whole.write(to: file)
      }
      #expect(shortlist.names() == ["art.checkpoints", "data", "other", "recipe.yaml"])
    }
  }

  @Test("A learning rate that diverges saves nothing, and says where")
  func diverging() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      try shortlist.fail(
        1,
        [
          "train", "recipe.yaml", "-o", "art", "--learning-rate", "1e30", "--optimizer", "sgd",
          "--quiet",
        ],
        saying: ["training diverged in epoch ", ", step ", "Lower the learning rate (it is 1e+30)"])
      #expect(shortlist.names() == ["data", "recipe.yaml"])
    }
  }

  @Test("Ctrl-C ends the epoch and saves")
  func interruption() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      let outcome = try shortlist.run(
        [
          "train", "recipe.yaml", "-o", "art", "--epochs", "1000000", "--checkpoint-every", "5000",
          "--json",
        ]
      ) { process in
        Thread.sleep(forTimeInterval: 1.5)
        process.interrupt()
      }
      #expect(outcome.code == 0 && !outcome.hasCrashed)
      #expect(outcome.errors.contains("ending after this epoch"))
      let epochs = try #require(try outcome.json()["epochs"] as? [[String: Double]])
      #expect(epochs.count >= 1 && epochs.count < 1_000_000)
      #expect(shortlist.names(in: "art") == ["1"])
      #expect(shortlist.names(in: "art.checkpoints") == ["epoch-\(epochs.count)"])
      try shortlist.succeed("evaluate", "art")
    }
  }

  @Test("An output that cannot be written is told before training")
  func outputs() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      try shortlist.write("file", "")
      let call = ["train", "recipe.yaml", "--epochs", "100000000", "-o"]
      try shortlist.fail(
        1, call + ["movies/1"], saying: ["movies/1: this version exists already"])
      try shortlist.fail(1, call + ["file"], saying: ["file: a file; expected a folder"])
      try shortlist.fail(1, call + ["file/deep/er"], saying: ["file: a file; expected a folder"])
      try shortlist.succeed("train", "recipe.yaml", "-o", "movies/7", "--quiet")
      #expect(shortlist.names(in: "movies") == ["1", "7"])
    }
  }

  @Test("Users and items of few rows are left out of training and catalogue")
  func minimumCount() throws {
    try withShortlist { shortlist in
      try shortlist.writeInteractions("plays.csv")
      let plays = try String(contentsOf: shortlist.url("plays.csv"), encoding: .utf8)
      try shortlist.write("plays.csv", plays + "1,rare,,1,5\n2,rare,,rare,5\n")
      try shortlist.write("test.csv", "time,item,user,stars\n1,\(Sample.title(2)),1,5\n")
      try shortlist.write(
        "recipe.yaml",
        Sample.fileRecipe(
          "{ interactions: plays.csv, minimum_count: 3, rating: stars, minimum_rating: 1 }",
          "split: { kind: files, test: test.csv }"))
      let outcome = try shortlist.succeed("train", "recipe.yaml", "-o", "art")
      #expect(outcome.errors.hasPrefix("216 training rows, 1 test rows, 24 items\n"))
    }
  }
}
