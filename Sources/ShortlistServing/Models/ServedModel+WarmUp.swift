import Foundation
import Shortlist

extension ServedModel {
  /// The file of requests that a version brings with it: each line is what `:recommend` is asked.
  static let warmUpFile = "warmup.jsonl"
  /// The largest such file, in bytes, and the most lines.
  private static let warmUpLimits = (bytes: 1 << 20, lines: 10_000)

  /// Answers requests, so that the first callers do not wait for what happens once: those that the version brings with
  /// it, the last ones that the model has answered, and a few users.
  ///
  /// - Throws: `ServingError.failedPrecondition` for a request in the version's own file that cannot be answered. Callers'
  ///   requests may fail: a new version need not know their items.
  func warmUp() throws(ServingError) {
    for (line, request) in try warmUpRequests() {
      do throws(ServingError) { _ = try answer(.recommend(request)) } catch {
        throw warmUpError(line, error.message)
      }
    }
    for request in traffic.recentRequests { _ = try? answer(request) }
    for user in retriever.history?.users.prefix(8) ?? [] {
      _ = try? answer(.recommend(.init(user: user)))
    }
  }

  private func warmUpRequests() throws(ServingError) -> [(Int, RecommendationRequest)] {
    let url = folder.appending(path: Self.warmUpFile)
    let path = url.path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    guard let size, size <= Self.warmUpLimits.bytes, let data = try? Data(contentsOf: url) else {
      throw ServingError(
        .failedPrecondition,
        "\(path): cannot be read, or is larger than \(Self.warmUpLimits.bytes) bytes")
    }
    var requests: [(Int, RecommendationRequest)] = []
    for (place, line) in data.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
    where line.contains(where: { $0 > 0x20 }) {
      guard place < Self.warmUpLimits.lines else {
        throw warmUpError(place + 1, "\(Self.warmUpLimits.lines) lines are the limit")
      }
      do {
        let request = try JSONDecoder().decode(WarmUpRequest.self, from: Data(line))
        requests.append((place + 1, request.request))
      } catch {
        throw warmUpError(place + 1, Self.text(of: error))
      }
    }
    return requests
  }

  private func warmUpError(_ line: Int, _ message: String) -> ServingError {
    ServingError(
      .failedPrecondition,
      "\(folder.appending(path: Self.warmUpFile).path(percentEncoded: false)), line \(line): \(message)"
    )
  }

  private static func text(of error: any Error) -> String {
    switch error as? DecodingError {
    case .dataCorrupted(let context)?, .typeMismatch(_, let context)?,
      .valueNotFound(_, let context)?, .keyNotFound(_, let context)?:
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return (path.isEmpty ? "" : "\(path): ") + context.debugDescription
    case nil: return "\(error)"
    @unknown default: return "\(error)"
    }
  }
}

/// A request as a line of a file has it.
private struct WarmUpRequest: Decodable {
  let request: RecommendationRequest

  private enum CodingKeys: String, CodingKey {
    case user = "user_id"
    case query, k, exclude, include, filter
    case excludesSeen = "exclude_seen"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let query = try fields.decodeIfPresent([String: Value].self, forKey: .query) ?? [:]
    var filter: ItemFilter?
    if let text = try? fields.decode(String.self, forKey: .filter) {
      filter = try ItemFilter(text)
    } else {
      filter = try fields.decodeIfPresent(ItemFilter.self, forKey: .filter)
    }
    let k = try fields.decodeIfPresent(Int.self, forKey: .k) ?? 10
    try ServingLimits().check(k: k)
    request = RecommendationRequest(
      query: Query(query.mapValues(\.value)),
      user: try fields.decodeIfPresent(String.self, forKey: .user), k: k,
      exclude: try fields.decodeIfPresent([String].self, forKey: .exclude) ?? [],
      include: try fields.decodeIfPresent([String].self, forKey: .include), filter: filter,
      excludesSeen: try fields.decodeIfPresent(Bool.self, forKey: .excludesSeen) ?? true)
  }

  private struct Value: Decodable {
    let value: Query.Value

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        value = .string(text)
      } else if let number = try? container.decode(Float.self) {
        value = .number(number)
      } else {
        value = .strings(try container.decode([String].self))
      }
    }
  }
}
