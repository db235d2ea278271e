import Foundation
import ShortlistData
import ShortlistTensors

/// A column of items as the manifest describes it.
///
/// `columns/values.safetensors` holds `NAME/codes` (I32, into `columns/NAME.txt`), `NAME/values` (I64 or F32)
/// and, of lists, `NAME/offsets` (I64, one more than items).
struct ItemColumn: Codable {
  enum Kind: String, Codable {
    /// The items' identifiers, which have a file of their own.
    case identifiers
    case strings, integers, floats
    case stringLists = "lists of strings"
    case integerLists = "lists of integers"
    case floatLists = "lists of floats"
  }

  var name: String
  var kind: Kind

  /// A place in a file of columns, and how to complain about it.
  struct Source {
    let tensors: Safetensors
    let identifiers: [String]
    /// The distinct strings of a column.
    let words: (String) throws -> [String]
    let complain: (String) -> any Error
  }
}

// MARK: Writing

extension ItemColumn {
  init(_ name: String, _ column: AnyColumn, identifiers: [String], identifier: String) {
    self.name = name
    switch column {
    case .strings(let column):
      let isIdentifier =
        name == identifier && column.count == identifiers.count
        && zip(column, identifiers).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
      kind = isIdentifier ? .identifiers : .strings
    case .integers: kind = .integers
    case .floats: kind = .floats
    case .stringLists: kind = .stringLists
    case .integerLists: kind = .integerLists
    case .floatLists: kind = .floatLists
    }
  }

  /// The distinct strings to write; nil for numbers and identifiers.
  func words(of column: AnyColumn) -> [String]? {
    switch column {
    case .strings(let column) where kind == .strings: column.distinct
    case .stringLists(let column): column.values.distinct
    default: nil
    }
  }

  func tensors(of column: AnyColumn) -> [Safetensors.Tensor] {
    func offsets<Values>(_ column: ListColumn<Values>) -> Safetensors.Tensor {
      .init("\(name)/offsets", elements: column.offsets.map { Int64($0) })
    }
    func integers(_ values: [Int]) -> Safetensors.Tensor {
      .init("\(name)/values", elements: values.map { Int64($0) })
    }
    switch column {
    case .strings(let column):
      return kind == .identifiers ? [] : [.init("\(name)/codes", elements: column.codes)]
    case .integers(let values): return [integers(values)]
    case .floats(let values): return [.init("\(name)/values", elements: values)]
    case .stringLists(let column):
      return [offsets(column), .init("\(name)/codes", elements: column.values.codes)]
    case .integerLists(let column): return [offsets(column), integers(column.values)]
    case .floatLists(let column):
      return [offsets(column), .init("\(name)/values", elements: column.values)]
    }
  }
}

// MARK: Reading

extension ItemColumn {
  /// The column, checked against the number of items.
  func column(from source: Source) throws -> AnyColumn {
    let rows = source.identifiers.count
    switch kind {
    case .identifiers: return .strings(StringColumn(source.identifiers))
    case .strings: return .strings(try strings(source, count: rows))
    case .integers: return .integers(try integers(source, count: rows))
    case .floats: return .floats(try floats(source, count: rows))
    case .stringLists:
      let offsets = try offsets(source)
      return .stringLists(
        ListColumn(offsets: offsets, values: try strings(source, count: offsets[rows])))
    case .integerLists:
      let offsets = try offsets(source)
      return .integerLists(
        ListColumn(offsets: offsets, values: try integers(source, count: offsets[rows])))
    case .floatLists:
      let offsets = try offsets(source)
      return .floatLists(
        ListColumn(offsets: offsets, values: try floats(source, count: offsets[rows])))
    }
  }

  private func strings(_ source: Source, count: Int) throws -> StringColumn {
    let codes = try source.tensors.elements("\(name)/codes", as: Int32.self)
    let words = try source.words(name)
    try check(codes.count, count, source)
    guard codes.allSatisfy({ $0 >= 0 && $0 < words.count }) else {
      throw source.complain(
        "\(name)/codes names strings beyond the \(words.count) of \(ArtifactLayout.words(of: name))"
      )
    }
    return StringColumn(distinct: words, codes: codes)
  }

  private func integers(_ source: Source, count: Int) throws -> [Int] {
    let values = try source.tensors.elements("\(name)/values", as: Int64.self)
    try check(values.count, count, source)
    return values.map { Int($0) }
  }

  private func floats(_ source: Source, count: Int) throws -> [Float] {
    let values = try source.tensors.elements("\(name)/values", as: Float.self)
    try check(values.count, count, source)
    return values
  }

  private func offsets(_ source: Source) throws -> [Int] {
    let offsets = try source.tensors.elements("\(name)/offsets", as: Int64.self).map { Int($0) }
    let rows = source.identifiers.count
    guard offsets.count == rows + 1, offsets.first == 0,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw source.complain(
        "\(name)/offsets are not \(rows + 1) rising numbers from 0, as lists of \(rows) items have")
    }
    return offsets
  }

  private func check(_ found: Int, _ expected: Int, _ source: Source) throws {
    guard found == expected else {
      throw source.complain("\(name) has \(found) values; expected \(expected)")
    }
  }
}
