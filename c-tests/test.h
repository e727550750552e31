/* The harness of these tests: a handful of checks that count, say what was expected and what was given, and go on. */
#ifndef DWCP_TEST_H
#define DWCP_TEST_H

#include <dwcp_wasm.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#define MAYBE_UNUSED __attribute__((unused))
#else
#define MAYBE_UNUSED
#endif

static atomic_int test_checks, test_failures;

/* The error of this thread's last CHECK_STATUS: pass &err, look at it afterwards, never free it. */
static _Thread_local dwcp_error_t *err;

#define DWCP_ERR_OK DWCP_OK

#define CHECK(condition) test_check((condition), __FILE__, __LINE__, "%s", #condition)
#define CHECK_EQ(given, expected) test_check_eq((long long)(given), (long long)(expected), #given, __FILE__, __LINE__)
#define CHECK_STR(given, expected) test_check_str((given), (expected), #given, __FILE__, __LINE__)
/* The text holds the part: for messages, whose wording may improve while their facts stay. */
#define CHECK_HAS(text, part) test_check_has((text), (part), __FILE__, __LINE__)

/* CHECK_STATUS(dwcp_config_apply_json, INVALID_CONFIG, (config, "{", 1, &err)): calls the function, compares its status with
 * DWCP_ERR_..., or DWCP_OK for OK, and the error object with both. Gives true when it was as expected. */
#define CHECK_STATUS(function, CODE, arguments) \
    (test_forget(), test_check_status(function arguments, DWCP_ERR_##CODE, #function, __FILE__, __LINE__))

/* For what the rest of a test stands on. */
#define REQUIRE(condition)                                       \
    do {                                                         \
        if (!CHECK(condition)) {                                 \
            fprintf(stderr, "cannot go on without the above\n"); \
            exit(1);                                             \
        }                                                        \
    } while (0)

static inline bool test_check(bool ok, const char *file, int line, const char *format, const char *text) {
    atomic_fetch_add(&test_checks, 1);
    if (!ok) {
        atomic_fetch_add(&test_failures, 1);
        fprintf(stderr, "%s:%d: failed: ", file, line);
        fprintf(stderr, format, text);
        fputc('\n', stderr);
    }
    return ok;
}

MAYBE_UNUSED static bool test_check_eq(long long given, long long expected, const char *what, const char *file, int line) {
    char text[256];
    snprintf(text, sizeof text, "%s is %lld, expected %lld", what, given, expected);
    return test_check(given == expected, file, line, "%s", text);
}

MAYBE_UNUSED static bool test_check_str(const char *given, const char *expected, const char *what, const char *file, int line) {
    char text[512];
    snprintf(text, sizeof text, "%s is \"%s\", expected \"%s\"", what, given ? given : "(NULL)", expected);
    return test_check(given != NULL && strcmp(given, expected) == 0, file, line, "%s", text);
}

MAYBE_UNUSED static bool test_check_has(const char *given, const char *part, const char *file, int line) {
    char text[1024];
    snprintf(text, sizeof text, "no \"%s\" in \"%s\"", part, given ? given : "(NULL)");
    return test_check(given != NULL && strstr(given, part) != NULL, file, line, "%s", text);
}

static inline void test_forget(void) {
    dwcp_error_free(err);
    err = NULL;
}

static inline bool test_check_status(dwcp_status_t given, dwcp_status_t expected, const char *function, const char *file, int line) {
    char text[1024];
    snprintf(text, sizeof text, "%s gave %s, expected %s; message: %s", function, dwcp_status_name(given),
             dwcp_status_name(expected), err ? dwcp_error_message(err) : "none");
    if (!test_check(given == expected, file, line, "%s", text)) return false;
    if (given == DWCP_OK) return test_check(err == NULL, file, line, "%s left an error although it succeeded", function);
    if (err == NULL) return true; /* the call was made without an error parameter */
    return test_check(dwcp_error_code(err) == given && dwcp_error_message(err)[0] != '\0', file, line,
                      "%s: the error object has another code or no message", function);
}

/* The message of the last CHECK_STATUS. */
MAYBE_UNUSED static const char *message(void) { return err ? dwcp_error_message(err) : ""; }

/* What main returns. */
static inline int report(const char *name) {
    test_forget();
    int checks = atomic_load(&test_checks), failures = atomic_load(&test_failures);
    printf("%s: %d checks, %d failed\n", name, checks, failures);
    return failures != 0 || checks == 0;
}

#endif
