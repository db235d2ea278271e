import Foundation
import Shortlist

/// Recommendations to many users as text: CSV with a line for each item, or JSON Lines with a line for each
/// user.
struct ManyRecommendations {
  let isCSV: Bool

  func text(_ user: UserRecommendations) throws -> String {
    guard isCSV else { return try Terminal.json(user) + "\n" }
    return user.items.enumerated().map { rank, item in
      "\((user.user ?? "").quotedForCSV),\(rank + 1),\(item.identifier.quotedForCSV),\(item.score)\n"
    }
    .joined()
  }

  /// Writes to a file that appears whole, or to standard output.
  func write(to path: String?, _ body: ((String) throws -> Void) throws -> Void) throws {
    let header = isCSV ? "user,rank,item,score\n" : ""
    guard let path else {
      try Terminal.send(header)
      return try body { try Terminal.send($0) }
    }
    try AtomicFile.write(to: URL(filePath: path)) { file in
      try file.write(header)
      try body { try file.write($0) }
    }
  }
}
