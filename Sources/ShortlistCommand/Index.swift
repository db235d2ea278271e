import ArgumentParser
import Foundation
import Shortlist

struct Index: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Choose, build and measure the index of an artefact, or of a file of vectors.",
    discussion: """
      EXAMPLE
        shortlist index artifacts/movies
        shortlist index artifacts/movies --index scann --recall 0.99
        shortlist index vectors.safetensors --tensor items --output items.index.safetensors

      An artefact gets a new version with the index; what was measured is printed and kept in its manifest. By
      default the fastest index that reaches the recall is taken, exact search among them. A file of vectors is
      read block by block and may be larger than memory.
      """)

  @Argument(help: "The artefact, or a safetensors file.", completion: .file()) var source: String
  @Option(
    name: .shortAndLong,
    help: "Where to write: the artefact's next version by default; for vectors, a file.",
    completion: .file())
  var output: String?
  @Option(name: .customShort("k"), parsing: .unconditional, help: "How many items are asked for.")
  var count = 10
  @Option(help: "For a file: the name of the tensor.") var tensor = "embeddings"
  @Option(help: "For a file: a tensor of queries to tune and measure by; vectors by default.")
  var queries: String?
  @Option(help: "For a file: inner-product, cosine or euclidean.") var similarity: Similarity =
    .innerProduct
  @OptionGroup(title: "Index") var options: IndexOptions
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    guard count >= 1 else { throw ValidationError("-k is \(count); ask for at least 1 item.") }
  }

  func run() throws {
    let url = URL(filePath: source)
    let isFile = (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
    try isFile ? indexVectors(url) : indexArtefact()
  }

  private func indexArtefact() throws {
    let reader = try ArtifactReader(URL(filePath: source, directoryHint: .isDirectory))
    let retriever = try Retriever(reader).indexed(
      as: options.index ?? .auto, k: count, recall: options.recall,
      configuration: options.configuration)
    let target =
      output
      ?? (reader.version == nil ? reader.folder : reader.folder.deletingLastPathComponent())
      .plainPath
    let artefact = try retriever.save(to: target, attachments: reader.attachments()).plainPath
    try report(Result(written: artefact, trials: retriever.indexTrials))
  }

  private func indexVectors(_ file: URL) throws {
    guard let output else {
      throw ValidationError("--output: name the file that gets the index of \(source).")
    }
    guard options.index != .exact, options.index != .auto else {
      throw ValidationError("--index: a file of vectors gets a scann index; leave --index out.")
    }
    let tensors = try Safetensors(contentsOf: file)
    let vectors = try tensors.matrix(tensor)
    // Before the index is built, which may take long.
    let asked = try queries.map { try tensors.matrix($0) } ?? vectors
    let configuration = options.configuration
    var index = try ScaNNIndex(
      streaming: file, tensor: tensor, configuration: configuration, similarity: similarity)
    // Inner products need no copy of the vectors, which may be larger than memory.
    let exact =
      similarity == .innerProduct
      ? try ExactIndex(vectors)
      : try ExactIndex(streaming: file, tensor: tensor, similarity: similarity)
    var random = RandomStream(seed: configuration.seed)
    let queries = asked.gathering(
      (0..<min(500, asked.rows)).map { _ in Int32(random.below(asked.rows)) })
    index =
      configuration.leavesToSearch == nil && configuration.reordering == nil
      ? try index.tuned(to: queries, k: count, recall: options.recall, against: exact)
      : try index.measured(on: queries, k: count, against: exact)
    try index.write(to: URL(filePath: output), includingVectors: false)
    try report(
      Result(
        written: output,
        trials: index.measurements.map {
          [IndexChoice.Trial(name: "scann", measurements: $0, isChosen: true)]
        }
          ?? []))
  }

  private struct Result: Encodable {
    let written: String
    let trials: [IndexChoice.Trial]
  }

  private func report(_ result: Result) throws {
    if json { return try Terminal.printJSON(result) }
    try Terminal.show(result.trials.table)
    if let chosen = result.trials.first(where: \.isChosen) {
      if chosen.measurements.speedup < 1 {
        Terminal.warn("note: exact search is faster here; --index auto would take it")
      }
      if chosen.measurements.recall < options.recall - 0.01 {
        Terminal.warn(
          "note: the recall is below \(options.recall); search deeper with --leaves-to-search and --reordering"
        )
      }
    }
    try Terminal.show("saved \(result.written)")
  }
}

extension [IndexChoice.Trial] {
  /// A line for each index that was tried, the chosen one marked.
  var table: String {
    Terminal.table(
      ["", "index", "recall", "us a query", "exact us", "times faster"],
      map { trial in
        let measured = trial.measurements
        return [
          trial.isChosen ? "*" : "", trial.name, Self.text(measured.recall, 4),
          Self.text(measured.microseconds, 1), Self.text(measured.exactMicroseconds, 1),
          Self.text(measured.speedup, 1),
        ]
      }, numbers: [2, 3, 4, 5])
  }

  private static func text(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
