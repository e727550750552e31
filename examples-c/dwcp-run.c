/* dwcp-run - runs one WebAssembly file: a WASI command, or one of its exported functions.
 *
 *     dwcp-run [OPTIONS] FILE [ARGS...]
 *
 * The settings are made in three steps, each over the one before: a profile, a JSON file, the options of the command line.
 * When neither --profile nor --config is given, the program runs like under any other WASI runner: no fuel, no deadline,
 * 4 GiB of memory, a table of 1 000 000, every WASI call on the directories given and nothing else.
 *
 * Errors go to stderr as "dwcp-run: STATUS_NAME: message" and the exit status is 128 plus the class of the status:
 * 129 the caller, 130 the module, 131 the guest, 132 a limit, 133 capacity, 137 the library or the operating system.
 * A command's own exit code is passed through; the operating system keeps its low 8 bits.
 */
#include <dwcp_wasm.h>

#include "numbers.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "Usage: dwcp-run [OPTIONS] FILE [ARGS...]\n"
    "\n"
    "Runs FILE (a binary or a text WebAssembly module) as a WASI command with ARGS, or with --invoke one export of it\n"
    "with ARGS as its values: numbers, text for a string, and for bytes hexadecimal digits or @PATH of a file. What\n"
    "follows FILE is never taken for an option.\n"
    "\n"
    "  --dir HOST::GUEST[:ro]  let the guest see the directory HOST as GUEST, with :ro read-only (repeatable)\n"
    "  --env K=V               set an environment variable of the guest (repeatable)\n"
    "  --invoke FUNCTION       call this export instead of running a command, print its results\n"
    "  --signature S           what the export takes and gives, for --invoke: letters, a colon, letters: i I f F v are\n"
    "                          i32 i64 f32 f64 v128, s a string, b bytes, z a string that a NUL ends; a result s or b\n"
    "                          may be s64 s* b64 b*. Without it: what the module declares, else numbers only\n"
    "  --timeout MS            end a run after MS milliseconds\n"
    "  --fuel N|off            end a run after N units of fuel, or do not meter\n"
    "  --max-memory BYTES      the most linear memory the guest may have\n"
    "  --allow GLOB            allow these WASI calls (repeatable; none given: all that are not denied)\n"
    "  --deny GLOB             deny these WASI calls (repeatable; beats --allow)\n"
    "  --profile NAME          start from default, high_traffic, development or secure\n"
    "  --config FILE.json      apply these settings over the profile\n"
    "  --repeat N              run N times, each in a fresh VM; stop at the first failure\n"
    "  --metrics               print the runtime's metrics as JSON on stderr at the end\n"
    "  --help, --version       print this text, the version\n"
    "  --                      end of the options\n"
    "\n"
    "Exit status: the command's own; 129 caller, 130 module, 131 guest, 132 limit, 133 capacity, 137 ours.\n";

/* What the command line asks for. Strings point into argv, but for a directory's host path, which is made absolute. */
struct directory {
    char *host;
    const char *guest;
    bool read_only;
};

struct settings {
    struct directory *dirs;
    const char **env, **allow, **deny;
    size_t ndirs, nenv, nallow, ndeny;
    const char *invoke, *signature, *config_file, *file;
    bool has_profile, has_timeout, has_fuel, fuel_off, has_memory, metrics;
    dwcp_profile_t profile;
    uint64_t timeout_ms, fuel, memory, repeat;
    char **args;
    size_t nargs;
};

/* ---- errors --------------------------------------------------------------------------------------------------------- */

static int exit_status(dwcp_status_t status) { return 128 + (int)(status / 100); }

/* An error of this program, named like the library's own. */
static int fail(dwcp_status_t status, const char *format, ...) {
    va_list list;
    va_start(list, format);
    fprintf(stderr, "dwcp-run: %s: ", dwcp_status_name(status));
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    return exit_status(status);
}

