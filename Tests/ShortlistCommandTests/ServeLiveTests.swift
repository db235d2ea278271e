#if Server
  import Dispatch
  import Foundation
  import Testing

  /// What one writer has sent, and what of it was acknowledged.
  ///
  /// `@unchecked Sendable`: one thread at a time has it.
  private final class Writer: @unchecked Sendable {
    let number: Int
    private(set) var count = 0
    /// For each item the last change that was acknowledged (0: deleted), and one that may have been made after it.
    private(set) var items: [String: (acknowledged: Int, attempted: Int?)] = [:]
    /// For each user the films that are known to be noted, and those that may be.
    private(set) var films: [String: (acknowledged: Set<String>, attempted: Set<String>)] = [:]
    private(set) var failures: [String] = []

    init(_ number: Int) { self.number = number }

    /// Changes one thing after another until the server goes away.
    func run(_ client: Client) {
      while (try? step(client)) ?? false {}
    }

    private func step(_ client: Client) throws -> Bool {
      count += 1
      let item = "item \(number) \(count * 7 % 20)"
      let path = "/items/\(item.replacingOccurrences(of: " ", with: "%20"))"
      let answer: (status: Int, answer: [String: Any])?
      switch count % 5 {
      case 3:
        let (user, film) = ("writer \(number) \(count / 40)", Sample.title(count / 5 % 24 + 1))
        films[user, default: ([], [])].attempted.insert(film)
        answer = try client.call(
          "POST", "/events", ["events": [["user_id": user, "item": film]]])
        if answer?.status == 200 { films[user]?.acknowledged.insert(film) }
      case 4 where items[item].map { $0.acknowledged > 0 } ?? false:
        items[item]?.attempted = 0
        answer = try client.call("DELETE", path, [:])
        if answer?.status == 200 { items[item] = (0, nil) }
      default:
        items[item, default: (0, nil)].attempted = count
        answer = try client.call(
          "PUT", path, ["vector": [Double(count)] + [Double](repeating: 0, count: 7)])
        if answer?.status == 200 { items[item] = (count, nil) }
      }
      guard let answer else { return false }
      if answer.status != 200 { failures.append("\(answer)") }
      return answer.status == 200
    }

    /// Holds what a server says to what was acknowledged.
    func check(_ client: Client) throws {
      let unit = "unit"
      let found = try #require(
        try client.call(
          "POST", ":recommend",
          [
            "user_id": "1", "k": 100, "include": [unit] + items.keys, "exclude_seen": false,
          ]))
      let scores = try Self.items(found.answer)
      let one = try #require(scores[unit])
      for (item, change) in items {
        let value = scores[item].map { Int(($0 / one).rounded()) } ?? 0
        #expect(
          value == change.acknowledged || value == change.attempted,
          "\(item): \(value); acknowledged \(change.acknowledged)")
        // From here on what is there counts.
        items[item] = (value, nil)
      }
      for (user, noted) in films {
        let found = try #require(
          try client.call(
            "POST", ":recommend",
            ["user_id": user, "k": 100, "include": (1...Sample.items).map(Sample.title)]))
        let left = Set(try Self.items(found.answer).keys)
        #expect(left.isDisjoint(with: noted.acknowledged), "\(user)")
        #expect(left.count >= Sample.items - noted.attempted.count)
      }
      #expect(failures.isEmpty, "\(failures)")
    }

    private static func items(_ answer: [String: Any]) throws -> [String: Double] {
      let items = try #require(answer["items"] as? [[String: Any]], "\(answer)")
      return try Dictionary(
        uniqueKeysWithValues: items.map {
          (try #require($0["item"] as? String), try #require($0["score"] as? Double))
        })
    }
  }

  @Suite("shortlist serve: changes")
  struct ServeLiveTests {
    @Test("Every change that was acknowledged is there after kill -9 at any moment")
    func killed() throws {
      try withShortlist { shortlist in
        try shortlist.trainMovies()
        let writers = (0..<4).map { Writer($0) }
        let unit: [String: Any] = ["vector": [1.0] + [Double](repeating: 0, count: 7)]
        for round in 0..<6 {
          let outcome = try shortlist.serve(["--state", "state"]) { port, process in
            let client = Client(port)
            if round == 0 { _ = try client.call("PUT", "/items/unit", unit) }
            for writer in writers { try writer.check(client) }
            let group = DispatchGroup()
            for writer in writers {
              group.enter()
              Thread.detachNewThread {
                writer.run(Client(port))
                group.leave()
              }
            }
            usleep(UInt32.random(in: 50_000...600_000))
            kill(process.processIdentifier, SIGKILL)
            group.wait()
          }
          #expect(outcome.hasCrashed)
        }
        try shortlist.serve(["--state", "state"]) { port, _ in
          for writer in writers { try writer.check(Client(port)) }
        }
        let changes = writers.reduce(0) { $0 + $1.count }
        #expect(changes > 100, "\(changes) changes in six rounds")
        #expect(shortlist.names(in: "state/movies") == ["events", "items", "lock"])
        #expect(!shortlist.names().contains(".live"))
      }
    }

    @Test("A full disk refuses changes, keeps what was there, and takes changes again later")
    func fullDisk() throws {
      try withShortlist { shortlist in
        try shortlist.trainMovies()
        let limited = ["/bin/bash", "-c", "ulimit -f 8; exec \"$0\" \"$@\""]
        func item(_ number: Int) -> [String: Any] {
          ["id": "item \(number)", "vector": [Double](repeating: Double(number), count: 8)]
        }
        var taken = 0
        let outcome = try shortlist.serve(as: limited) { port, _ in
          let client = Client(port)
          var refused: (status: Int, answer: [String: Any])?
          while refused == nil, taken < 1000 {
            let answer = try #require(
              try client.call("PUT", "/items", ["items": [item(taken), item(taken + 1)]]))
            if answer.status == 200 { taken += 2 } else { refused = answer }
          }
          #expect(taken > 10 && taken < 1000)
          #expect(
            refused?.status == 429 && refused?.answer["code"] as? String == "RESOURCE_EXHAUSTED")
          let detail = try #require(refused?.answer["detail"] as? String)
          #expect(detail.contains("items") && detail.contains("Free some space"), "\(detail)")
          // Neither of the two is there, and the server goes on.
          #expect(try similar(client, taken - 1) == 200)
          #expect(try similar(client, taken) == 404)
          #expect(try similar(client, taken + 1) == 404)
        }
        #expect(outcome.code == 0 && !outcome.hasCrashed, "\(outcome.errors)")
        try shortlist.serve { port, _ in
          let client = Client(port)
          #expect(try similar(client, 0) == 200)
          #expect(try similar(client, taken - 1) == 200)
          #expect(try similar(client, taken) == 404)
          let answer = try client.call("PUT", "/items", ["items": [item(taken)]])
          #expect(answer?.status == 200)
          #expect(try similar(client, taken) == 200)
        }
      }
    }

    private func similar(_ client: Client, _ number: Int) throws -> Int {
      try #require(try client.call("POST", ":similar", ["item": "item \(number)"])).status
    }
  }
#endif
