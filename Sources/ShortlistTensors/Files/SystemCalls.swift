internal import Foundation

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// The calls to the operating system that files need, with `FileError` in place of `errno`.
enum SystemCalls {
  /// Repeats a call that a signal interrupts; throws what `errno` says when it returns -1.
  @discardableResult
  static func retrying<Result: SignedInteger>(
    _ action: String, at path: String, _ call: () -> Result
  ) throws(FileError) -> Result {
    while true {
      let result = call()
      if result != -1 { return result }
      let number = errno
      if number != EINTR {
        throw FileError(errno: number, whileTryingTo: action, at: path)
      }
    }
  }

  static func openForReading(_ path: String) throws(FileError) -> Int32 {
    try retrying("open", at: path) { unsafe open(path, O_RDONLY | O_CLOEXEC) }
  }

  /// Opens for writing; a file that does not exist is made and must be new when `exclusively`.
  static func openForWriting(_ path: String, exclusively: Bool) throws(FileError) -> Int32 {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (exclusively ? O_EXCL : O_TRUNC)
    return try retrying("create", at: path) { unsafe open(path, flags, 0o666) }
  }

  /// The size in bytes of an open file that must be a regular one.
  static func size(of descriptor: Int32, at path: String) throws(FileError) -> Int {
    var status = stat()
    try retrying("read the size", at: path) { unsafe fstat(descriptor, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
      throw FileError(.wrongKind, path: path, message: "\(path): \(kind); expected a file")
    }
    return Int(status.st_size)
  }

  static func close(_ descriptor: Int32) {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #elseif canImport(Musl)
      _ = Musl.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
  }

  static func synchronize(_ descriptor: Int32, at path: String) throws(FileError) {
    try retrying("flush", at: path) {
      let result = fsync(descriptor)
      // Pipes, devices and some network folders cannot be flushed.
      let refusals = [EINVAL, EROFS, ENOTSUP]
      return result == -1 && refusals.contains(errno) ? 0 : result
    }
  }

  /// Flushes a file or a folder to the disk.
  static func synchronize(path: String) throws(FileError) {
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    try synchronize(descriptor, at: path)
  }

  /// Renames; `target` names the result in errors.
  static func rename(_ source: String, to target: String) throws(FileError) {
    try retrying("move into place", at: target) { unsafe Foundation.rename(source, target) }
  }

  static func makeFolder(_ path: String) throws(FileError) {
    try retrying("make the folder", at: path) { unsafe mkdir(path, 0o777) }
  }

  /// Makes a folder and those above it; one that exists already will do.
  static func makeFolders(_ path: String) throws(FileError) {
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw FileError(
          .wrongKind, path: path, message: "\(path): a file; expected a folder. Name another place")
      }
      return
    }
    let parent = URL(filePath: path).deletingLastPathComponent().plainPath
    if parent != path { try makeFolders(parent) }
    do {
      try makeFolder(path)
    } catch {
      guard error.code == .exists else { throw error }  // another process was faster
    }
  }

  /// Reads `buffer.count` bytes from `offset` on.
  static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, of path: String
  ) throws(FileError) {
    var done = 0
    while done < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = try retrying("read", at: path) {
        unsafe pread(descriptor, rest.baseAddress, min(rest.count, 1 << 28), off_t(offset + done))
      }
      guard count > 0 else {
        throw FileError(
          .failed, path: path,
          message: "\(path): ends at byte \(offset + done); expected \(offset + buffer.count). "
            + "The file was shortened while it was in use")
      }
      done += count
    }
  }
}
