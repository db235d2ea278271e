import ShortlistTesting
import Testing

@testable import ShortlistIndex

@Suite("Row filters")
struct RowFilterTests {
  static let filters: [RowFilter] = [
    .all, .among([0, 63, 64, 65, 127, 128, 199]), .among(RowSet(0..<200)), .among([Int]()),
    .excluding([0, 199, 64, 64, 63, -3, 500]), .among(50..<150).excluding([49, 50, 149, 150]),
    .all.excluding([7]).excluding([3, 7]),
  ]

  @Test(
    "Hiding, listing and asking agree", arguments: filters,
    [0..<200, 1..<64, 63..<65, 64..<128, 5..<5, 190..<200])
  func agree(filter: RowFilter, range: Range<Int>) {
    var scores = [Float](repeating: 1, count: range.count)
    var span = scores.mutableSpan
    filter.hide(in: &span, firstRow: range.lowerBound)
    let visible = range.filter { !scores[$0 - range.lowerBound].isNaN }
    #expect(visible == range.filter(filter.contains))
    #expect(filter.rows(in: range) == visible)
  }

  @Test("A set counts each row once and lists rows in order")
  func rowSet() {
    var set = RowSet([130, 0, 64, 0])
    set.insert(63)
    set.insert(63)
    #expect(set.count == 4)
    #expect(set.rows == [0, 63, 64, 130])
    #expect(set.contains(130) && !set.contains(129) && !set.contains(-1) && !set.contains(9999))
    #expect(RowSet().rows == [])
  }
}
