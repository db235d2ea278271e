import ArgumentParser
import Shortlist

/// The flag that chooses items by their columns.
struct ItemCondition: ParsableArguments {
  @Option(
    name: .customLong("where"), parsing: .unconditional,
    help: ArgumentHelp(
      "Choose only from items of which this is true, as 'genres contains \"Comedy\" and year >= 1990'; inspect "
        + "shows the columns.", valueName: "condition"))
  var text: String?

  func validate() throws {
    do {
      _ = try filter()
    } catch {
      throw ValidationError("--where: \(error)")
    }
  }

  func filter() throws -> ItemFilter? { try text.map { try ItemFilter($0) } }
}
