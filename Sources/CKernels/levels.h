#pragma once

// The compilations that this architecture has; each file level_*.c defines one of them.

#include "CKernels.h"

extern const t5k_kernels t5k_kernels_plain;
// Until the vector texts are there.
#define t5k_kernels_baseline t5k_kernels_plain
#define t5k_kernels_avx2 t5k_kernels_plain
#define t5k_kernels_avx512 t5k_kernels_plain
