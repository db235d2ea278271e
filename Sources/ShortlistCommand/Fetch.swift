import ArgumentParser
import Foundation
import Shortlist

struct Fetch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring a public data set into the folder of data sets.",
    discussion: """
      EXAMPLE
        shortlist fetch movielens-100k
        shortlist fetch movielens-1m --from ~/Downloads/ml-1m.zip

      The folder is $SHORTLIST_DATA, else shortlist in the user's cache folder. Data sets keep their own
      licences: read the README that comes with each.
      """)

  @Argument(
    help: ArgumentHelp(
      "movielens-100k, movielens-1m, movielens-latest-small, movielens-20m, movielens-25m or movielens-32m.",
      valueName: "data set"),
    completion: .list(Recipe.DataSource.editions.keys.sorted().map { "movielens-\($0)" }))
  var name: String

  @Option(help: "A folder with the unpacked files, or the published archive.", completion: .file())
  var from: String?

  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    guard edition != nil else {
      throw ValidationError(
        "There is no data set \"\(name)\". Known are "
          + Recipe.DataSource.editions.keys.sorted().map { "movielens-\($0)" }
          .joined(separator: ", ") + ".")
    }
  }

  private var edition: MovieLens.Edition? {
    guard name.hasPrefix("movielens-") else { return nil }
    return Recipe.DataSource.editions[String(name.dropFirst("movielens-".count))]
  }

  func run() throws {
    guard let edition else { return }
    let folder = try MovieLens.fetch(edition, from: source) { progress in
      switch progress {
      case .found: Terminal.warn("\(name) is there already")
      case .downloading(let file, let received, let total):
        let size = total.map { " of \($0 / 1024) KiB" } ?? ""
        Terminal.status("downloading \(file): \(received / 1024) KiB\(size)")
      case .unpacking: Terminal.status("unpacking")
      case .fallingBack(let source, let reason):
        Terminal.clearStatus()
        Terminal.warn("\(reason); taking \(source)")
      }
    }
    Terminal.clearStatus()
    let path = folder.path(percentEncoded: false)
    if json {
      try Terminal.printJSON(["data_set": name, "folder": path])
    } else {
      try Terminal.show(path)
    }
  }

  private var source: FetchSource {
    guard let from else { return .published }
    let url = URL(filePath: from)
    let isFolder = (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
    return isFolder ? .folder(url) : .archive(url)
  }
}
