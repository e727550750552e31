/* What a WASI guest is given, the same by both sides: a directory with one file, arguments, an environment. */
#ifndef BENCH_REQUEST_H
#define BENCH_REQUEST_H

#include "measure.h"

/* The guest sees the directory as ".", with this file of so many bytes in it. */
#define REQUEST_FILE "default.input"
enum { REQUEST_BYTES = 2048 };

/* The arguments, and the variables as name, value, name, value. */
enum { REQUEST_ARGS = 2, REQUEST_ENV = 2 };
extern const char *const REQUEST_ARGV[REQUEST_ARGS], *const REQUEST_NAMES[REQUEST_ENV], *const REQUEST_VALUES[REQUEST_ENV];

/* Makes the directory and its file, which go when the process ends, and gives the directory's path. */
const char *request_directory(const bench_args_t *args);

/* How often a guest makes a call between two readings of the clock. */
int32_t request_turns(const bench_args_t *args);

#endif
