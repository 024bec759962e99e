#pragma once

// The compilations that this architecture has; each file level_*.c defines one of them.

#include "CKernels.h"

extern const t5k_kernels t5k_kernels_plain;
extern const t5k_kernels t5k_kernels_baseline;
#if defined(__x86_64__)
extern const t5k_kernels t5k_kernels_avx2;
extern const t5k_kernels t5k_kernels_avx512;
#endif
