/* The peer: the C API of Wasmtime, as an expert and as most people use it. Configuration words:
 *   expert    pooling allocator with resident memory, instance_pre, call_unchecked, no features that cost and are not used
 *   usual     engine_new, a linker, func_call: what the first pages of its documentation lead to
 *   deadline  epoch interruption with a ticker thread of ours, 30 s per call
 *   fuel      1 000 000 units of fuel per call
 *   limiter   128 MiB of memory, 1000 table elements and 100 instances per store
 *   wasi      WORK is one of bench_wasi.c: bench_wasmtime_wasi.c does it */
#define _GNU_SOURCE
#include "bench_wasmtime.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TICK_MS = 10, DEADLINE_TICKS = 30000 / TICK_MS, SLOTS = 1100 };

static _Atomic bool ticking = true;

void check(const host_t *host, const char *what, wasmtime_error_t *error, wasm_trap_t *trap) {
  if (error == NULL && trap == NULL) return;
  wasm_byte_vec_t message;
  if (error != NULL) {
    wasmtime_error_message(error, &message);
  } else {
    wasm_trap_message(trap, &message);
  }
  char text[512];
  snprintf(text, sizeof text, "%.*s", (int)message.size, message.data);
  bench_die(host->args, what, text);
}

static void *tick(void *engine) {
  const struct timespec pause = {0, TICK_MS * 1000000L};
  while (atomic_load_explicit(&ticking, memory_order_relaxed)) {
    nanosleep(&pause, NULL);
    wasmtime_engine_increment_epoch(engine);
  }
  return NULL;
}

static wasm_engine_t *engine_new(const host_t *host) {
  bool plain = !host->expert && !host->deadline && !host->fuel;
  if (plain) return wasm_engine_new();
  wasm_config_t *config = wasm_config_new();
  wasmtime_config_consume_fuel_set(config, host->fuel);
  wasmtime_config_epoch_interruption_set(config, host->deadline);
  if (host->expert) {
    wasmtime_config_gc_support_set(config, false);
    wasmtime_config_concurrency_support_set(config, false);
    wasmtime_pooling_allocation_config_t *pool = wasmtime_pooling_allocation_config_new();
    wasmtime_pooling_allocation_config_total_core_instances_set(pool, SLOTS);
    wasmtime_pooling_allocation_config_total_memories_set(pool, SLOTS);
    wasmtime_pooling_allocation_config_total_tables_set(pool, SLOTS);
    wasmtime_pooling_allocation_config_max_unused_warm_slots_set(pool, 100);
    wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, 128 << 10);
    wasmtime_pooling_allocation_config_table_keep_resident_set(pool, 16 << 10);
    wasmtime_pooling_allocation_strategy_set(config, pool);
    wasmtime_pooling_allocation_config_delete(pool);
  }
  return wasm_engine_new_with_config(config);
}

/* What has to be armed for each call, on a fresh store as on a live one. */
void arm(const host_t *host, wasmtime_context_t *context) {
  if (host->deadline) wasmtime_context_set_epoch_deadline(context, DEADLINE_TICKS);
  if (host->fuel) check(host, "set_fuel", wasmtime_context_set_fuel(context, host->fuel_units), NULL);
}

void open_store(const host_t *host, const char *export, wasmtime_store_t **store, wasmtime_context_t **context,
                wasmtime_func_t *function) {
  *store = wasmtime_store_new(host->engine, NULL, NULL);
  *context = wasmtime_store_context(*store);
  if (host->limiter) wasmtime_store_limiter(*store, 128 << 20, 1000, 100, 100, 100);
  if (host->wasi) give_wasi(host, *context);
  arm(host, *context);
  wasmtime_instance_t instance;
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error = host->expert
                                ? wasmtime_instance_pre_instantiate(host->pre, *context, &instance, &trap)
                                : wasmtime_linker_instantiate(host->linker, *context, host->module, &instance, &trap);
  check(host, "instantiate", error, trap);
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(*context, &instance, export, strlen(export), &item) || item.kind != WASMTIME_EXTERN_FUNC) {
    bench_die(host->args, export, "is not exported");
  }
  *function = item.of.func;
}

static inline int32_t invoke(const host_t *host, wasmtime_context_t *context, const wasmtime_func_t *function, int32_t turn) {
  wasm_trap_t *trap = NULL;
  if (host->expert) {
    wasmtime_val_raw_t raw[2];
    raw[0].i32 = turn;
    raw[1].i32 = 7;
    check(host, "call", wasmtime_func_call_unchecked(context, function, raw, 2, &trap), trap);
    return raw[0].i32;
  }
  wasmtime_val_t args[2] = {{.kind = WASMTIME_I32, .of.i32 = turn}, {.kind = WASMTIME_I32, .of.i32 = 7}}, result;
  check(host, "call", wasmtime_func_call(context, function, args, 2, &result, 1, &trap), trap);
  return result.of.i32;
}

