import Foundation
import ShortlistIndex
import ShortlistModels
import ShortlistTensors
import Testing

@testable import ShortlistArtifacts
@testable import ShortlistData

private let item: Feature<String> = "item:token"

/// Five items with a column of every type, whose names no file may have.
private func makeRetriever(_ more: [(name: String, column: AnyColumn)] = []) throws -> Retriever {
  let items = ["caf\u{E9}", "cafe\u{301}", "a\nb", "", "\\hashing XXH64 3"]
  let data = try Dataset(
    [
      (item.name, .init(items)), ("../a/b:é", .init(["x", "", "x\r\n", "\\", "y"])),
      ("year", .init([Int.max, -3, 0, Int.min, 1990])),
      ("stars", .init([4.1, .nan, -0.0, Float.leastNonzeroMagnitude, 3])),
      ("tags", .init([["b", "a"], [], ["a", "a", ""], [], ["b"]])),
      ("numbers", .init([[1], [], [], [-1, 2], []])),
      ("weights", .init([[], [], [.nan, 0.1], [], [2]])),
    ] + more)
  let model = TwoTowerModel(
    query: Tower { Embedding(of: .userID, in: Vocabulary(["u"]), dimensions: 3) },
    candidate: Tower { Embedding(of: item, in: Vocabulary(items), dimensions: 3) }, seed: 8)
  let catalogue = try model.embedCandidates(data, identifiedBy: item)
  return Retriever(model, index: try ExactIndex(catalogue.embeddings), over: catalogue)
}

private func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "columns-\(UInt64.random(in: 0 ... .max))")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// Changes a file of an artefact, and the manifest so that it agrees.
private func replace(_ name: String, in artefact: URL, with make: (URL) throws -> Void) throws {
  let file = artefact.appending(path: name)
  try make(file)
  let path = artefact.appending(path: "manifest.json")
  var manifest = try #require(
    JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
  var files = try #require(manifest["files"] as? [String: Any])
  files[name] = [
    "bytes": try Data(contentsOf: file).count, "sha256": try Checksum.sha256(ofFileAt: file),
  ]
  manifest["files"] = files
  try JSONSerialization.data(withJSONObject: manifest).write(to: path)
}

