/// The description of the HTTP API (OpenAPI 3.1), which `scripts/embed-files.py` writes into the program.
enum OpenAPI {
  static let response = HTTPResponse(
    headers: [("cache-control", "no-cache")], body: Array(text.utf8))
}