/* An error of the library: its message, then the guest's stack if it had one. Frees the error. */
static int fail_with(dwcp_status_t status, dwcp_error_t *error) {
    fprintf(stderr, "dwcp-run: %s: %s\n", dwcp_status_name(status), error ? dwcp_error_message(error) : "no details");
    for (size_t i = 0; i < dwcp_error_frame_count(error); i++) {
        dwcp_frame_t frame = DWCP_FRAME_INIT;
        if (!dwcp_error_frame(error, i, &frame)) break;
        fprintf(stderr, "    at ");
        if (frame.function) fprintf(stderr, "%s", frame.function);
        else fprintf(stderr, "function %u", (unsigned)frame.func_index);
        if (frame.module) fprintf(stderr, " in %s", frame.module);
        if (frame.file) fprintf(stderr, " (%s:%u:%u)", frame.file, (unsigned)frame.line, (unsigned)frame.column);
        if (frame.offset != UINT64_MAX) fprintf(stderr, ", offset 0x%llx", (unsigned long long)frame.offset);
        fputc('\n', stderr);
    }
    dwcp_error_free(error);
    return exit_status(status);
}

/* ---- the command line ------------------------------------------------------------------------------------------------ */

static bool parse_u64(const char *text, uint64_t *out) {
    if (!isdigit((unsigned char)text[0])) return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    *out = value;
    return errno == 0 && *end == '\0';
}

static bool parse_directory(char *text, struct directory *out) {
    char *split = strstr(text, "::");
    if (split == NULL || split == text || split[2] == '\0' || strcmp(split, ":::ro") == 0) return false;
    *split = '\0';
    char *guest = split + 2;
    size_t length = strlen(guest);
    bool read_only = length >= 3 && strcmp(guest + length - 3, ":ro") == 0;
    if (read_only) guest[length -= 3] = '\0';
    *out = (struct directory){realpath(text, NULL), guest, read_only};
    return true;
}

static bool parse_profile(const char *text, dwcp_profile_t *out) {
    static const struct {
        const char *name;
        dwcp_profile_t profile;
    } names[] = {{"default", DWCP_PROFILE_DEFAULT},
                 {"high_traffic", DWCP_PROFILE_HIGH_TRAFFIC},
                 {"high-traffic", DWCP_PROFILE_HIGH_TRAFFIC},
                 {"development", DWCP_PROFILE_DEVELOPMENT},
                 {"secure", DWCP_PROFILE_SECURE}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i].name) == 0) {
            *out = names[i].profile;
            return true;
        }
    }
    return false;
}

/* One option that takes a value; 0 when it was understood, else the exit status. */
static int option(struct settings *s, const char *name, char *value) {
    const dwcp_status_t bad = DWCP_ERR_INVALID_ARGUMENT;
    if (strcmp(name, "--dir") == 0) {
        struct directory *dir = &s->dirs[s->ndirs];
        if (!parse_directory(value, dir)) return fail(bad, "--dir: expected HOST::GUEST or HOST::GUEST:ro, given \"%s\"", value);
        if (dir->host == NULL) return fail(bad, "--dir: %s: %s", value, strerror(errno)); /* parsing left the host path in it */
        s->ndirs++;
        return 0;
    }
    if (strcmp(name, "--env") == 0) {
        if (strchr(value, '=') == NULL || value[0] == '=') return fail(bad, "--env: expected K=V, given \"%s\"", value);
        s->env[s->nenv++] = value;
    } else if (strcmp(name, "--invoke") == 0) {
        s->invoke = value;
    } else if (strcmp(name, "--signature") == 0) {
        s->signature = value;
    } else if (strcmp(name, "--timeout") == 0) {
        s->has_timeout = true;
        if (!parse_u64(value, &s->timeout_ms) || s->timeout_ms == 0 || s->timeout_ms > UINT64_MAX / 1000000)
            return fail(bad, "--timeout: expected a number of milliseconds from 1 on, given \"%s\"", value);
    } else if (strcmp(name, "--fuel") == 0) {
        s->has_fuel = true;
        s->fuel_off = strcmp(value, "off") == 0;
        if (!s->fuel_off && (!parse_u64(value, &s->fuel) || s->fuel == 0))
            return fail(bad, "--fuel: expected \"off\" or a number from 1 on, given \"%s\"", value);
    } else if (strcmp(name, "--max-memory") == 0) {
        s->has_memory = true;
        if (!parse_u64(value, &s->memory)) return fail(bad, "--max-memory: expected a number of bytes, given \"%s\"", value);
    } else if (strcmp(name, "--allow") == 0) {
        s->allow[s->nallow++] = value;
    } else if (strcmp(name, "--deny") == 0) {
        s->deny[s->ndeny++] = value;
    } else if (strcmp(name, "--profile") == 0) {
        s->has_profile = true;
        if (!parse_profile(value, &s->profile))
            return fail(bad, "--profile: expected default, high_traffic, development or secure, given \"%s\"", value);
    } else if (strcmp(name, "--config") == 0) {
        s->config_file = value;
    } else if (strcmp(name, "--repeat") == 0) {
        if (!parse_u64(value, &s->repeat) || s->repeat == 0)
            return fail(bad, "--repeat: expected a number from 1 on, given \"%s\"", value);
    }
    return 0;
}

