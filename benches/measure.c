#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* No process measures longer than this: a slow configuration gets fewer samples, never a longer turn. */
static const uint64_t BUDGET_NS = 2000000000ull;
static const uint32_t LEAST_SAMPLES = 3;
/* A harness that hangs is killed and its row fails, rather than the comparison never ending. */
static const unsigned HANG_S = 120;

uint64_t bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

bench_args_t bench_parse(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: %s WORK CONFIG GUEST SAMPLES CPU\n", argc > 0 ? argv[0] : "bench");
    exit(2);
  }
  bench_args_t args = {argv[1], argv[2], argv[3], (uint32_t)strtoul(argv[4], NULL, 10), atoi(argv[5])};
  if (args.samples < LEAST_SAMPLES) args.samples = LEAST_SAMPLES;
  alarm(HANG_S);
  if (args.cpu >= 0) {
    /* Before any thread exists: tickers and recyclers inherit the core, so their cost is in the figure. */
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)args.cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
      fprintf(stderr, "bench: cannot pin to core %d (%s): not pinned\n", args.cpu, strerror(errno));
    }
  }
  return args;
}

bool bench_has_word(const char *config, const char *word) {
  size_t len = strlen(word);
  for (const char *at = config; at != NULL; at = strchr(at, '+')) {
    if (*at == '+') at++;
    if (strncmp(at, word, len) == 0 && (at[len] == '\0' || at[len] == '+')) return true;
  }
  return false;
}

uint8_t *bench_read_file(const char *path, size_t *len) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
    fprintf(stderr, "bench: cannot read %s: %s\n", path, strerror(errno));
    exit(1);
  }
  long size = ftell(file);
  rewind(file);
  uint8_t *bytes = size > 0 ? malloc((size_t)size) : NULL;
  if (bytes == NULL || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
    fprintf(stderr, "bench: cannot read %s\n", path);
    exit(1);
  }
  fclose(file);
  *len = (size_t)size;
  return bytes;
}

_Noreturn void bench_die(const bench_args_t *args, const char *what, const char *detail) {
  fprintf(stderr, "bench: %s (%s): %s: %s\n", args->work, args->config, what, detail);
  exit(1);
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The smallest value with at least `share` of the samples at or below it. */
static double percentile(const double *sorted, uint32_t n, double share) {
  uint32_t rank = (uint32_t)(share * n + 0.999999);
  if (rank < 1) rank = 1;
  if (rank > n) rank = n;
  return sorted[rank - 1];
}

void bench_print(double *samples, uint32_t n) {
  qsort(samples, n, sizeof *samples, by_value);
  printf("min=%.3f p50=%.3f p90=%.3f p99=%.3f max=%.3f n=%u\n", samples[0], percentile(samples, n, 0.50), percentile(samples, n, 0.90),
         percentile(samples, n, 0.99), samples[n - 1], n);
}

void bench_sample(const bench_args_t *args, bench_sample_fn work, void *state, uint32_t warm_up) {
  double *samples = calloc(args->samples, sizeof *samples);
  if (samples == NULL) bench_die(args, "samples", "no memory");
  for (uint32_t i = 0; i < warm_up; i++) work(state);
  uint32_t n = 0;
  uint64_t begin = bench_now();
  while (n < args->samples) {
    samples[n++] = work(state);
    if (bench_now() - begin > BUDGET_NS && n >= LEAST_SAMPLES) break;
  }
  bench_print(samples, n);
  free(samples);
}

void bench_run(const bench_args_t *args, bench_work_fn work, void *state, uint32_t batch, uint32_t warm_up) {
  double *samples = calloc(args->samples, sizeof *samples);
  if (samples == NULL) bench_die(args, "samples", "no memory");
  uint64_t begin = bench_now();
  for (uint32_t i = 0; i < warm_up; i++) {
    if (!work(state, batch)) bench_die(args, "warm-up", "wrong answer");
    if (bench_now() - begin > BUDGET_NS / 4) break;
  }
  uint32_t n = 0;
  begin = bench_now();
  while (n < args->samples) {
    uint64_t start = bench_now();
    bool right = work(state, batch);
    uint64_t end = bench_now();
    if (!right) bench_die(args, "sample", "wrong answer");
    samples[n++] = (double)(end - start) / batch;
    if (end - begin > BUDGET_NS && n >= LEAST_SAMPLES) break;
  }
  bench_print(samples, n);
  free(samples);
}
