import ShortlistServing

/// What stands in the headers of a gRPC call, as values.
enum GRPCHeaders {
  /// Whether a content type is that of gRPC: `application/grpc`, `application/grpc+proto`.
  static func isGRPC(_ type: String) -> Bool {
    let type = type.lowercased()
    guard type.hasPrefix("application/grpc") else { return false }
    return [nil, "+", ";"].contains(type.dropFirst("application/grpc".count).first)
  }

  /// The time that a caller waits: at most eight digits and a unit, such as `100m` for 100 milliseconds.
  ///
  /// - Throws: `ServingError.invalidArgument` for what is none.
  static func timeout(_ text: String) throws(ServingError) -> Duration {
    let digits = text.utf8.dropLast()
    guard (1...8).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int(text.dropLast()), let unit = text.last
    else { throw malformed(text) }
    switch unit {
    case "H": return .seconds(count * 3600)
    case "M": return .seconds(count * 60)
    case "S": return .seconds(count)
    case "m": return .milliseconds(count)
    case "u": return .microseconds(count)
    case "n": return .nanoseconds(count)
    default: throw malformed(text)
    }
  }

  private static func malformed(_ text: String) -> ServingError {
    ServingError(
      .invalidArgument,
      "grpc-timeout is \"\(text.prefix(40))\"; expected up to eight digits and H, M, S, m, u or n")
  }

  /// The longest text of a failure, in bytes, as in TensorFlow Serving.
  static let longestMessage = 1024

  /// The text of a failure as a header may hold it: cut, and percent-encoded where it is not printable ASCII.
  static func message(_ text: String) -> String {
    var cut = text
    if cut.utf8.count > longestMessage {
      var size = 0
      cut = String(
        text.prefix { character in
          size += character.utf8.count
          return size <= longestMessage
        })
    }
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in cut.utf8 {
      if (0x20...0x7e).contains(byte), byte != 0x25 {
        bytes.append(byte)
      } else {
        bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
