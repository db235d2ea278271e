private import CShortlistKernels

extension Span<Float> {
  /// The first place where this plus `bias` is largest.
  ///
  /// - Precondition: both have the same length, at least 1.
  package func largest(with bias: Span<Float>) -> Int {
    precondition(count == bias.count && count > 0, "\(count) elements with \(bias.count)")
    return unsafe withPointer { x in
      unsafe bias.withPointer { unsafe Kernels.best.argmax(x, $0, count) }
    }
  }

  /// The first place other than `excluded` where squares - 2 self + lambda (target - along)² is least.
  ///
  /// - Precondition: all have the same length, at least 2.
  package func spill(
    along: Span<Float>, squares: Span<Float>, target: Float, lambda: Float, excluding excluded: Int
  ) -> Int {
    precondition(
      count == along.count && count == squares.count && count > 1,
      "\(count) elements with \(along.count) and \(squares.count)")
    return unsafe withPointer { x in
      unsafe along.withPointer { along in
        unsafe squares.withPointer {
          unsafe Kernels.best.argmin_spill(x, along, $0, count, target, lambda, excluded)
        }
      }
    }
  }
}

extension Matrix {
  /// The inner products of `query` with rows that lie apart.
  ///
  /// - Precondition: every row is one of ours.
  package func innerProducts(
    of query: Span<Float>, withRows wanted: Span<UInt32>, into scores: inout MutableSpan<Float>
  ) {
    precondition(
      query.count == columns && wanted.count <= scores.count,
      "\(wanted.count) rows of \(columns) elements for a query of \(query.count)")
    checkRows(wanted, below: rows)
    unsafe query.withPointer { q in
      unsafe wanted.withUnsafeBufferPointer { w in
        guard let w = w.baseAddress else { return }
        unsafe scores.withPointer {
          unsafe Kernels.best.dot_gather(q, pointer, columns, w, wanted.count, columns, $0)
        }
      }
    }
  }
}
