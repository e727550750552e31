/* The peer's side of what WASI costs: wasmtime-wasi by wasmtime_linker_define_wasi. What a guest prints goes to a file in memory, which
 * the host reads back: of the ways that the C API has the cheapest. A function of the host's as the stream's other end
 * (wasi_config_set_stdout_custom) is called on a thread of Tokio's, and a write then takes a hundred times longer. */
#define _GNU_SOURCE
#include "bench_wasmtime.h"
#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file in memory for each output, and what the host has read back of it. */
static struct {
  int fd;
  char path[32];
  char bytes[1 << 16];
  ssize_t len;
} outputs[2];

static const char *directory;

static void open_outputs(const host_t *host) {
  for (int i = 0; i < 2; i++) {
    outputs[i].fd = memfd_create("output", MFD_CLOEXEC);
    if (outputs[i].fd < 0) bench_die(host->args, "memfd_create", strerror(errno));
    snprintf(outputs[i].path, sizeof outputs[i].path, "/proc/self/fd/%d", outputs[i].fd);
  }
}

/* The store's own arguments, environment, streams and directory. */
void give_wasi(const host_t *host, wasmtime_context_t *context) {
  wasi_config_t *config = wasi_config_new();
  const char *argv[REQUEST_ARGS], *names[REQUEST_ENV], *values[REQUEST_ENV];
  memcpy(argv, REQUEST_ARGV, sizeof argv);
  memcpy(names, REQUEST_NAMES, sizeof names);
  memcpy(values, REQUEST_VALUES, sizeof values);
  if (!wasi_config_set_argv(config, REQUEST_ARGS, argv) || !wasi_config_set_env(config, REQUEST_ENV, names, values) ||
      !wasi_config_preopen_dir(config, directory, ".", false) || !wasi_config_set_stdout_file(config, outputs[0].path) ||
      !wasi_config_set_stderr_file(config, outputs[1].path)) {
    bench_die(host->args, "wasi", "not made");
  }
  check(host, "set_wasi", wasmtime_context_set_wasi(context, config), NULL);
}

static wasm_trap_t *mark(void *data, wasmtime_caller_t *caller, const wasmtime_val_t *args, size_t nargs, wasmtime_val_t *results,
                         size_t nresults) {
  (void)data, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
  return NULL;
}

static void call(const host_t *host, wasmtime_context_t *context, const wasmtime_func_t *function, int32_t turns) {
  wasm_trap_t *trap = NULL;
  arm(host, context);
  wasmtime_val_raw_t raw[1];
  raw[0].i32 = turns;
  check(host, "call", wasmtime_func_call_unchecked(context, function, raw, 1, &trap), trap);
  if (raw[0].i32 != 0) bench_die(host->args, "call", "the guest was refused");
}

static double calls(void *state) {
  const host_t *host = state;
  wasmtime_store_t *store;
  wasmtime_context_t *context;
  wasmtime_func_t function;
  open_store(host, host->args->work, &store, &context, &function);
  call(host, context, &function, 1);
  int32_t turns = request_turns(host->args);
  uint64_t before = bench_now();
  call(host, context, &function, turns);
  uint64_t after = bench_now();
  wasmtime_store_delete(store);
  return (double)(after - before) / turns;
}

/* A program ends by returning, or by proc_exit, which is an error here. */
static bool request(void *state, uint32_t repeat) {
  const host_t *host = state;
  for (uint32_t i = 0; i < repeat; i++) {
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_func_t start;
    wasm_trap_t *trap = NULL;
    open_store(host, "_start", &store, &context, &start);
    wasmtime_error_t *error = host->expert ? wasmtime_func_call_unchecked(context, &start, NULL, 0, &trap)
                                           : wasmtime_func_call(context, &start, NULL, 0, NULL, 0, &trap);
    int code = 0;
    if (error != NULL && wasmtime_error_exit_status(error, &code)) {
      wasmtime_error_delete(error);
      error = NULL;
    }
    check(host, "_start", error, trap);
    wasmtime_store_delete(store);
    for (int o = 0; o < 2; o++) outputs[o].len = pread(outputs[o].fd, outputs[o].bytes, sizeof outputs[o].bytes, 0);
    if (code != 0 || outputs[0].len + outputs[1].len <= 0) return false;
  }
  return true;
}

void bench_wasi(host_t *host) {
  host->wasi = true;
  directory = request_directory(host->args);
  open_outputs(host);
  check(host, "define_wasi", wasmtime_linker_define_wasi(host->linker), NULL);
  static const char *const marks[] = {"start", "end"};
  for (int i = 0; i < 2; i++) {
    wasm_functype_t *type = wasm_functype_new_0_0();
    check(host, "define", wasmtime_linker_define_func(host->linker, "bench", 5, marks[i], strlen(marks[i]), type, mark, NULL, NULL),
          NULL);
    wasm_functype_delete(type);
  }
  if (strcmp(host->args->work, "request") == 0) {
    host->fuel_units = UINT64_MAX; /* counted and not limited, as dwcp_module_run does */
    load(host, 1);
    bench_run(host->args, request, host, 1, 1000);
  } else {
    load(host, 1);
    bench_sample(host->args, calls, host, 20);
  }
  for (int i = 0; i < 2; i++) close(outputs[i].fd);
}
