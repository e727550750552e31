/* What metering costs a real program: its run, its compilation, its code. WORK is "run", "compile" or "size"; CONFIG says what is
 * metered: none, deadline, fuel, deadline+fuel. Times are the processor's: of the thread that runs, of all threads that compile.
 *
 * A program is a module that exports run(i32) -> i32, which gives the same number other than 0 each time, or a WASI command. A command
 * sees the directory that it lies in as its own, read-only, reads words on its standard input, and may import bench.start and
 * bench.end, which it calls before and after what is to be timed. */
#define _GNU_SOURCE
#include "measure.h"

#include <dwcp_wasm.h>

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORDS = 1 << 16 };

typedef struct {
  const bench_args_t *args;
  dwcp_runtime_t *runtime;
  dwcp_imports_t *imports;
  dwcp_wasi_t *wasi;
  dwcp_module_t *module;
  dwcp_function_t *function; /* NULL: a command */
  uint8_t *bytes;
  size_t len;
  int32_t answer;
  /* of the last run, in ns: what the program says is to be timed, or 0 */
  uint64_t took;
  uint64_t began;
} host_t;

static uint64_t now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void check(const host_t *host, const char *what, dwcp_status_t status, dwcp_error_t *const *error) {
  if (status == DWCP_OK) return;
  bench_die(host->args, what, *error != NULL ? dwcp_error_message(*error) : dwcp_status_name(status));
}

