import ArgumentParser
import Foundation
import Shortlist

struct Similar: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find the items nearest to an item.",
    discussion: """
      EXAMPLE
        shortlist similar artifacts/movies --item "Toy Story (1995)" -k 3
        shortlist similar artifacts/movies --item "Toy Story (1995)" --where 'movie_genres contains "Drama"'

      Scores are the cosines of the items' vectors.
      """)

  @Argument(help: "The artefact.", completion: .directory) var artefact: String
  @Option(help: "The item.") var item: String
  @Option(name: .customShort("k"), parsing: .unconditional, help: "How many items.")
  var count = 10
  @OptionGroup var condition: ItemCondition
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    guard count >= 1 else {
      throw ValidationError("-k is \(count); ask for at least 1 item.")
    }
  }

  func run() throws {
    let hits = try Retriever(contentsOf: artefact).similar(
      count, to: item, matching: condition.filter())
    if json {
      try Terminal.printJSON(ItemNeighborsResult(item: item, items: hits.items))
    } else {
      try Terminal.show(hits.table)
    }
  }
}

private struct ItemNeighborsResult: Encodable {
  let item: String
  let items: [Recommendation]
}
