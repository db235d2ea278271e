import Shortlist
import ShortlistIndex
import ShortlistTensors

/// The items that were given or deleted since the models were made.
struct ItemTable: LoggedState {
  static let record = "change of items"

  struct Entry: Sendable {
    var isDeleted: Bool
    var features: [String: ItemValue]?
    /// Vectors by the version of the model that they are for.
    var vectors: [Int: [Float]] = [:]
    var revision = 0
  }

  enum Change: Sendable {
    case set(String, Entry)
    case forget(String)
  }

  private var identifiers = StringTable()
  private var entries: [Entry] = []
  private(set) var deletedCount = 0
  /// Grows with every change.
  private(set) var revision = 0

  /// Items that were given or deleted.
  var count: Int { entries.count }

  subscript(identifier: String) -> Entry? {
    identifiers.code(of: identifier).map { entries[$0] }
  }

  /// The changes as a version of a model sees them.
  func changes(for version: Int) -> some Sequence<CatalogueOverlay.Change> {
    entries.indices.lazy.map { [entries, identifiers] number in
      let entry = entries[number]
      return CatalogueOverlay.Change(
        identifiers[number], revision: entry.revision, isDeleted: entry.isDeleted,
        features: entry.features, vector: entry.vectors[version])
    }
  }

  private mutating func set(_ identifier: String, _ entry: Entry) {
    let number = identifiers.insert(identifier)
    revision += 1
    var new = entry
    new.revision = revision
    if number == entries.count {
      entries.append(new)
    } else {
      if entries[number].isDeleted { deletedCount -= 1 }
      // A vector for one version says nothing about those for others; features replace them all.
      if !new.isDeleted, !new.vectors.isEmpty {
        new.vectors.merge(entries[number].vectors) { new, _ in new }
      }
      entries[number] = new
    }
    if new.isDeleted { deletedCount += 1 }
  }

  private mutating func forget(_ forgotten: StringTable) {
    var kept = ItemTable()
    for (number, entry) in entries.enumerated()
    where forgotten.code(of: identifiers[number]) == nil {
      kept.identifiers.insert(identifiers[number])
      kept.entries.append(entry)
    }
    (identifiers, entries) = (kept.identifiers, kept.entries)
    deletedCount = entries.count(where: \.isDeleted)
    revision += 1
  }

  // MARK: Records

  private enum Kind { static let (item, deletion, forgetting): (UInt8, UInt8, UInt8) = (1, 2, 3) }
  private enum ValueKind {
    static let (string, integer, number, list): (UInt8, UInt8, UInt8, UInt8) = (1, 2, 3, 4)
  }

  /// The record of items that were given.
  static func record(of items: [LiveItem], for version: Int) -> [UInt8] {
    var writer = RecordWriter()
    for item in items {
      write(
        item.identifier, item.features, item.vector.map { [version: $0] } ?? [:], to: &writer)
    }
    return writer.bytes
  }

  static func record(ofDeleting identifiers: [String]) -> [UInt8] {
    record(Kind.deletion, of: identifiers)
  }

  /// The record of items of which nothing needs to be known any more.
  static func record(ofForgetting identifiers: [String]) -> [UInt8] {
    record(Kind.forgetting, of: identifiers)
  }

  private static func record(_ kind: UInt8, of identifiers: [String]) -> [UInt8] {
    var writer = RecordWriter()
    for identifier in identifiers {
      writer.byte(kind)
      writer.string(identifier)
    }
    return writer.bytes
  }

  private static func write(
    _ identifier: String, _ features: [String: ItemValue]?, _ vectors: [Int: [Float]],
    to writer: inout RecordWriter
  ) {
    writer.byte(Kind.item)
    writer.string(identifier)
    writer.byte(features == nil ? 0 : 1)
    if let features {
      writer.number(UInt32(features.count))
      for (name, value) in features.sorted(by: { $0.key < $1.key }) {
        writer.string(name)
        write(value, to: &writer)
      }
    }
    writer.number(UInt32(vectors.count))
    for (version, vector) in vectors.sorted(by: { $0.key < $1.key }) {
      writer.long(UInt64(bitPattern: Int64(version)))
      writer.number(UInt32(vector.count))
      writer.floats(vector)
    }
  }

