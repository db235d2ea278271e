#include "sets.h"

#include <string.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("crc"))), apply_to = function)
#include <arm_acle.h>
#pragma clang attribute pop
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

// The remainders of the 16 four-bit values by the reflected polynomial 0x82F63B78.
static const uint32_t remainders[16] = {
    0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
    0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9, 0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
};

uint32_t sl_crc32c_scalar(uint32_t crc, const void *bytes, size_t n) {
  const uint8_t *p = bytes;
  crc = ~crc;
  for (size_t i = 0; i < n; i++) {
    crc ^= p[i];
    crc = (crc >> 4) ^ remainders[crc & 15];
    crc = (crc >> 4) ^ remainders[crc & 15];
  }
  return ~crc;
}

#if defined(__x86_64__)
#define CRC_TARGET "sse4.2"
#define CRC_EIGHT(crc, word) ((uint32_t)_mm_crc32_u64(crc, word))
#define CRC_ONE(crc, byte) _mm_crc32_u8(crc, byte)
static bool has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
#elif defined(__aarch64__)
#define CRC_TARGET "crc"
#define CRC_EIGHT(crc, word) __crc32cd(crc, word)
#define CRC_ONE(crc, byte) __crc32cb(crc, byte)
#if defined(__linux__)
static bool has_instruction(void) { return getauxval(AT_HWCAP) & (1 << 7); }  // HWCAP_CRC32
#else
static bool has_instruction(void) { return true; }  // every Apple processor of the architecture
#endif
#endif

#ifdef CRC_TARGET
__attribute__((target(CRC_TARGET))) static uint32_t by_instruction(uint32_t crc, const uint8_t *p,
                                                                   size_t n) {
  crc = ~crc;
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    crc = CRC_EIGHT(crc, word);
  }
  for (; n > 0; n--, p++) crc = CRC_ONE(crc, *p);
  return ~crc;
}

// One checksum waits three cycles for each word; the second runs in that time.
__attribute__((target(CRC_TARGET))) static void two_by_instruction(const uint8_t *a, size_t na,
                                                                   const uint8_t *b, size_t nb,
                                                                   uint32_t crc[2]) {
  uint32_t first = ~0u, second = ~0u;
  for (; na >= 8 && nb >= 8; na -= 8, nb -= 8, a += 8, b += 8) {
    uint64_t word[2];
    memcpy(word, a, 8);
    memcpy(word + 1, b, 8);
    first = CRC_EIGHT(first, word[0]);
    second = CRC_EIGHT(second, word[1]);
  }
  crc[0] = by_instruction(~first, a, na);
  crc[1] = by_instruction(~second, b, nb);
}
#endif

uint32_t sl_crc32c(uint32_t crc, const void *bytes, size_t n) {
#ifdef CRC_TARGET
  if (has_instruction()) return by_instruction(crc, bytes, n);
#endif
  return sl_crc32c_scalar(crc, bytes, n);
}

void sl_crc32c_two(const void *a, size_t na, const void *b, size_t nb, uint32_t crc[2]) {
#ifdef CRC_TARGET
  if (has_instruction()) {
    two_by_instruction(a, na, b, nb, crc);
    return;
  }
#endif
  crc[0] = sl_crc32c_scalar(0, a, na);
  crc[1] = sl_crc32c_scalar(0, b, nb);
}
