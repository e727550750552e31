/* Our side of what WASI costs. WORK is an export of guests/wasi.wat, which makes a call over and over, or "request": a program is run
 * from its start to its end, with all that it is given and prints. Configuration words: fuel, as in bench_dwcp.c. */
#include "measure.h"
#include "request.h"

#include <dwcp_wasm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_CAP = 1 << 20 };

typedef struct {
  const bench_args_t *args;
  dwcp_runtime_t *runtime;
  dwcp_module_t *module;
  dwcp_function_t *function;
  dwcp_wasi_t *wasi;
  int32_t turns;
} host_t;

static void check(const host_t *host, const char *what, dwcp_status_t status, dwcp_error_t *const *error) {
  if (status == DWCP_OK) return;
  bench_die(host->args, what, *error != NULL ? dwcp_error_message(*error) : dwcp_status_name(status));
}

/* Between the marks that programs of the Sightglass suite set. */
static dwcp_status_t mark(void *data, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
  (void)data, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
  return DWCP_OK;
}

static void call(host_t *host, dwcp_vm_t *vm, int32_t turns) {
  dwcp_error_t *error = NULL;
  dwcp_value_t arg = dwcp_i32(turns), result;
  size_t count = 0;
  check(host, "call", dwcp_vm_call(vm, host->function, &arg, 1, NULL, &result, 1, &count, NULL, &error), &error);
  if (dwcp_as_i32(result) != 0) bench_die(host->args, "call", "the guest was refused");
}

/* A fresh VM, whose first call makes what WASI needs; then the turns that are timed. */
static double calls(void *state) {
  host_t *host = state;
  dwcp_error_t *error = NULL;
  dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
  dwcp_vm_t *vm = NULL;
  options.wasi = host->wasi;
  check(host, "acquire", dwcp_vm_acquire(host->module, &options, &vm, &error), &error);
  call(host, vm, 1);
  uint64_t before = bench_now();
  call(host, vm, host->turns);
  uint64_t after = bench_now();
  dwcp_vm_release(vm);
  return (double)(after - before) / host->turns;
}

/* A program from its start to its end: a VM of its own, its directory, what it printed. */
static bool request(void *state, uint32_t repeat) {
  host_t *host = state;
  for (uint32_t i = 0; i < repeat; i++) {
    dwcp_error_t *error = NULL;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_slice_t out, err;
    int32_t code = 0;
    options.wasi = host->wasi;
    check(host, "run", dwcp_module_run(host->module, &options, &code, NULL, &error), &error);
    check(host, "output", dwcp_wasi_output(host->wasi, 1, &out, NULL, &error), &error);
    check(host, "output", dwcp_wasi_output(host->wasi, 2, &err, NULL, &error), &error);
    if (code != 0 || out.len + err.len == 0) return false;
  }
  return true;
}

static void new_runtime(host_t *host) {
  dwcp_error_t *error = NULL;
  dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
  if (config == NULL) bench_die(host->args, "config", "not made");
  bool fuel = bench_has_word(host->args->config, "fuel");
  check(host, "config", dwcp_config_set_enable_fuel_metering(config, fuel, &error), &error);
  static const char policy[] =
      "{\"allowed_syscalls\": [\"@stdio\", \"@fs_read\", \"proc_exit\"], \"denied_syscalls\": [\"@net\", \"@fs_write\"]}";
  check(host, "config", dwcp_config_apply_json(config, policy, sizeof policy - 1, &error), &error);
  check(host, "config", dwcp_config_clear_allowed_directories(config, &error), &error);
  const char *directory = request_directory(host->args);
  check(host, "config", dwcp_config_add_allowed_directory(config, directory, ".", true, &error), &error);
  check(host, "runtime_new", dwcp_runtime_new(config, &host->runtime, &error), &error);
  dwcp_config_free(config);
}

static void new_settings(host_t *host) {
  dwcp_error_t *error = NULL;
  host->wasi = dwcp_wasi_new();
  if (host->wasi == NULL) bench_die(host->args, "wasi", "no memory");
  check(host, "args", dwcp_wasi_set_args(host->wasi, REQUEST_ARGV, REQUEST_ARGS, &error), &error);
  for (int i = 0; i < REQUEST_ENV; i++) {
    check(host, "env", dwcp_wasi_add_env(host->wasi, REQUEST_NAMES[i], REQUEST_VALUES[i], &error), &error);
  }
  check(host, "stdout", dwcp_wasi_set_output(host->wasi, 1, DWCP_OUTPUT_CAPTURE, OUTPUT_CAP, &error), &error);
  check(host, "stderr", dwcp_wasi_set_output(host->wasi, 2, DWCP_OUTPUT_CAPTURE, OUTPUT_CAP, &error), &error);
}

int main(int argc, char **argv) {
  bench_args_t args = bench_parse(argc, argv);
  host_t host = {.args = &args, .turns = request_turns(&args)};
  dwcp_error_t *error = NULL;
  new_runtime(&host);
  new_settings(&host);
  size_t len = 0;
  uint8_t *bytes = bench_read_file(args.guest, &len);
  dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
  dwcp_imports_t *imports = dwcp_imports_new();
  if (imports == NULL) bench_die(&args, "imports", "no memory");
  check(&host, "imports", dwcp_imports_define(imports, "bench", "start", ":", mark, NULL, NULL, &error), &error);
  check(&host, "imports", dwcp_imports_define(imports, "bench", "end", ":", mark, NULL, NULL, &error), &error);
  options.imports = imports;
  check(&host, "load", dwcp_module_load(host.runtime, bytes, len, NULL, &options, &host.module, &error), &error);
  if (strcmp(args.work, "request") == 0) {
    bench_run(&args, request, &host, 1, 1000);
  } else {
    check(&host, args.work, dwcp_module_get_function(host.module, args.work, "i:i", &host.function, &error), &error);
    bench_sample(&args, calls, &host, 20);
  }
  dwcp_function_free(host.function);
  dwcp_module_free(host.module);
  dwcp_imports_free(imports);
  dwcp_wasi_free(host.wasi);
  dwcp_runtime_free(host.runtime);
  free(bytes);
  return 0;
}
