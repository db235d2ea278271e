import Foundation
import Shortlist
import ShortlistServing

/// The tokens that callers bear, and what each of them allows.
///
/// A line of their file has a token, its scopes and a name, such as
///
///     sha256:9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab read,write shop
///
/// where `sha256:` and 64 digits stand for the token that has this SHA-256; anything else is the token itself. Lines that
/// are empty or begin with `#` say nothing.
struct AccessTokens: Sendable {
  struct Grant: Sendable, Equatable {
    /// Whom the token was given to, for logs.
    var name: String
    var scopes: Set<Scope>
  }

  /// Shorter ones could be guessed.
  static let shortestToken = 16

  private var grants: [(digest: String, grant: Grant)] = []

  /// - Throws: `ServingError.invalidArgument` that names the line.
  init(_ text: String, from file: String) throws(ServingError) {
    var digests: Set<String> = []
    var names: Set<String> = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.split { $0.isWhitespace }
      guard let token = words.first, !token.hasPrefix("#") else { continue }
      func wrong(_ what: String) -> ServingError {
        ServingError(.invalidArgument, "\(file):\(number + 1): \(what)")
      }
      guard words.count == 3 else {
        throw wrong("there are \(words.count) words; expected TOKEN SCOPE[,SCOPE] NAME")
      }
      var scopes: Set<Scope> = []
      for word in words[1].split(separator: ",", omittingEmptySubsequences: false) {
        guard let scope = Scope(rawValue: String(word)) else {
          throw wrong("\"\(word)\" is no scope; expected read, write or admin")
        }
        scopes.insert(scope)
      }
      guard let digest = Self.digest(written: token) else {
        throw wrong(
          "the token is short or a wrong sum; expected \(Self.shortestToken) characters or more, or sha256: and "
            + "64 hexadecimal digits")
      }
      guard digests.insert(digest).inserted else { throw wrong("the token stands twice") }
      guard names.insert(String(words[2])).inserted else {
        throw wrong("the name \(words[2]) stands twice")
      }
      grants.append((digest, Grant(name: String(words[2]), scopes: scopes)))
    }
    guard !grants.isEmpty else {
      throw ServingError(
        .invalidArgument, "\(file): there is no token in it; expected lines as TOKEN SCOPE NAME")
    }
  }

  /// - Throws: `ServingError.invalidArgument` for a file that cannot be read or that has a wrong line.
  init(contentsOf file: String) throws(ServingError) {
    let text: String
    do {
      text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
    } catch {
      throw ServingError(
        .invalidArgument, "\(file): the tokens cannot be read: \(error.localizedDescription)")
    }
    try self.init(text, from: file)
  }

  private static func digest(written word: Substring) -> String? {
    let prefix = "sha256:"
    guard word.hasPrefix(prefix) else {
      return word.utf8.count >= shortestToken ? Checksum.sha256(of: Array(word.utf8)) : nil
    }
    let digits = word.dropFirst(prefix.count).lowercased()
    let isSum =
      digits.utf8.count == 64
      && digits.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
      }
    return isSum ? digits : nil
  }

  /// What a token allows; nil for one that nobody was given.
  ///
  /// It takes the same time whichever token it is like, and however much of it is right.
  func grant(of token: some StringProtocol) -> Grant? {
    let digest = Checksum.sha256(of: Array(token.utf8))
    var found: Grant?
    for candidate in grants where Self.areEqual(candidate.digest, digest) {
      found = candidate.grant
    }
    return found
  }

  /// Whether two texts of the same length are equal, in a time that does not tell where they differ.
  static func areEqual(_ first: String, _ second: String) -> Bool {
    guard first.utf8.count == second.utf8.count else { return false }
    var difference: UInt8 = 0
    for (one, other) in zip(first.utf8, second.utf8) { difference |= one ^ other }
    return difference == 0
  }
}
