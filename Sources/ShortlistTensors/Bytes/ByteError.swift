/// Why bytes could not be had from a file.
package enum ByteError: Error, Sendable, Hashable {
  case missing
  /// The operating system's reason.
  case unreadable(String)
  /// What is wrong with the gzip stream.
  case damagedGzip(String)
  /// A record of at least this many bytes.
  case recordTooLong(Int)
}
