/// Why bytes could not be had from a file.
package enum ByteError: Error, Sendable, Hashable {
  case missing
  /// The operating system's reason.
  case unreadable(String)
  /// What is wrong with the gzip stream.
  case damagedGzip(String)
  /// A record of at least this many bytes.
  case recordTooLong(Int)
  /// What is wrong with a TFRecord, counted from 1 in its file.
  case damagedRecord(Int, RecordDamage)
}

/// What is wrong with the frame of a TFRecord.
package enum RecordDamage: Sendable, Hashable {
  /// The length and its checksum do not fit each other.
  case wrongLengthChecksum
  /// The bytes of the record and their checksum do not fit each other.
  case wrongChecksum
  /// The file ends inside the record.
  case cutOff
  /// A length in bytes that no record has.
  case tooLong(UInt64)
}
