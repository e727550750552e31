/* Reads and writes JSON: a recursive parser, an arena of small nodes, many short functions, branches on each byte.
 * run(n) does it n times and gives a number that depends on all of the text; 0 if what it wrote is not what it read. */
#include <stdint.h>

enum { TEXT = 1 << 17, NODES = 1 << 15, DEPTH = 6 };

typedef enum { NUMBER, STRING, ARRAY, OBJECT, TRUE, FALSE, NOTHING } kind_t;

typedef struct {
  kind_t kind;
  uint32_t key, key_len;     /* of a member */
  uint32_t value, value_len; /* of a string or number: where it stands in the text */
  int32_t child, next;       /* -1: none */
} node_t;

static char text[TEXT], written[TEXT];
static uint32_t text_len, written_len, at;
static node_t nodes[NODES];
static int32_t node_count;
static uint32_t seed;

static uint32_t chance(uint32_t below) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed % below;
}

/* ---- a text that nobody has to keep in a file ---- */

static void add(char c) {
  if (text_len < TEXT) text[text_len++] = c;
}

static void add_string(void) {
  add('"');
  for (uint32_t n = 3 + chance(12); n > 0; n--) {
    if (chance(20) == 0) add('\\'), add('n');
    else add((char)('a' + chance(26)));
  }
  add('"');
}

static void add_number(void) {
  if (chance(4) == 0) add('-');
  add((char)('1' + chance(9)));
  for (uint32_t n = chance(8); n > 0; n--) add((char)('0' + chance(10)));
}

static void add_words(const char *word) {
  while (*word != '\0') add(*word++);
}

static void add_value(uint32_t depth) {
  uint32_t what = depth == 0 ? chance(5) : chance(9);
  if (what == 0) add_words("true");
  else if (what == 1) add_words("null");
  else if (what < 4) add_number();
  else if (what == 4) add_string();
  else {
    int is_object = what > 6;
    add(is_object ? '{' : '[');
    for (uint32_t n = 2 + chance(6), i = 0; i < n; i++) {
      if (i > 0) add(',');
      if (is_object) add_string(), add(':');
      add_value(depth - 1);
    }
    add(is_object ? '}' : ']');
  }
}

/* ---- reading ---- */

static int32_t new_node(kind_t kind) {
  if (node_count == NODES) return -1;
  nodes[node_count] = (node_t){.kind = kind, .child = -1, .next = -1};
  return node_count++;
}

static int skip(char c) {
  if (at >= text_len || text[at] != c) return 0;
  at++;
  return 1;
}

static int skip_string(uint32_t *start, uint32_t *len) {
  if (!skip('"')) return 0;
  *start = at;
  while (at < text_len && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  *len = at - *start;
  return skip('"');
}

static int skip_word(const char *word) {
  while (*word != '\0')
    if (!skip(*word++)) return 0;
  return 1;
}

static int32_t parse(void);

static int32_t parse_list(kind_t kind, char end) {
  int32_t list = new_node(kind), last = -1;
  if (list < 0) return -1;
  at++;
  while (!skip(end)) {
    uint32_t key = 0, key_len = 0;
    if (last >= 0 && !skip(',')) return -1;
    if (kind == OBJECT && !(skip_string(&key, &key_len) && skip(':'))) return -1;
    int32_t item = parse();
    if (item < 0) return -1;
    nodes[item].key = key;
    nodes[item].key_len = key_len;
    if (last < 0) nodes[list].child = item;
    else nodes[last].next = item;
    last = item;
  }
  return list;
}

static int32_t parse(void) {
  if (at >= text_len) return -1;
  switch (text[at]) {
  case '{': return parse_list(OBJECT, '}');
  case '[': return parse_list(ARRAY, ']');
  case 't': return skip_word("true") ? new_node(TRUE) : -1;
  case 'f': return skip_word("false") ? new_node(FALSE) : -1;
  case 'n': return skip_word("null") ? new_node(NOTHING) : -1;
  case '"': {
    int32_t string = new_node(STRING);
    return string >= 0 && skip_string(&nodes[string].value, &nodes[string].value_len) ? string : -1;
  }
  default: {
    int32_t number = new_node(NUMBER);
    if (number < 0) return -1;
    nodes[number].value = at;
    skip('-');
    while (at < text_len && text[at] >= '0' && text[at] <= '9') at++;
    nodes[number].value_len = at - nodes[number].value;
    return nodes[number].value_len > 0 ? number : -1;
  }
  }
}

/* ---- writing ---- */

static void put(char c) {
  if (written_len < TEXT) written[written_len++] = c;
}

static void put_part(uint32_t start, uint32_t len) {
  for (uint32_t i = 0; i < len; i++) put(text[start + i]);
}

static void put_string(uint32_t start, uint32_t len) {
  put('"');
  put_part(start, len);
  put('"');
}

static void put_word(const char *word) {
  while (*word != '\0') put(*word++);
}

static void print(int32_t index) {
  const node_t *node = &nodes[index];
  switch (node->kind) {
  case TRUE: put_word("true"); break;
  case FALSE: put_word("false"); break;
  case NOTHING: put_word("null"); break;
  case NUMBER: put_part(node->value, node->value_len); break;
  case STRING: put_string(node->value, node->value_len); break;
  case ARRAY:
  case OBJECT:
    put(node->kind == OBJECT ? '{' : '[');
    for (int32_t child = node->child; child >= 0; child = nodes[child].next) {
      if (child != node->child) put(',');
      if (node->kind == OBJECT) put_string(nodes[child].key, nodes[child].key_len), put(':');
      print(child);
    }
    put(node->kind == OBJECT ? '}' : ']');
    break;
  }
}

__attribute__((export_name("run"))) int32_t run(int32_t n) {
  uint32_t sum = 2166136261u;
  for (int32_t turn = 0; turn < n; turn++) {
    seed = 2463534242u + (uint32_t)turn;
    text_len = written_len = at = 0;
    node_count = 0;
    add('[');
    while (text_len < TEXT / 2) add_value(DEPTH), add(',');
    add('0');
    add(']');
    int32_t root = parse();
    if (root < 0 || at != text_len) return 0;
    print(root);
    if (written_len != text_len) return 0;
    for (uint32_t i = 0; i < text_len; i++) {
      if (text[i] != written[i]) return 0;
      sum = (sum ^ (uint8_t)text[i]) * 16777619u;
    }
  }
  return (int32_t)(sum | 1);
}