static dwcp_status_t started(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                             size_t nresults) {
  (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
  ((host_t *)user)->began = now(CLOCK_THREAD_CPUTIME_ID);
  return DWCP_OK;
}

static dwcp_status_t ended(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                           size_t nresults) {
  (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
  host_t *host = user;
  host->took = now(CLOCK_THREAD_CPUTIME_ID) - host->began;
  return DWCP_OK;
}

static dwcp_runtime_t *new_runtime(host_t *host) {
  dwcp_error_t *error = NULL;
  dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
  if (config == NULL) bench_die(host->args, "config", "not made");
  bool fuel = bench_has_word(host->args->config, "fuel"), deadline = bench_has_word(host->args->config, "deadline");
  check(host, "config", dwcp_config_set_enable_fuel_metering(config, fuel, &error), &error);
  check(host, "config", dwcp_config_set_fuel_limit(config, UINT64_C(1) << 62, &error), &error);
  check(host, "config", dwcp_config_set_max_execution_time_ms(config, deadline ? 3600000 : 0, &error), &error);
  static const char rest[] =
      "{\"allowed_syscalls\":[],\"denied_syscalls\":[],\"max_memory_bytes\":4294967296,\"max_table_elements\":1000000,"
      "\"max_functions\":1000000,\"max_function_bytes\":7654321,\"max_module_bytes\":1073741824,\"max_live_vms\":8,\"pool_size\":1}";
  check(host, "config", dwcp_config_apply_json(config, rest, sizeof rest - 1, &error), &error);
  char path[PATH_MAX], absolute[PATH_MAX];
  snprintf(path, sizeof path, "%s", host->args->guest);
  if (realpath(dirname(path), absolute) == NULL) bench_die(host->args, "directory", "not found");
  check(host, "config", dwcp_config_clear_allowed_directories(config, &error), &error);
  check(host, "config", dwcp_config_add_allowed_directory(config, absolute, ".", true, &error), &error);
  dwcp_runtime_t *runtime = NULL;
  check(host, "runtime_new", dwcp_runtime_new(config, &runtime, &error), &error);
  dwcp_config_free(config);
  return runtime;
}

static void load(host_t *host) {
  dwcp_error_t *error = NULL;
  dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
  options.imports = host->imports;
  check(host, "load", dwcp_module_load(host->runtime, host->bytes, host->len, NULL, &options, &host->module, &error), &error);
  dwcp_status_t status = dwcp_module_get_function(host->module, "run", "i:i", &host->function, &error);
  if (status == DWCP_ERR_NOT_FOUND) dwcp_error_free(error);
  else check(host, "get_function", status, &error);
}

/* Bytes to a module, with an empty cache; the time that it took. */
static double compile(void *state) {
  host_t *host = state;
  dwcp_error_t *error = NULL;
  dwcp_function_free(host->function);
  dwcp_module_free(host->module);
  host->function = NULL;
  check(host, "cache_clear", dwcp_runtime_cache_clear(host->runtime, &error), &error);
  uint64_t before = now(CLOCK_PROCESS_CPUTIME_ID);
  load(host);
  return (double)(now(CLOCK_PROCESS_CPUTIME_ID) - before);
}

/* One run; the time that it took. */
static double run(void *state) {
  host_t *host = state;
  dwcp_error_t *error = NULL;
  dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
  host->took = 0;
  options.wasi = host->wasi;
  uint64_t before = now(CLOCK_THREAD_CPUTIME_ID);
  if (host->function != NULL) {
    dwcp_value_t arg = dwcp_i32(4), result;
    size_t n = 0;
    check(host, "run", dwcp_function_call(host->function, &arg, 1, &options, &result, 1, &n, NULL, &error), &error);
    int32_t answer = dwcp_as_i32(result);
    if (answer == 0 || (host->answer != 0 && host->answer != answer)) bench_die(host->args, "run", "wrong answer");
    host->answer = answer;
  } else {
    int32_t code = 0;
    check(host, "run", dwcp_module_run(host->module, &options, &code, NULL, &error), &error);
    if (code != 0) bench_die(host->args, "run", "the program failed");
  }
  return (double)(host->took != 0 ? host->took : now(CLOCK_THREAD_CPUTIME_ID) - before);
}

/* Words for a program that counts or sorts them, the same ones each time. */
static void give_words(host_t *host) {
  uint8_t *words = malloc(WORDS);
  if (words == NULL) bench_die(host->args, "words", "no memory");
  uint32_t seed = 2463534242u;
  for (size_t i = 0; i < WORDS; i++) {
    seed = seed * 1664525 + 1013904223;
    words[i] = (seed >> 28) == 0 ? '\n' : (seed >> 28) < 3 ? ' ' : (uint8_t)('a' + (seed >> 16) % 7);
  }
  dwcp_error_t *error = NULL;
  check(host, "stdin", dwcp_wasi_set_stdin(host->wasi, words, WORDS, &error), &error);
  free(words);
}

int main(int argc, char **argv) {
  bench_args_t args = bench_parse(argc, argv);
  host_t host = {.args = &args, .imports = dwcp_imports_new(), .wasi = dwcp_wasi_new()};
  dwcp_error_t *error = NULL;
  if (host.imports == NULL || host.wasi == NULL) bench_die(&args, "start", "no memory");
  check(&host, "imports", dwcp_imports_define(host.imports, "bench", "start", ":", started, &host, NULL, &error), &error);
  check(&host, "imports", dwcp_imports_define(host.imports, "bench", "end", ":", ended, &host, NULL, &error), &error);
  give_words(&host);
  host.runtime = new_runtime(&host);
  host.bytes = bench_read_file(args.guest, &host.len);
  if (strcmp(args.work, "compile") == 0) {
    bench_sample(&args, compile, &host, 1);
  } else {
    load(&host);
    if (strcmp(args.work, "size") == 0) {
      dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
      check(&host, "metrics", dwcp_runtime_cache_metrics(host.runtime, &cache, &error), &error);
      double bytes = (double)cache.bytes;
      bench_print(&bytes, 1);
    } else {
      bench_sample(&args, run, &host, 2);
    }
  }
  dwcp_function_free(host.function);
  dwcp_module_free(host.module);
  dwcp_runtime_free(host.runtime);
  dwcp_imports_free(host.imports);
  dwcp_wasi_free(host.wasi);
  free(host.bytes);
  return 0;
}
