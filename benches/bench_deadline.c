/* How late a call returns after its deadline. WORK is what it does until then: "spin" (computes), "sleep" (poll_oneoff) or "slot" (waits
 * for one). CONFIG is the timeout and what else goes on: "10ms+idle" (nothing has run for a second, the runtime's ticker is parked),
 * "10ms+busy" (another thread makes short calls), "10ms+crowded" (two threads run guests that compute). */
#define _GNU_SOURCE
#include "measure.h"

#include <dwcp_wasm.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_RUNTIMES = 20, CROWD = 2 };
/* The ticker parks after a second without a call. */
static const useconds_t UNTIL_PARKED_US = 1300000;
static const uint64_t LONG_NS = UINT64_C(3600000000000);

typedef struct {
  dwcp_runtime_t *runtime;
  dwcp_module_t *module;
  dwcp_function_t *function, *short_one, *long_one;
  dwcp_vm_t *holder; /* has the only slot */
} guest_t;

typedef struct {
  const bench_args_t *args;
  guest_t guests[MOST_RUNTIMES];
  uint32_t count, turn;
  uint64_t timeout_ns;
  dwcp_cancel_t *over;
} host_t;

static void check(const host_t *host, const char *what, dwcp_status_t status, dwcp_error_t *const *error) {
  if (status == DWCP_OK) return;
  bench_die(host->args, what, *error != NULL ? dwcp_error_message(*error) : dwcp_status_name(status));
}

static void make(host_t *host, guest_t *guest, const uint8_t *bytes, size_t len) {
  bool slot = strcmp(host->args->work, "slot") == 0;
  dwcp_error_t *error = NULL;
  dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
  if (config == NULL) bench_die(host->args, "config", "not made");
  check(host, "config", dwcp_config_set_enable_fuel_metering(config, false, &error), &error);
  check(host, "config", dwcp_config_set_max_execution_time_ms(config, LONG_NS / 1000000, &error), &error);
  check(host, "config", dwcp_config_set_acquire_timeout_ms(config, LONG_NS / 1000000, &error), &error);
  check(host, "config", dwcp_config_set_pool_size(config, 1, &error), &error);
  check(host, "config", dwcp_config_set_max_live_vms(config, slot ? 1 : 8, &error), &error);
  check(host, "runtime_new", dwcp_runtime_new(config, &guest->runtime, &error), &error);
  dwcp_config_free(config);
  check(host, "load", dwcp_module_load(guest->runtime, bytes, len, NULL, NULL, &guest->module, &error), &error);
  const char *name = strcmp(host->args->work, "sleep") == 0 ? "sleep" : "spin";
  check(host, "get_function", dwcp_module_get_function(guest->module, name, NULL, &guest->function, &error), &error);
  check(host, "get_function", dwcp_module_get_function(guest->module, "nothing", NULL, &guest->short_one, &error), &error);
  check(host, "get_function", dwcp_module_get_function(guest->module, "spin", NULL, &guest->long_one, &error), &error);
  /* its threads are there */
  check(host, "call", dwcp_function_call(guest->short_one, NULL, 0, NULL, NULL, 0, NULL, NULL, &error), &error);
  if (slot) check(host, "acquire", dwcp_vm_acquire(guest->module, NULL, &guest->holder, &error), &error);
}

static void end(guest_t *guest) {
  dwcp_vm_release(guest->holder);
  dwcp_function_free(guest->function);
  dwcp_function_free(guest->short_one);
  dwcp_function_free(guest->long_one);
  dwcp_module_free(guest->module);
  dwcp_runtime_free(guest->runtime);
}

/* One call that runs into its deadline; how much later than that it returned. */
static double late(void *state) {
  host_t *host = state;
  const guest_t *guest = &host->guests[host->turn++ % host->count];
  dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
  dwcp_value_t result;
  size_t n = 0;
  options.timeout_ns = host->timeout_ns;
  uint64_t start = bench_now();
  dwcp_status_t status = dwcp_function_call(guest->function, NULL, 0, &options, &result, 1, &n, NULL, NULL);
  uint64_t took = bench_now() - start;
  if (status != DWCP_ERR_TIMEOUT) bench_die(host->args, "call", dwcp_status_name(status));
  if (took < host->timeout_ns) bench_die(host->args, "call", "ended before its deadline");
  return (double)(took - host->timeout_ns);
}

static void *call_short_ones(void *state) {
  host_t *host = state;
  while (!dwcp_cancel_is_fired(host->over)) {
    dwcp_error_t *error = NULL;
    check(host, "short call", dwcp_function_call(host->guests[0].short_one, NULL, 0, NULL, NULL, 0, NULL, NULL, &error), &error);
  }
  return NULL;
}

static void *call_a_long_one(void *state) {
  host_t *host = state;
  dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
  options.cancel = host->over;
  dwcp_status_t status = dwcp_function_call(host->guests[0].long_one, NULL, 0, &options, NULL, 0, NULL, NULL, NULL);
  if (status != DWCP_ERR_CANCELLED) bench_die(host->args, "long call", dwcp_status_name(status));
  return NULL;
}

int main(int argc, char **argv) {
  bench_args_t args = bench_parse(argc, argv);
  host_t host = {.args = &args, .count = 1, .over = dwcp_cancel_new()};
  host.timeout_ns = strtoull(args.config, NULL, 10) * 1000000;
  if (host.timeout_ns == 0 || host.over == NULL) bench_die(&args, "config", "begins with a timeout, such as 10ms");
  bool idle = bench_has_word(args.config, "idle");
  if (idle) {
    /* A runtime for each sample: all park at once. */
    if (args.samples > MOST_RUNTIMES) args.samples = MOST_RUNTIMES;
    host.count = args.samples;
  }
  size_t len;
  uint8_t *bytes = bench_read_file(args.guest, &len);
  for (uint32_t i = 0; i < host.count; i++) make(&host, &host.guests[i], bytes, len);
  pthread_t others[CROWD];
  int crowd = bench_has_word(args.config, "crowded") ? CROWD : bench_has_word(args.config, "busy") ? 1 : 0;
  for (int i = 0; i < crowd; i++) {
    if (pthread_create(&others[i], NULL, crowd == 1 ? call_short_ones : call_a_long_one, &host) != 0)
      bench_die(&args, "threads", "not started");
  }
  if (idle) usleep(UNTIL_PARKED_US);
  bench_sample(&args, late, &host, idle ? 0 : 1);
  dwcp_cancel_fire(host.over);
  for (int i = 0; i < crowd; i++) pthread_join(others[i], NULL);
  for (uint32_t i = 0; i < host.count; i++) end(&host.guests[i]);
  dwcp_cancel_free(host.over);
  free(bytes);
  return 0;
}