  private static func write(_ value: ItemValue, to writer: inout RecordWriter) {
    switch value {
    case .string(let text):
      writer.byte(ValueKind.string)
      writer.string(text)
    case .integer(let number):
      writer.byte(ValueKind.integer)
      writer.long(UInt64(bitPattern: Int64(number)))
    case .number(let number):
      writer.byte(ValueKind.number)
      writer.long(number.bitPattern)
    case .list(let elements):
      writer.byte(ValueKind.list)
      writer.number(UInt32(elements.count))
      for element in elements { write(element, to: &writer) }
    }
  }

  static func changes(in record: RecordCursor) -> [Change]? {
    var cursor = record
    var changes: [Change] = []
    while !cursor.isAtEnd {
      guard let kind = cursor.byte(),
        let identifier = cursor.string(lengths: 1...WriteAheadLog.longestIdentifier)
      else { return nil }
      switch kind {
      case Kind.deletion: changes.append(.set(identifier, Entry(isDeleted: true)))
      case Kind.item:
        guard let entry = entry(&cursor) else { return nil }
        changes.append(.set(identifier, entry))
      case Kind.forgetting: changes.append(.forget(identifier))
      default: return nil
      }
    }
    return changes
  }

  mutating func apply(_ changes: [Change]) {
    var forgotten = StringTable()
    for change in changes {
      switch change {
      case .set(let identifier, let entry): set(identifier, entry)
      case .forget(let identifier): forgotten.insert(identifier)
      }
    }
    if forgotten.count > 0 { forget(forgotten) }
  }

  private static func entry(_ cursor: inout RecordCursor) -> Entry? {
    var entry = Entry(isDeleted: false)
    guard let hasFeatures = cursor.byte() else { return nil }
    if hasFeatures == 1 {
      guard let count = cursor.number() else { return nil }
      var features: [String: ItemValue] = [:]
      for _ in 0..<count {
        guard let name = cursor.string(lengths: 0...Int(UInt32.max)),
          let value = value(&cursor, depth: 0)
        else { return nil }
        features[name] = value
      }
      entry.features = features
    }
    guard let count = cursor.number() else { return nil }
    for _ in 0..<count {
      guard let version = cursor.long(), let length = cursor.number(),
        let vector = cursor.floats(Int(length))
      else { return nil }
      entry.vectors[Int(Int64(bitPattern: version))] = vector
    }
    return entry
  }

  private static func value(_ cursor: inout RecordCursor, depth: Int) -> ItemValue? {
    switch cursor.byte() {
    case ValueKind.string: return cursor.string(lengths: 0...Int(UInt32.max)).map { .string($0) }
    case ValueKind.integer: return cursor.long().map { .integer(Int(Int64(bitPattern: $0))) }
    case ValueKind.number: return cursor.long().map { .number(Double(bitPattern: $0)) }
    case ValueKind.list:
      // Columns hold lists of values, not of lists.
      guard depth == 0, let count = cursor.number() else { return nil }
      var elements: [ItemValue] = []
      for _ in 0..<count {
        guard let element = value(&cursor, depth: 1) else { return nil }
        elements.append(element)
      }
      return .list(elements)
    default: return nil
    }
  }

  func forEachRecord(_ body: ([UInt8]) throws -> Void) throws {
    var writer = RecordWriter()
    for (number, entry) in entries.enumerated() {
      if entry.isDeleted {
        writer.byte(Kind.deletion)
        writer.string(identifiers[number])
      } else {
        Self.write(identifiers[number], entry.features, entry.vectors, to: &writer)
      }
      if writer.bytes.count >= 1 << 20 {
        try body(writer.bytes)
        writer = RecordWriter()
      }
    }
    if !writer.bytes.isEmpty { try body(writer.bytes) }
  }
}
