import Foundation
import Shortlist
import ShortlistSamples
import ShortlistServing
import Testing

@testable import ShortlistServer

/// Who may call what, without sockets.
@Suite("Access")
struct AccessTests {
  // MARK: Tokens

  @Test("A file of tokens has a token, scopes and a name in a line")
  func tokens() throws {
    let sum = Checksum.sha256(of: Array("the token of the shop".replacing(" ", with: "-").utf8))
    let tokens = try AccessTokens(
      "# people\n\n0123456789abcdef\tread  anna\nsha256:\(sum.uppercased()) read,admin shop\r\n",
      from: "tokens")
    #expect(tokens.grant(of: "0123456789abcdef") == .init(name: "anna", scopes: [.read]))
    #expect(
      tokens.grant(of: "the-token-of-the-shop") == .init(name: "shop", scopes: [.read, .admin]))
    for stranger in ["", "0123456789abcde", "0123456789abcdef0", sum, "sha256:\(sum)", "anna"] {
      #expect(tokens.grant(of: stranger) == nil, "\(stranger)")
    }
  }

  @Test(
    "A line that makes no sense is named",
    arguments: [
      ("a-long-enough-token read", "tokens:2: there are 2 words"),
      ("a-long-enough-token read a b", "tokens:2: there are 4 words"),
      (
        "a-long-enough-token reed anna",
        "tokens:2: \"reed\" is no scope; expected read, write or admin"
      ),
      ("a-long-enough-token read, anna", "tokens:2: \"\" is no scope"),
      ("short read anna", "tokens:2: the token is short"),
      ("sha256:00 read anna", "tokens:2: the token is short or a wrong sum"),
      ("first-0123456789a read anna", "tokens:2: the token stands twice"),
      ("other-0123456789a read first", "tokens:2: the name first stands twice"),
    ])
  func wrongLines(line: String, message: String) {
    let error = #expect(throws: ServingError.self) {
      try AccessTokens("first-0123456789a read first\n\(line)\n", from: "tokens")
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("0123456789a") == false)
  }

  @Test("A file without tokens is none")
  func noTokens() {
    #expect(throws: ServingError.self) { try AccessTokens("# nobody\n", from: "tokens") }
  }

  @Test("Texts are equal where all of them is")
  func equality() {
    #expect(AccessTokens.areEqual("", ""))
    #expect(AccessTokens.areEqual("abc", "abc"))
    for other in ["abd", "xbc", "ab", "abcd", ""] { #expect(!AccessTokens.areEqual("abc", other)) }
  }

  @Test("A file is read again once it has changed, and not where it makes no sense")
  func reread() throws {
    try withFile { file, write in
      let problems = Problems()
      let tokens = try FileBacked([file], every: .zero, report: problems.note) {
        () throws(ServingError) in try AccessTokens(contentsOf: file)
      }
      let name = { tokens.value.grant(of: "0123456789abcdef")?.name }
      #expect(name() == "anna")
      try write("0123456789abcdef read berta\n")
      #expect(name() == "berta")
      try write("nonsense\n")
      #expect(name() == "berta" && name() == "berta")
      try FileManager.default.removeItem(atPath: file)
      #expect(name() == "berta")
      try write("0123456789abcdef read carla\n")
      #expect(name() == "carla")
      #expect(problems.list == [nil, "1: there are 1 words", "the tokens cannot be read", nil])
    }
  }

  private final class Problems: Sendable {
    private let seen = Guarded<[String?]>([])
    var list: [String?] { seen.withLock { $0 } }

    func note(_ problem: ServingError?) {
      let parts = ["1: there are 1 words", "the tokens cannot be read"]
      seen.withLock { seen in
        seen.append(problem.map { error in parts.first { error.message.contains($0) } ?? "?" })
      }
    }
  }

  private func withFile(_ body: (String, (String) throws -> Void) throws -> Void) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "tokens-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let write = { (text: String) in try Data(text.utf8).write(to: file, options: .atomic) }
    try write("0123456789abcdef read anna\n")
    try body(file.path(), write)
  }

  // MARK: Scopes

  @Test(
    "What a request needs is read from its path as the routes read it",
    arguments: [
      ("GET", "/healthz", nil), ("HEAD", "/", nil), ("GET", "/openapi.json", nil),
      ("GET", "/metrics", .read), ("GET", "/monitoring/prometheus/metrics", .read),
      ("GET", "/v1/models", .read), ("GET", "/v1/models/a/items", .read),
      ("POST", "/v1/models/a:predict", .read), ("POST", "/v1/models/a:Explain", .read),
      ("POST", "/v1/models/a/versions/2:similar", .read),
      ("POST", "/v1/models/a/labels/b:recommend", .read),
      ("PUT", "/v1/models/a/items", .write), ("DELETE", "/v1/models/a/items/b", .write),
      ("POST", "/v1/models/a/EVENTS", .write), ("POST", "/v1/models/a/%69tems", .write),
      ("POST", "/v1/models/a/items:predict", .admin), ("PUT", "/v1/models/a/labels/b", .admin),
      ("POST", "/v1/models/a:rollback", .admin), ("POST", "/v1/models/a", .admin),
      ("POST", "/v1/models/items", .admin), ("POST", "/v1/models/predict", .admin),
      ("POST", "/v1/models", .admin), ("POST", "/v1/models/a/%zz:predict", .admin),
      ("POST", "/", .admin), ("OPTIONS", "/v1/models/a:predict", .admin),
      ("GET", "/v1/models/a:predict", .read), ("GET", "/v1/models/a:Rollback", .admin),
      ("PUT", "/v1/models/a/labels/b:predict", .admin), ("GET", "/v1/models/", .read),
      ("TRACE", "/healthz", .admin),
    ] as [(String, String, Scope?)])
  func scopes(method: String, path: String, scope: Scope?) {
    #expect(Scope(neededFor: HTTPRequest(method: method, path: path)) == scope)
  }

  @Test("Every method of gRPC needs what the same call needs over HTTP")
  func methods() {
    let expected: [GRPCService.Method: Scope?] = [
      .predict: .read, .metadata: .read, .status: .read, .reload: .admin, .health: nil,
      .recommend: .read, .similar: .read, .explain: .read, .upsertItems: .write,
      .deleteItems: .write, .appendEvents: .write,
    ]
    for method in GRPCService.Method.allCases {
      #expect(expected[method] == .some(Scope(neededFor: method)))
    }
  }

  @Test("Without tokens, changes are for the machine alone")
  func withoutTokens() throws {
    try withGate { gate in
      var gate = gate
      #expect(
        try status(gate, "POST", "/v1/models/movies:recommend", #"{"user_id": "user 1"}"#) == 200)
      #expect(try status(gate, "PUT", "/anything") == 404)
      gate.access.isLoopback = false
      #expect(
        try status(gate, "POST", "/v1/models/movies:recommend", #"{"user_id": "user 1"}"#) == 200)
      #expect(try status(gate, "GET", "/metrics") == 200)
      for (method, path) in [("PUT", "/v1/models/movies/items"), ("PUT", "/anything")] {
        let response = gate.answer(HTTPRequest(method: method, path: path)).value
        #expect(response.status == 403)
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.contains("--tokens FILE"), "\(text)")
      }
      let grpc = GRPCGate(
        service: GRPCService(predict: gate.service.predict, metrics: gate.service.metrics),
        access: gate.access)
      func admit(_ method: GRPCService.Method, _ authorization: String? = nil) throws {
        var call = grpc.begin { $0 == ":path" ? method.rawValue : nil }
        try grpc.admit(&call, authorization: authorization)
      }
      try admit(.predict)
      #expect(throws: ServingError.self) { try admit(.reload) }
      #expect(throws: ServingError.self) { try admit(.reload, "Bearer x") }
    }
  }

  @Test("A page of another site changes nothing on the machine of who looks at it")
  func otherSites() throws {
    try withGate { gate in
      var gate = gate
      func status(_ origin: String?, _ host: String?) -> Int {
        let headers = [("origin", origin), ("host", host)].compactMap { name, value in
          value.map { (name: name, value: $0) }
        }
        return gate.answer(
          HTTPRequest(method: "PUT", path: "/anything", headers: HTTPFields(headers))
        ).value.status
      }
      #expect(status(nil, "localhost:8501") == 404)
      #expect(status("http://localhost:8501", "localhost:8501") == 404)
      #expect(status("https://[::1]:8501", "[::1]:8501") == 404)
      #expect(status("http://127.0.0.1:8501", "127.0.0.1:8501") == 404)
      for (origin, host) in [
        ("https://evil.example", "localhost:8501"), ("null", "localhost:8501"),
        ("http://evil.example:8501", "evil.example:8501"),
        ("http://127.evil.example", "127.evil.example"),
        ("http://localhost:8502", "localhost:8501"),
        ("http://localhost.evil.example", "localhost.evil.example"),
      ] { #expect(status(origin, host) == 403, "\(origin)") }
      gate.crossOrigin.origins = ["https://evil.example"]
      #expect(status("https://evil.example", "localhost:8501") == 404)
    }
  }

  @Test("Pages of other sites read answers where they are allowed to, and nowhere else")
  func crossOrigin() throws {
    try withGate { gate in
      var gate = gate
      func response(_ method: String, _ origin: String, asking: String? = nil) -> HTTPResponse {
        var headers = [(name: "Origin", value: origin)]
        if let asking { headers.append(("Access-Control-Request-Method", asking)) }
        return gate.answer(
          HTTPRequest(method: method, path: "/v1/models", headers: HTTPFields(headers))
        ).value
      }
      func allowed(_ response: HTTPResponse) -> String? {
        response.headers.first { $0.name == "access-control-allow-origin" }?.value
      }
      #expect(allowed(response("GET", "https://shop.example")) == nil)
      #expect(allowed(response("OPTIONS", "https://shop.example", asking: "POST")) == nil)
      gate.crossOrigin.origins = ["https://shop.example"]
      #expect(allowed(response("GET", "https://shop.example")) == "https://shop.example")
      for other in ["https://shop.example.evil", "http://shop.example", "null"] {
        #expect(allowed(response("GET", other)) == nil)
        #expect(allowed(response("OPTIONS", other, asking: "POST")) == nil)
      }
      let preflight = response("OPTIONS", "https://shop.example", asking: "POST")
      #expect(preflight.status == 200 && allowed(preflight) == "https://shop.example")
      #expect(preflight.headers.contains { $0.name == "access-control-allow-headers" })
      #expect(response("GET", "null").headers.contains { $0.name == "vary" })
    }
  }

  private func status(
    _ gate: HTTPGate, _ method: String, _ path: String, _ body: String = ""
  ) throws -> Int {
    gate.answer(HTTPRequest(method: method, path: path, body: Array(body.utf8))).value.status
  }

  private func withGate(_ body: (HTTPGate) throws -> Void) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let service = HTTPService(
        predict: PredictService(store: try artefacts.store()), metrics: ServerMetrics())
      try body(HTTPGate(service: service))
    }
  }
}
