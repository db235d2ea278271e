/// Numbers for keys, in order of first appearance: an open-addressing table in two flat arrays.
struct KeyTable {
  private var keys: [UInt64]
  /// -1 where a slot is free.
  private var numbers: [Int32]
  private var mask: Int
  private(set) var count = 0

  init(expecting count: Int = 0) {
    let slots = Self.slots(for: min(count, 1 << 16))
    keys = Array(repeating: 0, count: slots)
    numbers = Array(repeating: -1, count: slots)
    mask = slots - 1
  }

  /// The number of a key, which is a new one if the key is.
  mutating func number(of key: UInt64) -> Int {
    if 2 * (count + 1) > keys.count { grow() }
    let slot = slot(of: key)
    if numbers[slot] < 0 {
      keys[slot] = key
      numbers[slot] = Int32(count)
      count += 1
    }
    return Int(numbers[slot])
  }

  private func slot(of key: UInt64) -> Int {
    // Fibonacci hashing: the upper bits of the product depend on every bit of the key.
    let mixed = (key ^ (key >> 32)) &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: mixed >> 20) & mask
    while numbers[slot] >= 0, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let (oldKeys, oldNumbers) = (keys, numbers)
    keys = Array(repeating: 0, count: 2 * oldKeys.count)
    numbers = Array(repeating: -1, count: keys.count)
    mask = keys.count - 1
    for (key, number) in zip(oldKeys, oldNumbers) where number >= 0 {
      let slot = slot(of: key)
      keys[slot] = key
      numbers[slot] = number
    }
  }

  private static func slots(for count: Int) -> Int {
    var slots = 64
    while slots < 2 * count { slots *= 2 }
    return slots
  }
}
