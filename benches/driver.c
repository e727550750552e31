/* Runs the harnesses: every row in a process of its own, the rows of one piece of work one after another, all of
 * it again in each round, so that a slow minute of the machine meets every system alike.
 *
 *   driver DWCP_HARNESS PEER_HARNESS|- DEADLINE_HARNESS METERING_HARNESS WASI_HARNESS GUESTS_DIRECTORY RESULTS_JSON [PROGRAM...]
 *   BENCH_ROUNDS=N  BENCH_QUICK=1  BENCH_CPU=N|none  BENCH_ONLY=part of a work's name */
#define _GNU_SOURCE
#include "driver.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Which kinds of work a configuration is measured in. */
enum { FRESH = 1, LIVE = 2, COLD = 4 };

static const struct {
  const char *name, *word, *guest, *unit;
  double unit_ns;
  uint32_t samples, quick_samples;
  int kind;
  const char *ours_note;
} WORKS[] = {
    {"fresh VM per call, one page of memory, deadline on", "call", "add_page.wat", "us", 1e3, 10000, 2000, FRESH, ""},
    {"fresh VM per call, no memory, deadline on", "call", "add.wat", "us", 1e3, 10000, 2000, FRESH, ""},
    {"fresh VM, 64 KB data, writes 4 KB", "call", "write4k.wat", "us", 1e3, 10000, 2000, FRESH, ""},
    {"call on a live VM", "live", "add_page.wat", "ns", 1, 3000, 500, LIVE, ", session"},
    {"cold: bytes to a callable function, empty cache", "cold", "cold.wasm", "ms", 1e6, 5, 3, COLD, ""},
};

static const struct {
  system_id_t system;
  const char *words, *label;
  int kinds;
  bool reference;
} CONFIGS[] = {
    {OURS, "deadline", "deadline, metrics on", FRESH | LIVE | COLD, true},
    {OURS, "deadline+fuel", "deadline + fuel, metrics on (default profile)", FRESH | LIVE | COLD, true},
    {OURS, "deadline+fuel+nometrics", "deadline + fuel, metrics off", FRESH | LIVE, false},
    {PEER, "expert", "expert, no limits", FRESH | LIVE | COLD, false},
    {PEER, "expert+deadline", "expert, deadline", FRESH | LIVE | COLD, false},
    {PEER, "expert+fuel", "expert, fuel", FRESH | LIVE, false},
    {PEER, "expert+deadline+fuel", "expert, deadline + fuel", FRESH | LIVE | COLD, false},
    {PEER, "expert+deadline+fuel+limiter", "expert, deadline + fuel + memory limit", FRESH, false},
    {PEER, "usual", "usual, no limits", FRESH | LIVE | COLD, false},
    {PEER, "usual+deadline", "usual, deadline", FRESH | LIVE, false},
    {PEER, "usual+deadline+fuel", "usual, deadline + fuel", FRESH | LIVE, false},
};

/* How late calls return, where nothing else runs and where something does. */
static const struct {
  const char *name, *word;
  bool with_others;
} DEADLINES[] = {
    {"deadline error: guest that computes", "spin", true},
    {"deadline error: guest that sleeps", "sleep", false},
    {"deadline error: call that waits for a slot", "slot", false},
};
static const struct {
  const char *words, *label;
  bool is_other;
} MOMENTS[] = {
    {"1ms", "1 ms, one after the other", false},
    {"10ms", "10 ms, one after the other", false},
    {"100ms", "100 ms, one after the other", false},
    {"1ms+idle", "1 ms, idle runtime, ticker parked", true},
    {"10ms+idle", "10 ms, idle runtime, ticker parked", true},
    {"100ms+idle", "100 ms, idle runtime, ticker parked", true},
    {"1ms+busy", "1 ms, beside short calls", true},
    {"10ms+busy", "10 ms, beside short calls", true},
    {"100ms+busy", "100 ms, beside short calls", true},
    {"1ms+crowded", "1 ms, beside 2 guests that compute", true},
    {"10ms+crowded", "10 ms, beside 2 guests that compute", true},
    {"100ms+crowded", "100 ms, beside 2 guests that compute", true},
};
/* Half of the calls later than this is a hang, on any machine: a busy one keeps some of them waiting. */
static const double HANG_NS = 250e6;

/* What metering costs a program. */
static const struct {
  const char *name, *word, *unit;
  double unit_ns;
  uint32_t samples, quick_samples;
  bool pinned;
} COSTS[] = {
    {"metering, run", "run", "ms", 1e6, 100, 20, true},
    {"metering, compile", "compile", "ms", 1e6, 10, 3, false},
    {"metering, compiled module", "size", "KiB", 1024, 1, 1, false},
};
static const char *const METERINGS[] = {"none", "deadline", "fuel", "deadline+fuel"};

