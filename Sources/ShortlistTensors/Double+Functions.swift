#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

extension Double {
  /// The natural logarithm.
  package var logarithm: Double { log(self) }

  /// e to the power of this.
  package var exponential: Double { exp(self) }
}
