import Foundation
import ShortlistSamples
import ShortlistServing
import Testing

@testable import ShortlistServer

@Suite("Console files")
struct ConsolePagesTests {
  private func get(
    _ path: String, _ headers: [(name: String, value: String)] = []
  ) -> HTTPResponse? {
    ConsolePages.page(at: path)?.response(
      to: HTTPRequest(method: "GET", path: path, headers: HTTPFields(headers)))
  }

  private func header(_ name: String, _ response: HTTPResponse) -> String? {
    response.headers.first { $0.name == name }?.value
  }

  @Test("The program holds the files as they are: run scripts/embed-files.py after a change")
  func agree() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Sources/ShortlistServer/Console/Files").standardizedFileURL
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
    #expect(ConsolePages.files.map(\.name) == names)
    for file in ConsolePages.files {
      let text = try String(contentsOf: folder.appending(path: file.name), encoding: .utf8)
      #expect(file.text == text, "\(file.name)")
    }
  }

  @Test("The page and its files are served with a strict policy")
  func served() throws {
    let page = try #require(get("/"))
    #expect(page.status == 200 && page.type == "text/html; charset=utf-8")
    #expect(header("content-security-policy", page)?.hasPrefix("default-src 'self'; ") == true)
    for file in ConsolePages.files where file.name != "index.html" {
      let response = try #require(get("/console/\(file.name)"))
      #expect(response.status == 200 && !response.body.isEmpty)
    }
    let script = try #require(get("/console/app.js"))
    #expect(script.type == "text/javascript; charset=utf-8")
    for path in ["/console/", "/console/none.js", "/console/../index.html", "/index.html", "//"] {
      #expect(get(path) == nil, "\(path)")
    }
  }

  @Test("What a browser has already is not sent again")
  func tags() throws {
    let page = try #require(get("/"))
    let tag = try #require(header("etag", page))
    for known in [tag, "W/" + tag, "\"other\", \(tag)", "*"] {
      let again = try #require(get("/", [("If-None-Match", known)]))
      #expect(again.status == 304 && again.body.isEmpty && header("etag", again) == tag)
    }
    #expect(get("/", [("if-none-match", "\"other\"")])?.status == 200)
  }

  @Test("No file reads data as HTML, runs text, or names another server")
  func harmless() {
    for file in ConsolePages.files {
      for word in [
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
        "DOMParser", "https://", "style=",
      ] {
        #expect(!file.text.contains(word), "\(file.name) says \(word)")
      }
      let addresses = file.text.replacing("http://www.w3.org/2000/svg", with: "")
      #expect(!addresses.contains("http:"), "\(file.name)")
    }
  }
}
