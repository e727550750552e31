/* Runs the harnesses: every row in a process of its own, the rows of one piece of work one after another, all of
 * it again in each round, so that a slow minute of the machine meets every system alike.
 *
 *   driver DWCP_HARNESS PEER_HARNESS|- GUESTS_DIRECTORY RESULTS_JSON
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

static void make_plan(plan_t *plan, bool with_peer, const char *only) {
  for (size_t w = 0; w < sizeof WORKS / sizeof *WORKS; w++) {
    if (only != NULL && strstr(WORKS[w].name, only) == NULL) continue;
    for (size_t c = 0; c < sizeof CONFIGS / sizeof *CONFIGS && plan->count < MAX_ROWS; c++) {
      if ((CONFIGS[c].kinds & WORKS[w].kind) == 0 || (CONFIGS[c].system == PEER && !with_peer)) continue;
      row_t *row = &plan->rows[plan->count++];
      *row = (row_t){.work = WORKS[w].name,
                     .work_word = WORKS[w].word,
                     .guest = WORKS[w].guest,
                     .system = CONFIGS[c].system,
                     .config_words = CONFIGS[c].words,
                     .unit = WORKS[w].unit,
                     .unit_ns = WORKS[w].unit_ns,
                     .samples = WORKS[w].samples,
                     .quick_samples = WORKS[w].quick_samples,
                     .pinned = WORKS[w].kind != COLD, /* both compile on all cores */
                     .reference = CONFIGS[c].reference};
      snprintf(row->config, sizeof row->config, "%s%s", CONFIGS[c].label, row->system == OURS ? WORKS[w].ours_note : "");
    }
  }
}

/* Runs one harness to its end and reads its line. */
static bool run_harness(char *const argv[], double *p50, double *p99) {
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
  return read_it && WIFEXITED(status) && WEXITSTATUS(status) == 0 && sscanf(line, "p50=%lf p99=%lf", p50, p99) == 2;
}

static void run_row(row_t *row, const char *program, const char *guests, bool quick, int cpu, uint32_t round) {
  char guest[4096], samples[16], core[16];
  snprintf(guest, sizeof guest, "%s/%s", guests, row->guest);
  snprintf(samples, sizeof samples, "%u", quick ? row->quick_samples : row->samples);
  snprintf(core, sizeof core, "%d", row->pinned ? cpu : -1);
  char *argv[] = {(char *)program, (char *)row->work_word, (char *)row->config_words, guest, samples, core, NULL};
  double p50, p99;
  if (!run_harness(argv, &p50, &p99)) {
    row->failed = true;
    fprintf(stderr, "bench: failed, row left out: %s | %s\n", row->work, row->config);
    return;
  }
  row->p50[row->rounds] = p50;
  row->p99[row->rounds] = p99;
  row->rounds++;
  printf("sample round=%u system=%s work=\"%s\" config=\"%s\" p50_ns=%.1f p99_ns=%.1f\n", round,
         row->system == OURS ? "dwcp-wasm" : "wasmtime-c-api", row->work, row->config, p50, p99);
  fflush(stdout);
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
  if (argc != 5) {
    fprintf(stderr, "usage: %s DWCP_HARNESS PEER_HARNESS|- GUESTS_DIRECTORY RESULTS_JSON\n", argv[0]);
    return 2;
  }
  const char *quick_word = getenv("BENCH_QUICK"), *rounds_word = getenv("BENCH_ROUNDS");
  bool quick = quick_word != NULL && strcmp(quick_word, "") != 0 && strcmp(quick_word, "0") != 0;
  long rounds = rounds_word != NULL && *rounds_word != '\0' ? strtol(rounds_word, NULL, 10) : quick ? 2 : 9;
  if (rounds < 1 || rounds > MAX_ROUNDS) {
    fprintf(stderr, "bench: BENCH_ROUNDS is 1 to %d\n", MAX_ROUNDS);
    return 2;
  }
  bool with_peer = strcmp(argv[2], "-") != 0;
  int cpu = pick_cpu();
  static plan_t plan;
  make_plan(&plan, with_peer, getenv("BENCH_ONLY"));
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
        if (!row->failed) run_row(row, argv[row->system == OURS ? 1 : 2], argv[3], quick, cpu, (uint32_t)round + 1);
        complete = complete && !row->failed;
      }
      first = end;
    }
  }
  report_finish(&plan);
  report_table(&plan, (uint32_t)rounds, cpu);
  if (!report_json(&plan, argv[4])) {
    fprintf(stderr, "bench: cannot write %s: %s\n", argv[4], strerror(errno));
    return 1;
  }
  printf("\nwritten: %s\n", argv[4]);
  return complete ? 0 : 1;
}
