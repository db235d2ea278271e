import Foundation
import Testing

#if canImport(Glibc)
  private import Glibc
#endif

@Suite("Bad data")
struct BadDataTests {
  private func train(
    _ shortlist: Shortlist, _ more: String..., saying texts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = shortlist.names()
    try shortlist.fail(
      1, ["train", "--user", "user", "--item", "item", "-o", "art", "--quiet"] + more,
      saying: texts, sourceLocation: sourceLocation)
    #expect(shortlist.names() == before, sourceLocation: sourceLocation)
  }

  @Test("Files that are missing, empty or no text are told")
  func files() throws {
    try withShortlist { shortlist in
      try train(shortlist, "--data", "none.csv", saying: ["none.csv: there is no such file"])
      try shortlist.write("folder.csv/x", "")
      try train(shortlist, "--data", "folder.csv", saying: ["folder.csv: the file cannot be read"])
      try shortlist.write("empty.csv", "")
      try train(shortlist, "--data", "empty.csv", saying: ["empty.csv: the file is empty"])
      try shortlist.write("header.csv", "user,item\n")
      try train(shortlist, "--data", "header.csv", saying: ["header.csv: there are no rows"])
      try shortlist.write("blank.jsonl", "\n\n")
      try train(shortlist, "--data", "blank.jsonl", saying: ["blank.jsonl: there are no rows"])
      try shortlist.write("plays.csv", Data([0x50, 0x4b, 3, 4, 0, 0]))
      try train(shortlist, "--data", "plays.csv", saying: ["plays.csv: this is a ZIP archive"])
      try shortlist.write("cut.csv.gz", Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b]))
      try train(
        shortlist, "--data", "cut.csv.gz",
        saying: ["cut.csv.gz: the gzip data are damaged", "fetch the file again"])
    }
  }

  @Test("A missing column is told with those that are there")
  func columns() throws {
    try withShortlist { shortlist in
      try shortlist.write("plays.csv", "listener,item,stars\n1,a,4\n1,b,5\n")
      try train(
        shortlist, "--data", "plays.csv",
        saying: [
          "plays.csv: there is no column \"user\"; the columns are \"listener\", \"item\", \"stars\""
        ])
      try shortlist.write("plays.jsonl", "{\"user\": \"1\", \"item\": \"a\"}\n{\"user\": \"2\"}\n")
      try train(
        shortlist, "--data", "plays.jsonl",
        saying: ["plays.jsonl, line 2, field \"item\": the object lacks the key"])
      try shortlist.write("two.csv", "user,user,item\n1,1,a\n")
      try train(shortlist, "--data", "two.csv", saying: ["two columns are named \"user\""])
      try shortlist.write("good.csv", "user,item\n1,a\n1,b\n")
      try train(
        shortlist, "--data", "good.csv", "--split", "latest",
        saying: ["good.csv: there is no column \"timestamp\""])
    }
  }

  static let malformed: [(line: String, message: String)] = [
    ("1,b", "plays.csv, line 3: 2 fields instead of 3"),
    ("1,b,4,5", "plays.csv, line 3: 4 fields instead of 3"),
    ("1,b,good", "plays.csv, line 3, field \"stars\": \"good\" is not a number"),
    ("1,b,", "plays.csv, line 3, field \"stars\": nothing is not a number"),
    ("1,b,nan", "plays.csv, line 3, field \"stars\": \"nan\" is not a"),
    ("1,b,1e99", "plays.csv, line 3, field \"stars\": \"1e99\" is not a finite number"),
    ("1,\"b,4", "plays.csv, line 3: a quote opens here and is never closed"),
    ("1,\"b\"c,4", "plays.csv, line 3: a quote stands inside a field"),
  ]

  @Test(
    "A malformed line is told by its number, and skipped and counted on demand",
    arguments: malformed)
  func malformedLines(line: String, message: String) throws {
    try withShortlist { shortlist in
      let isLast = line.contains("\"b,")
      try shortlist.write(
        "plays.csv", "user,item,stars\n1,a,5\n\(line)\n" + (isLast ? "" : "2,a,3\n2,c,4\n"))
      let options = ["--rating", "stars", "--minimum-rating", "1", "--data", "plays.csv"]
      try shortlist.fail(
        1, ["train", "--user", "user", "--item", "item", "-o", "art", "--quiet"] + options,
        saying: ["error: ", message])
      #expect(shortlist.names() == ["plays.csv"])
      let outcome = try shortlist.run(
        ["train", "--user", "user", "--item", "item", "-o", "art", "--skip-malformed"]
          + ["--split", "none", "--epochs", "1"] + options)
      #expect(outcome.code == 0)
      #expect(
        outcome.errors.hasPrefix("skipped 1 malformed rows, the first of them:\n  "),
        "\(outcome.errors)")
      #expect(outcome.errors.contains(message))
      #expect(outcome.errors.contains("\n\(isLast ? 1 : 3) training rows, 0 test rows, "))
    }
  }

  @Test("Bytes of another encoding are told")
  func encoding() throws {
    try withShortlist { shortlist in
      try shortlist.write(
        "plays.csv", "user,item\n1,a\n1,Amélie\n".data(using: .isoLatin1) ?? Data())
      try train(
        shortlist, "--data", "plays.csv",
        saying: [
          "plays.csv, line 3, field \"item\": ", "is not UTF-8; declare the encoding as latin1",
        ])
      try shortlist.write("wide.csv", "user,item\n1,a\n".data(using: .utf16) ?? Data())
      try train(shortlist, "--data", "wide.csv", saying: ["wide.csv: this is UTF-16; convert it"])
    }
  }

  @Test("Nothing that is left to train on is told, with the reason")
  func nothingLeft() throws {
    try withShortlist { shortlist in
      try shortlist.write("plays.csv", "user,item,stars\n1,a,2\n1,b,2\n2,a,1\n")
      try train(
        shortlist, "--data", "plays.csv", "--rating", "stars", "--minimum-rating", "4",
        saying: ["plays.csv: no interactions are left of 3 rows; lower minimum_rating"])
      try train(
        shortlist, "--data", "plays.csv", "--minimum-count", "9",
        saying: ["no interactions are left of 3 rows; lower minimum_rating or minimum_count"])
    }
  }

  @Test("MovieLens that is not there, not whole or damaged is told")
  func movieLens() throws {
    try withShortlist { shortlist in
      try shortlist.write("recipe.yaml", Sample.recipe)
      let call = ["train", "recipe.yaml", "-o", "art", "--quiet"]
      try shortlist.fail(
        1, call,
        saying: ["data/ml-100k", "Run `shortlist fetch movielens-100k`, or set SHORTLIST_DATA"])
      try shortlist.writeMovieLens()
      try FileManager.default.removeItem(at: shortlist.url("data/ml-100k/u.user"))
      try shortlist.fail(1, call, saying: ["data/ml-100k/u.user: there is no such file"])
      try shortlist.writeMovieLens()
      try shortlist.write("data/ml-100k/u.data", "1\t1\t5\t1\n1\t1\tx\t1\n")
      try shortlist.fail(
        1, call, saying: ["u.data, line 2, field \"user_rating\": \"x\" is not a number"])
      try shortlist.write("data/ml-100k/u.data", "1\t1\t5\t1\n1\t777\t3\t1\n")
      try shortlist.fail(1, call, saying: ["movie_id \"777\" has ratings but no description"])
      #expect(shortlist.names() == ["data", "recipe.yaml"])
    }
  }

  @Test("An archive that is cut, another, or missing leaves no half data set")
  func archives() throws {
    try withShortlist { shortlist in
      try shortlist.write("cut.zip", Data([0x50, 0x4b, 3, 4, 20, 0, 0, 0]))
      let fetch = ["fetch", "movielens-100k", "--from"]
      try shortlist.fail(
        1, fetch + ["cut.zip"],
        saying: [
          "cut.zip: this is not the published archive: its checksum is ", "expected 50d2a982",
        ])
      try shortlist.fail(1, fetch + ["none.zip"], saying: ["none.zip"])
      try shortlist.write("folder/u.data", "1\t1\t5\t1\n")
      try shortlist.fail(
        1, fetch + ["folder"],
        saying: ["folder", "the folder does not hold \"u.data\", \"u.item\", \"u.user\""])
      #expect(shortlist.names(in: "data") == [])
      #expect(shortlist.names(in: "data/ml-100k") == [])
      try shortlist.write("data/ml-100k/u.data", "")
      try shortlist.fail(
        1, fetch + ["folder"], saying: ["data/ml-100k", "move it away and fetch again"])
    }
  }

  @Test("A local copy is fetched once")
  func localCopy() throws {
    try withShortlist { shortlist in
      try shortlist.write("copy/ml-100k/u.data", Sample.uData())
      try shortlist.write("copy/ml-100k/u.item", Sample.uItem().data(using: .isoLatin1) ?? Data())
      try shortlist.write("copy/ml-100k/u.user", Sample.uUser())
      let first = try shortlist.succeed("fetch", "movielens-100k", "--from", "copy")
      #expect(first.lines.last?.hasSuffix("data/ml-100k/") == true)
      let again = try shortlist.succeed("fetch", "movielens-100k")
      #expect(again.errors == "movielens-100k is there already\n")
      #expect(again.output == first.output)
      try shortlist.write("recipe.yaml", Sample.recipe)
      try shortlist.succeed("train", "recipe.yaml", "-o", "art", "--quiet")
    }
  }

  #if os(Linux)
    /// Runs the command as a user without rights, where the tests are root's.
    private static let asNobody: [String] =
      geteuid() == 0
      ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
    private static let canBeNobody =
      geteuid() != 0
      || call(
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "ls",
        Shortlist.executable?.path() ?? "")

    @Test(
      "Places that may not be read or written are named",
      .enabled(
        if: canBeNobody,
        "root may write everywhere, and setpriv is missing or others may not enter the build"))
    func permissions() throws {
      try withShortlist { shortlist in
        try shortlist.trainMovies()
        let files = FileManager.default
        try files.createDirectory(at: shortlist.url("closed"), withIntermediateDirectories: true)
        try files.setAttributes(
          [.posixPermissions: 0o555], ofItemAtPath: shortlist.url("closed").path())
        defer {
          try? files.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: shortlist.url("closed").path())
        }
        let denied = try shortlist.run(
          ["train", "recipe.yaml", "-o", "closed/art", "--quiet"], as: Self.asNobody)
        shortlist.check(denied, 1, ["closed: the folder may not be written. Check the permissions"])
        let all = try shortlist.run(
          ["recommend", "movies", "--all", "-o", "closed/all.csv"], as: Self.asNobody)
        shortlist.check(all, 1, ["closed/all.csv: could not", "permission denied"])
        #expect(shortlist.names(in: "closed") == [])
        for (file, call) in [
          ("data/ml-100k/u.data", ["evaluate", "movies"]),
          ("movies/1/weights.safetensors", ["recommend", "movies", "--user", "1"]),
          ("recipe.yaml", ["train", "recipe.yaml", "-o", "art"]),
        ] {
          let path = shortlist.url(file).path()
          try files.setAttributes([.posixPermissions: 0o000], ofItemAtPath: path)
          let outcome = try shortlist.run(call, as: Self.asNobody)
          shortlist.check(outcome, 1, [file])
          try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        }
      }
    }

    private static let canMount = geteuid() == 0 && mountsSmallDisks()

    private static func mountsSmallDisks() -> Bool {
      let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      guard call("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path()) else {
        return false
      }
      return call("umount", folder.path())
    }

    private static func call(_ arguments: String...) -> Bool {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = arguments
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }

    @Test(
      "A full disk is told, and nothing partial stays on it",
      .enabled(if: canMount, "small disks can be mounted by root only"))
    func fullDisk() throws {
      try withShortlist { shortlist in
        try shortlist.trainMovies()
        try FileManager.default.createDirectory(
          at: shortlist.url("disk"), withIntermediateDirectories: true)
        let disk = shortlist.url("disk").path()
        try #require(Self.call("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk))
        defer { _ = Self.call("umount", disk) }
        let trained = try shortlist.run(
          [
            "train", "recipe.yaml", "-o", "disk/art", "--quiet", "--dimensions", "512", "--epochs",
            "1",
          ])
        shortlist.check(trained, 1, ["disk/art", "o space left on device"])
        #expect(shortlist.names(in: "disk/art") == [])
        let all = try shortlist.run(
          ["recommend", "movies", "--all", "--include-seen", "-k", "100", "-o", "disk/all.csv"])
        shortlist.check(all, 1, ["disk/all.csv", "no space left on device"])
        #expect(Set(shortlist.names(in: "disk")).isSubset(of: ["art"]))
        let kept = try shortlist.run(
          [
            "train", "recipe.yaml", "-o", "art", "--quiet", "--dimensions", "512", "--epochs", "1",
            "--checkpoint-every", "1", "--checkpoints", "disk/checkpoints",
          ])
        shortlist.check(kept, 1, ["disk/checkpoints", "o space left on device"])
        #expect(shortlist.names(in: "disk/checkpoints") == [])
        #expect(!shortlist.names().contains("art"))
      }
    }
  #endif
}
