import ShortlistTensors
import Testing

@testable import ShortlistTraining

@Suite("Ranks")
struct RankingTests {
  /// One query has more examples than a quarter of the candidates, and scores tie.
  @Test(
    "Raw and masked ranks are those of a plain count",
    arguments: [(1, 7, 1), (40, 30, 1), (5, 50, 2), (3, 16_400, 1)])
  func plainCount(queries: Int, candidates: Int, heads: Int) {
    var random = RandomStream(seed: 4)
    var q = Matrix(rows: queries, columns: 2 * heads)
    var c = Matrix(rows: candidates, columns: 2)
    for i in 0..<queries { for j in 0..<2 * heads { q[i, j] = Float(random.below(4)) - 1 } }
    for i in 0..<candidates { for j in 0..<2 { c[i, j] = Float(random.below(5)) - 2 } }
    let examples = 200
    let lists: [[Int32]] = [
      [], (0..<Int32(candidates)).filter { $0 % 3 == 0 }, [Int32(candidates - 1)],
    ]
    let ranking = Ranking(
      queries: q, heads: heads, candidates: c,
      queryOfExample: (0..<examples).map { _ in Int32(random.below(queries)) },
      trueRows: (0..<examples).map { _ in Int32(random.below(candidates + 1)) - 1 })
    let masking = (
      lists: lists, listOfExample: (0..<examples).map { _ in Int32(random.below(lists.count)) }
    )
    let ranks = ranking.ranks(masking: masking)
    #expect(ranks.raw == ranking.ranks())

    for example in 0..<examples {
      let truth = Int(ranking.trueRows[example])
      let scores = (0..<candidates).map { row in
        (0..<heads).map { head in
          q[Int(ranking.queryOfExample[example]), 2 * head] * c[row, 0]
            + q[Int(ranking.queryOfExample[example]), 2 * head + 1] * c[row, 1]
        }.max() ?? 0
      }
      let masked = Set(lists[Int(masking.listOfExample[example])].map { Int($0) })
      let rank = { (rows: [Int]) in
        Int32(1 + rows.reduce(0) { $0 + ($1 != truth && scores[$1] >= scores[truth] ? 1 : 0) })
      }
      let all = Array(0..<candidates)
      #expect(ranks.raw[example] == (truth < 0 ? Ranking.missed : rank(all)))
      #expect(
        ranks.masked[example]
          == (truth < 0 || masked.contains(truth)
            ? Ranking.missed : rank(all.filter { !masked.contains($0) })))
    }
  }
}
