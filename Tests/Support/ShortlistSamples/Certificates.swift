package import Foundation

/// Certificates that `openssl` makes in a folder, for clients and servers that are right, expired or of strangers.
///
/// `ca.crt` has signed `server`, `second`, `expired`, `client` and `late`; `stranger-ca.crt` has signed `stranger`.
package enum Certificates {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package static func make(in folder: URL) throws {
    for authority in ["ca", "stranger-ca"] {
      try openssl(
        ["req", "-x509"] + key(authority, in: folder) + [
          "-out", folder.appending(path: "\(authority).crt").path(), "-days", "2", "-subj",
          "/CN=\(authority)", "-addext", "basicConstraints=critical,CA:TRUE",
        ])
    }
    for name in ["server", "second", "client"] { try sign(name, by: "ca", days: 2, in: folder) }
    for name in ["expired", "late"] { try sign(name, by: "ca", days: -1, in: folder) }
    try sign("stranger", by: "stranger-ca", days: 2, in: folder)
  }

  private static func sign(
    _ name: String, by authority: String, days: Int, in folder: URL
  ) throws {
    let file = { (name: String) in folder.appending(path: name).path() }
    try openssl(
      ["req"] + key(name, in: folder) + [
        "-out", file("\(name).csr"), "-subj", "/CN=\(name)", "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
      ])
    // `req` signs nothing that has expired.
    try openssl([
      "x509", "-req", "-in", file("\(name).csr"), "-CA", file("\(authority).crt"), "-CAkey",
      file("\(authority).key"), "-days", "\(days)", "-copy_extensions", "copyall", "-out",
      file("\(name).crt"),
    ])
  }

  private static func key(_ name: String, in folder: URL) -> [String] {
    [
      "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
      folder.appending(path: "\(name).key").path(),
    ]
  }

  private static func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let told = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        description: "openssl \(arguments.joined(separator: " ")): "
          + String(decoding: told, as: UTF8.self))
    }
  }
}
