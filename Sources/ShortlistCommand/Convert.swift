import ArgumentParser
import Foundation
import Shortlist

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a table in another format: TFRecord, a TensorFlow data set, CSV, JSON Lines.",
    discussion: """
      EXAMPLE
        shortlist convert plays.csv --output plays.tfrecord --column user:string
        shortlist convert 'plays-*.tfrecord' --output plays.jsonl.gz
        shortlist convert plays.csv --output plays.tfrecord.gz --shards 8
        shortlist convert plays.csv --tfds plays:1.0.0 --label genre --output tensorflow_datasets
        shortlist convert tensorflow_datasets/plays/1.0.0 --output plays.csv
        shortlist convert movielens-100k --tfds movielens --output tensorflow_datasets

      Inputs are files, patterns, the folder of one version of a TensorFlow data set, or a data set that
      `shortlist fetch` brought; several are put one after the other. Without --tfds the name of the output tells
      the format: .tfrecord, .jsonl, .csv or .tsv, each perhaps followed by .gz.
      """)

  @Argument(help: "What is read.", completion: .file()) var inputs: [String]
  @Option(name: .shortAndLong, help: "The file; with --tfds the folder of data sets.") var output:
    String
  @Option(help: "How inputs are written, where their names do not tell: csv, tsv, jsonl, tfrecord.")
  var format: String?
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "The type of a column, where the data tell another: string, integer, number or list.",
      valueName: "name:type"))
  var column: [String] = []
  @Option(parsing: .unconditional, help: "Into how many files; for .tfrecord and --tfds.")
  var shards: Int?
  @Option(
    help: ArgumentHelp(
      "Write a TensorFlow data set of this name.", valueName: "name[/configuration][:version]"))
  var tfds: String?
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A column of strings that are class labels; with --tfds.", valueName: "name"))
  var label: [String] = []
  @Option(help: "The split of a TensorFlow data set, read or written.") var split = "train"
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if let format, TableFormat.named[format] == nil {
      throw ValidationError(
        "--format is \(format); expected \(TableFormat.named.keys.sorted().joined(separator: ", "))."
      )
    }
    for text in column where Self.type(of: text) == nil {
      throw ValidationError(
        "--column \(text): expected NAME:TYPE, where TYPE is string, integer, number or list.")
    }
    if let shards, shards < 1 {
      throw ValidationError("--shards is \(shards); expected at least 1.")
    }
    if !label.isEmpty, tfds == nil { throw ValidationError("--label is for --tfds.") }
    guard tfds == nil else { return }
    guard let format = try? TableFormat(ofFileNamed: output) else {
      throw ValidationError(
        "--output \(output): expected a name that ends in .tfrecord, .jsonl, .csv or .tsv, perhaps"
          + " with .gz; or --tfds.")
    }
    if shards != nil, format != .tfRecord { throw ValidationError("--shards is for .tfrecord.") }
  }

  func run() throws {
    if tfds != nil, inputs.count == 1, let movieLens = try MovieLens.fetched(as: inputs[0]) {
      guard tfds == "movielens" else {
        throw ValidationError("--tfds: MovieLens is written as the data set movielens.")
      }
      let folders = try movieLens.writeTFDS(to: output)
      return try report(
        [folders.ratings.path, folders.movies.path],
        rows: movieLens.ratings.rowCount + movieLens.movies.rowCount)
    }
    var dataset: Dataset?
    for input in inputs {
      let next = try read(input)
      dataset = try dataset?.appending(rows: next) ?? next
    }
    guard let dataset else { return }
    try report(try write(dataset), rows: dataset.rowCount)
  }

  // MARK: Reading

  private func read(_ input: String) throws -> Dataset {
    if let movieLens = try MovieLens.fetched(as: input) { return movieLens.ratings }
    let info = URL(filePath: input).appending(path: "dataset_info.json").plainPath
    if FileManager.default.fileExists(atPath: info) {
      return try TFDSFolder(at: input).dataset(split: split)
    }
    let format = format.flatMap { TableFormat.named[$0] }
    let dataset = try Dataset(contentsOf: input, format: format)
    let asked = column.compactMap(Self.type)
    guard !asked.isEmpty else { return dataset }
    let retyped = try Dataset(contentsOf: input, format: format, columns: asked)
    return try Dataset(
      dataset.columnNames.compactMap { name in
        (retyped[name: name] ?? dataset[name: name]).map { (name, $0) }
      })
  }

  private static func type(of text: String) -> ColumnSpecification? {
    guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
      let kind = Recipe.DataSource.ItemColumnKind(
        rawValue: String(text[text.index(after: colon)...]))
    else { return nil }
    return kind.specification(String(text[..<colon]))
  }

  // MARK: Writing

  private func write(_ dataset: Dataset) throws -> [String] {
    guard let tfds else {
      if let shards { return try dataset.writeTFRecords(to: output, shards: shards) }
      try dataset.write(to: output)
      return [output]
    }
    var description = try TFDSDescription(named: tfds)
    for name in label {
      let names: Set<String>
      switch dataset[name: name] {
      case .strings(let column): names = Set(column.distinct)
      case .stringLists(let column): names = Set(column.values.distinct)
      case nil:
        throw CommandFailure(
          "--label \(name): there is no such column; there are"
            + " \(dataset.columnNames.joined(separator: ", "))")
      case let column?:
        throw CommandFailure("--label \(name): the column holds \(column.typeName), not strings")
      }
      description.labels[name] = names.sorted()
    }
    let folder = try TFDSFolder.write(
      [(split, dataset)], to: output, as: description, shards: shards)
    return [folder.path]
  }

  private struct Result: Encodable {
    let written: [String]
    let rows: Int
  }

  private func report(_ written: [String], rows: Int) throws {
    if json { return try Terminal.printJSON(Result(written: written, rows: rows)) }
    try Terminal.show("\(rows) rows")
    for path in written { try Terminal.show("saved \(path)") }
  }
}

extension MovieLens {
  /// The data set that `shortlist fetch` brought under a name like `movielens-100k`; nil for another name.
  fileprivate static func fetched(as name: String) throws -> MovieLens? {
    guard name.hasPrefix("movielens-"),
      let edition = Recipe.DataSource.editions[String(name.dropFirst("movielens-".count))]
    else { return nil }
    let folder = MovieLens.folder(of: edition).plainPath
    guard FileManager.default.fileExists(atPath: folder) else {
      throw CommandFailure("\(folder): \(name) is not there. Run `shortlist fetch \(name)` first")
    }
    return try MovieLens(edition, at: folder)
  }
}
