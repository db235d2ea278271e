import Foundation
import Synchronization
import Testing

@testable import ShortlistData

/// A ZIP archive of stored entries, made by hand.
private func zip(_ files: [(name: String, bytes: Data)]) -> Data {
  var archive = Data()
  var directory = Data()
  func number(_ value: Int, _ bytes: Int) -> Data {
    Data((0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }
  for (name, bytes) in files {
    // version 2.0, no flags, stored, no time
    let common =
      number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(Int(crc32(bytes)), 4)
      + number(bytes.count, 4) + number(bytes.count, 4) + number(name.utf8.count, 2) + number(0, 2)
    directory +=
      number(0x0201_4b50, 4) + number(20, 2) + common + number(0, 10) + number(archive.count, 4)
      + Data(name.utf8)
    archive += number(0x0403_4b50, 4) + common + Data(name.utf8) + bytes
  }
  let end =
    number(0x0605_4b50, 4) + number(0, 4) + number(files.count, 2) + number(files.count, 2)
    + number(directory.count, 4) + number(archive.count, 4) + number(0, 2)
  return archive + directory + end
}

/// CRC-32 bit by bit.
private func crc32(_ bytes: Data) -> UInt32 {
  ~bytes.reduce(~0 as UInt32) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
      (value >> 1) ^ (value & 1 == 1 ? 0xedb8_8320 : 0)
    }
  }
}

private let contents: [(name: String, bytes: Data)] = [
  ("ml-test/", Data()), ("ml-test/movies.csv", Data("movieId,title,genres\n1,One,Drama\n".utf8)),
  ("ml-test/ratings.csv", Data("userId,movieId,rating,timestamp\n7,1,3.5,100\n".utf8)),
  ("ml-test/more/README.txt", Data("read me".utf8)), ("other/x", Data("not ours".utf8)),
]

private func release(_ archive: Data?, at url: URL? = nil) -> MovieLensRelease {
  MovieLensRelease(
    folder: "ml-test", archive: url, size: archive?.count,
    sha256: archive.map { Checksum.sha256(of: $0) }, files: ["movies.csv", "ratings.csv"])
}

private func names(in folder: URL) -> [String] {
  ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
}

@Suite("Fetch")
struct FetchTests {
  @Test("An archive is checked, unpacked and found again")
  func archive() throws {
    try withTemporaryFolder { folder in
      let bytes = zip(contents)
      let archive = try folder.file("a.zip", bytes)
      let cache = folder.appending(path: "deep/cache")
      let seen = Mutex<[FetchProgress]>([])
      let fetch = {
        try MovieLens.fetch(
          release(bytes), from: .archive(archive), hasWheel: false, into: cache
        ) { step in seen.withLock { $0.append(step) } }
      }
      let url = try fetch()
      #expect(names(in: cache) == ["ml-test"])
      #expect(names(in: url) == ["more", "movies.csv", "ratings.csv"])
      #expect(try Data(contentsOf: url.appending(path: "ratings.csv")) == contents[2].bytes)
      #expect(try MovieLens(.latestSmall, at: url.path).ratings.rowCount == 1)
      // The second time the archive is not even looked at.
      try FileManager.default.removeItem(at: archive)
      #expect(try fetch() == url)
      #expect(seen.withLock { $0 } == [.unpacking, .found(url)])
    }
  }

  @Test("A deflated archive is unpacked")
  func deflated() throws {
    try withTemporaryFolder { folder in
      let bytes = Data(
        base64Encoded: """
          UEsDBBQAAAAIAAAAIVDFH+84KwAAAHAXAAATAAAAbWwtdGVzdC9yYXRpbmdzLmNzdu3GwQkAIAwEsL+z\
          HNIi0v03cwffySuTztk3XbXG3d3d3d3d3d3d3d2//gBQSwMEFAAAAAgAAAAhUB8I6kYEAAAAAgAAABIA\
          AABtbC10ZXN0L21vdmllcy5jc3ar4AIAUEsBAhQDFAAAAAgAAAAhUMUf7zgrAAAAcBcAABMAAAAAAAAA\
          AAAAAIABAAAAAG1sLXRlc3QvcmF0aW5ncy5jc3ZQSwECFAMUAAAACAAAACFQHwjqRgQAAAACAAAAEgAA\
          AAAAAAAAAAAAgAFcAAAAbWwtdGVzdC9tb3ZpZXMuY3N2UEsFBgAAAAACAAIAgQAAAJAAAAAAAA==
          """)!
      let url = try MovieLens.fetch(
        release(bytes), from: .archive(folder.file("a.zip", bytes)), hasWheel: false,
        into: folder.appending(path: "cache")
      ) { _ in }
      let text = try String(contentsOf: url.appending(path: "ratings.csv"), encoding: .utf8)
      #expect(text == String(repeating: "7,1,3.5,100\n", count: 500))
    }
  }

