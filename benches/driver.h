/* The plan of a comparison and what was measured, between driver.c (runs it) and report.c (prints it). */
#ifndef BENCH_DRIVER_H
#define BENCH_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_ROUNDS = 101, MAX_ROWS = 512, NAME = 96 };

typedef enum { OURS, PEER } system_id_t;

/* What the rows of a work are compared by, and how they are shown. */
typedef enum {
  BY_METERING, /* p50 with that of our row of the same metering */
  BY_LEAST,    /* the least of all rounds with that of the row whose metering is none: other work on the machine only adds to it */
  ALONE,       /* with nothing: how its samples are spread is what is of interest */
} comparison_t;

/* What one process, or one row, says of its samples. */
typedef struct {
  double min, p50, p90, p99, max;
} figures_t;

/* One line of the table: a piece of work, done by one system in one configuration. */
typedef struct {
  char work[NAME];       /* heading of the table */
  const char *work_word; /* for the harness */
  const char *program;   /* the harness */
  const char *guest;     /* file below the guests directory, or with a slash in it a path */
  system_id_t system;
  const char *config_words; /* for the harness */
  char config[NAME];        /* for the reader */
  const char *unit;
  double unit_ns; /* what the harness gives for one unit: nanoseconds, or bytes */
  comparison_t comparison;
  uint32_t samples, quick_samples;
  bool pinned;
  bool reference; /* ours, and what the peers' rows of this metering are divided by */
  /* measured: one process a round */
  figures_t measured[MAX_ROUNDS];
  uint32_t rounds;
  bool failed;
  /* least of the least, largest of the largest, medians of the rest */
  figures_t all;
  double p50_spread, ratio;
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
