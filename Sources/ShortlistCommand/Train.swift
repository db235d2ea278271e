import ArgumentParser
import Foundation
import Shortlist
import ShortlistTensorFlow

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model, evaluate it, and save it as an artefact.",
    discussion: """
      EXAMPLE
        shortlist train recipes/ml-100k.yaml --output artifacts/movies
        shortlist train --data plays.csv --user listener --item artist --output artifacts/artists

      Flags change what the recipe says. Ctrl-C ends training with the epoch that runs, and saves; a second one
      stops at once, and saves nothing.
      """)

  @Argument(help: "A recipe file.", completion: .file(extensions: ["yaml", "yml", "json"]))
  var recipe: String?

  @Option(
    name: .shortAndLong, help: "The artefact's folder; it gets the next version.",
    completion: .directory)
  var output: String

  @OptionGroup(title: "Recipe") var options: TrainOptions
  @OptionGroup(title: "Index (exact by default)") var indexOptions: IndexOptions

  @Option(parsing: .unconditional, help: "Write a checkpoint every so many epochs.")
  var checkpointEvery: Int?
  @Option(help: "Where checkpoints stand; beside the artefact by default.", completion: .directory)
  var checkpoints: String?
  @Flag(help: "Go on from the newest checkpoint.") var resume = false
  @Option(help: "Write what TensorBoard shows into this folder.", completion: .directory)
  var tensorboard: String?
  @Flag(help: "Print one JSON object.") var json = false
  @Flag(help: "Show no progress.") var quiet = false

  func validate() throws {
    if recipe == nil, options.data == nil {
      throw ValidationError("Give a recipe, or interactions with --data.")
    }
    if let checkpointEvery, checkpointEvery < 1 {
      throw ValidationError("--checkpoint-every is \(checkpointEvery); expected at least 1.")
    }
  }

  func run() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let recipe = try resolvedRecipe()
    try checkOutput()
    let prepared = try recipe.prepare()
    report(prepared)
    let loaded = clock.now

    var model = try prepared.makeModel()
    let interruption = Interruption()
    let history = try prepared.fit(
      &model, callbacks: try callbacks(of: model, prepared), resumingFrom: try checkpoint(),
      shouldStop: interruption.isRequested)
    interruption.end()
    let trained = clock.now

    let catalogue = try model.embedCandidates(
      prepared.candidates.items, identifiedBy: prepared.item)
    let interactions = try prepared.interactions()
    let evaluation =
      prepared.test.rowCount > 0
      ? try prepared.evaluate(model, among: catalogue, history: interactions) : nil
    let evaluated = clock.now

    var retriever = Retriever(
      model, index: try ExactIndex(catalogue.embeddings), over: catalogue, history: interactions)
    if let kind = indexOptions.index {
      retriever = try retriever.indexed(
        as: kind, queries: prepared.train, recall: indexOptions.recall,
        configuration: indexOptions.configuration)
    }
    let indexed = clock.now
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    var attachments = [
      "recipe.yaml": Data(try RecipeFile.text(of: recipe).utf8),
      "training.json": try history.json(), "training.csv": Data(history.csv().utf8),
    ]
    if let evaluation { attachments["evaluation.json"] = try encoder.encode(evaluation) }
    let artefact = try retriever.save(to: output, attachments: attachments).plainPath
    let seconds = Seconds(
      load: loaded - start, train: trained - loaded, evaluate: evaluated - trained,
      index: indexed - evaluated,
      total: clock.now - start)
    if json {
      return try Terminal.printJSON(
        Result(
          artefact: artefact, epochs: history.epochs, seconds: seconds, index: retriever.indexTrials
        ))
    }
    if let evaluation { try Terminal.show("\n\(evaluation)\n") }
    if indexOptions.index != nil { try Terminal.show(retriever.indexTrials.table) }
    try Terminal.show("saved \(artefact)")
  }

  // MARK: Parts

  private func resolvedRecipe() throws -> Recipe {
    var recipe = options.applied(to: try self.recipe.map { try RecipeFile.read($0) } ?? Recipe())
    // The artefact's copy must lead to the data from any folder.
    recipe.data.interactions = recipe.data.interactions.map(Self.absolute)
    recipe.data.items = recipe.data.items.map(Self.absolute)
    recipe.data.users = recipe.data.users.map(Self.absolute)
    recipe.data.path = recipe.data.path.map(Self.absolute)
    recipe.split.test = recipe.split.test.map(Self.absolute)
    return recipe
  }

  /// Tells before training what would stop the artefact from being saved after it.
  private func checkOutput() throws {
    let url = URL(filePath: output, directoryHint: .notDirectory).standardizedFileURL
    if let version = Int(url.lastPathComponent),
      ArtifactFolder.versions(in: url.deletingLastPathComponent()).contains(version)
    {
      throw CommandFailure(
        "\(output): this version exists already. Leave the number out to get the next one")
    }
    // Of the folders on the way there, the deepest that exists.
    var path = url.path(percentEncoded: false)
    while !FileManager.default.fileExists(atPath: path), path.count > 1 {
      path = NSString(string: path).deletingLastPathComponent
    }
    let place = URL(filePath: path)
    guard (try? place.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true else {
      throw CommandFailure("\(path): a file; expected a folder. Name another --output")
    }
    guard FileManager.default.isWritableFile(atPath: path) else {
      throw CommandFailure(
        "\(path): the folder may not be written. Check the permissions, or name another --output")
    }
  }

  private static func absolute(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
  }

  private func report(_ prepared: PreparedRecipe) {
    if prepared.skipped.count > 0 {
      Terminal.warn("skipped \(prepared.skipped.count) malformed rows, the first of them:")
      for error in prepared.skipped.first.prefix(3) { Terminal.warn("  \(error)") }
    }
    guard !quiet else { return }
    Terminal.warn(
      "\(prepared.train.rowCount) training rows, \(prepared.test.rowCount) test rows, "
        + "\(prepared.candidates.identifiers.count) items")
  }

  private var checkpointFolder: URL {
    URL(filePath: checkpoints ?? output + ".checkpoints", directoryHint: .isDirectory)
  }

  private func callbacks(
    of model: TwoTowerModel, _ prepared: PreparedRecipe
  ) throws -> [any Callback] {
    var callbacks: [any Callback] = quiet ? [] : [ProgressBar()]
    if let tensorboard {
      let recipe = try RecipeFile.text(of: prepared.recipe)
      callbacks.append(
        TensorBoard(
          in: URL(filePath: tensorboard, directoryHint: .isDirectory),
          texts: ["recipe": "```yaml\n\(recipe)```\n"],
          projecting: .init(
            of: model, items: prepared.candidates,
            users: try CandidateSet(prepared.train, identifiedBy: prepared.user)),
          report: Terminal.warn))
    }
    if let checkpointEvery {
      callbacks.append(Checkpointing(every: checkpointEvery, in: checkpointFolder))
    }
    return callbacks
  }

  private func checkpoint() throws -> Checkpoint? {
    guard resume else { return nil }
    let found = try Checkpoint.newest(in: checkpointFolder)
    guard let found else {
      throw CommandFailure(
        "\(checkpointFolder.path(percentEncoded: false)): there is no checkpoint to go on from; "
          + "leave --resume out to begin")
    }
    Terminal.warn("going on after epoch \(found.epoch)")
    return found
  }

  // MARK: Output

  private struct Result: Encodable {
    let artefact: String
    let epochs: [History.Epoch]
    let seconds: Seconds
    /// What was measured of each index that was tried; empty without --index.
    let index: [IndexChoice.Trial]
  }

  private struct Seconds: Encodable {
    let load: Double
    let train: Double
    let evaluate: Double
    let index: Double
    let total: Double

    init(load: Duration, train: Duration, evaluate: Duration, index: Duration, total: Duration) {
      self.load = load / .seconds(1)
      self.train = train / .seconds(1)
      self.evaluate = evaluate / .seconds(1)
      self.index = index / .seconds(1)
      self.total = total / .seconds(1)
    }
  }
}
