import Foundation
import ShortlistMessages
import Testing

@testable import ShortlistTensorFlow

@Suite("Messages")
struct MessageTests {
  @Test("Members of a oneof are written even where they are zero or empty")
  func oneofMembersArePresent() throws {
    var none = TFStructuredValue()
    none.tupleValue = .with { $0.values = [.with { $0.noneValue = .init() }] }
    #expect(try none.encoded() == [0xa2, 0x03, 0x04, 0x0a, 0x02, 0x0a, 0x00])

    #expect(try TFAttrValue.with { $0.shape = .init() }.encoded() == [0x3a, 0])
    #expect(try TFAttrValue.with { $0.b = false }.encoded() == [0x28, 0])
    #expect(
      try TFStructuredValue.with { $0.int64Value = -3 }.encoded()
        == [0x60, 0x05])
  }
}
