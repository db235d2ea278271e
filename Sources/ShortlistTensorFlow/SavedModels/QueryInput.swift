package import ShortlistMessages
package import ShortlistModels

/// What a query is in TensorFlow: one tensor for each feature that the tower reads, a row for each query.
///
/// One feature is a tensor, several are a dictionary by the features' names. A list of values is a row padded with
/// empty strings.
package struct QueryInput: Sendable {
  package struct Part: Sendable {
    package enum Kind: Equatable, Sendable { case string, strings, number }
    package let feature: String
    package let kind: Kind

    package var type: TFDataType { kind == .number ? .dtFloat : .dtString }
    package var shape: [Int] { kind == .strings ? [-1, -1] : [-1] }
  }

  /// In the order in which functions take them: that of the names' bytes.
  package let parts: [Part]

  /// - Parameter reserved: names that inputs beside several features have.
  /// - Throws: `TensorFlowError.unsupportedModel` for an encoder that the format has no way to say.
  package init(_ tower: Tower, reserved: [String] = ["k", "exclusions"]) throws {
    var kinds: [String: Part.Kind] = [:]
    for encoder in tower.features {
      let kind: Part.Kind
      switch encoder {
      case let embedding as Embedding: kind = embedding.pooling == nil ? .string : .strings
      case is Numeric: kind = .number
      default:
        throw TensorFlowError(
          .unsupportedModel,
          message: "the feature \"\(encoder.featureName)\" is read by an encoder of the type "
            + "\"\(type(of: encoder).typeName)\"; embeddings and numbers can be exported")
      }
      guard kinds[encoder.featureName, default: kind] == kind else {
        throw TensorFlowError(
          .unsupportedModel,
          message: "the feature \"\(encoder.featureName)\" is read in two ways, as one value and "
            + "as something else")
      }
      kinds[encoder.featureName] = kind
    }
    parts = kinds.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { name in
      kinds[name].map { Part(feature: name, kind: $0) }
    }
    for name in reserved where parts.count > 1 && kinds[name] != nil {
      throw TensorFlowError(
        .unsupportedModel,
        message: "a feature is called \"\(name)\", as an input of the signatures is; rename it")
    }
  }

  /// Inputs of signatures are parameters in Python, which replaces what is no letter, digit or "_" in their names.
  ///
  /// - Throws: `TensorFlowError.unsupportedModel` for a name that Python does not take, and for two that
  ///   become one.
  func checkNames() throws {
    guard parts.count > 1 else { return }
    var taken: [String: String] = [:]
    for part in parts {
      let name = part.feature.asPythonName
      guard !part.feature.isEmpty, !String.pythonKeywords.contains(name) else {
        throw TensorFlowError(
          .unsupportedModel,
          message:
            "a feature is called \"\(part.feature)\", as no parameter in Python is; rename it")
      }
      if let other = taken.updateValue(part.feature, forKey: name) {
        throw TensorFlowError(
          .unsupportedModel,
          message:
            "the features \"\(other)\" and \"\(part.feature)\" have the same name in Python, "
            + "\(name); rename one")
      }
    }
  }

  package var isSingle: Bool { parts.count == 1 }

  /// The arguments of a function, named by a word and not by features, which may be called anything.
  var arguments: [GraphFunction.Argument] {
    parts.enumerated().map { position, part in
      .init(isSingle ? "queries" : "queries_\(position)", part.type, shape: part.shape)
    }
  }

  /// What Python gives.
  var value: PythonValue {
    if isSingle { return .tensor(name: "queries", parts[0].type, shape: parts[0].shape) }
    return .dictionary(
      Dictionary(
        parts.map {
          ($0.feature, .tensor(name: $0.feature, $0.type, shape: $0.shape))
        }, uniquingKeysWith: { $1 }))
  }

  /// The inputs of a signature; a single one has the name given.
  func signatureInputs(
    single name: String
  ) -> [(name: String, argument: GraphFunction.Argument)] {
    zip(parts, arguments).map { (isSingle ? name : $0.feature, $1) }
  }
}

extension [(name: String, argument: GraphFunction.Argument)] {
  /// In the order in which TensorFlow hands the inputs of a signature over.
  var sortedAsParameters: Self {
    sorted { $0.name.asPythonName.utf8.lexicographicallyPrecedes($1.name.asPythonName.utf8) }
  }
}

extension String {
  /// The name of a parameter that TensorFlow makes of the name of an input.
  fileprivate var asPythonName: String {
    var name = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let isWord = scalar.isLetter || scalar.properties.numericType != nil
      name.append(isWord ? scalar : "_")
    }
    return name.first?.isLetter == true ? String(name) : "arg_" + String(name)
  }

  fileprivate static let pythonKeywords: Set = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
  ]
}

extension Unicode.Scalar {
  fileprivate var isLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }
}
