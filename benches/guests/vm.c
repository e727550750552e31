/* An interpreter: one long loop, a jump by a table at each step, calls by pointer. It runs a sieve and a recursive function.
 * run(n) does both n times; 0 if either is wrong. */
#include <stdint.h>

enum op { LOAD, ADD, SUB, LESS, JUMP, JUMP_IF, JUMP_UNLESS, GET, PUT, CALL, RETURN, PUSH, POP, HOST, HALT };

typedef struct {
  uint8_t op, a, b, c; /* registers */
  int32_t n;           /* a constant or a place in the program */
} code_t;

enum { REGISTERS = 8, HEAP = 1 << 13, STACK = 4096 };

static int32_t heap[HEAP], stack[STACK];

typedef int32_t (*host_t)(int32_t value);
static int32_t twice(int32_t value) { return value * 2; }
static int32_t square(int32_t value) { return value * value; }
static const host_t hosts[] = {twice, square};

static int32_t interpret(const code_t *program, int32_t argument) {
  int32_t r[REGISTERS] = {argument, 0, 0, 0, 0, 0, 0, 0};
  uint32_t pc = 0, sp = 0;
  for (;;) {
    const code_t *i = &program[pc++];
    switch ((enum op)i->op) {
    case LOAD: r[i->a] = i->n; break;
    case ADD: r[i->a] = r[i->b] + r[i->c]; break;
    case SUB: r[i->a] = r[i->b] - r[i->c]; break;
    case LESS: r[i->a] = r[i->b] < r[i->c]; break;
    case JUMP: pc = (uint32_t)i->n; break;
    case JUMP_IF:
      if (r[i->a] != 0) pc = (uint32_t)i->n;
      break;
    case JUMP_UNLESS:
      if (r[i->a] == 0) pc = (uint32_t)i->n;
      break;
    case GET: r[i->a] = heap[(uint32_t)r[i->b] % HEAP]; break;
    case PUT: heap[(uint32_t)r[i->b] % HEAP] = r[i->a]; break;
    case CALL:
      if (sp == STACK) return -1;
      stack[sp++] = (int32_t)pc;
      pc = (uint32_t)i->n;
      break;
    case RETURN:
      if (sp == 0) return r[0];
      pc = (uint32_t)stack[--sp];
      break;
    case PUSH:
      if (sp == STACK) return -1;
      stack[sp++] = r[i->a];
      break;
    case POP:
      if (sp == 0) return -1;
      r[i->a] = stack[--sp];
      break;
    case HOST: r[i->a] = hosts[(uint32_t)i->n % 2](r[i->b]); break;
    case HALT: return r[i->a];
    }
  }
}

/* How many primes are below the argument. r1 is the candidate, r2 the count, r3 a multiple, r6 is 1. */
static const code_t SIEVE[] = {
    {LOAD, 6, 0, 0, 1},       {LOAD, 1, 0, 0, 2},
    /* 2: clear */            {LESS, 5, 1, 0, 0},
    {JUMP_UNLESS, 5, 0, 0, 8}, {LOAD, 4, 0, 0, 0},
    {PUT, 4, 1, 0, 0},        {ADD, 1, 1, 6, 0},
    {JUMP, 0, 0, 0, 2},
    /* 8: each number */      {LOAD, 1, 0, 0, 2},
    {LESS, 5, 1, 0, 0},       {JUMP_UNLESS, 5, 0, 0, 22},
    {GET, 4, 1, 0, 0},        {JUMP_IF, 4, 0, 0, 20},
    {ADD, 2, 2, 6, 0},        {HOST, 3, 1, 0, 0},
    /* 15: its multiples */   {LESS, 5, 3, 0, 0},
    {JUMP_UNLESS, 5, 0, 0, 20}, {PUT, 6, 3, 0, 0},
    {ADD, 3, 3, 1, 0},        {JUMP, 0, 0, 0, 15},
    /* 20 */                  {ADD, 1, 1, 6, 0},
    {JUMP, 0, 0, 0, 9},
    /* 22 */                  {HALT, 2, 0, 0, 0},
};

/* The Fibonacci number of the argument, the slow way. r0 is the argument and then the result. */
static const code_t FIBONACCI[] = {
    {CALL, 0, 0, 0, 2},       {HALT, 0, 0, 0, 0},
    /* 2 */                   {LOAD, 1, 0, 0, 2},
    {LESS, 5, 0, 1, 0},       {JUMP_IF, 5, 0, 0, 15},
    {LOAD, 6, 0, 0, 1},       {SUB, 0, 0, 6, 0},
    {PUSH, 0, 0, 0, 0},       {CALL, 0, 0, 0, 2},
    {POP, 2, 0, 0, 0},        {PUSH, 0, 0, 0, 0},
    {SUB, 0, 2, 6, 0},        {CALL, 0, 0, 0, 2},
    {POP, 2, 0, 0, 0},        {ADD, 0, 0, 2, 0},
    /* 15 */                  {RETURN, 0, 0, 0, 0},
};

__attribute__((export_name("run"))) int32_t run(int32_t n) {
  int32_t sum = 1;
  for (int32_t turn = 0; turn < n; turn++) {
    if (interpret(SIEVE, 8192) != 1028) return 0;
    if (interpret(FIBONACCI, 19) != 4181) return 0;
    sum += 2;
  }
  return sum;
}
