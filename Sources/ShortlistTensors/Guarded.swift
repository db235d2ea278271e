private import Foundation

/// A value that one thread at a time works on.
///
/// The lock is the system's, which the thread sanitizer sees: the slow path of `Synchronization.Mutex` stands in
/// a library that it does not, and every contended access would be reported (Swift 6.3).
///
/// `@unchecked Sendable`: the value is touched only inside `withLock`.
package final class Guarded<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  package init(_ value: sending Value) { self.value = value }

  /// Waits for the value, and works on it alone.
  package func withLock<Result, Failure>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }

  /// Works on the value if nobody else does; nil without waiting otherwise.
  @discardableResult
  package func withLockIfAvailable<Result>(
    _ body: (inout Value) throws -> Result
  ) rethrows -> Result? {
    guard lock.try() else { return nil }
    defer { lock.unlock() }
    return try body(&value)
  }
}
