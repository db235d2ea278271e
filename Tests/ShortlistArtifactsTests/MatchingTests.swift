import Foundation
import ShortlistTensors
import ShortlistTesting
import Testing

@testable import ShortlistArtifacts
@testable import ShortlistData
@testable import ShortlistIndex

/// Items with columns of every type, among them missing values.
private struct RandomItems {
  var random: RandomStream
  static let words = ["", "a", "b", "ab", "B", "caf\u{E9}", "cafe\u{301}", "z", "\u{10FFFF}"]
  static let numbers: [Double] = [-2, -0.5, 0, 0.1, 1, 1.5, 2, 3, 4.1, 1e300, -1e300]

  mutating func word() -> String { Self.words[random.below(Self.words.count)] }
  mutating func integer() -> Int {
    random.below(12) == 0 ? [Int.min, Int.max, Int.max - 1][random.below(3)] : random.below(7) - 3
  }
  mutating func float() -> Float {
    random.below(6) == 0 ? .nan : Float(Self.numbers[random.below(9)])
  }

  mutating func dataset(_ count: Int) throws -> Dataset {
    func rows<T>(_ make: () -> T) -> [T] { (0..<count).map { _ in make() } }
    return try Dataset([
      ("word", .init(rows { word() })), ("integer", .init(rows { integer() })),
      ("float", .init(rows { float() })),
      ("words", .init(rows { (0..<random.below(4)).map { _ in word() } })),
      ("integers", .init(rows { (0..<random.below(4)).map { _ in integer() } })),
      ("floats", .init(rows { (0..<random.below(4)).map { _ in float() } })),
    ])
  }

  mutating func value(of column: String) -> ItemFilter.Value {
    if column.hasPrefix("word") { return .string(random.below(4) == 0 ? "none" : word()) }
    if random.below(3) == 0 { return .number(Self.numbers[random.below(Self.numbers.count)]) }
    return .integer(integer())
  }

  mutating func filter(depth: Int) -> ItemFilter {
    let scalar = ["word", "integer", "float"][random.below(3)]
    switch random.below(depth > 0 ? 12 : 9) {
    case 0: return .equals(scalar, value(of: scalar))
    case 1: return .in(scalar, (0..<random.below(5)).map { _ in value(of: scalar) })
    case 2: return .range(scalar, from: value(of: scalar))
    case 3: return .range(scalar, above: value(of: scalar), below: value(of: scalar))
    case 4: return .range(scalar, below: value(of: scalar))
    case 5: return .range(scalar, from: value(of: scalar), through: value(of: scalar))
    case 6, 7: return .contains(scalar + "s", value(of: scalar))
    case 8: return .missing(scalar + (random.below(2) == 0 ? "s" : ""))
    case 9: return .and((0..<2 + random.below(2)).map { _ in filter(depth: depth - 1) })
    case 10: return .or((0..<2 + random.below(2)).map { _ in filter(depth: depth - 1) })
    default: return .not(filter(depth: depth - 1))
    }
  }
}

