#!/usr/bin/env bash
# Compiles the kernels for arm64 and holds them to the scalar ones under an emulator. Installs what is
# missing by name, on Debian and its kin. Closes with "N passed, N failed"; fails if any failed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need gcc-aarch64-linux-gnu "links programs for arm64"
need libc6-dev-arm64-cross "the C library of arm64"
need qemu-user-static "runs programs for arm64"

# The clang beside `swift`, so that the kernels meet the compiler that builds them.
clang=clang
if command -v swift >/dev/null; then
  beside="$(dirname "$(command -v swift)")/clang"
  [ ! -x "$beside" ] || clang=$beside
fi

sysroot="/usr/aarch64-linux-gnu"
kernels=Sources/CShortlistKernels
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
for file in scalar portable avx2 avx512 avx512_vnni dispatch checksum; do
  "$clang" --target=aarch64-linux-gnu --sysroot="$sysroot" -std=gnu17 -O2 -Wall -Wextra -Werror \
    -I "$kernels/include" -c "$kernels/$file.c" -o "$objects/$file.o"
done
"$clang" --target=aarch64-linux-gnu --sysroot="$sysroot" -std=gnu17 -O2 -Wall -Wextra -Werror \
  -I "$kernels/include" -c Tests/arm64/kernels_test.c -o "$objects/kernels_test.o"
aarch64-linux-gnu-gcc -static "$objects"/*.o -lm -o "$objects/kernels_test"
qemu-aarch64-static "$objects/kernels_test"
