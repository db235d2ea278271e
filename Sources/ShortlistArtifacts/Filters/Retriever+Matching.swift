public import ShortlistData
public import ShortlistIndex
import ShortlistModels
import ShortlistTensors

extension Retriever {
  /// The rows of the catalogue whose items match a filter. Those of the last filters are kept, so that asking
  /// again costs a look-up.
  ///
  /// - Throws: `RetrieverError.noItemColumns` where the catalogue has no columns of items, `DataError` where the
  ///   filter does not fit them.
  public func rows(matching filter: ItemFilter) throws -> RowSet {
    try filter.check()
    guard let items = catalogue.items else {
      throw RetrieverError(
        .noItemColumns,
        "the filter \(String(filter.description.prefix(60))) cannot be applied: the artefact holds no columns of "
          + "items. Train it again with `shortlist train`, or save a retriever whose catalogue is from "
          + "`embedCandidates`")
    }
    if let known = matches[filter] { return known }
    let rows = try items.rows(matching: filter)
    matches[filter] = rows
    return rows
  }
}

/// The rows that matched the filters that were used last.
final class FilterMatches: Sendable {
  private let entries = Guarded<[(filter: ItemFilter, rows: RowSet)]>([])

  /// How many are kept; each takes a bit for every row.
  static let limit = 16

  subscript(filter: ItemFilter) -> RowSet? {
    get {
      entries.withLock { entries in
        guard let place = entries.firstIndex(where: { $0.filter == filter }) else { return nil }
        // The last used stands last.
        let entry = entries.remove(at: place)
        entries.append(entry)
        return entry.rows
      }
    }
    set {
      entries.withLock { entries in
        entries.removeAll { $0.filter == filter }
        if let newValue { entries.append((filter, newValue)) }
        if entries.count > Self.limit { entries.removeFirst() }
      }
    }
  }
}
