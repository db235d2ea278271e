package import Foundation
private import Synchronization

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// A file that grows at its end, such as a log: an append is whole or did not happen.
///
/// Appends are for one thread at a time; `synchronize` may run beside them.
package final class AppendingFile: Sendable {
  package let path: String
  private let descriptor: Int32
  /// Whether a part of a failed append may stand at the end, because it could not be taken away.
  private let isTorn = Atomic(false)

  /// Creates the file, or opens one that is there.
  ///
  /// - Throws: `FileError`.
  package init(_ url: URL, creating: Bool) throws(FileError) {
    path = url.plainPath
    let (path, flags) = (path, O_WRONLY | O_APPEND | O_CLOEXEC | (creating ? O_CREAT | O_EXCL : 0))
    descriptor = try SystemCalls.retrying(creating ? "create" : "open", at: path) {
      unsafe open(path, flags, 0o666)
    }
  }

  deinit { SystemCalls.close(descriptor) }

  /// Appends bytes; after an error the file has the length it had, or gets it before the next append.
  ///
  /// - Parameter length: the file's length before.
  /// - Throws: `FileError`.
  package func append(_ bytes: [UInt8], at length: Int) throws(FileError) {
    try trim(to: length)
    var done = 0
    while done < bytes.count {
      do {
        done += try SystemCalls.retrying("write", at: path) {
          unsafe bytes.withUnsafeBytes {
            unsafe Foundation.write(
              descriptor, $0.baseAddress.map { unsafe $0 + done }, $0.count - done)
          }
        }
      } catch {
        isTorn.store(true, ordering: .relaxed)
        try? cut(to: length)
        throw error
      }
    }
  }

  /// Takes away what a failed append may have left beyond a length.
  ///
  /// - Throws: `FileError`.
  package func trim(to length: Int) throws(FileError) {
    if isTorn.load(ordering: .relaxed) { try cut(to: length) }
  }

  /// Takes away what stands beyond a length.
  ///
  /// - Throws: `FileError`.
  package func cut(to length: Int) throws(FileError) {
    try SystemCalls.retrying("shorten", at: path) { ftruncate(descriptor, off_t(length)) }
    isTorn.store(false, ordering: .relaxed)
  }

  /// Waits until everything appended so far is on the disk.
  ///
  /// - Throws: `FileError`.
  package func synchronize() throws(FileError) { try SystemCalls.synchronize(descriptor, at: path) }
}

/// A lock that one process holds on a file, and that ends with the process however that ends.
package final class FileLock: Sendable {
  private let descriptor: Int32

  /// - Returns: nil if another process, or this one, holds the lock.
  /// - Throws: `FileError` if the file cannot be made.
  package init?(_ url: URL) throws(FileError) {
    let path = url.plainPath
    descriptor = try SystemCalls.retrying("create", at: path) {
      unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
  }

  deinit {
    // Not by closing alone: a process that begins just now has a copy of the descriptor until it is another program.
    _ = flock(descriptor, LOCK_UN)
    SystemCalls.close(descriptor)
  }
}

/// Flushes the names in a folder to the disk.
package func synchronizeFolder(_ url: URL) throws(FileError) {
  try SystemCalls.synchronize(path: url.plainPath)
}

extension URL {
  /// Makes a folder and those above it; one that exists will do.
  ///
  /// - Throws: `FileError`.
  package func makeFolders() throws(FileError) { try SystemCalls.makeFolders(plainPath) }
}