/* What a WASI call costs, made over and over by one guest, */
static const struct {
  const char *name, *word;
} WASI_CALLS[] = {
    {"WASI clock_time_get", "clock_time_get"},
    {"WASI random_get, 8 bytes", "random_get_8"},
    {"WASI random_get, 256 bytes", "random_get_256"},
    {"WASI fd_write, 5 bytes to kept stdout", "fd_write_5"},
    {"WASI fd_write, 64 bytes to kept stdout", "fd_write_64"},
    {"WASI args and environ, 4 calls", "args"},
    {"WASI path_open + fd_read of 2 KB + fd_close", "open_read_close"},
    {"WASI fd_filestat_get of a file", "fd_filestat_get"},
    {"WASI poll_oneoff, a clock that is due", "poll_oneoff"},
};
/* and what a program costs, from its start to its end, that reads a small file: these. */
static const char *const WASI_PROGRAMS[] = {"wordcount", "rust-json"};
static const struct {
  system_id_t system;
  const char *words, *label;
  bool programs_only;
} WASI_CONFIGS[] = {
    {OURS, "deadline", "deadline, policy, quotas, metrics on", false},
    {OURS, "deadline+fuel", "the same with fuel (default profile)", false},
    {PEER, "expert+deadline+wasi", "expert, deadline", false},
    {PEER, "expert+deadline+fuel+wasi", "expert, deadline + fuel", false},
    {PEER, "usual+deadline+wasi", "usual, deadline", true},
    {PEER, "usual+deadline+fuel+wasi", "usual, deadline + fuel", true},
};

typedef struct {
  const char *ours, *peer, *deadline, *metering, *wasi, *guests, *results;
} paths_t;

/* A free row of this work, or NULL where there is none or the work is not asked for. */
static row_t *new_row(plan_t *plan, const char *work, const char *only) {
  if (plan->count == MAX_ROWS || (only != NULL && strstr(work, only) == NULL)) return NULL;
  row_t *row = &plan->rows[plan->count++];
  snprintf(row->work, sizeof row->work, "%s", work);
  return row;
}

static void plan_deadlines(plan_t *plan, const paths_t *paths, const char *only) {
  for (size_t w = 0; w < sizeof DEADLINES / sizeof *DEADLINES; w++) {
    for (size_t c = 0; c < sizeof MOMENTS / sizeof *MOMENTS; c++) {
      row_t *row = MOMENTS[c].is_other && !DEADLINES[w].with_others ? NULL : new_row(plan, DEADLINES[w].name, only);
      if (row == NULL) continue;
      row->work_word = DEADLINES[w].word;
      row->program = paths->deadline;
      row->guest = "deadline.wat";
      row->config_words = MOMENTS[c].words;
      snprintf(row->config, sizeof row->config, "%s", MOMENTS[c].label);
      row->unit = "us";
      row->unit_ns = 1e3;
      row->comparison = ALONE;
      row->samples = 50;
      row->quick_samples = 5;
    }
  }
}

/* A program's name: its file's, or its directory's where the file has the name that all have. */
static void name_of(char *name, size_t size, const char *path) {
  const char *end = strrchr(path, '/'), *start;
  if (end != NULL && strcmp(end, "/benchmark.wasm") != 0) {
    start = end + 1;
    end = strrchr(start, '.');
  } else {
    for (start = end; start != NULL && start > path && start[-1] != '/'; start--) {}
  }
  if (start == NULL) start = path;
  snprintf(name, size, "%.*s", (int)(end != NULL && end > start ? (size_t)(end - start) : strlen(start)), start);
  for (char *c = name; *c != '\0'; c++)
    if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ') *c = '_';
}

static void plan_metering(plan_t *plan, const paths_t *paths, char *const programs[], const char *only) {
  for (; *programs != NULL; programs++) {
    char name[40], work[NAME];
    name_of(name, sizeof name, *programs);
    for (size_t w = 0; w < sizeof COSTS / sizeof *COSTS; w++) {
      snprintf(work, sizeof work, "%s: %s", COSTS[w].name, name);
      for (size_t c = 0; c < sizeof METERINGS / sizeof *METERINGS; c++) {
        row_t *row = new_row(plan, work, only);
        if (row == NULL) continue;
        row->work_word = COSTS[w].word;
        row->program = paths->metering;
        row->guest = *programs;
        row->config_words = METERINGS[c];
        snprintf(row->config, sizeof row->config, "%s", METERINGS[c]);
        row->unit = COSTS[w].unit;
        row->unit_ns = COSTS[w].unit_ns;
        row->comparison = BY_LEAST;
        row->samples = COSTS[w].samples;
        row->quick_samples = COSTS[w].quick_samples;
        row->pinned = COSTS[w].pinned;
        row->reference = c == 0;
      }
    }
  }
}

