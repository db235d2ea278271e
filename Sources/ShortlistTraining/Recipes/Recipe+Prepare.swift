private import Foundation
import ShortlistData
import ShortlistModels

extension Recipe {
  /// Reads the data and splits it.
  ///
  /// - Throws: `DataError` that names file, line and field; `TrainingError` when nothing is left to train on.
  public func prepare() throws -> PreparedRecipe {
    guard split.kind != .files || (split.test != nil && data.movieLens == nil) else {
      throw TrainingError(
        .invalidRecipe,
        "a split by files needs `interactions` as the training rows and `split.test` as the test rows"
      )
    }
    let tables = try data.movieLens.map { try movieLens($0) } ?? files()
    let all = try kept(tables.interactions)
    var (train, test) = try parts(of: all, by: split, test: tables.test)
    guard train.rowCount > 0 else {
      throw TrainingError(.emptyDataset, reason(nothingIsLeftOf: tables.interactions, kept: all))
    }
    var watched: Dataset?
    if let validation {
      let (rest, held) = try parts(of: train, by: validation, test: nil)
      (train, watched) = (rest, held)
    }
    if tables.test != nil { test = try rated(test) }
    return PreparedRecipe(
      recipe: self, train: train, test: test, validation: watched,
      candidates: try CandidateSet(
        catalogue(tables, of: all), identifiedBy: Feature(item)),
      skipped: tables.skipped)
  }

  private struct Tables {
    var interactions: Dataset
    var items: Dataset
    /// The test rows, where they have a file of their own.
    var test: Dataset?
    var skipped = SkippedRows()
  }

  private func rated(_ dataset: Dataset) throws -> Dataset {
    try dataset.viewed(
      as: .implicit(minimumRating: data.minimumRating), rating: Feature(data.rating))
  }

  private func kept(_ dataset: Dataset) throws -> Dataset {
    let rated = try rated(dataset)
    guard data.minimumCount > 1 else { return rated }
    return try rated.filtering(minimumCount: data.minimumCount, of: Feature(user), Feature(item))
  }

  /// The items that can be recommended: all of them, or those that are frequent enough.
  private func catalogue(
    _ tables: Tables, of interactions: Dataset
  ) throws -> Dataset {
    guard data.minimumCount > 1 else { return tables.items }
    let kept = Set(try interactions.column(Feature<String>(item)).distinct)
    return tables.items.filter(Feature<String>(item)) { kept.contains($0) }
  }

  private func reason(nothingIsLeftOf dataset: Dataset, kept: Dataset) -> String {
    if kept.rowCount > 0 { return "the split leaves no training rows of \(kept.rowCount)" }
    let place = data.interactions.map { "\($0): " } ?? ""
    return dataset.rowCount == 0
      ? "\(place)there are no rows, only the names of columns at most"
      : "\(place)no interactions are left of \(dataset.rowCount) rows; lower minimum_rating or "
        + "minimum_count"
  }

  private func parts(
    of dataset: Dataset, by split: Split, test: Dataset?
  ) throws -> (train: Dataset, test: Dataset) {
    let time = Feature<Int>(data.timestamp)
    switch split.kind {
    case .random: return try dataset.split(holdingOut: split.holdout, seed: split.seed)
    case .latest: return try dataset.split(latest: split.holdout, by: time)
    case .leaveLastOut: return try dataset.splitLeavingLastOut(per: Feature(user), by: time)
    case .files: return (dataset, test ?? dataset.prefix(0))
    case .none: return (dataset, dataset.prefix(0))
    }
  }

  // MARK: MovieLens