/* Fills `s`; returns -1 to go on, else the exit status to end with. */
static int parse_command_line(struct settings *s, int argc, char **argv) {
    static const char *const with_value[] = {"--dir",        "--env",   "--invoke", "--signature", "--timeout", "--fuel",
                                             "--max-memory", "--allow", "--deny",   "--profile",   "--config",  "--repeat"};
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        char *name = argv[i];
        if (strcmp(name, "--") == 0) {
            i++;
            break;
        }
        if (strcmp(name, "--help") == 0) return fputs(USAGE, stdout) < 0;
        if (strcmp(name, "--version") == 0) return printf("dwcp-run %s\n", dwcp_version()) < 0;
        if (strcmp(name, "--metrics") == 0) {
            s->metrics = true;
            continue;
        }
        char *value = strchr(name, '=');
        size_t length = value ? (size_t)(value - name) : strlen(name);
        bool known = false;
        for (size_t k = 0; k < sizeof with_value / sizeof *with_value && !known; k++)
            if (strlen(with_value[k]) == length && strncmp(with_value[k], name, length) == 0) {
                known = true;
                name = (char *)with_value[k];
            }
        if (!known) return fail(DWCP_ERR_INVALID_ARGUMENT, "unknown option \"%s\" (see dwcp-run --help)", name);
        if (value) value++;
        else if (i + 1 < argc) value = argv[++i];
        else return fail(DWCP_ERR_INVALID_ARGUMENT, "%s: a value is missing (see dwcp-run --help)", name);
        int status = option(s, name, value);
        if (status != 0) return status;
    }
    if (i >= argc) return fail(DWCP_ERR_INVALID_ARGUMENT, "FILE is missing (see dwcp-run --help)");
    if (s->signature != NULL && s->invoke == NULL)
        return fail(DWCP_ERR_INVALID_ARGUMENT, "--signature: is for the function of --invoke, which is missing");
    s->file = argv[i];
    s->args = argv + i + 1;
    s->nargs = (size_t)(argc - i - 1);
    return -1;
}

/* ---- from settings to a configuration --------------------------------------------------------------------------------- */

/* Goes on with the next step of a chain while all is well: TRY(a) TRY(b) ... return status. */
#define TRY(call)                             \
    do {                                      \
        dwcp_status_t status_ = (call);       \
        if (status_ != DWCP_OK) return status_; \
    } while (0)

