/* What every harness shares: the clock, the sampling loop and the command line. A harness measures one
 * piece of work in one configuration and prints one line, which the driver reads. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One harness process: bench_X WORK CONFIG GUEST SAMPLES CPU */
typedef struct {
  const char *work;   /* such as "call", "live" or "cold" */
  const char *config; /* words joined by '+', see has_word() */
  const char *guest;  /* path of the module */
  uint32_t samples;
  int cpu; /* -1: not pinned */
} bench_args_t;

/* Does the work `repeat` times and returns false when a call failed or its answer was wrong. The loop is on
 * this side of the pointer so that an indirect call costs nothing where the work takes 15 ns. */
typedef bool (*bench_work_fn)(void *state, uint32_t repeat);

bench_args_t bench_parse(int argc, char **argv);

/* True if `word` is one of the '+'-separated words of `config`. */
bool bench_has_word(const char *config, const char *word);

/* Reads a whole file or ends the process. The bytes are freed by the caller. */
uint8_t *bench_read_file(const char *path, size_t *len);

/* Ends the process with a message that names the harness's work and configuration. */
_Noreturn void bench_die(const bench_args_t *args, const char *what, const char *detail);

/* Nanoseconds of the monotonic clock. */
uint64_t bench_now(void);

/* Sorts the samples and prints "min=… p50=… p90=… p99=… max=… n=…". */
void bench_print(double *samples, uint32_t n);

/* Does one piece of work and says how long it took, in ns. */
typedef double (*bench_sample_fn)(void *state);

/* Warms up, takes the samples as `work` gives them, prints them. */
void bench_sample(const bench_args_t *args, bench_sample_fn work, void *state, uint32_t warm_up);

/* Warms up, takes the samples of `batch` repetitions each, prints them in ns per repetition. */
void bench_run(const bench_args_t *args, bench_work_fn work, void *state, uint32_t batch, uint32_t warm_up);

#endif
