public import ShortlistData

/// The first step of a tower: a feature of the data becomes vectors.
///
/// `bind` resolves identifiers once, when a dataset meets a model; `encode` runs in every step.
public protocol FeatureEncoder: Codable, Sendable {
  /// How the encoder is called in an artefact.
  static var typeName: String { get }
  /// The name of its parameters within the tower.
  var name: String { get }
  /// The feature it reads.
  var featureName: String { get }
  /// The width of its output.
  var dimensions: Int { get }
  /// The vocabulary that turns the feature's values into rows, if there is one.
  var vocabulary: Vocabulary? { get }
  /// What it learns.
  var parameters: [ParameterSpecification] { get }
  /// Resolves the feature for every row of a dataset.
  ///
  /// - Throws: `DataError` when the dataset lacks the feature or holds it with another type.
  func bind(_ dataset: Dataset) throws -> FeatureRows
  /// n x dimensions for n entries.
  func encode(_ rows: FeatureRows, in pass: Pass) -> Variable
  /// What the encoder adds to the loss for the entries of a batch: weight decay.
  func regularization(of rows: FeatureRows, in pass: Pass) -> Variable?
}
