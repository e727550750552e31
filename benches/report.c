/* From the rounds to a table and a file: medians, ratios, and the warnings without which nobody should read them. */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

enum { P50, P90, P99 };

static double median(const row_t *row, int which, double *spread) {
  double sorted[MAX_ROUNDS];
  uint32_t n = row->rounds;
  for (uint32_t i = 0; i < n; i++) {
    const figures_t *f = &row->measured[i];
    sorted[i] = which == P50 ? f->p50 : which == P90 ? f->p90 : f->p99;
  }
  qsort(sorted, n, sizeof *sorted, by_value);
  double middle = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  if (spread != NULL) *spread = middle > 0 ? (sorted[n - 1] - sorted[0]) / middle : 0;
  return middle;
}

static bool has_fuel(const row_t *row) { return strstr(row->config_words, "fuel") != NULL; }

/* What the row is divided by. Our row that does the same metering: a peer without limits meets our cheapest one. Where it is the
 * meterings that are compared, the one without. */
static const row_t *reference_of(const plan_t *plan, const row_t *row) {
  if (row->comparison == ALONE) return NULL;
  if (row->reference) return row;
  for (size_t i = 0; i < plan->count; i++) {
    const row_t *other = &plan->rows[i];
    if (!other->reference || other->failed || strcmp(other->work, row->work) != 0) continue;
    if (row->comparison == BY_LEAST || has_fuel(other) == has_fuel(row)) return other;
  }
  return NULL;
}

static double compared(const row_t *row) { return row->comparison == BY_LEAST ? row->all.min : row->all.p50; }

void report_finish(plan_t *plan) {
  for (size_t i = 0; i < plan->count; i++) {
    row_t *row = &plan->rows[i];
    if (row->failed || row->rounds == 0) {
      row->failed = true;
      continue;
    }
    row->all = (figures_t){.min = row->measured[0].min,
                           .p50 = median(row, P50, &row->p50_spread),
                           .p90 = median(row, P90, NULL),
                           .p99 = median(row, P99, NULL)};
    for (uint32_t r = 0; r < row->rounds; r++) {
      if (row->measured[r].min < row->all.min) row->all.min = row->measured[r].min;
      if (row->measured[r].max > row->all.max) row->all.max = row->measured[r].max;
    }
  }
  for (size_t i = 0; i < plan->count; i++) {
    row_t *row = &plan->rows[i];
    const row_t *reference = row->failed ? NULL : reference_of(plan, row);
    row->ratio = reference != NULL && compared(reference) > 0 ? compared(row) / compared(reference) : 0;
  }
}

static const char *system_name(const row_t *row) { return row->system == OURS ? "dwcp-wasm" : "wasmtime-c-api"; }

static void print_load(void) {
  FILE *file = fopen("/proc/loadavg", "r");
  double load;
  if (file != NULL && fscanf(file, "%lf", &load) == 1) printf(", load average at the end %.2f", load);
  if (file != NULL) fclose(file);
}

void report_table(const plan_t *plan, uint32_t rounds, int cpu) {
  printf("\nMedians of %u interleaved rounds, every row a process of its own", rounds);
  if (cpu >= 0) printf(", pinned to core %d (cold, deadline error, compile: not pinned)", cpu);
  print_load();
  printf(".\nratio = p50 / p50 of our row with the same metering: above 1 is slower than ours.\n"
         "metering: ratio = min / min of the row \"none\". min and max are of all rounds.\n"
         "The machine may be shared: compare rows of one table only, and believe no difference smaller than the\n"
         "spread (largest - smallest p50 of the rounds, in %% of the median) of the rows compared.\n");
  int width = 0;
  for (size_t i = 0; i < plan->count; i++) {
    int length = (int)strlen(plan->rows[i].config);
    if (length > width) width = length;
  }
  const char *work = NULL;
  for (size_t i = 0; i < plan->count; i++) {
    const row_t *row = &plan->rows[i];
    if (work == NULL || strcmp(work, row->work) != 0) {
      work = row->work;
      printf("\n%s\n  %-15s %-*s %10s %10s %10s %10s %10s  %-3s %8s %7s\n", work, "system", width, "configuration", "min", "p50", "p90",
             "p99", "max", "", "ratio", "spread");
    }
    if (row->failed) {
      printf("  %-15s %-*s %10s\n", system_name(row), width, row->config, "failed");
      continue;
    }
    char ratio[16] = "-";
    if (row->ratio > 0) snprintf(ratio, sizeof ratio, row->ratio < 0.1 ? "%.4f" : "%.2f", row->ratio);
    printf("  %-15s %-*s %10.2f %10.2f %10.2f %10.2f %10.2f  %-3s %8s %6.0f%%\n", system_name(row), width, row->config,
           row->all.min / row->unit_ns, row->all.p50 / row->unit_ns, row->all.p90 / row->unit_ns, row->all.p99 / row->unit_ns,
           row->all.max / row->unit_ns, row->unit, ratio, row->p50_spread * 100);
  }
}

/* Every string here is ours and has no character that JSON would escape, but the names of programs: those are filtered. */
bool report_json(const plan_t *plan, const char *path) {
  FILE *file = fopen(path, "w");
  if (file == NULL) return false;
  fprintf(file, "[");
  const char *separator = "\n";
  for (size_t i = 0; i < plan->count; i++) {
    const row_t *row = &plan->rows[i];
    if (row->failed) continue;
    fprintf(file, "%s  {\"work\": \"%s\", \"system\": \"%s\", \"config\": \"%s\", \"unit\": \"%s\", ", separator, row->work,
            system_name(row), row->config, row->unit);
    fprintf(file, "\"min\": %.4f, \"p50\": %.4f, \"p90\": %.4f, \"p99\": %.4f, \"max\": %.4f, ", row->all.min / row->unit_ns,
            row->all.p50 / row->unit_ns, row->all.p90 / row->unit_ns, row->all.p99 / row->unit_ns, row->all.max / row->unit_ns);
    if (row->ratio > 0) {
      fprintf(file, "\"ratio_to_ours\": %.6f, ", row->ratio);
    } else {
      fprintf(file, "\"ratio_to_ours\": null, ");
    }
    fprintf(file, "\"rounds\": %u}", row->rounds);
    separator = ",\n";
  }
  fprintf(file, "\n]\n");
  return fclose(file) == 0;
}
