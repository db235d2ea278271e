internal import Foundation

/// A change in a record: one byte for its kind, the length of the identifier, the identifier, and the vector.
extension WriteAheadLog {
  /// Appends changes as one record.
  func append(_ changes: [LiveChange], at length: Int) throws -> Int {
    var writer = RecordWriter(reserving: changes.reduce(0) { $0 + Self.size(of: $1) })
    for change in changes {
      if case .upsert = change { writer.byte(1) } else { writer.byte(2) }
      writer.string(change.identifier)
      if case .upsert(_, let vector) = change { writer.floats(vector) }
    }
    return try append(writer.bytes, at: length)
  }

  private static func size(of change: LiveChange) -> Int {
    let vector = if case .upsert(_, let vector) = change { vector.count } else { 0 }
    return 5 + change.identifier.utf8.count + 4 * vector
  }

  /// Reads a log and calls `body` with every change of vectors of these dimensions.
  static func read(
    _ file: URL, dimensions: Int, isLast: Bool, _ body: (LiveChange) throws -> Void
  ) throws -> Int {
    try read(
      file, isLast: isLast, expecting: "change of vectors of \(dimensions) dimensions"
    ) { record in
      guard let changes = changes(RecordCursor(record), dimensions: dimensions) else {
        return false
      }
      for change in changes { try body(change) }
      return true
    }
  }

  /// The changes in a record; nil if it holds anything else.
  private static func changes(_ cursor: RecordCursor, dimensions: Int) -> [LiveChange]? {
    var cursor = cursor
    var changes: [LiveChange] = []
    while !cursor.isAtEnd {
      guard let kind = cursor.byte(), let identifier = cursor.string(lengths: 1...longestIdentifier)
      else { return nil }
      switch kind {
      case 1:
        guard let vector = cursor.floats(dimensions) else { return nil }
        changes.append(.upsert(identifier, vector))
      case 2: changes.append(.delete(identifier))
      default: return nil
      }
    }
    return changes.isEmpty ? nil : changes
  }
}
