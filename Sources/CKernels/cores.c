// CPU_COUNT and sched_getaffinity are GNU extensions, which Swift does not see.
#define _GNU_SOURCE

#include <unistd.h>

#include "CKernels.h"

#if defined(__linux__)
#include <sched.h>
#endif

int t5k_available_cores(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}