/// Whether a row matches, by the rules of the guide and nothing else.
private func matches(_ filter: ItemFilter, _ row: Int, _ items: Dataset) -> Bool {
  func scalars(_ name: String) -> [Any] {
    switch items[name: name]! {
    case .strings(let column): [column[row]]
    case .integers(let column): [column[row]]
    case .floats(let column): [column[row]]
    case .stringLists(let column): column[row]
    case .integerLists(let column): column[row]
    case .floatLists(let column): column[row]
    }
  }
  /// -1, 0 or 1; nil where the two cannot be compared.
  func order(_ a: Any, _ b: ItemFilter.Value) -> Int? {
    switch (a, b) {
    case (let a as String, .string(let b)):
      let (x, y) = (Array(a.utf8), Array(b.utf8))
      return x == y ? 0 : x.lexicographicallyPrecedes(y) ? -1 : 1
    case (let a as Int, .integer(let b)): return a < b ? -1 : a == b ? 0 : 1
    // No Double of these tests lies so near to an integer that rounding would matter.
    case (let a as Int, .number(let b)): return Double(a) < b ? -1 : Double(a) > b ? 1 : 0
    case (let a as Float, .integer(let b)):
      return a.isNaN ? nil : a < Float(b) ? -1 : a == Float(b) ? 0 : 1
    case (let a as Float, .number(let b)):
      return a.isNaN ? nil : a < Float(b) ? -1 : a == Float(b) ? 0 : 1
    default: return nil
    }
  }
  switch filter.node {
  case .equals(let name, let value), .contains(let name, let value):
    return scalars(name).contains { order($0, value) == 0 }
  case .isIn(let name, let values):
    return values.contains { value in order(scalars(name)[0], value) == 0 }
  case .range(let name, let lower, let upper):
    let found = scalars(name)[0]
    if let string = found as? String, string.isEmpty { return false }
    if let lower {
      guard let order = order(found, lower.value), order > 0 || order == 0 && lower.isIncluded
      else { return false }
    }
    if let upper {
      guard let order = order(found, upper.value), order < 0 || order == 0 && upper.isIncluded
      else { return false }
    }
    return true
  case .missing(let name):
    let found = scalars(name)
    guard !name.hasSuffix("s") else { return found.isEmpty }
    return (found[0] as? String)?.isEmpty ?? (found[0] as? Float)?.isNaN ?? false
  case .and(let parts): return parts.allSatisfy { matches($0, row, items) }
  case .or(let parts): return parts.contains { matches($0, row, items) }
  case .not(let part): return !matches(part, row, items)
  }
}

@Suite("Filters over columns of items")
struct MatchingTests {
  @Test(
    "Random filters choose the rows that plain loops choose",
    arguments: [0, 1, 63, 64, 65, 130, 500])
  func oracle(count: Int) throws {
    var source = RandomItems(random: RandomStream(seed: UInt64(count)))
    let items = try source.dataset(count)
    var (some, all) = (0, 0)
    for round in 0..<600 {
      let filter = source.filter(depth: round % 4)
      let found = try items.rows(matching: filter)
      let expected = (0..<count).filter { matches(filter, $0, items) }
      #expect(found.rows == expected, "\(filter)")
      #expect(found.count == expected.count)
      some += expected.isEmpty || expected.count == count ? 0 : 1
      all += 1
    }
    #expect(count < 63 || some > all / 2)
  }

  static let items = try! Dataset([
    ("title", .init(["Up", "", "Big", "Rudy"])), ("year", .init([2009, 1988, 1988, 1993])),
    ("stars", .init([4.1, .nan, 3, 0.1])), ("genres", .init([["a", "b"], [], ["b"], ["c"]])),
    ("codes", .init([[1], [2, 3], [], [1, 3]])), ("weights", .init([[0.1], [.nan], [], [1]])),
  ])

  @Test(
    "Each condition means what the guide says, missing values among them",
    arguments: [
      ("title = 'Big'", [2]), ("title != 'Big'", [0, 1, 3]), ("title = ''", [1]),
      ("title in ('Up', 'Rudy', 'none')", [0, 3]), ("title in ()", []), ("title >= 'C'", [0, 3]),
      ("title < 'Z'", [0, 2, 3]), ("not title < 'Z'", [1]), ("title is missing", [1]),
      ("year = 1988", [1, 2]), ("year = 1988.5", []), ("year > 1988.5", [0, 3]),
      ("year <= 1988.5", [1, 2]),
      ("1988 < year <= 1993", [3]), ("year between 1993 and 2009", [0, 3]), ("year < -1e30", []),
      ("year < 1e30", [0, 1, 2, 3]), ("year > 1e30", []), ("year > -1e30", [0, 1, 2, 3]),
      ("year > 9223372036854775807", []), ("year < -9223372036854775808", []),
      ("year > 9223372036854775808", []), ("year >= 9223372036854775808", []),
      ("year < 9223372036854775808", [0, 1, 2, 3]), ("year in (1988, 2009, 1.5)", [0, 1, 2]),
      ("year is missing", []), ("year between 5 and 3", []),
      ("stars = 4.1", [0]), ("stars >= 4.1", [0]), ("stars > 4.1", []), ("stars < 4.1", [2, 3]),
      ("stars <= 0.1", [3]), ("stars in (3, 4.1)", [0, 2]), ("stars != 3", [0, 1, 3]),
      ("not stars < 3", [0, 1, 2]), ("stars is missing", [1]), ("stars < 1e300", [0, 2, 3]),
      ("stars > -1e300", [0, 2, 3]), ("genres contains 'b'", [0, 2]),
      ("genres not contains 'b'", [1, 3]),
      ("genres is missing", [1]), ("codes contains 3", [1, 3]), ("codes contains 3.5", []),
      ("weights contains 0.1", [0]), ("weights is not missing", [0, 1, 3]),
      ("genres contains 'b' and not year > 2000 or title is missing", [1, 2]),
    ] as [(String, [Int])])
  func meaning(text: String, rows: [Int]) throws {
    #expect(try Self.items.rows(matching: ItemFilter(text)).rows == rows)
  }

