#include "sets.h"

const sl_kernels *sl_kernels_for(sl_instruction_set set) {
  switch (set) {
  case sl_scalar:
    return &sl_scalar_kernels;
  default:
    return NULL;
  }
}

const sl_kernels *sl_kernels_best(void) {
  for (int set = sl_avx512; set > sl_scalar; set--) {
    const sl_kernels *kernels = sl_kernels_for((sl_instruction_set)set);
    if (kernels) return kernels;
  }
  return &sl_scalar_kernels;
}