/* What holds when nobody says otherwise: the guest gets all it asks for, on the directories given. */
static dwcp_status_t loose(dwcp_config_t *config, dwcp_error_t **error) {
    TRY(dwcp_config_set_enable_fuel_metering(config, false, error));
    TRY(dwcp_config_set_max_execution_time_ms(config, 0, error));
    TRY(dwcp_config_set_max_memory_bytes(config, UINT64_C(4) << 30, error));
    TRY(dwcp_config_set_max_table_elements(config, 1000000, error));
    TRY(dwcp_config_set_max_functions(config, 1000000, error));
    TRY(dwcp_config_set_max_module_bytes(config, UINT64_C(1) << 30, error));
    TRY(dwcp_config_set_max_open_files(config, 65536, error));
    TRY(dwcp_config_set_max_file_size(config, INT64_MAX, error));
    TRY(dwcp_config_set_enable_wasi(config, true, error));
    TRY(dwcp_config_set_filesystem_access(config, true, error));
    TRY(dwcp_config_set_network_access(config, true, error)); /* no socket is ever given: its calls answer "bad descriptor" */
    TRY(dwcp_config_set_pool_size(config, 1, error)); /* one guest after another: few slots are made faster */
    TRY(dwcp_config_set_max_live_vms(config, 8, error));
    TRY(dwcp_config_set_allowed_syscalls(config, NULL, 0, error));
    TRY(dwcp_config_set_denied_syscalls(config, NULL, 0, error));
    return dwcp_config_clear_allowed_directories(config, error);
}

/* One of the two lists of WASI calls: how to read it and how to write it. */
struct glob_list {
    size_t (*count)(const dwcp_config_t *);
    const char *(*item)(const dwcp_config_t *, size_t);
    dwcp_status_t (*set)(dwcp_config_t *, const char *const *, size_t, dwcp_error_t **);
};
static const struct glob_list ALLOWED = {dwcp_config_get_allowed_syscall_count, dwcp_config_get_allowed_syscall,
                                         dwcp_config_set_allowed_syscalls};
static const struct glob_list DENIED = {dwcp_config_get_denied_syscall_count, dwcp_config_get_denied_syscall,
                                        dwcp_config_set_denied_syscalls};

/* Writes the list anew: what it holds without what stands in `drop`, then `add`. */
static dwcp_status_t change_list(dwcp_config_t *config, const struct glob_list *list, const char *const *add, size_t nadd,
                                 const char *const *drop, size_t ndrop, dwcp_error_t **error) {
    size_t held = list->count(config), n = 0, ncopies = 0;
    char **names = calloc(held + nadd + 1, sizeof *names);
    dwcp_status_t status = names ? DWCP_OK : DWCP_ERR_OS;
    for (size_t i = 0; i < held && status == DWCP_OK; i++) {
        const char *name = list->item(config, i); /* the config's own until it changes: copied */
        bool dropped = false;
        for (size_t k = 0; k < ndrop; k++) dropped = dropped || strcmp(drop[k], name) == 0;
        if (dropped) continue;
        names[ncopies] = strdup(name);
        if (names[ncopies] == NULL) status = DWCP_ERR_OS;
        else ncopies++;
    }
    n = ncopies;
    for (size_t i = 0; i < nadd && status == DWCP_OK; i++) names[n++] = (char *)add[i];
    if (status == DWCP_OK) status = list->set(config, (const char *const *)names, n, error);
    for (size_t i = 0; i < ncopies; i++) free(names[i]);
    free(names);
    return status;
}

/* Adds --allow and --deny to the lists that are there. An --allow takes back the same glob of a profile's denied list,
 * since a denial beats a permission; a --deny given with it still wins. */
static dwcp_status_t apply_globs(dwcp_config_t *config, const struct settings *s, dwcp_error_t **error) {
    if (s->nallow > 0) TRY(change_list(config, &ALLOWED, s->allow, s->nallow, NULL, 0, error));
    if (s->nallow + s->ndeny == 0) return DWCP_OK;
    return change_list(config, &DENIED, s->deny, s->ndeny, s->allow, s->nallow, error);
}

/* The options of the command line. A ceiling of a profile or file would stop them: 0 lets it follow the limit. */
static dwcp_status_t apply_options(dwcp_config_t *config, const struct settings *s, dwcp_error_t **error) {
    if (s->has_timeout) {
        TRY(dwcp_config_set_max_execution_time_ms_ceiling(config, 0, error));
        TRY(dwcp_config_set_max_execution_time_ms(config, s->timeout_ms, error));
    }
    if (s->has_fuel) TRY(dwcp_config_set_enable_fuel_metering(config, !s->fuel_off, error));
    if (s->has_fuel && !s->fuel_off) {
        TRY(dwcp_config_set_fuel_limit_ceiling(config, 0, error));
        TRY(dwcp_config_set_fuel_limit(config, s->fuel, error));
    }
    if (s->has_memory) {
        TRY(dwcp_config_set_max_memory_bytes_ceiling(config, 0, error));
        TRY(dwcp_config_set_max_memory_bytes(config, s->memory, error));
    }
    if (s->ndirs > 0) TRY(dwcp_config_set_filesystem_access(config, true, error));
    for (size_t i = 0; i < s->ndirs; i++)
        TRY(dwcp_config_add_allowed_directory(config, s->dirs[i].host, s->dirs[i].guest, s->dirs[i].read_only, error));
    return apply_globs(config, s, error);
}

