#include "shortlist_kernels.h"
