import ShortlistTensors
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

  @Test("Counting and listing what passes agree with asking each row, hidden rows included")
  func counting() {
    var random = RandomStream(seed: 3)
    for round in 0..<60 {
      let count = [0, 1, 63, 64, 65, 700, 5000][round % 7]
      var mask = RowMask()
      for _ in 0..<round { mask.insert(random.below(6000)) }
      let some = (0..<random.below(2000)).map { _ in random.below(6000) }
      let excluded = (0..<random.below(200)).map { _ in random.below(6000) - 5 }
      for base in Self.filters + [.among(some)] {
        for filter in [base, base.excluding(excluded), base.hiding(mask).excluding(excluded)] {
          let passing = (0..<count).filter(filter.contains)
          #expect(filter.passingCount(among: count) == passing.count)
          #expect(filter.passingRows(among: count) == passing)
        }
      }
      let plain = Set(excluded)
      let filter = RowFilter.excluding(excluded)
      #expect((-5..<6100).allSatisfy { filter.contains($0) == !plain.contains($0) })
    }
  }

  @Test(
    "Union, intersection and complement are those of plain sets, and equal sets are equal",
    arguments: [0, 1, 63, 64, 65, 128, 1000])
  func algebra(count: Int) {
    var random = RandomStream(seed: UInt64(count))
    for _ in 0..<20 {
      let (a, b) = (
        Set((0..<random.below(80)).map { _ in random.below(400) }),
        Set((0..<random.below(80)).map { _ in random.below(200) })
      )
      #expect(RowSet(a).union(RowSet(b)) == RowSet(a.union(b)))
      #expect(RowSet(a).intersection(RowSet(b)) == RowSet(a.intersection(b)))
      let rest = RowSet(a).complement(among: count)
      #expect(rest == RowSet((0..<count).filter { !a.contains($0) }))
      #expect(rest.count == rest.rows.count)
      #expect(rest.complement(among: count) == RowSet(a.filter { $0 < count }))
    }
    #expect(RowSet(words: [5, 0, 0]) == RowSet([0, 2]))
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
