/* Our side: what a host writes, and nothing else. Configuration words:
 *   fuel        fuel metering on (the default profile); without it only the deadline, memory and stack limits
 *   nometrics   metrics off
 * Deadline and all other limits stay as the default profile has them. */
#include "measure.h"

#include <dwcp_wasm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const bench_args_t *args;
  dwcp_runtime_t *runtime;
  dwcp_module_t *module;
  dwcp_function_t *function;
  uint8_t *bytes;
  size_t len;
  dwcp_vm_t *vm;
  int32_t turn;
} host_t;

static void check(const host_t *host, const char *what, dwcp_status_t status, dwcp_error_t *const *error) {
  if (status == DWCP_OK) return;
  bench_die(host->args, what, *error != NULL ? dwcp_error_message(*error) : dwcp_status_name(status));
}

/* A call of an export: in the session, whose VM lives on, or in a VM of its own: made, called, destroyed. */
static bool call(void *state, uint32_t repeat) {
  host_t *host = state;
  for (uint32_t i = 0; i < repeat; i++) {
    int32_t turn = host->turn++;
    dwcp_value_t args[2] = {dwcp_i32(turn), dwcp_i32(7)};
    dwcp_value_t result;
    size_t count = 0;
    dwcp_error_t *error = NULL;
    dwcp_status_t status =
        host->vm != NULL ? dwcp_vm_call(host->vm, host->function, args, 2, NULL, &result, 1, &count, NULL, &error)
                         : dwcp_function_call(host->function, args, 2, NULL, &result, 1, &count, NULL, &error);
    check(host, "call", status, &error);
    if (count != 1 || dwcp_as_i32(result) != turn + 7) return false;
  }
  return true;
}

/* Bytes to a function that can be called, with an empty cache before each turn. */
static bool load(void *state, uint32_t repeat) {
  host_t *host = state;
  (void)repeat; /* always one: the cache has to be emptied between two loads */
  dwcp_error_t *error = NULL;
  check(host, "load", dwcp_module_load(host->runtime, host->bytes, host->len, NULL, NULL, &host->module, &error), &error);
  check(host, "get_function", dwcp_module_get_function(host->module, "run", "ii:i", &host->function, &error), &error);
  return true;
}

static void unload(host_t *host) {
  dwcp_error_t *error = NULL;
  dwcp_function_free(host->function);
  dwcp_module_free(host->module);
  check(host, "cache_clear", dwcp_runtime_cache_clear(host->runtime, &error), &error);
}

/* Emptying the cache belongs to the sample of the next load, as deleting the module does at the peer. */
static bool reload(void *state, uint32_t repeat) {
  host_t *host = state;
  if (host->module != NULL) unload(host);
  return load(host, repeat);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    printf("%s\n", dwcp_version());
    return 0;
  }
  bench_args_t args = bench_parse(argc, argv);
  host_t host = {.args = &args};
  dwcp_error_t *error = NULL;
  dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
  if (config == NULL) bench_die(&args, "config", "not made");
  bool fuel = bench_has_word(args.config, "fuel"), metrics = !bench_has_word(args.config, "nometrics");
  check(&host, "config", dwcp_config_set_enable_fuel_metering(config, fuel, &error), &error);
  check(&host, "config", dwcp_config_set_enable_metrics(config, metrics, &error), &error);
  check(&host, "runtime_new", dwcp_runtime_new(config, &host.runtime, &error), &error);
  dwcp_config_free(config);
  host.bytes = bench_read_file(args.guest, &host.len);

  if (strcmp(args.work, "cold") == 0) {
    bench_run(&args, reload, &host, 1, 1);
  } else {
    load(&host, 1);
    if (strcmp(args.work, "live") == 0) {
      check(&host, "acquire", dwcp_vm_acquire(host.module, NULL, &host.vm, &error), &error);
      bench_run(&args, call, &host, 100, 1000);
      dwcp_vm_release(host.vm);
    } else {
      bench_run(&args, call, &host, 1, 2000);
    }
  }
  unload(&host);
  free(host.bytes);
  dwcp_runtime_free(host.runtime);
  return 0;
}