/* A store, an instance, a call, and the store deleted. */
static bool call(void *state, uint32_t repeat) {
  host_t *host = state;
  for (uint32_t i = 0; i < repeat; i++) {
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_func_t function;
    int32_t turn = host->turn++;
    open_store(host, "run", &store, &context, &function);
    int32_t answer = invoke(host, context, &function, turn);
    wasmtime_store_delete(store);
    if (answer != turn + 7) return false;
  }
  return true;
}

/* A call on one instance that lives on, its deadline and fuel armed anew. */
static bool call_live(void *state, uint32_t repeat) {
  host_t *host = state;
  for (uint32_t i = 0; i < repeat; i++) {
    int32_t turn = host->turn++;
    arm(host, host->context);
    if (invoke(host, host->context, &host->function, turn) != turn + 7) return false;
  }
  return true;
}

static void unload(host_t *host) {
  if (host->pre != NULL) wasmtime_instance_pre_delete(host->pre);
  wasmtime_module_delete(host->module);
  host->pre = NULL;
  host->module = NULL;
}

bool load(void *state, uint32_t repeat) {
  host_t *host = state;
  (void)repeat;
  if (host->module != NULL) unload(host);
  wasmtime_error_t *error = wasmtime_module_new(host->engine, (uint8_t *)host->bytes.data, host->bytes.size, &host->module);
  check(host, "module_new", error, NULL);
  if (host->expert) check(host, "instantiate_pre", wasmtime_linker_instantiate_pre(host->linker, host->module, &host->pre), NULL);
  return true;
}

/* Every guest arrives as a binary: converting text is no part of any work. */
static void read_guest(host_t *host) {
  size_t len;
  char *text = (char *)bench_read_file(host->args->guest, &len);
  if (len >= 4 && memcmp(text, "\0asm", 4) == 0) {
    wasm_byte_vec_new(&host->bytes, len, text);
  } else {
    check(host, "wat2wasm", wasmtime_wat2wasm(text, len, &host->bytes), NULL);
  }
  free(text);
}

int main(int argc, char **argv) {
  bench_args_t args = argc == 4 && strcmp(argv[1], "wat2wasm") == 0
                          ? (bench_args_t){"wat2wasm", "usual", argv[2], 1, -1}
                          : bench_parse(argc, argv);
  host_t host = {.args = &args,
                 .expert = bench_has_word(args.config, "expert"),
                 .deadline = bench_has_word(args.config, "deadline"),
                 .fuel = bench_has_word(args.config, "fuel"),
                 .limiter = bench_has_word(args.config, "limiter"),
                 .fuel_units = 1000000};
  read_guest(&host);
  if (strcmp(args.work, "wat2wasm") == 0) { /* bench_wasmtime wat2wasm IN OUT, for the driver's script */
    FILE *out = fopen(argv[3], "wb");
    if (out == NULL || fwrite(host.bytes.data, 1, host.bytes.size, out) != host.bytes.size || fclose(out) != 0) {
      bench_die(&args, argv[3], "cannot write");
    }
    wasm_byte_vec_delete(&host.bytes);
    return 0;
  }
  host.engine = engine_new(&host);
  if (host.engine == NULL) bench_die(&args, "engine", "not made");
  host.linker = wasmtime_linker_new(host.engine);
  pthread_t ticker;
  if (host.deadline && pthread_create(&ticker, NULL, tick, host.engine) != 0) bench_die(&args, "ticker", "not started");

  if (strcmp(args.work, "cold") == 0) {
    bench_run(&args, load, &host, 1, 1);
  } else if (bench_has_word(args.config, "wasi")) {
    bench_wasi(&host);
  } else if (strcmp(args.work, "live") == 0) {
    load(&host, 1);
    open_store(&host, "run", &host.store, &host.context, &host.function);
    bench_run(&args, call_live, &host, 100, 1000);
    wasmtime_store_delete(host.store);
  } else {
    load(&host, 1);
    bench_run(&args, call, &host, 1, 2000);
  }

  if (host.deadline) {
    atomic_store(&ticking, false);
    pthread_join(ticker, NULL);
  }
  unload(&host);
  wasmtime_linker_delete(host.linker);
  wasm_engine_delete(host.engine);
  wasm_byte_vec_delete(&host.bytes);
  return 0;
}
