#define _GNU_SOURCE
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const REQUEST_ARGV[REQUEST_ARGS] = {"program", REQUEST_FILE};
const char *const REQUEST_NAMES[REQUEST_ENV] = {"LANG", "TOP"};
const char *const REQUEST_VALUES[REQUEST_ENV] = {"C.UTF-8", "3"};

static char directory[] = "/tmp/dwcp-bench-XXXXXX", file[64];

static void remove_directory(void) {
  unlink(file);
  rmdir(directory);
}

/* A user with a post, as a site's interface would answer, and text up to the size. */
static void fill(char *text, size_t size) {
  static const char before[] =
      "[{\"id\": 7, \"username\": \"ada\", \"email\": \"ada@example.com\", \"full_name\": \"Ada Example\", \"is_active\": true,\n"
      "  \"created_at\": \"2024-01-02T03:04:05.000006\", \"updated_at\": \"2025-02-03T04:05:06.000007\",\n"
      "  \"profile\": {\"bio\": \"Writes programs for engines.\", \"avatar_url\": \"https://example.com/ada.png\", \"location\": \"Here\",\n"
      "    \"website\": \"https://ada.example.com\", \"social_links\": [\"https://example.com/a\", \"https://example.com/b\"]},\n"
      "  \"settings\": {\"theme\": \"dark\", \"language\": \"en\", \"notifications_enabled\": false, \"privacy_level\": \"public\",\n"
      "    \"preferences\": {\"columns\": \"2\", \"font\": \"serif\", \"start\": \"news\"}},\n"
      "  \"posts\": [{\"id\": 70, \"title\": \"First\", \"tags\": [\"notes\", \"loops\"], \"likes\": 12, \"comments_count\": 3,\n"
      "    \"published_at\": \"2025-02-03T04:05:06.000007\", \"content\": \"";
  static const char after[] = "\"}]}]\n", words[] = "numbers go in and numbers come out again ";
  size_t at = strlen(before), end = size - strlen(after);
  memcpy(text, before, at);
  for (size_t i = 0; at < end; at++, i++) text[at] = words[i % strlen(words)];
  memcpy(text + end, after, strlen(after));
}

const char *request_directory(const bench_args_t *args) {
  char text[REQUEST_BYTES];
  fill(text, sizeof text);
  if (mkdtemp(directory) == NULL) bench_die(args, directory, "cannot make the directory");
  snprintf(file, sizeof file, "%s/" REQUEST_FILE, directory);
  atexit(remove_directory);
  FILE *out = fopen(file, "wb");
  if (out == NULL || fwrite(text, 1, sizeof text, out) != sizeof text || fclose(out) != 0) bench_die(args, file, "cannot write");
  return directory;
}

int32_t request_turns(const bench_args_t *args) { return strcmp(args->work, "open_read_close") == 0 ? 100 : 1000; }