  @Test("An archive that is not the published one leaves nothing behind")
  func wrongArchive() throws {
    try withTemporaryFolder { folder in
      let bytes = zip(contents)
      let cache = folder.appending(path: "cache")
      let archive = try folder.file("a.zip", bytes + Data([0]))
      let error = #expect(throws: DataError.self) {
        try MovieLens.fetch(
          release(bytes), from: .archive(archive), hasWheel: false, into: cache
        ) { _ in }
      }
      #expect(error?.code == .wrongChecksum)
      #expect(error?.location?.file == archive.path)
      #expect(names(in: cache) == [])
    }
  }

  @Test(
    "A damaged archive is refused",
    arguments: [
      "cut", "content", "larger", "smaller", "escape", "absolute", "lacking", "no archive",
    ])
  func damaged(kind: String) throws {
    try withTemporaryFolder { folder in
      var bytes = zip(contents)
      switch kind {
      case "cut": bytes.removeLast(30)
      case "content": bytes[bytes.range(of: Data("One".utf8))!.lowerBound] = 0x58
      // The size in the directory, 24 bytes after the signature of an entry.
      case "larger", "smaller":
        let entry = bytes.ranges(of: Data([0x50, 0x4b, 1, 2]))[1].lowerBound
        bytes[entry + 24] = kind == "larger" ? 200 : 3
      case "escape": bytes = zip([("ml-test/../../x", Data("x".utf8))] + contents)
      case "absolute": bytes = zip([("/tmp/x", Data("x".utf8))] + contents)
      case "lacking": bytes = zip([contents[1]])
      default: bytes = Data("<html>log in</html>".utf8)
      }
      let cache = folder.appending(path: "cache")
      let archive = try folder.file("a.zip", bytes)
      let error = #expect(throws: DataError.self) {
        try MovieLens.fetch(
          release(bytes), from: .archive(archive), hasWheel: false, into: cache
        ) { _ in }
      }
      #expect(error?.code == .damagedArchive)
      #expect(names(in: cache) == [])
      #expect(names(in: folder) == ["a.zip", "cache"])
    }
  }

  @Test("A local folder is copied, itself or the edition's folder in it")
  func localFolder() throws {
    try withTemporaryFolder { folder in
      for file in contents where !file.name.hasSuffix("/") {
        try folder.file("local/\(file.name)", file.bytes)
      }
      for (place, source) in ["local", "local/ml-test"].enumerated() {
        let url = try MovieLens.fetch(
          release(nil), from: .folder(folder.appending(path: source)), hasWheel: false,
          into: folder.appending(path: "cache \(place)")
        ) { _ in }
        #expect(names(in: url) == ["movies.csv", "ratings.csv"])
      }
      let error = #expect(throws: DataError.self) {
        try MovieLens.fetch(
          release(nil), from: .folder(folder.appending(path: "local/other")), hasWheel: false,
          into: folder.appending(path: "cache 2")
        ) { _ in }
      }
      #expect(error?.message.contains(#"does not hold "movies.csv", "ratings.csv""#) == true)
      #expect(names(in: folder.appending(path: "cache 2")) == [])
    }
  }

  @Test("A folder that lacks files is not overwritten")
  func incomplete() throws {
    try withTemporaryFolder { folder in
      try folder.file("ml-test/notes.txt", "mine")
      let error = #expect(throws: DataError.self) {
        try MovieLens.fetch(
          release(nil), from: .folder(folder), hasWheel: false, into: folder
        ) { _ in }
      }
      #expect(error?.message.contains("move it away and fetch again") == true)
      #expect(names(in: folder.appending(path: "ml-test")) == ["notes.txt"])
    }
  }

  @Test("Fetches at once do not disturb each other")
  func concurrent() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let bytes = zip(contents)
    let archive = try folder.file("a.zip", bytes)
    let cache = folder.appending(path: "cache")
    try await withThrowingTaskGroup(of: URL.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try MovieLens.fetch(
            release(bytes), from: .archive(archive), hasWheel: false, into: cache
          ) { _ in }
        }
      }
      for try await url in group { #expect(release(bytes).isComplete(url)) }
    }
    #expect(names(in: cache) == ["ml-test"])
  }

  @Test("What a killed fetch left is removed a day later")
  func stale() throws {
    try withTemporaryFolder { folder in
      let bytes = zip(contents)
      let archive = try folder.file("a.zip", bytes)
      let cache = folder.appending(path: "cache")
      for name in ["old", "new"] {
        try cache.file(".ml-test.partial-\(name)/ratings.csv", "half")
      }
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -90_000)],
        ofItemAtPath: cache.appending(path: ".ml-test.partial-old").path)
      _ = try MovieLens.fetch(
        release(bytes), from: .archive(archive), hasWheel: false, into: cache
      ) { _ in }
      #expect(names(in: cache) == [".ml-test.partial-new", "ml-test"])
    }
  }

  @Test("A site that cannot be reached is named, with what else helps")
  func unreachable() throws {
    try withTemporaryFolder { folder in
      // Port 9 of this machine: nobody listens.
      let url = URL(string: "http://127.0.0.1:9/ml-test.zip")
      let error = #expect(throws: DataError.self) {
        try MovieLens.fetch(
          release(Data(), at: url), from: .published, hasWheel: false, into: folder
        ) { _ in }
      }
      #expect(error?.code == .unreachable)
      #expect(error?.location?.file == "http://127.0.0.1:9/ml-test.zip")
      #expect(error?.message.contains("--from FOLDER") == true)
      #expect(names(in: folder) == [])
    }
  }

  @Test("The files of the wheel become those of the 100K edition")
  func wheel() throws {
    try withTemporaryFolder { folder in
      let name = "recbole/dataset_example/ml-100k/ml-100k"
      let bytes = zip([
        (name + ".inter", Data("user_id:token\titem_id:token\n7\t267\t5\t100\n7\t1\t3\t9\n".utf8)),
        (
          name + ".item",
          Data(
            """
            item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq
            1\tCafé\t1994\tChildren's Comedy
            267\tunkonwn\tunkonwn\tunknown
            1128\tSpace\t1995\tFilm-Noir
            1373\tKnown\t1971\tunknown

            """.utf8)
        ),
        (name + ".user", Data("user_id:token\n7\t24\tM\ttechnician\t85711\n".utf8)),
      ])
      let wheel = try folder.file("a.whl", bytes)
      let target = folder.appending(path: "ml-100k")
      try RecBole.unpack(
        wheel: wheel, in: target,
        ratingsMD5: Checksum.md5(of: Data("7\t267\t5\t100\n7\t1\t3\t9\n".utf8)))
      #expect(names(in: target) == ["u.data", "u.item", "u.user"])
      let movieLens = try MovieLens(.small100K, at: target.path)
      #expect(
        Array(movieLens.movies[.movieTitle]) == [
          "Café (1994)", "unknown", "Space (1995) ", "Known (1971)",
        ])
      #expect(
        Array(movieLens.movies[.movieGenres]) == [
          ["Children", "Comedy"], ["Unknown"], ["Film-Noir"], ["Unknown"],
        ])
      let error = #expect(throws: DataError.self) { try RecBole.unpack(wheel: wheel, in: target) }
      #expect(error?.code == .wrongChecksum)
    }
  }

  @Test("Checksums are the published ones")
  func checksums() throws {
    #expect(
      Checksum.sha256(of: Data("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Checksum.md5(of: Data("abc".utf8)) == "900150983cd24fb0d6963f7d28e17f72")
    try withTemporaryFolder { folder in
      let file = try folder.file("abc", "abc")
      #expect(try Checksum.sha256(ofFileAt: file) == Checksum.sha256(of: Data("abc".utf8)))
      #expect(try Checksum.md5(ofFileAt: file) == Checksum.md5(of: Data("abc".utf8)))
    }
  }
}
