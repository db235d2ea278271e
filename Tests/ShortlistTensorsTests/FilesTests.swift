import Foundation
import Testing

@testable import ShortlistTensors

@Suite("Files")
struct FilesTests {
  @Test("A mapped file has the bytes of the file", arguments: [0, 1, 4095, 4096, 4097, 70_001])
  func maps(count: Int) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "bytes")
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31) }
      try Data(bytes).write(to: file)
      let mapped = try MappedFile(file)
      #expect(mapped.count == count)
      let span = mapped.bytes
      #expect((0..<span.count).map { span[$0] } == bytes)
    }
  }

  @Test("A missing file and a folder are told apart, by name")
  func badFiles() throws {
    try withTemporaryFolder { folder in
      let missing = folder.appending(path: "nothing.bin")
      var error = try #require(throws: FileError.self) { try MappedFile(missing) }
      #expect(error.code == .notFound)
      #expect(error.message == "\(missing.path()): could not open: no such file or directory")
      error = try #require(throws: FileError.self) { try MappedFile(folder) }
      #expect(error.code == .wrongKind)
      #expect(error.message.hasSuffix(": a folder; expected a file"))
    }
  }

  @Test("A mapped matrix reads the file, aligned or not, and copies when it is written")
  func mapsMatrices() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "floats")
      let values = (0..<12).map { Float($0) - 0.5 }
      for offset in [0, 4, 1, 3] {
        try AtomicFile.write(to: file) {
          try $0.write([UInt8](repeating: 7, count: offset).span)
          try $0.write(values.span)
        }
        let mapped = try MappedFile(file)
        var matrix = Matrix(mapping: mapped, at: offset, rows: 3, columns: 4)
        let original = matrix
        #expect(matrix == Matrix(rows: 3, columns: 4, values: values))
        matrix[1, 1] = 100
        #expect(original[1, 1] == 4.5 && matrix[1, 1] == 100 && matrix[2, 3] == 10.5)
        #expect(Matrix(mapping: mapped, at: mapped.count, rows: 0, columns: 9).rows == 0)
      }
    }
  }

  @Test("Small and large pieces come out in order")
  func writes() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "pieces")
      var expected = Data()
      try AtomicFile.write(to: file) { writer in
        for size in [0, 1, 65_535, 65_536, 65_537, 3, 200_000, 10] {
          let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 + size) }
          try writer.write(piece.span)
          expected.append(contentsOf: piece)
          #expect(writer.count == expected.count)
        }
      }
      #expect(try Data(contentsOf: file) == expected)
    }
  }

  struct Interruption: Error {}

  @Test("A file that fails half way leaves the old one, and nothing else")
  func atomicFile() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "file")
      try AtomicFile.write(to: file) { try $0.write("old") }
      #expect(throws: Interruption.self) {
        try AtomicFile.write(to: file) {
          try $0.write("new")
          throw Interruption()
        }
      }
      #expect(try String(contentsOf: file, encoding: .utf8) == "old")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["file"])
      try AtomicFile.write(to: file) { try $0.write("newer") }
      #expect(try String(contentsOf: file, encoding: .utf8) == "newer")
    }
  }

  @Test("A file in a folder that is missing, or is a file, is refused by its own name")
  func noFolder() throws {
    try withTemporaryFolder { folder in
      let missing = folder.appending(path: "none/file")
      var error = try #require(throws: FileError.self) {
        try AtomicFile.write(to: missing) { try $0.write("x") }
      }
      #expect(error.code == .notFound)
      #expect(error.path == missing.path())
      #expect(error.message == "\(missing.path()): could not create: no such file or directory")
      try Data().write(to: folder.appending(path: "plain"))
      error = try #require(throws: FileError.self) {
        try AtomicFile.write(to: folder.appending(path: "plain/file")) { try $0.write("x") }
      }
      #expect(error.code == .wrongKind)
    }
  }

  @Test("A folder appears whole, parents included, and only where nothing stands")
  func atomicFolder() throws {
    try withTemporaryFolder { folder in
      let target = folder.appending(path: "a/b/target/")
      func make(_ text: String, failing: Bool = false) throws {
        try AtomicFolder.write(to: target) { part in
          try FileManager.default.createDirectory(
            at: part.appending(path: "inner"), withIntermediateDirectories: false)
          try AtomicFile.write(to: part.appending(path: "inner/file")) { try $0.write(text) }
          #expect(!FileManager.default.fileExists(atPath: target.path()))
          if failing { throw Interruption() }
        }
      }
      let parent = folder.appending(path: "a/b").path()
      #expect(throws: Interruption.self) { try make("one", failing: true) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == [])
      try make("two")
      let file = target.appending(path: "inner/file")
      #expect(try String(contentsOf: file, encoding: .utf8) == "two")
      let error = try #require(throws: FileError.self) { try make("three") }
      #expect(error.code == .exists)
      #expect(
        error.message.hasSuffix("target: exists already. Name another place, or remove it first."))
      #expect(try String(contentsOf: file, encoding: .utf8) == "two")
      #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["target"])
    }
  }

  @Test("A folder below a file is refused")
  func folderBelowFile() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: folder.appending(path: "plain"))
      let error = try #require(throws: FileError.self) {
        try AtomicFolder.write(to: folder.appending(path: "plain/target")) { _ in }
      }
      #expect(error.code == .wrongKind)
      #expect(error.message.contains("plain: a file; expected a folder"))
    }
  }

  @Test("Without permission nothing is written", .enabled(if: geteuid() != 0))
  func noPermission() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path())
      let error = try #require(throws: FileError.self) {
        try AtomicFile.write(to: folder.appending(path: "file")) { try $0.write("x") }
      }
      #expect(error.code == .notPermitted)
    }
  }

  #if os(Linux)
    @Test("A full disk is told as such")
    func diskFull() throws {
      let full = URL(filePath: "/dev/full")
      let error = try #require(throws: FileError.self) {
        var writer = try FileWriter(creating: full)
        try writer.write([UInt8](repeating: 1, count: 100_000).span)
        try writer.finish()
      }
      #expect(error.code == .noSpace)
      #expect(
        error.message
          == "/dev/full: could not write: no space left on device. Free some space, or name another place."
      )
    }
  #endif

  @Test(
    "What the system says becomes a code",
    arguments: [
      (ENOENT, FileError.Code.notFound), (EACCES, .notPermitted), (EROFS, .notPermitted),
      (EEXIST, .exists), (ENOTEMPTY, .exists), (ENOSPC, .noSpace), (EISDIR, .wrongKind),
      (EIO, .failed),
    ])
  func codes(number: Int32, code: FileError.Code) {
    #expect(FileError(errno: number, whileTryingTo: "open", at: "x").code == code)
  }
}

func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "shortlist-\(UInt64.random(in: .min ... .max))")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