/* The rows of one work with WASI: a call's, or where there is a program its own. */
static void plan_wasi_rows(plan_t *plan, const paths_t *paths, const char *work, const char *word, const char *program,
                           const char *only) {
  for (size_t c = 0; c < sizeof WASI_CONFIGS / sizeof *WASI_CONFIGS; c++) {
    bool peer = WASI_CONFIGS[c].system == PEER;
    if ((peer && strcmp(paths->peer, "-") == 0) || (WASI_CONFIGS[c].programs_only && program == NULL)) continue;
    row_t *row = new_row(plan, work, only);
    if (row == NULL) continue;
    row->work_word = word;
    row->program = peer ? paths->peer : paths->wasi;
    row->guest = program != NULL ? program : "wasi.wat";
    row->system = WASI_CONFIGS[c].system;
    row->config_words = WASI_CONFIGS[c].words;
    snprintf(row->config, sizeof row->config, "%s", WASI_CONFIGS[c].label);
    row->unit = program != NULL ? "us" : "ns";
    row->unit_ns = program != NULL ? 1e3 : 1;
    row->samples = program != NULL ? 3000 : 200;
    row->quick_samples = program != NULL ? 100 : 10;
    row->pinned = true;
    row->reference = !peer;
  }
}

static void plan_wasi(plan_t *plan, const paths_t *paths, char *const programs[], const char *only) {
  for (size_t w = 0; w < sizeof WASI_CALLS / sizeof *WASI_CALLS; w++) {
    plan_wasi_rows(plan, paths, WASI_CALLS[w].name, WASI_CALLS[w].word, NULL, only);
  }
  for (; *programs != NULL; programs++) {
    char name[40], work[NAME];
    name_of(name, sizeof name, *programs);
    snprintf(work, sizeof work, "WASI program reading a 2 KB file: %s", name);
    for (size_t p = 0; p < sizeof WASI_PROGRAMS / sizeof *WASI_PROGRAMS; p++) {
      if (strcmp(name, WASI_PROGRAMS[p]) == 0) plan_wasi_rows(plan, paths, work, "request", *programs, only);
    }
  }
}

static void make_plan(plan_t *plan, const paths_t *paths, const char *only) {
  bool with_peer = strcmp(paths->peer, "-") != 0;
  for (size_t w = 0; w < sizeof WORKS / sizeof *WORKS; w++) {
    for (size_t c = 0; c < sizeof CONFIGS / sizeof *CONFIGS; c++) {
      if ((CONFIGS[c].kinds & WORKS[w].kind) == 0 || (CONFIGS[c].system == PEER && !with_peer)) continue;
      row_t *row = new_row(plan, WORKS[w].name, only);
      if (row == NULL) continue;
      row->work_word = WORKS[w].word;
      row->guest = WORKS[w].guest;
      row->system = CONFIGS[c].system;
      row->program = row->system == OURS ? paths->ours : paths->peer;
      row->config_words = CONFIGS[c].words;
      row->unit = WORKS[w].unit;
      row->unit_ns = WORKS[w].unit_ns;
      row->samples = WORKS[w].samples;
      row->quick_samples = WORKS[w].quick_samples;
      row->pinned = WORKS[w].kind != COLD; /* both compile on all cores */
      row->reference = CONFIGS[c].reference;
      snprintf(row->config, sizeof row->config, "%s%s", CONFIGS[c].label, row->system == OURS ? WORKS[w].ours_note : "");
    }
  }
}

/* Runs one harness to its end and reads its line. */
static bool run_harness(char *const argv[], figures_t *figures) {
  int pipe_fds[2];
  if (pipe(pipe_fds) != 0) return false;
  pid_t child = fork();
  if (child == 0) {
    dup2(pipe_fds[1], STDOUT_FILENO);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    execv(argv[0], argv);
    fprintf(stderr, "bench: %s: %s\n", argv[0], strerror(errno));
    _exit(127);
  }
  close(pipe_fds[1]);
  char line[256] = "";
  FILE *out = fdopen(pipe_fds[0], "r");
  bool read_it = child > 0 && out != NULL && fgets(line, sizeof line, out) != NULL;
  if (out != NULL) fclose(out);
  int status = 1;
  if (child > 0) waitpid(child, &status, 0);
  return read_it && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
         sscanf(line, "min=%lf p50=%lf p90=%lf p99=%lf max=%lf", &figures->min, &figures->p50, &figures->p90, &figures->p99,
                &figures->max) == 5;
}