  private func movieLens(_ name: String) throws -> Tables {
    guard let edition = DataSource.editions[name] else {
      throw TrainingError(.invalidRecipe, "there is no edition \"\(name)\" of MovieLens")
    }
    let folder = data.path.map { URL(filePath: $0) } ?? MovieLens.folder(of: edition)
    let path = folder.path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: path) else {
      throw DataError(
        .missingFile,
        "MovieLens \(name) is not there. Run `shortlist fetch movielens-\(name)`, or set SHORTLIST_DATA to the "
          + "folder that holds it", at: .init(file: path))
    }
    let movieLens = try MovieLens(edition, at: path)
    return Tables(interactions: movieLens.ratings, items: movieLens.movies)
  }

  // MARK: Files

  private func files() throws -> Tables {
    guard let path = data.interactions else {
      throw TrainingError(
        .invalidRecipe,
        "the recipe names no interactions; give `movielens: EDITION` or `interactions: FILE` under `data`"
      )
    }
    let itemFeatures = candidate.columns(besides: item)
    let userFeatures = query.columns(besides: user)
    var specifications = [column(user, .string), column(item, .string)]
    if data.minimumRating != nil { specifications.append(column(data.rating, .float)) }
    if [split.kind, validation?.kind].contains(where: { $0 == .latest || $0 == .leaveLastOut }) {
      specifications.append(column(data.timestamp, .integer))
    }
    if let weight = task.weight { specifications.append(column(weight, .float)) }
    let itemColumns =
      itemFeatures.map { column($0.name, $0.type) } + filterColumns(besides: itemFeatures)
    if data.items == nil {
      specifications += itemColumns.filter { new in !specifications.contains { $0.name == new.name }
      }
    }
    if data.users == nil { specifications += userFeatures.map { column($0.name, $0.type) } }

    let (itemFeature, userFeature) = (Feature<String>(item), Feature<String>(user))
    var skipped = SkippedRows()
    var interactions = try read(path, specifications, &skipped)
    var test =
      split.kind == .files ? try split.test.map { try read($0, specifications, &skipped) } : nil
    // What interactions say of users does not belong to items.
    let itemNames = [item] + itemColumns.map(\.name)
    let items: Dataset
    if let path = data.items {
      items = try read(path, [column(item, .string)] + itemColumns, &skipped)
      let features = try items.selecting([item] + itemFeatures.map(\.name))
      interactions = try interactions.joined(with: features, on: itemFeature, from: path)
      test = try test?.joined(with: features, on: itemFeature, from: path)
    } else {
      let all = try test.map { try interactions.appending(rows: $0) } ?? interactions
      items = try all.selecting(itemNames)
    }
    if let path = data.users {
      let table = try read(
        path, [column(user, .string)] + userFeatures.map { column($0.name, $0.type) }, &skipped)
      interactions = try interactions.joined(with: table, on: userFeature, from: path)
      test = try test?.joined(with: table, on: userFeature, from: path)
    }
    return Tables(interactions: interactions, items: items, test: test, skipped: skipped)
  }

  /// The columns of items that no tower reads.
  private func filterColumns(
    besides features: [(name: String, type: ColumnSpecification.ValueType)]
  ) -> [ColumnSpecification] {
    let known = Set(features.map(\.name) + [item])
    return data.itemColumns.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.map {
      $0.value.specification($0.key, from: data.columns[$0.key])
    }
  }

  private func column(_ name: String, _ type: ColumnSpecification.ValueType) -> ColumnSpecification
  {
    ColumnSpecification(name, type, from: data.columns[name])
  }

  private func read(
    _ path: String, _ columns: [ColumnSpecification], _ skipped: inout SkippedRows
  ) throws -> Dataset {
    var format: TableFormat?
    if let name = data.format {
      format = TableFormat.named[name]
      guard format != nil else {
        throw TrainingError(
          .invalidRecipe,
          "there is no format \"\(name)\"; known are \(TableFormat.named.keys.sorted().joined(separator: ", "))"
        )
      }
    }
    format = try (format ?? TableFormat(ofFilesNamed: path)).encoded(as: data.encoding)
    let (dataset, left) = try Dataset.read(
      path, format: format, columns: columns, malformedRows: data.skipMalformed ? .skip : .fail)
    skipped.add(left)
    return dataset
  }
}

extension Recipe.TowerRecipe {
  /// The features of the tower but one, with the types of their columns.
  fileprivate func columns(
    besides name: String
  ) -> [(name: String, type: ColumnSpecification.ValueType)] {
    features.filter { $0.feature != name }.map { feature in
      switch feature.kind {
      case .embedding: (feature.feature, .string)
      case .list: (feature.feature, .strings())
      case .number: (feature.feature, .float)
      }
    }
  }
}

extension Dataset {
  /// Adds the columns of a table to each row that names one of its rows.
  fileprivate func joined(
    with table: Dataset, on key: Feature<String>, from file: String
  ) throws -> Dataset {
    let keys = try table.column(key)
    let rowOfKey = Dictionary(
      keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let rows = try column(key).map { name in
      guard let row = rowOfKey[name] else {
        throw DataError(
          .malformedText,
          "no row has the \(key.name) \"\(name)\" that an interaction names; add the row, or leave "
            + "the interaction out",
          at: .init(file: file, field: key.name))
      }
      return row
    }
    let taken = table.rows(at: rows)
    var result = self
    for name in table.columnNames where !columnNames.contains(name) {
      if let column = taken[name: name] { result = try result.appending(name, column) }
    }
    return result
  }
}
