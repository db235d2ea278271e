import Foundation
import ShortlistTensors
import Testing

@testable import ShortlistArtifacts

private struct Specification: Codable, Equatable {
  var name: String
  var dimensions: Int
}

@Suite("Artefact folders")
struct FolderTests {
  private let specification = Specification(name: "movies", dimensions: 32)

  @discardableResult
  private func writeSample(to url: URL) throws -> URL {
    try ArtifactWriter.write(
      to: url, specification: specification, created: Date(timeIntervalSince1970: 1_000_000_000)
    ) { writer in
      try writer.write("weights.safetensors") {
        try Safetensors.write([("w", Matrix(rows: 2, columns: 2, values: [1, 2, 3, 4]))], to: $0)
      }
      try writer.write("vocabularies/user_id.txt") {
        try "42\n43\n".write(to: $0, atomically: false, encoding: .utf8)
      }
    }
  }

  @Test("What is written is read, with its specification")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let place = try writeSample(to: folder.appending(path: "movies/1"))
      let reader = try ArtifactReader(place)
      #expect(reader.version == 1)
      #expect(reader.manifest.format == 2 && reader.manifest.kind == "shortlist")
      #expect(reader.manifest.created == Date(timeIntervalSince1970: 1_000_000_000))
      #expect(
        reader.manifest.files.keys.sorted() == ["vocabularies/user_id.txt", "weights.safetensors"])
      #expect(try reader.specification(as: Specification.self) == specification)
      let weights = try Safetensors(contentsOf: reader.file("weights.safetensors")).matrix("w")
      #expect(weights[1, 1] == 4)
      #expect(reader.contains("weights.safetensors") && !reader.contains("index.bin"))
      let error = try #require(throws: ArtifactError.self) { try reader.file("index.bin") }
      #expect(error.code == .missingFile)
      #expect(
        error.message.hasSuffix(
          "the artefact has no index.bin; it has vocabularies/user_id.txt, weights.safetensors"))
    }
  }

  @Test("The manifest is JSON with bytes and sha256 of each file")
  func manifest() throws {
    try withTemporaryFolder { folder in
      let place = try writeSample(to: folder.appending(path: "movies/1"))
      let text = try String(contentsOf: place.appending(path: "manifest.json"), encoding: .utf8)
      let start = """
        {
          "created" : "2001-09-09T01:46:40Z",
          "files" : {
            "vocabularies/user_id.txt" : {
              "bytes" : 6,
              "sha256" : "c132b0dc4b97b4d266cc1457067a6151749e944528ec49b92ceaa658868839fe"
            },
        """
      #expect(text.hasPrefix(start))
      #expect(
        text.contains("\"format\" : 2,\n  \"kind\" : \"shortlist\",\n  \"specification\" : {\n"))
      #expect(text.hasSuffix("}\n"))
    }
  }

  @Test("Versions count up, and the largest is read")
  func versions() throws {
    try withTemporaryFolder { folder in
      let movies = folder.appending(path: "artifacts/movies")
      #expect(ArtifactFolder.versions(in: movies) == [])
      #expect(try writeSample(to: movies).lastPathComponent == "1")
      #expect(try writeSample(to: movies).lastPathComponent == "2")
      #expect(try writeSample(to: movies.appending(path: "10")).lastPathComponent == "10")
      for name in ["012", "-3", "0", "9x", "labels"] {
        try FileManager.default.createDirectory(
          at: movies.appending(path: name), withIntermediateDirectories: false)
      }
      #expect(try writeSample(to: movies).lastPathComponent == "11")
      #expect(ArtifactFolder.versions(in: movies) == [1, 2, 10, 11])
      #expect(try ArtifactReader(movies).version == 11)
      #expect(try ArtifactReader(movies.appending(path: "2")).version == 2)
      #expect(try ArtifactReader(URL(filePath: movies.path() + "/2/")).version == 2)
    }
  }

  @Test("An existing version stays as it is")
  func existingVersion() throws {
    try withTemporaryFolder { folder in
      let place = try writeSample(to: folder.appending(path: "movies/3"))
      let error = try #require(throws: ArtifactError.self) { try writeSample(to: place) }
      #expect(error.code == .exists)
      #expect(
        error.message.hasSuffix(
          "movies/3: this version exists already. Leave the number out to get the next one"))
      _ = try ArtifactReader(place)
    }
  }

  @Test("After an error nothing is left behind")
  func nothingPartial() throws {
    struct Interruption: Error {}
    try withTemporaryFolder { folder in
      let movies = folder.appending(path: "movies")
      #expect(throws: Interruption.self) {
        try ArtifactWriter.write(to: movies, specification: specification) { writer in
          try writer.write("a") { try Data(count: 10).write(to: $0) }
          throw Interruption()
        }
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: movies.path())
      #expect(left.isEmpty)
    }
  }

  @Test(
    "A name that leads out of the artefact is refused",
    arguments: [
      "../x", "/etc/x", "a/../../x", "", "a//b", "a/", ".", "..", ".hidden", "a/.b", "a\\b", "C:x",
      "manifest.json", "a\nb", "a\0b", "twice",
    ])
  func names(name: String) throws {
    try withTemporaryFolder { folder in
      let error = try #require(throws: ArtifactError.self) {
        try ArtifactWriter.write(to: folder, specification: specification) { writer in
          try writer.write("twice") { try Data().write(to: $0) }
          try writer.write(name) { _ in Issue.record("the body was called for \(name)") }
        }
      }
      #expect(error.code == .invalidName)
    }
  }

  @Test("A file cut at any byte, changed or lost is named")
  func damagedFiles() throws {
    try withTemporaryFolder { folder in
      let place = try writeSample(to: folder.appending(path: "movies/1"))
      let file = place.appending(path: "weights.safetensors")
      let whole = try Data(contentsOf: file)
      func error() throws -> ArtifactError {
        try #require(throws: ArtifactError.self) { try ArtifactReader(place) }
      }
      for count in 0..<whole.count {
        try whole[0..<count].write(to: file)
        let error = try error()
        #expect(error.code == .damagedFile)
        #expect(
          error.message == "\(file.path()): \(count) bytes; the manifest says \(whole.count). "
            + "Copy or make the artefact again")
      }
      var changed = whole
      changed[whole.count - 1] ^= 1
      try changed.write(to: file)
      #expect(try error().code == .damagedFile)
      #expect(try error().message.hasPrefix("\(file.path()): the sha256 is "))
      try FileManager.default.removeItem(at: file)
      #expect(try error().code == .missingFile)
      #expect(try error().message.hasPrefix("\(file.path()): the file is missing"))
      try whole.write(to: file)
      _ = try ArtifactReader(place)
    }
  }

  @Test(
    "A manifest that is none is named, with the place of the fault",
    arguments: [
      (
        #"{"format":3,"kind":"shortlist","shape":"unknown"}"#, ArtifactError.Code.newerFormat,
        "the artefact has format 3; this version of Shortlist reads up to 2. Update Shortlist"
      ),
      (
        #"{"format":1,"kind":"cake"}"#, .invalidManifest,
        "the kind is \"cake\"; expected \"shortlist\""
      ),
      (#"{"format":0,"kind":"shortlist"}"#, .invalidManifest, "format 0; expected 1 or more"),
      (
        #"{"kind":"shortlist"}"#, .invalidManifest,
        "the manifest is not valid: \"format\" is missing"
      ),
      (
        #"{"format":1,"kind":"shortlist","created":"2001-09-09T01:46:40Z"}"#, .invalidManifest,
        "the manifest is not valid: \"files\" is missing"
      ),
      (
        #"{"format":1,"kind":"shortlist","created":"2001-09-09T01:46:40Z","files":{"a":{"bytes":1}}}"#,
        .invalidManifest, "the manifest is not valid: \"files.a.sha256\" is missing"
      ),
      (
        #"{"format":1,"kind":"shortlist","created":"2001-09-09T01:46:40Z","files":{"../a":{"bytes":1,"sha256":""}}}"#,
        .invalidName, "the manifest lists \"../a\", which is no name inside the artefact"
      ),
      ("", .invalidManifest, "the manifest is not valid: "),
      (#"{"format":1,"ki"#, .invalidManifest, "the manifest is not valid: "),
    ])
  func badManifests(json: String, code: ArtifactError.Code, message: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "manifest.json")
      try Data(json.utf8).write(to: file)
      let error = try #require(throws: ArtifactError.self) { try ArtifactReader(folder) }
      #expect(error.code == code)
      #expect(error.message.hasPrefix("\(file.path()): \(message)"))
    }
  }

  @Test("A place that is no artefact is told as such")
  func noArtifact() throws {
    try withTemporaryFolder { folder in
      func message(_ url: URL) throws -> String {
        let error = try #require(throws: ArtifactError.self) { try ArtifactReader(url) }
        #expect(error.code == .notFound)
        return error.message
      }
      let missing = folder.appending(path: "none")
      #expect(try message(missing).hasPrefix("\(missing.path()): there is no such folder"))
      let file = folder.appending(path: "file")
      try Data().write(to: file)
      #expect(try message(file) == "\(file.path()): a file; expected the folder of an artefact")
      #expect(try message(folder).contains(": neither manifest.json nor a folder with a version"))
      try FileManager.default.createDirectory(
        at: folder.appending(path: "7"), withIntermediateDirectories: false)
      let error = try #require(throws: ArtifactError.self) { try ArtifactReader(folder) }
      #expect(error.code == .missingFile)
      #expect(
        error.message.hasSuffix("/7/manifest.json: the manifest of the artefact cannot be read"))
    }
  }

  @Test("A specification of another type is told by its place")
  func wrongSpecification() throws {
    struct Other: Codable { var leaves: Int }
    try withTemporaryFolder { folder in
      let reader = try ArtifactReader(writeSample(to: folder))
      let error = try #require(throws: ArtifactError.self) {
        try reader.specification(as: Other.self)
      }
      #expect(error.code == .invalidManifest)
      #expect(
        error.message.hasSuffix("the manifest is not valid: \"specification.leaves\" is missing"))
    }
  }

  @Test("Without permission the folder is named", .enabled(if: geteuid() != 0))
  func noPermission() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path())
      let error = try #require(throws: FileError.self) {
        try writeSample(to: folder.appending(path: "movies"))
      }
      #expect(error.code == .notPermitted)
      #expect(error.message.hasSuffix("Check the permissions, or name another place."))
    }
  }

  @Test("A folder below a file is refused")
  func belowFile() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: folder.appending(path: "movies"))
      let error = try #require(throws: FileError.self) {
        try writeSample(to: folder.appending(path: "movies/1"))
      }
      #expect(error.message.hasSuffix("movies: a file; expected a folder. Name another place"))
    }
  }
}

private func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "shortlist-\(UInt64.random(in: .min ... .max))")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
