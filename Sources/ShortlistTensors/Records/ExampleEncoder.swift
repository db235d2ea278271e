/// Writes rows of columns as tf.Examples: one map entry a column, numbers packed.
package struct ExampleEncoder {
  package enum Values {
    case strings(distinct: [String], codes: [Int32])
    case integers([Int])
    case floats([Float])
  }

  private struct Column {
    let key: [UInt8]
    let values: Values
    /// Where the lists of rows begin and end; nil where every row has one value.
    let offsets: [Int]?
  }
  private var columns: [Column] = []
  private var list: [UInt8] = []

  package init() {}

  /// Adds a column.
  ///
  /// - Parameter offsets: where the list of each row begins and ends; nil where every row has one value.
  package mutating func add(_ name: String, _ values: Values, offsets: [Int]? = nil) {
    columns.append(Column(key: Array(name.utf8), values: values, offsets: offsets))
  }

  /// The tf.Example of a row, which is well formed whatever the columns hold.
  package mutating func encode(row: Int) -> [UInt8] {
    var features: [UInt8] = []
    features.reserveCapacity(64 * columns.count)
    for column in columns {
      encodeList(of: column, row)
      let tag: UInt8 =
        switch column.values {
        case .strings: 0x0a
        case .floats: 0x12
        case .integers: 0x1a
        }
      let feature = 1 + Self.size(list.count) + list.count
      let entry =
        1 + Self.size(column.key.count) + column.key.count + 1 + Self.size(feature) + feature
      Self.append(0x0a, entry, to: &features)
      Self.append(0x0a, column.key.count, to: &features)
      features += column.key
      Self.append(0x12, feature, to: &features)
      Self.append(tag, list.count, to: &features)
      features += list
    }
    var example: [UInt8] = []
    example.reserveCapacity(features.count + 8)
    Self.append(0x0a, features.count, to: &example)
    example += features
    return example
  }

  private mutating func encodeList(of column: Column, _ row: Int) {
    list.removeAll(keepingCapacity: true)
    let range = column.offsets.map { $0[row]..<$0[row + 1] } ?? row..<row + 1
    if range.isEmpty { return }
    switch column.values {
    case .strings(let distinct, let codes):
      for code in codes[range] {
        let utf8 = distinct[Int(code)].utf8
        Self.append(0x0a, utf8.count, to: &list)
        list.append(contentsOf: utf8)
      }
    case .integers(let integers):
      let bytes = integers[range].reduce(0) { $0 + Self.size($1) }
      Self.append(0x0a, bytes, to: &list)
      for integer in integers[range] { Varint.append(integer, to: &list) }
    case .floats(let floats):
      Self.append(0x0a, 4 * range.count, to: &list)
      for float in floats[range] {
        list.append(littleEndian: float.bitPattern)
      }
    }
  }

  /// The bytes of a number as a varint, of which negative ones have ten.
  private static func size(_ number: Int) -> Int {
    max(1, (70 - Int64(number).leadingZeroBitCount) / 7)
  }

  private static func append(_ tag: UInt8, _ length: Int, to bytes: inout [UInt8]) {
    bytes.append(tag)
    Varint.append(length, to: &bytes)
  }
}
