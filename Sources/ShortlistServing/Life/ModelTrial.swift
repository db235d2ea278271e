/// A version that is tried beside the one in force: as a canary, which a share of the users gets, or as a shadow, which
/// answers a share of the requests again for nobody to see.
public struct ModelTrial: Sendable, Hashable, Codable {
  public var version: Int
  /// In 0...1.
  public var share: Double

  public init(version: Int, share: Double) {
    self.version = version
    self.share = share
  }

  /// - Throws: `ServingError.invalidArgument` for a share or a version that makes no sense.
  func check(_ kind: String) throws(ServingError) {
    guard version >= 1 else {
      throw ServingError(.invalidArgument, "\(kind): versions are numbers from 1 on")
    }
    guard (0...1).contains(share) else {
      throw ServingError(.invalidArgument, "\(kind): the share is \(share); expected 0 to 1")
    }
  }
}
