import Foundation
import Shortlist
import ShortlistPython
import ShortlistTesting
import Synchronization
import Testing

@testable import ShortlistTensorFlow

private let user = BlockInteractions.user
private let item = BlockInteractions.item

/// Reads what a training has written after its first epoch, and keeps the losses of its steps.
private final class Reader: Callback {
  let folder: URL
  private let text = Mutex("")
  private let losses = Mutex<[Expected.Point]>([])
  var lines: [Substring] { text.withLock { $0.split(separator: "\n") } }
  var steps: [Expected.Point] { losses.withLock { $0 } }

  init(_ folder: URL) { self.folder = folder }

  func stepDidEnd(_ state: TrainingState) {
    losses.withLock { $0.append([Double(state.optimizer.step), state.stepLoss]) }
  }

  func epochDidEnd(_ state: inout TrainingState, parameters: Parameters) throws {
    guard state.epoch == 1 else { return }
    let read = try Python.run("read_events.py", [folder.path()])
    text.withLock { $0 = read }
  }
}

private final class Said: Sendable {
  private let all = Mutex<[String]>([])
  var texts: [String] { all.withLock { $0 } }
  func add(_ text: String) { all.withLock { $0.append(text) } }
}

/// What `tensorboard_pages.py` compares with.
private struct Expected: Encodable {
  /// A step and its value.
  typealias Point = [Double]

  var runs = ["direct", "projector", "train", "validation"]
  var scalars: [String: [String: [Point]]] = [:]
  var described = ["epoch_top_5", "among the 5 best"]
  var histograms: [String: [Int]] = [:]
  /// Of the run `direct`.
  var values: [String: [Float]] = [:]
  var texts: [String: [String: String]] = [:]
  var projectorRun = "projector"
  var vectors: [String: [[Float]]] = [:]
  var labels: [String: [[String]]] = [:]
}

extension Matrix {
  fileprivate var lists: [[Float]] {
    (0..<rows).map { row in (0..<columns).map { self[row, $0] } }
  }
}

@Suite("TensorBoard")
struct TensorBoardTests {
  private let data = BlockInteractions(groups: 3, usersPerGroup: 4, itemsPerGroup: 4)

  private func makeModel() -> TwoTowerModel {
    TwoTowerModel(
      query: Tower { Embedding(of: user, in: Vocabulary(data.train[user]), dimensions: 6) },
      candidate: Tower { Embedding(of: item, in: Vocabulary(data.items[item]), dimensions: 6) },
      seed: 7)
  }

  /// The items with further columns, some of them trouble for a table of tabs and lines.
  private func items() throws -> Dataset {
    let count = data.items.rowCount
    return try Dataset([
      ("genres", .stringLists(ListColumn((0..<count).map { $0 == 1 ? [] : ["a\tb", "c"] }))),
      (item.name, .strings(data.items[item])),
      ("title", .strings(StringColumn((0..<count).map { "line \($0)\r\nand\nmore" }))),
      ("year", .integers((0..<count).map { 1990 + $0 })),
      ("stars", .floats((0..<count).map { Float($0) / 4 })),
    ])
  }

  @Test("TensorBoard shows runs, curves, histograms, texts and vectors", .needsTensorFlow)
  func pages() throws {
    try withTemporaryFolder { folder in
      let logs = folder.appending(path: "logs", directoryHint: .isDirectory)
      let candidates = try CandidateSet(items(), identifiedBy: item)
      var model = makeModel()
      let board = TensorBoard(
        in: logs, texts: ["recipe": "# Recipe"],
        projecting: .init(
          of: model, items: candidates, users: try CandidateSet(data.train, identifiedBy: user)),
        histogramsEvery: 2)
      let reader = Reader(logs.appending(path: "train"))
      let history = try Trainer(
        optimizer: .adagrad(learningRate: 0.25), callbacks: [board, reader]
      ).fit(
        &model, to: data.train.batched(10), epochs: 4, measuring: candidates, at: [1, 5],
        validatingOn: data.test.batched(12))

      try checkFirstEpoch(reader)
      var expected = Expected()
      expected.scalars = scalars(history)
      // The fourth batch of an epoch has six examples only.
      #expect(reader.steps.count == 16)
      expected.scalars["train"]?["batch_loss"] = reader.steps.filter { Int($0[0]) % 4 != 0 }
      for name in model.parameters.names { expected.histograms[name] = [2, 4] }
      expected.texts = [
        "train": ["recipe": "<h1>Recipe</h1>"], "projector": ["projector": "items"],
      ]
      expected.vectors["items"] =
        try model.embedCandidates(data.items, identifiedBy: item).embeddings.lists
      expected.labels["items"] =
        [[item.name, "genres", "title", "year", "stars"]]
        + data.items[item].enumerated().map { row, name in
          [
            name, row == 1 ? "" : "a b, c", "line \(row) and more", "\(1990 + row)",
            "\(Float(row) / 4)",
          ]
        }
      let users = try Dataset([(user.name, .strings(StringColumn(data.train[user].distinct)))])
      expected.vectors["users"] = try model.embedQueries(users).lists
      expected.labels["users"] = users[user].map { [$0] }
      expected.values = try writeDirectly(to: logs.appending(path: "direct"))

      let file = folder.appending(path: "expected.json")
      try JSONEncoder().encode(expected).write(to: file)
      let printed = try Python.run("tensorboard_pages.py", [logs.path(), file.path()])
      #expect(printed.contains("histograms 5\n"))
      #expect(printed.hasSuffix("projector ['items', 'users']\n"))
    }
  }

