import Foundation
import ShortlistPython
import ShortlistSamples
import ShortlistServing
import Testing

@testable import ShortlistServer

@Suite("OpenAPI")
struct OpenAPITests {
  private let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Sources/ShortlistServer/OpenAPI/openapi.json").standardizedFileURL

  private func document() throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(OpenAPI.text.utf8)) as? [String: Any])
  }

  @Test("The program holds the document as it is: run scripts/embed-files.py after a change")
  func agree() throws {
    #expect(OpenAPI.text == (try String(contentsOf: file, encoding: .utf8)))
  }

  @Test("The document is valid OpenAPI 3.1", .needsTensorFlow)
  func valid() throws {
    let printed = try Python.run(program: "openapi-spec-validator", [file.path()])
    #expect(printed.contains("OK"))
  }

  @Test("Every path of the document leads somewhere, and every operation has a name of its own")
  func paths() throws {
    let paths = try #require(document()["paths"] as? [String: [String: Any]])
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let service = HTTPService(
        predict: PredictService(store: try artefacts.store(), limits: .init()),
        metrics: ServerMetrics())
      var names: Set<String> = []
      for (path, operations) in paths {
        for (method, operation) in operations {
          let name = try #require((operation as? [String: Any])?["operationId"] as? String)
          #expect(names.insert(name).inserted, "\(name) stands twice")
          let response = service.answer(
            HTTPRequest(
              method: method.uppercased(),
              path: path.replacing("{name}", with: "movies").replacing("{version}", with: "1")
                .replacing("{item}", with: "item%201").replacing("{user}", with: "user%201"))
          ).value
          let text = String(decoding: response.body, as: UTF8.self)
          // What the path names may have been changed by another of these calls; the path itself leads somewhere.
          let isRouted = response.status != 405 && text != "Not Found\n"
          #expect(isRouted && !text.contains("Malformed request"), "\(method) \(path): \(text)")
        }
      }
    }
  }

  @Test("Its limits are the server's")
  func limits() throws {
    let limits = ServingLimits()
    let parts = try #require(document()["components"] as? [String: [String: Any]])
    let recommend = try #require(parts["schemas"]?["Recommend"] as? [String: Any])
    let fields = try #require(recommend["properties"] as? [String: [String: Any]])
    #expect(fields["k"]?["maximum"] as? Int == limits.k)
    #expect(fields["exclude"]?["maxItems"] as? Int == limits.identifiers)
    #expect(fields["requests"]?["maxItems"] as? Int == limits.batch)
    let limit = try #require(parts["parameters"]?["limit"] as? [String: Any])
    #expect((limit["schema"] as? [String: Any])?["maximum"] as? Int == limits.k)
    #expect(OpenAPI.text.contains("at most \(limits.body >> 20) MiB"))
  }

  @Test("It is served as JSON")
  func served() throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let service = HTTPService(
        predict: PredictService(store: try artefacts.store(), limits: .init()),
        metrics: ServerMetrics())
      let response = service.answer(HTTPRequest(method: "GET", path: "/openapi.json")).value
      #expect(response.status == 200 && response.type == "application/json")
      #expect(response.body == Array(OpenAPI.text.utf8))
    }
  }
}
