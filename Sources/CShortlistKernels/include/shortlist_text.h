// Kernels over bytes: delimiter search and number parsing. See README.md for the house rules.
#pragma once
#include <stddef.h>
#include <stdint.h>
