public import Foundation
public import ShortlistModels
import ShortlistTensors

/// Writes a checkpoint every few epochs; of several only the newest stays.
///
/// A checkpoint is a folder `epoch-N` that appears whole: parameters and optimizer as safetensors, the
/// rest as JSON.
public struct Checkpointing: Callback {
  public let folder: URL
  public let epochs: Int

  /// - Parameters:
  ///   - epochs: after how many epochs.
  ///   - folder: where checkpoints stand.
  public init(every epochs: Int, in folder: URL) {
    precondition(epochs > 0, "a checkpoint every \(epochs) epochs")
    self.epochs = epochs
    self.folder = folder
  }

  public mutating func epochDidEnd(_ state: inout TrainingState, parameters: Parameters) throws {
    let isLast = state.epoch == state.epochs || state.stopReason != nil
    guard state.epoch.isMultiple(of: epochs) || isLast else { return }
    let checkpoint = Checkpoint(
      epoch: state.epoch, parameters: parameters, optimizer: state.optimizer,
      history: state.history)
    let older = Checkpoint.numbers(in: folder)
    try checkpoint.write(to: folder)
    for number in older where number != state.epoch {
      try? FileManager.default.removeItem(at: Checkpoint.place(number, in: folder))
    }
  }
}

extension Checkpoint {
  private struct State: Codable {
    var format = 1
    var epoch: Int
    var step: Int
    var algorithm: Optimizer.Algorithm
    var learningRate: Float
    var history: History
  }

  /// The newest checkpoint of a folder, or nil where there is none.
  ///
  /// - Throws: `TrainingError.checkpoint` or `TensorFileError` that names what is damaged.
  public static func newest(in folder: URL) throws -> Checkpoint? {
    guard let number = numbers(in: folder).max() else { return nil }
    let place = place(number, in: folder)
    let file = place.appending(path: "state.json")
    let state: State
    do {
      state = try JSONDecoder().decode(State.self, from: Data(contentsOf: file))
      guard state.format == 1, state.epoch == number, state.step >= 0 else {
        throw CocoaError(.fileReadCorruptFile)
      }
    } catch {
      throw TrainingError(
        .checkpoint,
        "\(file.path(percentEncoded: false)): the checkpoint cannot be read; remove its folder to begin anew"
      )
    }
    let weights = try Safetensors(contentsOf: place.appending(path: "parameters.safetensors"))
    var parameters = Parameters()
    for name in weights.names { parameters[name] = try weights.matrix(name) }
    let memory = try Safetensors(contentsOf: place.appending(path: "optimizer.safetensors"))
    var optimizer = Optimizer(state.algorithm, learningRate: state.learningRate)
    optimizer.step = state.step
    for name in parameters.names {
      var slots: [Matrix] = []
      while memory.names.contains("\(name)#\(slots.count)") {
        slots.append(try memory.matrix("\(name)#\(slots.count)"))
      }
      if !slots.isEmpty { optimizer.slots[name] = slots }
    }
    return Checkpoint(
      epoch: state.epoch, parameters: parameters, optimizer: optimizer, history: state.history)
  }

  /// Writes the checkpoint as a folder that appears whole; one of the same epoch is replaced.
  func write(to folder: URL) throws {
    let target = Self.place(epoch, in: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    if FileManager.default.fileExists(atPath: target.path(percentEncoded: false)) {
      try FileManager.default.removeItem(at: target)
    }
    try AtomicFolder.write(to: target) { place in
      try Safetensors.write(
        parameters.names.compactMap { name in parameters[name].map { (name, $0) } },
        to: place.appending(path: "parameters.safetensors"))
      let slots = optimizer.slots.sorted { $0.key < $1.key }.flatMap { name, matrices in
        matrices.enumerated().map { ("\(name)#\($0)", $1) }
      }
      try Safetensors.write(slots, to: place.appending(path: "optimizer.safetensors"))
      let state = State(
        epoch: epoch, step: optimizer.step, algorithm: optimizer.algorithm,
        learningRate: optimizer.learningRate, history: history)
      try JSONEncoder().encode(state).write(to: place.appending(path: "state.json"))
    }
  }

  static func place(_ number: Int, in folder: URL) -> URL {
    folder.appending(path: "epoch-\(number)", directoryHint: .isDirectory)
  }

  static func numbers(in folder: URL) -> [Int] {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: folder.path(percentEncoded: false))
    return (names ?? []).compactMap { name in
      name.hasPrefix("epoch-") ? Int(name.dropFirst("epoch-".count)) : nil
    }
  }
}