  @Test(
    "A filter that does not fit the columns is answered with column, type and mend",
    arguments: [
      (
        "yaer = 3",
        "the filter names the column \"yaer\", which the items do not have; they have title (strings), "
          + "year (integers), stars (floats), genres (lists of strings), codes (lists of integers), weights"
      ),
      (
        "year = '1990'",
        "the filter does not fit column \"year\", which holds integers: \"1990\" is a text; write 1990 without quotes"
      ),
      (
        "stars < 'good'",
        "column \"stars\", which holds floats: \"good\" is a text; expected a number"
      ),
      ("title = 3", "column \"title\", which holds strings: 3 is a number; write \"3\" in quotes"),
      ("title in ('a', 3)", "3 is a number"), ("title < 3.5", "3.5 is a number"),
      ("year in (3, 'b')", "\"b\" is a text"), ("stars in ('b')", "\"b\" is a text"),
      (
        "genres = 'a'",
        "column \"genres\", which holds lists of strings: =, in and ranges do not compare lists; use"
      ),
      ("codes < 3", "use contains"), ("weights in (3)", "use contains"),
      (
        "title contains 'a'",
        "column \"title\", which holds strings: contains looks into lists; use = or in"
      ),
      ("genres contains 3", "3 is a number"), ("codes contains 'a'", "\"a\" is a text"),
      ("weights contains 'a'", "\"a\" is a text"),
      // Every part is looked at, whatever the others say.
      ("title in () and yaer = 3", "\"yaer\""), ("not (year > 0 or yaer is missing)", "\"yaer\""),
    ])
  func misfits(text: String, message: String) throws {
    let error = try #require(throws: DataError.self) {
      try Self.items.rows(matching: ItemFilter(text))
    }
    #expect([.missingColumn, .wrongType].contains(error.code))
    #expect(error.message.contains(message), "\(error.message)")
  }

  @Test(
    "Numbers beyond what a column of floats can hold neither equal its values nor let the wrong ones pass",
    arguments: [
      ("stars = 1e300", []), ("stars = 1e-60", []), ("stars <= 1e300", [0, 1, 2, 4]),
      ("stars >= 1e300", [3]), ("stars > -1e300", [0, 1, 2, 3]), ("stars < -1e300", [4]),
      ("stars >= 1e-60", [1, 3]), ("stars > -1e-60", [0, 1, 3]), ("stars < 1e-60", [0, 2, 4]),
      ("stars <= -1e-60", [2, 4]), ("stars > 0", [1, 3]), ("stars >= 0", [0, 1, 3]),
    ] as [(String, [Int])])
  func extremes(text: String, rows: [Int]) throws {
    let items = try Dataset([
      ("stars", .init([0, 4.1, -1, .infinity, -.infinity, .nan] as [Float]))
    ])
    #expect(try items.rows(matching: ItemFilter(text)).rows == rows)
  }

  @Test("A filter that a program nests too deep or makes too large is refused")
  func limits() throws {
    var deep = ItemFilter.missing("title")
    for _ in 0..<64 { deep = .not(deep) }
    let many = ItemFilter.in("title", Array(repeating: "a", count: ItemFilter.maximumSize))
    let often = ItemFilter.or(
      (0...ItemFilter.maximumComparisons).map { .equals("title", .string("\($0)")) })
    var doubled = ItemFilter.missing("title")
    for _ in 0..<63 { doubled = .and([doubled, doubled]) }
    let odd = ItemFilter.not(.range("stars", from: .number(.nan)))
    for filter in [deep, many, often, doubled, odd] {
      let error = #expect(throws: DataError.self) { try Self.items.rows(matching: filter) }
      #expect(error?.code == .invalidFilter)
    }
  }
}
