/* What the files of the peer's harness share. */
#ifndef BENCH_WASMTIME_H
#define BENCH_WASMTIME_H

#include "measure.h"

#include <wasmtime.h>

typedef struct {
  const bench_args_t *args;
  bool expert, deadline, fuel, limiter, wasi;
  uint64_t fuel_units; /* a call */
  wasm_engine_t *engine;
  wasmtime_linker_t *linker;
  wasmtime_module_t *module;
  wasmtime_instance_pre_t *pre;
  wasm_byte_vec_t bytes;
  /* of the live VM */
  wasmtime_store_t *store;
  wasmtime_context_t *context;
  wasmtime_func_t function;
  int32_t turn;
} host_t;

void check(const host_t *host, const char *what, wasmtime_error_t *error, wasm_trap_t *trap);
void arm(const host_t *host, wasmtime_context_t *context);
bool load(void *host, uint32_t repeat);
void open_store(const host_t *host, const char *export, wasmtime_store_t **store, wasmtime_context_t **context,
                wasmtime_func_t *function);

/* Measures the work with WASI that the host's arguments name. */
void bench_wasi(host_t *host);
void give_wasi(const host_t *host, wasmtime_context_t *context);

#endif