/* More than this is not read: a device has no end. */
enum { MOST_FILE_BYTES = 1 << 30 };

/* The whole of a small file, NUL-terminated; NULL with errno set when it cannot be read. */
static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    char *text = NULL;
    size_t n = 0, capacity = 0, got = 0;
    do {
        n += got;
        if (n + 1 >= capacity) {
            capacity = capacity ? capacity * 2 : 4096;
            char *larger = capacity <= MOST_FILE_BYTES ? realloc(text, capacity) : NULL;
            if (larger == NULL) {
                if (capacity > MOST_FILE_BYTES) errno = EFBIG;
                free(text);
                fclose(file);
                return NULL;
            }
            text = larger;
        }
        got = fread(text + n, 1, capacity - n - 1, file);
    } while (got > 0);
    if (ferror(file)) {
        free(text);
        text = NULL;
    } else {
        text[n] = '\0';
        *length = n;
    }
    int saved = errno;
    fclose(file);
    errno = saved;
    return text;
}

/* 0, or the exit status after the error was printed. */
static int configure(dwcp_config_t *config, const struct settings *s) {
    dwcp_error_t *error = NULL;
    dwcp_status_t status = DWCP_OK;
    if (s->config_file != NULL) {
        size_t length = 0;
        char *json = read_file(s->config_file, &length);
        if (json == NULL) return fail(DWCP_ERR_IO, "--config: %s: %s", s->config_file, strerror(errno));
        status = dwcp_config_apply_json(config, json, length, &error);
        free(json);
    } else if (!s->has_profile) {
        status = loose(config, &error);
    }
    if (status == DWCP_OK) status = apply_options(config, s, &error);
    return status == DWCP_OK ? 0 : fail_with(status, error);
}

/* ---- running ------------------------------------------------------------------------------------------------------------ */

/* The guest's argv (argv[0] is the base name of FILE), environment and stdio. */
static dwcp_status_t prepare_wasi(dwcp_wasi_t *wasi, const struct settings *s, dwcp_error_t **error) {
    if (s->invoke == NULL) {
        const char **argv = malloc((s->nargs + 1) * sizeof *argv);
        if (argv == NULL) return DWCP_ERR_OS;
        const char *slash = strrchr(s->file, '/');
        argv[0] = slash ? slash + 1 : s->file;
        for (size_t i = 0; i < s->nargs; i++) argv[i + 1] = s->args[i];
        dwcp_status_t status = dwcp_wasi_set_args(wasi, argv, s->nargs + 1, error);
        free(argv);
        if (status != DWCP_OK) return status;
    }
    for (size_t i = 0; i < s->nenv; i++) {
        char *name = strdup(s->env[i]);
        if (name == NULL) return DWCP_ERR_OS;
        char *value = strchr(name, '=');
        *value++ = '\0';
        dwcp_status_t status = dwcp_wasi_add_env(wasi, name, value, error);
        free(name);
        if (status != DWCP_OK) return status;
    }
    TRY(dwcp_wasi_inherit_stdin(wasi, error));
    TRY(dwcp_wasi_set_output(wasi, 1, DWCP_OUTPUT_INHERIT, 0, error));
    return dwcp_wasi_set_output(wasi, 2, DWCP_OUTPUT_INHERIT, 0, error);
}

