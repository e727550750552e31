/* The plan of a comparison and what was measured, between driver.c (runs it) and report.c (prints it). */
#ifndef BENCH_DRIVER_H
#define BENCH_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_ROUNDS = 101, MAX_ROWS = 96 };

typedef enum { OURS, PEER } system_id_t;

/* One line of the table: a piece of work, done by one system in one configuration. */
typedef struct {
  const char *work;      /* heading of the table */
  const char *work_word; /* for the harness */
  const char *guest;     /* file below the guests directory */
  system_id_t system;
  const char *config_words; /* for the harness */
  char config[96];          /* for the reader */
  const char *unit;
  double unit_ns; /* nanoseconds of one unit */
  uint32_t samples, quick_samples;
  bool pinned;
  bool reference; /* ours, and what the peers' rows of this metering are divided by */
  /* measured: one value a round, in ns */
  double p50[MAX_ROUNDS], p99[MAX_ROUNDS];
  uint32_t rounds;
  bool failed;
  double p50_median, p99_median, p50_spread, ratio;
} row_t;

typedef struct {
  row_t rows[MAX_ROWS];
  size_t count;
} plan_t;

/* Medians over the rounds and ratios to ours. */
void report_finish(plan_t *plan);

void report_table(const plan_t *plan, uint32_t rounds, int cpu);

/* False if the file could not be written. */
bool report_json(const plan_t *plan, const char *path);

#endif
