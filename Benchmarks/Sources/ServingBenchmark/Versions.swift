import Foundation

/// A model's folder, into which versions are put while it is served.
struct Versions {
  let folder: URL
  let port: Int
  let model: String

  var numbers: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return names.compactMap { Int($0) }.sorted()
  }

  /// Copies the latest version as the next one, and takes the old ones away but for two; returns once the server
  /// answers by it.
  func add() throws -> (version: Int, seconds: Double) {
    guard let last = numbers.last else { throw Failure("\(folder.path()): there is no version") }
    let manager = FileManager.default
    let copy = folder.appending(path: ".copy")
    try? manager.removeItem(at: copy)
    try manager.copyItem(at: folder.appending(path: "\(last)"), to: copy)
    try manager.moveItem(at: copy, to: folder.appending(path: "\(last + 1)"))
    let start = DispatchTime.now()
    for old in numbers.dropLast(3) {
      try manager.removeItem(at: folder.appending(path: "\(old)"))
    }
    let connection = try Connection(port: port)
    while true {
      let (_, body) = try connection.send("GET", "/v1/models/\(model)/life")
      if String(decoding: body, as: UTF8.self).contains("\"version\":\(last + 1),\"pinned\"") {
        break
      }
      Thread.sleep(forTimeInterval: 0.02)
      let waited = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
      guard waited < 60 else { throw Failure("version \(last + 1) is not in force after a minute") }
    }
    return (
      last + 1, Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
    )
  }
}

/// A number of the server's metrics.
func metric(_ name: String, port: Int) throws -> Double {
  let (_, body) = try Connection(port: port).send("GET", "/metrics")
  let line = String(decoding: body, as: UTF8.self).split(separator: "\n").first {
    $0.hasPrefix(name + " ")
  }
  guard let line, let value = Double(line.dropFirst(name.count + 1)) else {
    throw Failure("the server has no metric \(name)")
  }
  return value
}
