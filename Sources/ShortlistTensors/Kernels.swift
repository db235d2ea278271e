package import CShortlistKernels

/// The C kernels in use: the fastest set that this processor runs.
package enum Kernels {
  /// A table of function pointers; constant for the life of the process.
  package static let best: sl_kernels = unsafe sl_kernels_best().pointee
}