@Suite("Columns of items in artefacts")
struct ItemColumnFilesTests {
  @Test("Columns of every type and name survive, bit for bit, and are filtered by")
  func roundTrip() throws {
    try withFolder { folder in
      let retriever = try makeRetriever()
      let place = try retriever.save(to: folder.appending(path: "a").path())
      let loaded = try Retriever(contentsOf: place.path())
      let (before, after) = (
        try #require(retriever.catalogue.items), try #require(loaded.catalogue.items)
      )
      #expect(after.columnNames == before.columnNames && after.rowCount == 5)
      for name in before.columnNames {
        switch (before[name: name]!, after[name: name]!) {
        case (.floats(let a), .floats(let b)): #expect(a.map(\.bitPattern) == b.map(\.bitPattern))
        case (.floatLists(let a), .floatLists(let b)):
          #expect(a.offsets == b.offsets)
          #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern))
        case (let a, let b): #expect(a == b, "\(name)")
        }
      }
      for text in [
        "`../a/b:é` = 'x\\r\\n'", "year < 0", "stars is missing", "tags contains 'a'",
        "numbers contains 2", "weights contains 0.1", "item:token = 'caf\u{E9}'",
      ] {
        let filter = try ItemFilter(text)
        let hits = try loaded.recommend(5, for: ["user_id": "u"], matching: filter)
        #expect(
          hits.count == (text == "year < 0" || text == "tags contains 'a'" ? 2 : 1), "\(text)")
        #expect(try retriever.recommend(5, for: ["user_id": "u"], matching: filter) == hits)
      }
      // The identifiers have a file already, and attachments are told from columns.
      let reader = try ArtifactReader(place)
      #expect(
        reader.manifest.files.keys.filter { $0.hasPrefix("columns/") }.sorted() == [
          "columns/%2E%2E%2Fa%2Fb%3A%C3%A9.txt", "columns/tags.txt", "columns/values.safetensors",
        ])
      #expect(try reader.attachments().isEmpty)
    }
  }

  @Test("Columns that do not fit the items are refused by the file's name")
  func damaged() throws {
    let columns = "columns/values.safetensors"
    let cases: [(change: (inout [Safetensors.Tensor]) -> Void, message: String)] = [
      (
        { $0[0] = .init("../a/b:é/codes", elements: [0, 1, 2, 3, 9] as [Int32]) },
        "../a/b:é/codes names strings beyond the 5 of columns/%2E%2E%2Fa%2Fb%3A%C3%A9.txt"
      ),
      ({ $0[0] = .init("../a/b:é/codes", elements: [0, 1, 2, 3, -1] as [Int32]) }, "beyond the 5"),
      (
        { $0[0] = .init("../a/b:é/codes", elements: [0, 1] as [Int32]) },
        "../a/b:é has 2 values; expected 5"
      ),
      (
        { $0[1] = .init("year/values", elements: [0, 1, 2, 3, 4, 5] as [Int64]) },
        "year has 6 values; expected 5"
      ),
      (
        { $0[1] = .init("year/values", elements: [0, 1] as [Float]) },
        "tensor \"year/values\" has the type F32; expected I64"
      ),
      ({ $0.remove(at: 2) }, "no tensor \"stars/values\""),
      (
        { $0[3] = .init("tags/offsets", elements: [0, 2, 1, 5, 5, 6] as [Int64]) },
        "tags/offsets are not 6 rising numbers from 0"
      ),
      (
        { $0[3] = .init("tags/offsets", elements: [0, 2, 2, 5, 5, Int64.max]) },
        "tags has 6 values; expected 9223372036854775807"
      ),
      (
        { $0[3] = .init("tags/offsets", elements: [1, 2, 2, 5, 5, 6] as [Int64]) }, "rising numbers"
      ),
      ({ $0[3] = .init("tags/offsets", elements: [] as [Int64]) }, "rising numbers"),
    ]
    for (number, (change, message)) in cases.enumerated() {
      try withFolder { folder in
        let retriever = try makeRetriever()
        let place = try retriever.save(to: folder.appending(path: "a").path())
        var tensors = try #require(retriever.catalogue.items).tensors
        change(&tensors)
        try replace(columns, in: place) { try Safetensors.write(tensors, to: $0) }
        let error = #expect(throws: (any Error).self) { try Retriever(contentsOf: place.path()) }
        let text = "\(error.map { "\($0)" } ?? "")"
        #expect(text.contains(columns) && text.contains(message), "\(number): \(text)")
      }
    }
  }

  @Test("A list of strings that is damaged, and a manifest of unknown columns, are refused")
  func words() throws {
    try withFolder { folder in
      let path = folder.appending(path: "a").path()
      let place = try makeRetriever().save(to: path)
      try replace("columns/tags.txt", in: place) { try Data("a\na\n".utf8).write(to: $0) }
      let error = #expect(throws: DataError.self) { try Retriever(contentsOf: path) }
      #expect(error?.location?.file.hasSuffix("columns/tags.txt") == true)
      for (old, new, message) in [
        ("\"lists of floats\"", "\"lists of lists\"", "lists of lists"),
        ("\"name\" : \"year\"", "\"name\" : \"stars\"", "two columns are named \"stars\""),
        ("\"name\" : \"stars\"", "\"name\" : \"Stars\"", "no tensor \"Stars/values\""),
        (
          "\"kind\" : \"identifiers\",\n        \"name\" : \"item:token\"",
          "\"kind\" : \"identifiers\",\n        \"name\" : \"tags\"",
          "two columns are named \"tags\""
        ),
      ] {
        let place = try makeRetriever().save(to: path)
        let file = place.appending(path: "manifest.json")
        let manifest = try String(contentsOf: file, encoding: .utf8)
        let changed = manifest.replacing(old, with: new)
        #expect(changed != manifest, "\(old)")
        try changed.write(to: file, atomically: true, encoding: .utf8)
        let error = #expect(throws: (any Error).self) { try Retriever(contentsOf: path) }
        #expect(error.map { "\($0)" }?.contains(message) == true, "\(String(describing: error))")
      }
    }
  }

  @Test("A catalogue without columns is saved and loaded as such")
  func without() throws {
    try withFolder { folder in
      let full = try makeRetriever()
      let bare = Retriever(
        full.model, index: full.index,
        over: Catalogue(
          identifiers: full.catalogue.identifiers, identifiedBy: item,
          embeddings: full.catalogue.embeddings))
      let place = try bare.save(to: folder.appending(path: "a").path())
      #expect(!(try ArtifactReader(place)).manifest.files.keys.contains { $0.hasPrefix("columns") })
      #expect(try Retriever(contentsOf: place.path()).catalogue.items == nil)
    }
  }
}

extension Dataset {
  /// The tensors of the columns but the first, which holds the identifiers.
  fileprivate var tensors: [Safetensors.Tensor] {
    zip(columnNames, columns).dropFirst().flatMap { name, column in
      ItemColumn(name, column, identifiers: [], identifier: "").tensors(of: column)
    }
  }
}
