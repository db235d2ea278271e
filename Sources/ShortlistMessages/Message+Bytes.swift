import Foundation
package import SwiftProtobuf

/// Any message, for those who are generic over them and do not see SwiftProtobuf.
package typealias ProtobufMessage = Message

/// A message that cannot be written or read.
package struct MessageError: Error, CustomStringConvertible {
  package let description: String
}

extension Message {
  /// A message that a block fills in.
  package static func with(_ fill: (inout Self) throws -> Void) rethrows -> Self {
    var message = Self()
    try fill(&message)
    return message
  }

  /// The message in protobuf's encoding; equal messages give equal bytes.
  package func encoded() throws -> [UInt8] {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    return try serializedBytes(options: options)
  }

  /// Reads a message; unknown fields are skipped.
  ///
  /// - Throws: `MessageError` if the bytes are no such message.
  package init(decoding bytes: [UInt8]) throws {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    do {
      try self.init(serializedBytes: bytes, options: options)
    } catch {
      throw MessageError(description: "no message of the kind \(Self.protoMessageName): \(error)")
    }
  }
}

extension TFServingModelSpec {
  /// A version number in the form that the field has.
  package static func number(_ version: Int64) -> Google_Protobuf_Int64Value { .init(version) }

  /// The version number, if one is set.
  package var versionNumber: Int64? {
    if case .version(let number)? = versionChoice { number.value } else { nil }
  }
}

extension TFServingGetModelMetadataResponse {
  /// A message with the name of its type, as the map of metadata holds it.
  package static func packed(_ message: some Message) throws -> Google_Protobuf_Any {
    var packed = Google_Protobuf_Any()
    packed.typeURL = "type.googleapis.com/" + type(of: message).protoMessageName
    packed.value = Data(try message.encoded())
    return packed
  }
}
