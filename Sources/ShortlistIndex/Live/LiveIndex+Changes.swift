internal import ShortlistTensors
internal import Synchronization

extension LiveIndex {
  /// Adds an item, or replaces its vector.
  ///
  /// - Throws: as `apply`.
  public func upsert(_ identifier: String, _ vector: [Float]) throws {
    try apply([.upsert(identifier, vector)])
  }

  /// Takes an item away.
  ///
  /// - Throws: as `apply`.
  public func delete(_ identifier: String) throws { try apply([.delete(identifier)]) }

  /// Makes changes in order, all or none; when this returns they are on the disk.
  ///
  /// Several threads may call at once; they share the flushes of the disk, so that many small changes at once
  /// cost little more than one.
  ///
  /// - Throws: `IndexError` if a vector does not fit, an identifier is empty or longer than 65,536 bytes, or an
  ///   item to be deleted is not there; `FileError` if the disk is full: then nothing has changed.
  public func apply(_ changes: [LiveChange]) throws {
    guard !changes.isEmpty else { return }
    let changes = try changes.map(checked)
    let sequence = try writer.withLock { writer in
      if let refusal = writer.refusal { throw refusal }
      try check(changes, in: writer.state)
      writer.length = try writer.log.append(changes, at: writer.length)
      for change in changes { writer.state.apply(change) }
      writer.journal? += changes
      let state = writer.state.snapshot
      snapshot.withLock { $0 = state }
      return appended.withLock {
        $0.sequence += changes.count
        return $0.sequence
      }
    }
    try flush(upTo: sequence)
    compactIfDue()
  }

  /// Waits until so many changes are on the disk.
  private func flush(upTo sequence: Int) throws {
    do {
      try flushed.withLock { flushes in
        guard flushes.done < sequence else { return }
        let (log, last) = appended.withLock { $0 }
        try flushes.flush(log)
        flushes.done = last
      }
    } catch {
      writer.withLock { $0.refuseChanges(after: error) }
      throw error
    }
  }

  private func checked(_ change: LiveChange) throws -> LiveChange {
    let length = change.identifier.utf8.count
    guard (1...WriteAheadLog.longestIdentifier).contains(length) else {
      throw IndexError(
        .invalidIdentifier,
        "an identifier of \(length) bytes; expected 1 to \(WriteAheadLog.longestIdentifier)")
    }
    guard case .upsert(let identifier, var vector) = change else { return change }
    guard vector.count == dimensions else {
      throw IndexError(
        .wrongDimensions,
        "the vector of \"\(identifier.prefix(80))\" has \(vector.count) dimensions; the index holds "
          + "vectors of \(dimensions)")
    }
    if let place = vector.firstIndex(where: { !$0.isFinite }) {
      throw IndexError(
        .notFinite,
        "the vector of \"\(identifier.prefix(80))\" has \(vector[place]) at element \(place); "
          + "expected finite numbers")
    }
    if similarity == .euclidean {
      try IndexError.check(
        length: vector.span.sumOfSquares().squareRoot(),
        of: "the vector of \"\(identifier.prefix(80))\"")
    }
    if similarity == .cosine { vector = Matrix(copying: vector.span).normalizingRows().elements }
    return .upsert(identifier, vector)
  }

  /// Everything that is to be deleted must be there, or come before in the same changes.
  private func check(_ changes: [LiveChange], in state: LiveState) throws {
    guard changes.contains(where: { if case .delete = $0 { true } else { false } }) else { return }
    var there: [[UInt8]: Bool] = [:]
    for change in changes {
      let key = Array(change.identifier.utf8)
      guard case .delete(let identifier) = change else {
        there[key] = true
        continue
      }
      guard there[key] ?? (state.place(of: identifier) != nil) else {
        throw IndexError(
          .unknownIdentifier,
          "\"\(identifier.prefix(80))\" is not in the live index; nothing was changed")
      }
      there[key] = false
    }
  }
}

extension Matrix {
  /// All elements as an array.
  fileprivate var elements: [Float] { (0..<count).map { values[$0] } }
}
