#include "sets.h"

const sl_kernels *sl_kernels_for(sl_instruction_set set) {
  switch (set) {
  case sl_scalar:
    return &sl_scalar_kernels;
  case sl_portable:
    return &sl_portable_kernels;
#if SL_X86
  case sl_avx2:
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return NULL;
    return &sl_avx2_kernels;
  case sl_avx512:
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
      return NULL;
    return &sl_avx512_kernels;
  case sl_avx512_vnni:
    if (!sl_kernels_for(sl_avx512) || !__builtin_cpu_supports("avx512vbmi") ||
        !__builtin_cpu_supports("avx512vnni"))
      return NULL;
    return &sl_avx512_vnni_kernels;
#endif
  default:
    return NULL;
  }
}

const sl_kernels *sl_kernels_best(void) {
  for (int set = sl_avx512_vnni; set > sl_portable; set--) {
    const sl_kernels *kernels = sl_kernels_for((sl_instruction_set)set);
    if (kernels) return kernels;
  }
  return &sl_portable_kernels;
}
