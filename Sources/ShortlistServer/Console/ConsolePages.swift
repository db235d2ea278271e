/// The files of the web console, which stand in the program itself: `/`, and `/console/NAME` for what the page needs.
enum ConsolePages {
  /// A file of Console/Files, as `scripts/embed-files.py` writes it into the program.
  struct File: Sendable {
    let name: String
    let text: String
  }

  /// What the page may do: load from this server alone, run no text as a script, be in nobody's frame.
  static let policy =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

  private static let pages: [String: ConsolePage] = files.reduce(into: [:]) { pages, file in
    pages[file.name == "index.html" ? "/" : "/console/\(file.name)"] = ConsolePage(file)
  }

  /// The file at a path; nil for any other path.
  static func page(at path: String) -> ConsolePage? { pages[path] }
}

/// A file of the console as it is sent.
struct ConsolePage: Sendable {
  private let type: String
  private let tag: String
  private let body: [UInt8]

  init(_ file: ConsolePages.File) {
    let types = [
      "html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml",
    ]
    let ending = file.name.split(separator: ".").last.map(String.init) ?? ""
    type = (types[ending] ?? "text/plain") + "; charset=utf-8"
    body = Array(file.text.utf8)
    // FNV-1a of 64 bits.
    let hash = body.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
    }
    tag = "\"\(String(hash, radix: 16))\""
  }

  /// The file, or that the browser has it already.
  func response(to request: HTTPRequest) -> HTTPResponse {
    let isKnown = request.headers["if-none-match"]?.split(separator: ",").contains { known in
      let known = known.drop { $0 == " " }.prefix { $0 != " " }
      return known == "*" || (known.hasPrefix("W/") ? known.dropFirst(2) : known) == tag
    }
    return HTTPResponse(
      isKnown == true ? 304 : 200, type: type,
      headers: [
        ("etag", tag), ("cache-control", "no-cache"),
        ("content-security-policy", ConsolePages.policy),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
      ], body: isKnown == true ? [] : body)
  }
}
