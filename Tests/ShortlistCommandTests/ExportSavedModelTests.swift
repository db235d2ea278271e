import Foundation
import Testing

@Suite("shortlist export saved-model")
struct ExportSavedModelTests {
  @Test("A model holds exact search, or the artefact's ScaNN index where it has one")
  func indexes() throws {
    try withShortlist { shortlist in
      try shortlist.trainMovies()
      func operations(_ model: String) throws -> Data {
        try Data(contentsOf: shortlist.url(model).appending(path: "saved_model.pb"))
      }
      let result = try shortlist.succeed("export", "saved-model", "movies", "-o", "exact")
      #expect(result.lines.last?.hasPrefix("saved ") == true)
      let scann = Data("Scann>ScannSearchBatched".utf8)
      #expect(try operations("exact/1").range(of: scann) == nil)
      try shortlist.fail(
        1, ["export", "saved-model", "movies", "-o", "model", "--index", "scann"],
        saying: ["there is no ScaNN index", "shortlist index ARTEFACT --index scann"])
      #expect(!shortlist.names().contains("model"))
      try shortlist.fail(
        2, ["export", "saved-model", "movies", "-o", "model", "--index", "fast"],
        saying: ["exact", "scann"])

      try shortlist.succeed("index", "movies", "--index", "scann")
      let written = try shortlist.succeed(
        "export", "saved-model", "movies", "-o", "model", "--index", "scann", "--json"
      ).json()
      #expect((written["written"] as? String)?.hasSuffix("model/1") == true)
      #expect(try operations("model/1").range(of: scann) != nil)
    }
  }
}