static int run_command(const dwcp_module_t *module, const struct settings *s, const dwcp_call_options_t *options) {
    int32_t code = 0;
    for (uint64_t i = 0; i < s->repeat && code == 0; i++) {
        dwcp_error_t *error = NULL;
        dwcp_status_t status = dwcp_module_run(module, options, &code, NULL, &error);
        if (status != DWCP_OK) return fail_with(status, error);
    }
    return code;
}

/* What the digits say, two for a byte; NULL when they say nothing. */
static uint8_t *parse_hex(const char *text, size_t *length) {
    size_t digits = strlen(text);
    uint8_t *data = malloc(digits / 2 + 1);
    if (data == NULL) return NULL;
    for (size_t i = 0; i < digits; i += 2) {
        char pair[3] = {text[i], text[i + 1], '\0'};
        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1])) {
            free(data);
            return NULL;
        }
        data[i / 2] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *length = digits / 2;
    return data;
}

/* One argument by its kind; 0, or the exit status after the error was printed. Bytes are allocated: see free_arguments. */
static int parse_argument(const struct settings *s, size_t i, uint8_t kind, dwcp_value_t *out) {
    const char *text = s->args[i];
    size_t length = 0;
    if (kind == DWCP_KIND_STRING) {
        *out = dwcp_string(text);
        return 0;
    }
    if (kind == DWCP_KIND_BYTES && text[0] == '@') {
        char *data = read_file(text + 1, &length);
        if (data == NULL) return fail(DWCP_ERR_IO, "%s: argument %zu: %s: %s", s->invoke, i + 1, text + 1, strerror(errno));
        *out = dwcp_bytes(data, length);
        return 0;
    }
    if (kind == DWCP_KIND_BYTES) {
        uint8_t *data = parse_hex(text, &length);
        if (data != NULL) {
            *out = dwcp_bytes(data, length);
            return 0;
        }
    } else if (parse_value(text, kind, out)) {
        return 0;
    }
    return fail(DWCP_ERR_INVALID_ARGUMENT, "%s: argument %zu: \"%s\" is no %s", s->invoke, i + 1, text, kind_name(kind));
}

static void free_arguments(dwcp_value_t *args, size_t nargs) {
    for (size_t i = 0; i < nargs; i++)
        if (args[i].kind == DWCP_KIND_BYTES) free((void *)(uintptr_t)dwcp_as_bytes(args[i]).data);
}

static void print_result(const dwcp_value_t *value) {
    dwcp_slice_t bytes = dwcp_as_bytes(*value);
    if (value->kind == DWCP_KIND_STRING) {
        fwrite(bytes.data, 1, bytes.len, stdout); /* it may hold a NUL */
        putchar('\n');
    } else if (value->kind == DWCP_KIND_BYTES) {
        for (size_t i = 0; i < bytes.len; i++) printf("%02x", bytes.data[i]);
        putchar('\n');
    } else {
        print_value(value);
    }
}

static int call_function(const dwcp_function_t *function, const struct settings *s, const dwcp_call_options_t *options) {
    dwcp_error_t *error = NULL;
    dwcp_extern_t type = DWCP_EXTERN_INIT;
    dwcp_status_t status = dwcp_function_type(function, &type, &error);
    if (status != DWCP_OK) return fail_with(status, error);
    if (s->nargs != type.nparams)
        return fail(DWCP_ERR_INVALID_ARGUMENT, "%s: expected %zu ARGS, given %zu", s->invoke, type.nparams, s->nargs);

    dwcp_value_t *args = calloc(type.nparams + type.nresults + 1, sizeof *args);
    if (args == NULL) return fail(DWCP_ERR_OS, "%s", strerror(errno));
    dwcp_value_t *results = args + type.nparams;
    size_t nresults = 0;
    int exit_code = 0;
    for (size_t i = 0; i < type.nparams && exit_code == 0; i++) exit_code = parse_argument(s, i, type.params[i], &args[i]);
    for (uint64_t i = 0; i < s->repeat && exit_code == 0; i++) {
        dwcp_values_clear(results, type.nresults); /* of the run before */
        status = dwcp_function_call(function, args, type.nparams, options, results, type.nresults, &nresults, NULL, &error);
        if (status != DWCP_OK) exit_code = fail_with(status, error);
    }
    for (size_t i = 0; i < nresults && exit_code == 0; i++) print_result(&results[i]);
    dwcp_values_clear(results, type.nresults);
    free_arguments(args, type.nparams);
    free(args);
    return exit_code;
}

