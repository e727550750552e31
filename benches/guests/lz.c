/* Compresses and decompresses: loops over bytes, a hash table of positions, loads and stores all over a megabyte.
 * run(n) does it n times and gives a number that depends on the result; 0 if what comes out is not what went in. */
#include <stdint.h>

enum { SIZE = 1 << 18, HASH_BITS = 14, LEAST = 4, MOST = 255, WINDOW = 65535 };

static uint8_t input[SIZE], packed[SIZE * 2], output[SIZE];
static int32_t places[1 << HASH_BITS];

static uint32_t seed = 88172645u;

static uint32_t chance(uint32_t below) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed % below;
}

/* Words of a small vocabulary, as texts have: half of it repeats. */
static void make_input(void) {
  uint32_t at = 0;
  while (at < SIZE) {
    uint32_t word = chance(300) * chance(300) / 300, letters = 2 + word % 9;
    for (uint32_t i = 0; i < letters && at < SIZE; i++) input[at++] = (uint8_t)('a' + (word * (i + 7) + i * i) % 26);
    if (at < SIZE) input[at++] = chance(12) == 0 ? '\n' : ' ';
  }
}

static uint32_t hash(const uint8_t *p) {
  uint32_t four = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
  return four * 2654435761u >> (32 - HASH_BITS);
}

static uint32_t match_length(uint32_t a, uint32_t b) {
  uint32_t n = 0;
  while (n < MOST && b + n < SIZE && input[a + n] == input[b + n]) n++;
  return n;
}

/* A zero and a byte, or a length and the distance in two bytes. */
static uint32_t compress(void) {
  uint32_t out = 0;
  for (uint32_t i = 0; i < 1 << HASH_BITS; i++) places[i] = -1;
  for (uint32_t at = 0; at < SIZE;) {
    uint32_t length = 0, distance = 0;
    if (at + LEAST <= SIZE) {
      uint32_t slot = hash(&input[at]);
      int32_t before = places[slot];
      places[slot] = (int32_t)at;
      if (before >= 0 && at - (uint32_t)before <= WINDOW) {
        distance = at - (uint32_t)before;
        length = match_length((uint32_t)before, at);
      }
    }
    if (length < LEAST) {
      packed[out++] = 0;
      packed[out++] = input[at++];
      continue;
    }
    packed[out++] = (uint8_t)length;
    packed[out++] = (uint8_t)distance;
    packed[out++] = (uint8_t)(distance >> 8);
    for (uint32_t end = at + length; at < end; at++)
      if (at + LEAST <= SIZE) places[hash(&input[at])] = (int32_t)at;
  }
  return out;
}

static uint32_t decompress(uint32_t length) {
  uint32_t out = 0;
  for (uint32_t at = 0; at < length;) {
    uint32_t count = packed[at++];
    if (count == 0) {
      output[out++] = packed[at++];
      continue;
    }
    uint32_t distance = packed[at] | (uint32_t)packed[at + 1] << 8;
    at += 2;
    for (; count > 0; count--, out++) output[out] = output[out - distance];
  }
  return out;
}

__attribute__((export_name("run"))) int32_t run(int32_t n) {
  uint32_t sum = 0;
  for (int32_t turn = 0; turn < n; turn++) {
    make_input();
    uint32_t length = compress();
    if (length >= SIZE || decompress(length) != SIZE) return 0;
    for (uint32_t i = 0; i < SIZE; i++)
      if (input[i] != output[i]) return 0;
    sum = sum * 31 + length;
  }
  return (int32_t)(sum | 1);
}