  @Test("Without a folder that can be written training does not begin")
  func unwritable() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: folder.appending(path: "file"))
      var model = makeModel()
      let untouched = model
      let trainer = Trainer(
        optimizer: .adagrad(learningRate: 0.25),
        callbacks: [TensorBoard(in: folder.appending(path: "file"))])
      #expect(throws: FileError.self) {
        try trainer.fit(&model, to: data.train.batched(12), epochs: 1)
      }
      #expect(model.parameters == untouched.parameters)
    }
  }

  @Test("When writing fails on the way, training goes on and it is said once")
  func fails() throws {
    try withTemporaryFolder { folder in
      for name in ["validation", "projector"] {
        try Data().write(to: folder.appending(path: name))
      }
      let said = Said()
      var model = makeModel()
      let board = TensorBoard(
        in: folder,
        projecting: .init(of: model, items: try CandidateSet(items(), identifiedBy: item))
      ) { said.add($0) }
      let history = try Trainer(
        optimizer: .adagrad(learningRate: 0.25), callbacks: [board]
      ).fit(
        &model, to: data.train.batched(12), epochs: 3, validatingOn: data.test.batched(12))
      #expect(history.epochs.count == 3)
      #expect(said.texts.count == 1)
      #expect(
        said.texts.first?.hasPrefix("TensorBoard gets no more of this training: \(folder.path())")
          == true)
    }
  }

  @Test("Of many items as many are shown as wanted, at equal distances")
  func limit() throws {
    let model = makeModel()
    let projection = TensorBoard.Projection(
      of: model, items: try CandidateSet(items(), identifiedBy: item), limit: 5)
    let shown = try #require(try projection.vectors(with: model.parameters).first)
    let all = try model.embedCandidates(data.items, identifiedBy: item).embeddings
    #expect(shown.vectors == all.gathering([0, 2, 4, 7, 9]))
    #expect(shown.labels[item].map { $0 } == [0, 2, 4, 7, 9].map { data.items[item][$0] })
  }

  private func checkFirstEpoch(_ reader: Reader) throws {
    struct Line: Decodable {
      var version: String?
      var step: Int?
      var tag: String?
      var plugin: String?
    }
    let lines = try reader.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    #expect(lines.first?.version == "brain.Event:2")
    #expect(lines.contains { $0.tag == "recipe" && $0.plugin == "text" && $0.step == 0 })
    #expect(lines.filter { $0.tag == "batch_loss" }.map(\.step) == [1, 2, 3])
    #expect(lines.contains { $0.tag == "epoch_loss" && $0.plugin == "scalars" && $0.step == 1 })
    #expect(!lines.contains { $0.step ?? 0 > 3 })
  }

  private func scalars(_ history: History) -> [String: [String: [Expected.Point]]] {
    var curves: [String: [String: [Expected.Point]]] = [:]
    func add(_ run: String, _ name: String, _ epoch: Int, _ value: Double) {
      curves[run, default: [:]]["epoch_\(name)", default: []].append([Double(epoch), value])
    }
    for epoch in history.epochs {
      add("train", "loss", epoch.epoch, epoch.loss)
      add("train", "regularization_loss", epoch.epoch, 0)
      add("train", "total_loss", epoch.epoch, epoch.loss)
      add("train", "learning_rate", epoch.epoch, 0.25)
      for (name, value) in epoch.metrics {
        let isWatched = name.hasPrefix("validation_")
        add(
          isWatched ? "validation" : "train", isWatched ? String(name.dropFirst(11)) : name,
          epoch.epoch, value)
      }
    }
    return curves
  }

  /// A run without a trainer, with the values of its histograms.
  private func writeDirectly(to run: URL) throws -> [String: [Float]] {
    var random = RandomStream(seed: 3)
    let values: [String: [Float]] = [
      "normal": (0..<1000).map { _ in random.normal() }, "constant": [2.5, 2.5, 2.5], "one": [-1],
      "none": [], "two": [0, 1],
    ]
    let writer = try SummaryWriter(in: run)
    for (tag, values) in values {
      try writer.histogram(
        tag, of: Matrix(rows: 1, columns: values.count, values: values), step: 1)
    }
    return values
  }
}
