import ShortlistData
import Testing

/// 0..<count as rows with every type of column.
private func numbered(_ count: Int) throws -> Dataset {
  let rows = Array(0..<count)
  return try Dataset([
    ("user_id", .init(rows.map { "user \($0 % 5)" })),
    ("movie_title", .init(rows.map { "film \($0 * 13 % 11)" })),
    ("user_rating", .init(rows.map { Float($0 % 9) / 2 + 1 })),
    ("timestamp", .init(rows.map { 1000 - $0 / 3 })),
    ("movie_genres", .init(rows.map { Array(["a", "b", "c"].prefix($0 % 4)) })),
    ("counts", .init(rows.map { Array(repeating: $0, count: $0 % 3) })),
    ("weights", .init(rows.map { [Float($0)] })),
  ])
}

@Suite("Dataset")
struct DatasetTests {
  @Test("Rows hold what they were given, column by column", arguments: [0, 1, 2, 100])
  func columns(count: Int) throws {
    let dataset = try numbered(count)
    #expect(dataset.rowCount == count)
    #expect(Array(dataset[.userID]) == (0..<count).map { "user \($0 % 5)" })
    #expect(dataset[.userID].distinct.count == min(count, 5))
    #expect(
      Array(dataset[.movieGenres]) == (0..<count).map { Array(["a", "b", "c"].prefix($0 % 4)) })
    #expect(
      Array(dataset[Feature<[Int]>("counts")])
        == (0..<count).map { Array(repeating: $0, count: $0 % 3) })
    let reversed = dataset.rows(at: Array((0..<count).reversed()))
    #expect(reversed[.timestamp] == (0..<count).reversed().map { 1000 - $0 / 3 })
    #expect(Array(reversed[.movieTitle]) == Array(dataset[.movieTitle].reversed()))
    #expect(Array(reversed[.movieGenres]) == Array(dataset[.movieGenres].reversed()))
    #expect(reversed.rows(at: Array((0..<count).reversed())) == dataset)
  }

  @Test("Selected strings are distinct, used, and in order of first appearance")
  func selectedStrings() throws {
    let part = try numbered(100).rows(at: [7, 3, 7])
    #expect(part[.userID].distinct == ["user 2", "user 3"])
    #expect(part[.userID].codes == [0, 1, 0])
    #expect(part == (try numbered(100).rows(at: [7, 3, 7])))
  }

  @Test("Appended rows and columns are where they belong")
  func appending() throws {
    let all = try numbered(50)
    let joined = try all.prefix(20).appending(rows: all.rows(at: Array(20..<50)))
    #expect(joined == all)
    let more = try all.appending("fold", .init(Array(0..<50)))
    #expect(more[Feature<Int>("fold")][49] == 49)
    #expect(try more.selecting(all.columnNames) == all)
    #expect(throws: DataError.self) { try all.appending("fold", .init([1])) }
    #expect(throws: DataError.self) { try all.appending("user_id", .init(Array(0..<50))) }
  }

  @Test("A missing column or a wrong type names what there is")
  func missingColumn() throws {
    let dataset = try numbered(3).selecting(["user_id", "timestamp"])
    let missing = #expect(throws: DataError.self) { try dataset.column(.userRating) }
    #expect(missing?.code == .missingColumn)
    #expect(
      missing?.description
        == #"there is no column "user_rating"; the columns are "user_id", "timestamp""#)
    let wrong = #expect(throws: DataError.self) { try dataset.column(Feature<Int>("user_id")) }
    #expect(wrong?.description == #"column "user_id" holds strings, not integers"#)
  }

  @Test("Implicit feedback keeps all rows or those rated high enough")
  func feedback() throws {
    let dataset = try numbered(20)
    #expect(try dataset.viewed(as: .explicit) == dataset)
    #expect(try dataset.viewed(as: .implicit()) == dataset)
    let high = try dataset.viewed(as: .implicit(minimumRating: 4))
    #expect(high[.userRating].allSatisfy { $0 >= 4 })
    #expect(high.rowCount == dataset[.userRating].count { $0 >= 4 })
  }

  @Test("Rare users and items go, once or until none is rare")
  func minimumCount() throws {
    let dataset = try Dataset([
      ("user_id", .init(["a", "a", "b", "b", "c", "c"])),
      ("movie_id", .init(["x", "y", "x", "y", "x", "z"])),
    ])
    // z is rare; without it c is rare; then x and y still stand twice.
    let stable = try dataset.filtering(minimumCount: 2, of: .userID, .movieID)
    #expect(Array(stable[.userID]) == ["a", "a", "b", "b"])
    let once = try dataset.filtering(minimumCount: 2, of: .userID, .movieID, untilStable: false)
    #expect(Array(once[.userID]) == ["a", "a", "b", "b", "c"])
    #expect(try dataset.filtering(minimumCount: 3, of: .userID).rowCount == 0)
  }
}

@Suite("Splits")
struct SplitTests {
  @Test(
    "A random split takes the nearest number of rows, each once, in order",
    arguments: [0, 1, 2, 5, 1000], [0.1, 0.2, 0.5, 0.999])
  func random(count: Int, fraction: Double) throws {
    let rows = try Dataset([("timestamp", .init(Array(0..<count)))])
    let (train, test) = try rows.split(holdingOut: fraction, seed: 42)
    #expect(test.rowCount == Int((Double(count) * fraction).rounded()))
    #expect((train[.timestamp] + test[.timestamp]).sorted() == Array(0..<count))
    #expect(train[.timestamp] == train[.timestamp].sorted())
    #expect(test[.timestamp] == test[.timestamp].sorted())
  }

  @Test("A seed means the same rows for ever")
  func pinned() throws {
    let rows = try Dataset([("timestamp", .init(Array(0..<20)))])
    let (_, test) = try rows.split(holdingOut: 0.2, seed: 42)
    #expect(test[.timestamp] == [5, 7, 12, 15])
    #expect(try rows.split(holdingOut: 0.2, seed: 43).test != test)
    #expect(
      rows.shuffled(seed: 42)[.timestamp] == [
        3, 13, 18, 1, 14, 8, 11, 6, 9, 0, 10, 2, 12, 15, 7, 17, 4, 16, 5, 19,
      ])
  }

  @Test("A fraction that makes no sense is refused", arguments: [0, 1, -0.2, 1.5, .nan])
  func badFraction(fraction: Double) throws {
    let rows = try Dataset([("timestamp", .init([1, 2, 3]))])
    #expect(throws: DataError.self) { try rows.split(holdingOut: fraction, seed: 1) }
    #expect(throws: DataError.self) { try rows.split(latest: fraction) }
  }

  @Test("The latest rows are the test, equal times ordered by row")
  func latest() throws {
    let rows = try Dataset([
      ("timestamp", .init([5, 9, 1, 9, 9])), ("row", .init([0, 1, 2, 3, 4])),
    ])
    let (train, test) = try rows.split(latest: 0.4)
    #expect(test[Feature<Int>("row")] == [3, 4])
    #expect(train[Feature<Int>("row")] == [0, 1, 2])
  }

  @Test("Each user's last row is the test, a single row is not")
  func lastOut() throws {
    let rows = try Dataset([
      ("user_id", .init(["a", "b", "a", "c", "b", "a"])),
      ("timestamp", .init([3, 1, 9, 1, 1, 9])),
      ("row", .init([0, 1, 2, 3, 4, 5])),
    ])
    let (train, test) = try rows.splitLeavingLastOut()
    #expect(test[Feature<Int>("row")] == [4, 5])
    #expect(train[Feature<Int>("row")] == [0, 1, 2, 3])
  }
}
