import ShortlistTensors

extension Decoder {
  /// An object whose keys are all known: a misspelt key is an error, not a default.
  func recipeContainer<Key: CodingKey & CaseIterable>(
    keyedBy type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    let known = Key.allCases.map(\.stringValue)
    for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath + [key],
          debugDescription:
            "there is no such key; known are \(known.sorted().joined(separator: ", "))"
        ))
    }
    return try container(keyedBy: type)
  }
}

extension KeyedDecodingContainer {
  /// A value, or a default where the key is missing.
  func value<Value: Decodable>(_ key: Key, or fallback: Value) throws -> Value {
    try decodeIfPresent(Value.self, forKey: key) ?? fallback
  }

  /// One of a few words, or a default where the key is missing.
  func value<Word: RawRepresentable & CaseIterable>(
    _ key: Key, or fallback: Word
  ) throws -> Word where Word.RawValue == String {
    guard contains(key), try !decodeNil(forKey: key) else { return fallback }
    return try choice(key)
  }

  /// One of a few words.
  func choice<Word: RawRepresentable & CaseIterable>(_ key: Key) throws -> Word
  where Word.RawValue == String {
    let text = try decode(String.self, forKey: key)
    guard let word = Word(rawValue: text) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath + [key],
          debugDescription: "it is \"\(text)\"; known are "
            + Word.allCases.map(\.rawValue).joined(separator: ", ")))
    }
    return word
  }

  /// A value that must hold a condition.
  func value<Value: Decodable>(
    _ key: Key, or fallback: Value, _ expected: String, where isValid: (Value) -> Bool
  ) throws -> Value {
    let value = try value(key, or: fallback)
    guard isValid(value) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath + [key],
          debugDescription: "it is \(value); expected \(expected)"))
    }
    return value
  }
}
