import ShortlistTensors
import Testing

@Suite("Rows put together")
struct RowGroupsTests {
  /// Dense rows are counted, sparse ones sorted by their digits.
  @Test(
    "Members stand by increasing row, in their order within a row",
    arguments: [0, 1, 2, 63, 1000], [1, 5, 2000, 1 << 21, Int(Int32.max)])
  func groups(count: Int, bound: Int) {
    var random = RandomStream(seed: UInt64(count + bound))
    let rows = (0..<count).map { _ in Int32(random.below(bound)) }
    let groups = RowGroups(rows)
    let distinct = Set(rows).sorted()
    #expect(groups.rows == distinct)
    for (group, row) in distinct.enumerated() {
      let members = groups.members[groups.offsets[group]..<groups.offsets[group + 1]]
      #expect(Array(members) == rows.indices.filter { rows[$0] == row }.map { Int32($0) })
    }
    #expect(groups.groupOfElement() == rows.map { Int32(distinct.firstIndex(of: $0) ?? -1) })

    let byAppearance = groups.inOrderOfAppearance()
    var seen: [Int32] = []
    for row in rows where !seen.contains(row) { seen.append(row) }
    #expect(byAppearance.rows == seen)
    #expect(byAppearance.groupOfElement().map { byAppearance.rows[Int($0)] } == rows)
  }
}
