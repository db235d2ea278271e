import Foundation
import ShortlistTensors
import ShortlistTesting
import Testing

@testable import ShortlistIndex

@Suite("Live index: bad input and damage")
struct LiveIndexFaultTests {
  private func error(_ body: () throws -> Void) -> IndexError? {
    do {
      try body()
      return nil
    } catch { return error as? IndexError }
  }

  @Test("Bad changes are refused whole, and say what is wrong")
  func badChanges() throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(at: folder, dimensions: 2, configuration: .manual)
      try live.upsert("a", [1, 2])
      let bad: [([LiveChange], IndexError.Code, String)] = [
        ([.delete("b")], .unknownIdentifier, "\"b\" is not in the live index"),
        ([.delete("a"), .delete("a")], .unknownIdentifier, "\"a\" is not"),
        ([.upsert("b", [1])], .wrongDimensions, "the vector of \"b\" has 1 dimensions"),
        ([.upsert("b", [1, .nan])], .notFinite, "has nan at element 1"),
        ([.upsert("b", [.infinity, 0])], .notFinite, "has inf at element 0"),
        ([.upsert("", [1, 2])], .invalidIdentifier, "an identifier of 0 bytes"),
        (
          [.upsert(String(repeating: "x", count: 65_537), [1, 2])], .invalidIdentifier,
          "an identifier of 65537 bytes"
        ),
        ([.upsert("c", [3, 4]), .upsert("b", [1])], .wrongDimensions, "\"b\""),
      ]
      for (changes, code, message) in bad {
        let error = error { try live.apply(changes) }
        #expect(error?.code == code && error?.message.contains(message) == true)
      }
      #expect(live.count == 1 && !live.contains("c"))
      try live.apply([.upsert("b", [0, 0]), .delete("b"), .upsert("b", [5, 5]), .delete("a")])
      #expect(live.count == 1 && live.contains("b"))
    }
  }

  @Test("Where distances are asked for, vectors too long to have one are refused")
  func longVectors() throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(
        at: folder, dimensions: 2, similarity: .euclidean, configuration: .manual)
      let change = error { try live.upsert("far", [1e30, 0]) }
      #expect(change?.message.contains("the vector of \"far\"") == true)
      let query = error { _ = try live.nearest(1, to: [1e30, 0]) }
      #expect(query?.message.contains("the query") == true)
      #expect(live.count == 0)
    }
  }

  @Test("Bad queries are refused")
  func badQueries() throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(at: folder, dimensions: 2, configuration: .manual)
      #expect(try live.nearest(3, to: [1, 2]).isEmpty)
      #expect(error { _ = try live.nearest(0, to: [1, 2]) }?.code == .invalidCount)
      #expect(error { _ = try live.nearest(1, to: [1]) }?.code == .wrongDimensions)
      #expect(error { _ = try live.nearest(1, to: [1, .nan]) }?.code == .notFinite)
      for dimensions in [0, -1, 65_537] {
        #expect(
          error { _ = try LiveIndex(at: folder, dimensions: dimensions) }?.code == .wrongDimensions)
      }
    }
  }

  @Test("A folder is open once, and with the vectors it was made for")
  func twoOpeners() throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(at: folder, dimensions: 2, configuration: .manual)
      try live.upsert("a", [1, 2])
      let second = error { _ = try LiveIndex(at: folder, dimensions: 2) }
      #expect(second?.code == .inUse)
      #expect(second?.message.contains(folder.lastPathComponent) == true)
      live.close()
      #expect(error { try live.upsert("b", [1, 2]) }?.code == .inUse)
      #expect(error { _ = try LiveIndex(at: folder, dimensions: 3) }?.code == .wrongDimensions)
      #expect(
        error { _ = try LiveIndex(at: folder, dimensions: 2, similarity: .cosine) }?.message
          .contains("opened with 2 for cosine") == true)
      #expect(try LiveIndex(at: folder, dimensions: 2).count == 1)
    }
  }

  /// A closed live index with a base and a log of some changes.
  private func makeSample(_ folder: URL) throws {
    let live = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
    try live.apply((0..<20).map { .upsert("old \($0)", [Float($0), 1, 2]) })
    try live.compact()
    for item in 0..<10 { try live.upsert("new \(item)", [Float(item), 0, 1]) }
    try live.delete("old 7")
    live.close()
  }

  @Test("A log cut at any byte loses only the record that was cut")
  func tornLog() throws {
    try withLiveFolder { folder in
      try makeSample(folder)
      let log = folder.appending(path: "log-2")
      let whole = try Data(contentsOf: log)
      var ends = [0]
      _ = try WriteAheadLog.read(log, dimensions: 3, isLast: true) { change in
        let vector = if case .upsert = change { 12 } else { 0 }
        ends.append(ends.last.map { $0 + 12 + 5 + change.identifier.utf8.count + vector } ?? 0)
      }
      #expect(ends.last == whole.count && ends.count == 12)
      for length in stride(from: whole.count, through: 0, by: -1) {
        try whole.prefix(length).write(to: log)
        let live = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
        let changes = ends.lastIndex { $0 <= length } ?? 0
        #expect(live.count == 20 + min(10, changes) - (changes == 11 ? 1 : 0))
        // What comes next stands behind the last whole record.
        try live.upsert("next", [1, 1, 1])
        live.close()
        let again = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
        #expect(again.contains("next") && again.count == live.count)
        again.close()
      }
    }
  }

  @Test("Any bit that flips in any file is an error that names the file, never a crash")
  func flips() throws {
    try withLiveFolder { folder in
      try makeSample(folder)
      var random = RandomStream(seed: 4)
      for name in ["CURRENT", "base-2.safetensors", "log-2"] {
        let file = folder.appending(path: name)
        let whole = try Data(contentsOf: file)
        for place in whole.indices {
          var damaged = whole
          damaged[place] ^= 1 << UInt8(random.below(8))
          try damaged.write(to: file)
          let error = self.error {
            _ = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
          }
          let tensorError = (try? LiveIndex(at: folder, dimensions: 3)) == nil
          #expect(tensorError, "\(name), byte \(place)")
          if let error { #expect(error.message.contains(name), "\(error)") }
        }
        try whole.write(to: file)
      }
      #expect(try LiveIndex(at: folder, dimensions: 3).count == 29)
    }
  }

  @Test("Files that are cut or lost are named")
  func lost() throws {
    try withLiveFolder { folder in
      try makeSample(folder)
      for name in ["CURRENT", "base-2.safetensors", "log-2"] {
        let file = folder.appending(path: name)
        let whole = try Data(contentsOf: file)
        try FileManager.default.removeItem(at: file)
        do {
          _ = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
          Issue.record("opened without \(name)")
        } catch { #expect("\(error)".contains(name)) }
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "log-1").path()))
        if name != "log-2" {
          for length in stride(from: 0, to: whole.count, by: 11) {
            try whole.prefix(length).write(to: file)
            do {
              _ = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
              Issue.record("opened with \(name) cut at \(length)")
            } catch { #expect("\(error)".contains(name)) }
          }
        }
        try whole.write(to: file)
      }
      #expect(try LiveIndex(at: folder, dimensions: 3).count == 29)
    }
  }

  @Test("A log that is missing between two is told, and the one after it stays")
  func gap() throws {
    try withLiveFolder { folder in
      try makeSample(folder)
      let later = folder.appending(path: "log-4")
      try FileManager.default.copyItem(at: folder.appending(path: "log-2"), to: later)
      do {
        _ = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
        Issue.record("opened without log-3")
      } catch { #expect("\(error)".contains("log-3: the log is missing")) }
      #expect(FileManager.default.fileExists(atPath: later.path()))
      try FileManager.default.removeItem(at: later)
      #expect(try LiveIndex(at: folder, dimensions: 3, configuration: .manual).count == 29)
    }
  }

  @Test("A share without bound never compacts", arguments: [Double.infinity, 1e30, .nan])
  func noShare(share: Double) throws {
    try withLiveFolder { folder in
      var configuration = LiveIndex.Configuration()
      (configuration.compactionShare, configuration.compactionMinimum) = (share, 1)
      let live = try LiveIndex(at: folder, dimensions: 2, configuration: configuration)
      for number in 0..<20 { try live.upsert("\(number)", [1, 2]) }
      #expect(live.count == 20 && live.compactionError == nil)
      #expect(FileManager.default.fileExists(atPath: folder.appending(path: "log-1").path()))
    }
  }

  @Test("What a compaction leaves behind that was killed is cleared away")
  func brokenCompaction() throws {
    try withLiveFolder { folder in
      try makeSample(folder)
      // Killed after the new base, before it was in force; changes went into the new log.
      try FileManager.default.copyItem(
        at: folder.appending(path: "base-2.safetensors"),
        to: folder.appending(path: "base-3.safetensors"))
      try Data("half".utf8).write(to: folder.appending(path: ".index-3.safetensors.x.part"))
      let log = try WriteAheadLog(creating: folder.appending(path: "log-3"))
      _ = try log.append([.upsert("later", [1, 1, 1]), .delete("new 3")], at: 0)
      let live = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
      #expect(live.count == 29 && live.contains("later") && !live.contains("new 3"))
      try live.compact()
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
      #expect(names == ["CURRENT", "base-4.safetensors", "lock", "log-4"])
    }
  }

  @Test(
    "A full disk during compaction leaves all as it was, and changes go on",
    .enabled(if: canMountMemoryDisks, "needs root and mount"))
  func fullDisk() throws {
    try withLiveFolder { folder in
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try mountMemoryDisk(folder, kibibytes: 640)
      defer { unmount(folder) }
      let live = try LiveIndex(at: folder, dimensions: 64, configuration: .manual)
      let vector = [Float](repeating: 1, count: 64)
      // The log takes 400 KB; a base beside it does not fit.
      for start in stride(from: 0, to: 1400, by: 100) {
        try live.apply((start..<start + 100).map { .upsert("item \($0)", vector) })
      }
      let failure = #expect(throws: FileError.self) { try live.compact() }
      #expect(failure?.code == .noSpace)
      #expect((live.compactionError as? FileError)?.code == .noSpace)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
      #expect(names == ["CURRENT", "base-1.safetensors", "lock", "log-1", "log-2"])
      try live.upsert("one more", vector)
      #expect(live.count == 1401)
      // Until the log is full: the change is refused, and what was acknowledged stays.
      var acknowledged = 1401
      var refused = false
      while !refused {
        do {
          try live.upsert("more \(acknowledged)", vector)
          acknowledged += 1
        } catch {
          #expect((error as? FileError)?.code == .noSpace)
          refused = true
        }
      }
      #expect(live.count == acknowledged)
      live.close()
      let again = try LiveIndex(at: folder, dimensions: 64, configuration: .manual)
      #expect(again.count == acknowledged)
      again.close()
    }
  }
}

private func run(_ command: String, _ arguments: [String]) -> Bool {
  let process = Process()
  process.executableURL = URL(filePath: command)
  process.arguments = arguments
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}

private func mountMemoryDisk(_ folder: URL, kibibytes: Int) throws {
  #expect(
    run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", folder.path()]))
}

private func unmount(_ folder: URL) { _ = run("/bin/umount", ["-l", folder.path()]) }

private let canMountMemoryDisks: Bool = {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "shortlist-mount-\(UInt64.random(in: 0 ... .max))")
  try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  guard run("/bin/mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path()]) else {
    return false
  }
  unmount(folder)
  return true
}()
