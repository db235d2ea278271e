public import Foundation

/// What `manifest.json` says about the files of an artefact, whatever the artefact holds.
public struct ArtifactManifest: Codable, Sendable, Equatable {
  /// A file of the artefact as it was written.
  public struct File: Codable, Sendable, Equatable {
    public var bytes: Int
    /// 64 lower-case hexadecimal digits.
    public var sha256: String
  }

  /// The format that this version of Shortlist writes, and the newest that it reads.
  public static let currentFormat = 2
  static let kind = "shortlist"
  static let fileName = "manifest.json"

  public var format = currentFormat
  public var kind = Self.kind
  public var created: Date
  /// By name relative to the artefact's folder; folders in a name are parted by "/".
  public var files: [String: File]

  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return encoder
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return decoder
  }

  /// Whether a name stays inside the folder of the artefact on every system.
  static func isValid(name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return name != fileName
      && parts.allSatisfy { part in
        !part.isEmpty && part.first != "."
          && part.unicodeScalars.allSatisfy { $0.value >= 32 && $0 != "\\" && $0 != ":" }
      }
  }
}

/// The manifest with the specification beside the description of the files.
struct SpecifiedManifest<Specification: Encodable>: Encodable {
  let manifest: ArtifactManifest
  let specification: Specification

  enum CodingKeys: CodingKey { case specification }

  func encode(to encoder: any Encoder) throws {
    try manifest.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(specification, forKey: .specification)
  }
}

/// The specification alone.
struct ManifestSpecification<Specification: Decodable>: Decodable {
  let specification: Specification
}
