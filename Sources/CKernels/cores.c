// CPU_COUNT and sched_getaffinity are GNU extensions, which Swift does not see.
#define _GNU_SOURCE

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CKernels.h"

int t5k_available_cores(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

void t5k_use_large_pages(void *memory, size_t bytes) {
#if defined(__linux__)
  madvise(memory, bytes, MADV_HUGEPAGE);
#else
  (void)memory, (void)bytes;
#endif
}

void t5k_pause(void) {
#if defined(__x86_64__)
  for (int i = 0; i < 4; i++) __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

void t5k_yield(void) { sched_yield(); }
