// The tables of the instruction sets; a set that this build lacks is not defined.
#pragma once
#include "shortlist_kernels.h"

#define SL_HIDDEN __attribute__((visibility("hidden")))

extern SL_HIDDEN const sl_kernels sl_scalar_kernels;
