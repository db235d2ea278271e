// The tables of the instruction sets, and what the files of this target share.
#pragma once
#include "shortlist_kernels.h"

#if defined(__x86_64__)
#define SL_X86 1
#else
#define SL_X86 0
#endif

#define SL_HIDDEN __attribute__((visibility("hidden")))

extern SL_HIDDEN const sl_kernels sl_scalar_kernels;
extern SL_HIDDEN const sl_kernels sl_portable_kernels;
#if SL_X86
extern SL_HIDDEN const sl_kernels sl_avx2_kernels;
extern SL_HIDDEN const sl_kernels sl_avx512_kernels;
extern SL_HIDDEN const sl_kernels sl_avx512_vnni_kernels;
#endif

// Makes the compiler believe that the register `v` was rewritten.
#if defined(__x86_64__)
#define SL_OPAQUE(v) __asm__ volatile("" : "+x"(v))
#elif defined(__aarch64__)
#define SL_OPAQUE(v) __asm__ volatile("" : "+w"(v))
#else
#define SL_OPAQUE(v) __asm__ volatile("" : "+m"(v))
#endif