static void run_row(row_t *row, const char *guests, bool quick, int cpu, uint32_t round) {
  char guest[4096], samples[16], core[16];
  if (strchr(row->guest, '/') != NULL) snprintf(guest, sizeof guest, "%s", row->guest);
  else snprintf(guest, sizeof guest, "%s/%s", guests, row->guest);
  snprintf(samples, sizeof samples, "%u", quick ? row->quick_samples : row->samples);
  snprintf(core, sizeof core, "%d", row->pinned ? cpu : -1);
  char *argv[] = {(char *)row->program, (char *)row->work_word, (char *)row->config_words, guest, samples, core, NULL};
  figures_t figures;
  if (!run_harness(argv, &figures)) {
    row->failed = true;
    fprintf(stderr, "bench: failed, row left out: %s | %s\n", row->work, row->config);
    return;
  }
  row->measured[row->rounds++] = figures;
  const char *raw = strcmp(row->unit, "KiB") == 0 ? "bytes" : "ns";
  printf("sample round=%u system=%s work=\"%s\" config=\"%s\" min_%s=%.1f p50_%s=%.1f p99_%s=%.1f\n", round,
         row->system == OURS ? "dwcp-wasm" : "wasmtime-c-api", row->work, row->config, raw, figures.min, raw, figures.p50, raw,
         figures.p99);
  fflush(stdout);
  if (row->comparison == ALONE && figures.p50 > HANG_NS) {
    row->failed = true;
    fprintf(stderr, "bench: hangs: %s | %s: half of the calls returned %.0f ms or more after their deadline\n", row->work,
            row->config, figures.p50 / 1e6);
  }
}

/* A core that this process may use and that is not the first one, which takes most interrupts. */
static int pick_cpu(void) {
  const char *wish = getenv("BENCH_CPU");
  if (wish != NULL && *wish != '\0') return strcmp(wish, "none") == 0 ? -1 : atoi(wish);
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
    if (CPU_ISSET((size_t)cpu, &set)) return cpu;
  }
  return -1;
}

int main(int argc, char **argv) {
  if (argc < 8) {
    fprintf(stderr,
            "usage: %s DWCP_HARNESS PEER_HARNESS|- DEADLINE_HARNESS METERING_HARNESS WASI_HARNESS GUESTS_DIRECTORY RESULTS_JSON "
            "[PROGRAM...]\n",
            argv[0]);
    return 2;
  }
  const paths_t paths = {argv[1], argv[2], argv[3], argv[4], argv[5], argv[6], argv[7]};
  const char *quick_word = getenv("BENCH_QUICK"), *rounds_word = getenv("BENCH_ROUNDS");
  bool quick = quick_word != NULL && strcmp(quick_word, "") != 0 && strcmp(quick_word, "0") != 0;
  long rounds = rounds_word != NULL && *rounds_word != '\0' ? strtol(rounds_word, NULL, 10) : quick ? 2 : 9;
  if (rounds < 1 || rounds > MAX_ROUNDS) {
    fprintf(stderr, "bench: BENCH_ROUNDS is 1 to %d\n", MAX_ROUNDS);
    return 2;
  }
  int cpu = pick_cpu();
  static plan_t plan;
  const char *only = getenv("BENCH_ONLY");
  make_plan(&plan, &paths, only);
  plan_deadlines(&plan, &paths, only);
  plan_metering(&plan, &paths, argv + 8, only);
  plan_wasi(&plan, &paths, argv + 8, only);
  if (plan.count == 0) {
    fprintf(stderr, "bench: no work has that in its name\n");
    return 2;
  }

  bool complete = true;
  for (long round = 0; round < rounds; round++) {
    /* Each round begins elsewhere within a work, so that no system always follows the same other one. */
    for (size_t first = 0; first < plan.count;) {
      size_t end = first;
      while (end < plan.count && strcmp(plan.rows[end].work, plan.rows[first].work) == 0) end++;
      size_t n = end - first;
      for (size_t i = 0; i < n; i++) {
        row_t *row = &plan.rows[first + (i + (size_t)round) % n];
        if (!row->failed) run_row(row, paths.guests, quick, cpu, (uint32_t)round + 1);
        complete = complete && !row->failed;
      }
      first = end;
    }
  }
  report_finish(&plan);
  report_table(&plan, (uint32_t)rounds, cpu);
  if (!report_json(&plan, paths.results)) {
    fprintf(stderr, "bench: cannot write %s: %s\n", paths.results, strerror(errno));
    return 1;
  }
  printf("\nwritten: %s\n", paths.results);
  return complete ? 0 : 1;
}
