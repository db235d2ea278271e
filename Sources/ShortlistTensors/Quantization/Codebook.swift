private import CShortlistKernels

/// The centres of product quantisation: a vector is cut into blocks of `width` dimensions, and each block is
/// replaced by the nearest of 16 centres, so that a block costs four bits (Jégou et al., 2011).
package struct Codebook: Sendable {
  package static let centersPerBlock = 16

  /// Dimensions in a block.
  package let width: Int
  package let blocks: Int
  /// Element j of centre c of block b is element (b * width + j, c): (blocks * width) x 16.
  package var centers: Matrix
  /// Blocks go into packed codes by fours.
  package var quads: Int { (blocks + 3) / 4 }
  /// The dimensions of what is encoded; the last block may be filled up with zeros.
  package var paddedDimensions: Int { blocks * width }

  package init(width: Int, blocks: Int, centers: Matrix) {
    precondition(
      centers.rows == blocks * width && centers.columns == Self.centersPerBlock,
      "centres \(centers) for \(blocks) blocks of \(width)")
    self.width = width
    self.blocks = blocks
    self.centers = centers
  }

  /// Chooses the code of a residual so that |e|² + weight (e · direction)² is small, where e is what the code
  /// leaves over; block by block, at most `rounds` times after the nearest centres.
  ///
  /// - Parameters:
  ///   - residual, direction: `paddedDimensions` elements.
  ///   - codes: gets a centre for each block from `start` on.
  package func choose(
    _ residual: Span<Float>, direction: Span<Float>, weight: Float, rounds: Int,
    into codes: inout MutableSpan<UInt8>, at start: Int
  ) {
    precondition(
      residual.count == paddedDimensions && direction.count == paddedDimensions && start >= 0
        && codes.count >= start + blocks,
      "codes of \(residual.count) and \(direction.count) elements; expected \(paddedDimensions)")
    unsafe residual.withPointer { r in
      unsafe direction.withPointer { d in
        unsafe codes.withUnsafeMutableBufferPointer { codes in
          guard let codes = codes.baseAddress else { return }
          unsafe Kernels.best.code_choose(
            r, d, centers.pointer, blocks, width, weight, rounds, codes + start)
        }
      }
    }
  }
}

/// The inner products of a query with all centres, rounded to bytes; scratch of one thread.
package struct CodeTable: ~Copyable {
  fileprivate let table: ByteStorage
  fileprivate var scale: Float = 0
  fileprivate var bias: Float = 0
  private let products: MatrixStorage
  private let blocks: Int

  package init(blocks: Int) {
    self.blocks = blocks
    table = ByteStorage(count: (blocks + 3) / 4 * 64)
    products = MatrixStorage(count: blocks * 16, uninitialized: true)
  }

  /// - Parameter query: `codebook.paddedDimensions` elements.
  package mutating func set(_ query: Span<Float>, _ codebook: Codebook) {
    precondition(
      query.count == codebook.paddedDimensions && blocks == codebook.blocks,
      "\(query.count) elements for \(codebook.paddedDimensions)")
    unsafe query.withPointer {
      unsafe Kernels.best.code_table(
        $0, codebook.centers.pointer, blocks, codebook.width, products.base,
        table.base.assumingMemoryBound(to: UInt8.self), &scale, &bias)
    }
  }
}

/// The codes of many vectors, laid out so that 32 are scored together.
package struct PackedCodes: Sendable {
  package let count: Int
  package let quads: Int
  package let storage: ByteStorage

  /// Bytes for `count` vectors.
  package static func byteCount(count: Int, quads: Int) -> Int { (count + 31) / 32 * quads * 64 }

  /// All codes 0.
  package init(count: Int, quads: Int) {
    self.count = count
    self.quads = quads
    storage = ByteStorage(count: Self.byteCount(count: count, quads: quads))
  }

  package init(count: Int, quads: Int, storage: ByteStorage) {
    precondition(
      storage.count == Self.byteCount(count: count, quads: quads),
      "\(storage.count) bytes of codes for \(count) vectors of \(quads) quads")
    self.count = count
    self.quads = quads
    self.storage = storage
  }

  /// Writes the code of a vector over zeros; while the structure is made, by one thread at a time.
  package func set(_ codes: Span<UInt8>, at position: Int) {
    precondition(
      position >= 0 && position < count && codes.count <= quads * 4,
      "\(codes.count) codes at position \(position) of \(count)")
    let vector = position % 32
    let group = unsafe (storage.base + position / 32 * quads * 64).assumingMemoryBound(
      to: UInt8.self)
    for block in 0..<codes.count {
      let place = block / 4 * 64 + vector % 16 * 4 + block % 4
      unsafe group[place] |= vector < 16 ? codes[block] : codes[block] << 4
    }
  }

  /// Appends the code of a vector, a byte of 0...15 for each block.
  package func append(position: Int, blocks: Int, to codes: inout [UInt8]) {
    precondition(
      position >= 0 && position < count && blocks <= quads * 4,
      "\(blocks) codes at position \(position) of \(count)")
    let vector = position % 32
    let start = position / 32 * quads * 64 + vector % 16 * 4
    let bytes = storage.bytes
    for block in 0..<blocks {
      let byte = bytes[start + block / 4 * 64 + block % 4]
      codes.append(vector < 16 ? byte & 15 : byte >> 4)
    }
  }
}

extension CandidateList {
  /// Adds the positions of a range whose approximate score reaches the threshold.
  ///
  /// - Parameters:
  ///   - offset: added to every score.
  ///   - isWanted: which positions count; nil for all.
  package mutating func scan(
    _ codes: PackedCodes, _ range: Range<Int>, _ table: borrowing CodeTable, offset: Float,
    where isWanted: ((Int) -> Bool)?
  ) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= codes.count
        && table.table.count == codes.quads * 64, "positions \(range) of \(codes.count)")
    let bytes = unsafe UnsafePointer(codes.storage.base.assumingMemoryBound(to: UInt8.self))
    let entries = unsafe UnsafePointer(table.table.base.assumingMemoryBound(to: UInt8.self))
    let (scale, least) = (table.scale, table.bias + offset)
    unsafe collect(range, where: isWanted) { piece, threshold, scores, positions in
      unsafe Kernels.best.code_scan(
        bytes, codes.quads, piece.lowerBound, piece.upperBound, entries, scale, least, threshold,
        scores, positions)
    }
  }
}