static int run_module(const dwcp_module_t *module, const struct settings *s, const dwcp_call_options_t *options) {
    if (s->invoke == NULL) return run_command(module, s, options);
    dwcp_error_t *error = NULL;
    dwcp_function_t *function = NULL;
    dwcp_status_t status = dwcp_module_get_function(module, s->invoke, s->signature, &function, &error);
    if (status != DWCP_OK) return fail_with(status, error);
    int exit_code = call_function(function, s, options);
    dwcp_function_free(function);
    return exit_code;
}

static dwcp_status_t do_nothing(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                dwcp_value_t *results, size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

static void print_metrics(const dwcp_runtime_t *runtime) {
    char *json = NULL;
    dwcp_error_t *error = NULL;
    dwcp_status_t status = dwcp_runtime_metrics_json(runtime, &json, NULL, &error);
    if (status == DWCP_OK) fprintf(stderr, "%s\n", json);
    else fail_with(status, error);
    dwcp_string_free(json);
}

static int run(dwcp_runtime_t *runtime, const dwcp_config_t *config, const struct settings *s) {
    int exit_code = 0;
    dwcp_error_t *error = NULL;
    dwcp_module_t *module = NULL;
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    dwcp_imports_t *imports = dwcp_imports_new();
    dwcp_load_options_t load = DWCP_LOAD_OPTIONS_INIT;
    load.imports = imports;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    /* A command is neither metered nor timed unless its call asks: what the settings say is asked for here. */
    if (dwcp_config_get_enable_fuel_metering(config)) options.fuel = dwcp_config_get_fuel_limit(config);
    options.timeout_ns = dwcp_config_get_max_execution_time_ms(config) * 1000000;

    dwcp_status_t status = wasi && imports ? DWCP_OK : DWCP_ERR_OS;
    if (status == DWCP_OK) status = dwcp_imports_define(imports, "bench", "*", ":", do_nothing, NULL, NULL, &error);
    if (status == DWCP_OK) status = prepare_wasi(wasi, s, &error);
    if (status == DWCP_OK) status = dwcp_module_load_file(runtime, s->file, &load, &module, &error);
    if (status == DWCP_OK) exit_code = run_module(module, s, &options);
    else exit_code = fail_with(status, error);
    if ((fflush(stdout) != 0 || ferror(stdout)) && exit_code == 0)
        exit_code = fail(DWCP_ERR_IO, "stdout: %s", strerror(errno));
    if (s->metrics) print_metrics(runtime);

    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_wasi_free(wasi);
    return exit_code;
}

int main(int argc, char **argv) {
    struct settings s = {.repeat = 1, .profile = DWCP_PROFILE_DEFAULT};
    size_t most = (size_t)argc; /* no list can be longer than the command line */
    s.dirs = calloc(most, sizeof *s.dirs);
    s.env = calloc(3 * most, sizeof *s.env);
    if (s.dirs == NULL || s.env == NULL) return fail(DWCP_ERR_OS, "%s", strerror(errno));
    s.allow = s.env + most;
    s.deny = s.allow + most;

    int exit_code = parse_command_line(&s, argc, argv);
    if (exit_code == -1) {
        dwcp_config_t *config = dwcp_config_new(s.profile);
        exit_code = config ? configure(config, &s) : fail(DWCP_ERR_OS, "cannot make a configuration");
        if (exit_code == 0) {
            dwcp_error_t *error = NULL;
            dwcp_runtime_t *runtime = NULL;
            dwcp_status_t status = dwcp_runtime_new(config, &runtime, &error);
            exit_code = status == DWCP_OK ? run(runtime, config, &s) : fail_with(status, error);
            dwcp_runtime_free(runtime);
        }
        dwcp_config_free(config);
    }
    for (size_t i = 0; i < s.ndirs; i++) free(s.dirs[i].host);
    free(s.dirs);
    free(s.env);
    return exit_code;
}
