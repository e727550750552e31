/* Standard streams that are functions of the host: stdin as it is read, stdout and stderr line by line. */
#include "guests.h"

#define WASI "wasi_snapshot_preview1"

/* Copies stdin to stdout, `size` bytes at a time, then ends as `body` says. What fails is a trap. */
#define COPY(name, size, body)                                                                                \
    "(module (import \"" WASI "\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))"             \
    " (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"                  \
    " (import \"" WASI "\" \"proc_exit\" (func $exit (param i32)))"                                           \
    " (memory (export \"memory\") 8)"                                                                         \
    " (func (export \"" name "\") (loop $more"                                                                \
    "  (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const " size "))"            \
    "  (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))"          \
    "  (i32.store (i32.const 4) (i32.load (i32.const 8)))"                                                    \
    "  (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)) (then unreachable))"        \
    "  (br_if $more (i32.load (i32.const 8)))) " body "))"

/* Input that comes in pieces; an empty string is the end, NULL an error. */
typedef struct {
    const char *const *pieces;
    int asked;
    dwcp_cancel_t *cancel; /* fired when asked, unless NULL */
} input_t;

static int64_t give(void *user, uint8_t *buffer, size_t capacity) {
    input_t *input = user;
    const char *piece = input->pieces[input->asked++];
    if (input->cancel != NULL) dwcp_cancel_fire(input->cancel);
    if (piece == NULL) return -5;
    size_t length = strlen(piece);
    CHECK(length <= capacity);
    memcpy(buffer, piece, length);
    return (int64_t)length;
}

/* Lines as they came, each as "fd:text" with '$' where it ended, one behind the other; of long ones the length. */
typedef struct {
    char text[4096];
    int lines;
} output_t;

static void take(void *user, int32_t fd, const char *line, size_t len, bool ends) {
    output_t *output = user;
    size_t used = strlen(output->text), room = sizeof output->text - used;
    if (len > 1000) snprintf(output->text + used, room, "%d:<%zu>%s", fd, len, ends ? "$" : "");
    else snprintf(output->text + used, room, "%d:%.*s%s", fd, (int)len, line, ends ? "$" : "");
    output->lines++;
}

static int finalized;

static void finalize(void *user) {
    (void)user;
    finalized++;
}

static dwcp_status_t run(const dwcp_module_t *module, const dwcp_wasi_t *wasi, const dwcp_cancel_t *cancel) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    options.cancel = cancel;
    int32_t code = 0;
    test_forget();
    return dwcp_module_run(module, &options, &code, NULL, &err);
}

static void captured(const dwcp_wasi_t *wasi, const char *expected) {
    dwcp_slice_t slice = {NULL, 0};
    CHECK_STATUS(dwcp_wasi_output, OK, (wasi, 1, &slice, NULL, &err));
    if (!CHECK(slice.len == strlen(expected) && memcmp(slice.data, expected, slice.len) == 0))
        fprintf(stderr, "    captured \"%.*s\"\n", (int)slice.len, (const char *)slice.data);
}

static void input_as_it_is_read(dwcp_runtime_t *runtime) {
    static const char *const pieces[] = {"one ", "two", "", "three", "", NULL, "later", ""};
    dwcp_module_t *module = load(runtime, COPY("_start", "100", ""));
    dwcp_module_t *eager = load(runtime, COPY("_start", "100", "(drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))"));
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    input_t input = {pieces, 0, NULL};
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, 100, &err));
    CHECK_STATUS(dwcp_wasi_set_stdin_callback, OK, (wasi, give, &input, finalize, &err));
    /* The end is the end: the guest reads once more and the host is not asked. */
    CHECK_EQ(run(eager, wasi, NULL), DWCP_OK);
    captured(wasi, "one two");
    CHECK_EQ(input.asked, 3);
    /* The next call asks again. */
    CHECK_EQ(run(module, wasi, NULL), DWCP_OK);
    captured(wasi, "three");
    CHECK_EQ(input.asked, 5);
    CHECK_EQ(run(module, wasi, NULL), DWCP_ERR_TRAP); /* EIO */
    CHECK_EQ(input.asked, 6);
    /* A call that is cancelled meanwhile ends when the callback returns. */
    REQUIRE((input.cancel = dwcp_cancel_new()) != NULL);
    CHECK_EQ(run(module, wasi, input.cancel), DWCP_ERR_CANCELLED);
    CHECK_EQ(input.asked, 7);
    dwcp_cancel_free(input.cancel);
    CHECK_EQ(finalized, 0);
    dwcp_wasi_free(wasi);
    CHECK_EQ(finalized, 1);
    dwcp_module_free(eager);
    dwcp_module_free(module);
}

static void lines_of(const dwcp_module_t *module, const void *bytes, size_t length, const char *expected) {
    output_t output = {"", 0};
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_stdin, OK, (wasi, bytes, length, &err));
    CHECK_STATUS(dwcp_wasi_set_output_callback, OK, (wasi, 1, take, &output, NULL, &err));
    CHECK_EQ(run(module, wasi, NULL), DWCP_OK);
    CHECK_STR(output.text, expected);
    dwcp_wasi_free(wasi);
}

static void lines_as_they_are_written(dwcp_runtime_t *runtime) {
    static char large[200000];
    memset(large, 'x', sizeof large);
    static const char *const sizes[] = {COPY("_start", "1", ""), COPY("_start", "3", ""), COPY("_start", "400000", "")};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        dwcp_module_t *module = load(runtime, sizes[i]);
        lines_of(module, "a\nbb\n\nccc", 9, "1:a$1:bb$1:$1:ccc");
        lines_of(module, "\n", 1, "1:$");
        lines_of(module, "end\n", 4, "1:end$");
        lines_of(module, "", 0, "");
        lines_of(module, "z\xff\r\n", 4, "1:z\xff\r$");
        if (i == 0) {
            dwcp_module_free(module);
            continue;
        }
        lines_of(module, large, sizeof large, "1:<65536>1:<65536>1:<65536>1:<3392>");
        large[65536] = '\n';
        lines_of(module, large, 65537, "1:<65536>1:$");
        large[65536] = 'x', large[65535] = '\n';
        lines_of(module, large, 65537, "1:<65535>$1:x");
        large[65535] = 'x', large[65537] = '\n';
        lines_of(module, large, 65538, "1:<65536>1:x$");
        large[65537] = 'x';
        dwcp_module_free(module);
    }
}

/* Writes "out" to stdout and "err" to stderr, unended, then ends as its body says. */
#define ENDING(body)                                                                                \
    "(module (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))" \
    " (import \"" WASI "\" \"proc_exit\" (func $exit (param i32)))"                                 \
    " (memory (export \"memory\") 1) (data (i32.const 64) \"outerr\")"                              \
    " (data (i32.const 0) \"\\40\\00\\00\\00\\03\\00\\00\\00\\43\\00\\00\\00\\03\\00\\00\\00\")"    \
    " (func (export \"_start\")"                                                                    \
    "  (drop (call $write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 32)))"               \
    "  (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))) " body "))"

static void what_is_left_when_it_ends(dwcp_runtime_t *runtime) {
    static const struct {
        const char *wat;
        dwcp_status_t status;
    } ends[] = {
        {ENDING(""), DWCP_OK},
        {ENDING("(unreachable)"), DWCP_ERR_TRAP},
        {ENDING("(call $exit (i32.const 3))"), DWCP_OK},
        {ENDING("(loop (br 0))"), DWCP_ERR_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        output_t both = {"", 0};
        dwcp_module_t *module = load(runtime, ends[i].wat);
        dwcp_wasi_t *wasi = dwcp_wasi_new();
        CHECK_STATUS(dwcp_wasi_set_output_callback, OK, (wasi, 1, take, &both, NULL, &err));
        CHECK_STATUS(dwcp_wasi_set_output_callback, OK, (wasi, 2, take, &both, NULL, &err));
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.wasi = wasi;
        options.timeout_ns = 20 * 1000 * 1000;
        test_forget();
        CHECK_EQ(dwcp_module_run(module, &options, &(int32_t){0}, NULL, &err), ends[i].status);
        CHECK_STR(both.text, "1:out2:err");
        dwcp_wasi_free(wasi);
        dwcp_module_free(module);
    }
}

/* A callback that calls the library. */
typedef struct {
    dwcp_runtime_t *runtime;
    dwcp_function_t *add;
    dwcp_vm_t *vm;
    dwcp_function_t *own;
    int32_t sum;
    dwcp_status_t closing, in_session;
} caller_t;

static void call_back(void *user, int32_t fd, const char *line, size_t len, bool ends) {
    caller_t *x = user;
    (void)fd, (void)line, (void)len, (void)ends;
    dwcp_value_t args[] = {dwcp_i32(40), dwcp_i32(2)}, result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (x->add, args, 2, NULL, &result, 1, NULL, NULL, &err));
    x->sum = dwcp_as_i32(result);
    x->closing = dwcp_runtime_close(x->runtime, 0, NULL);
    if (x->vm != NULL) x->in_session = dwcp_vm_call(x->vm, x->own, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
}

static void callbacks_may_call(dwcp_runtime_t *runtime) {
    dwcp_module_t *adder = load(runtime, ADD_WAT), *module = load(runtime, COPY("copy", "100", ""));
    caller_t x = {runtime, function_of(adder, "add"), NULL, function_of(module, "copy"), 0, DWCP_OK, DWCP_OK};
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_stdin, OK, (wasi, (const uint8_t *)"a line\nunended", 14, &err));
    CHECK_STATUS(dwcp_wasi_set_output_callback, OK, (wasi, 1, call_back, &x, NULL, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    CHECK_STATUS(dwcp_function_call, OK, (x.own, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    CHECK_EQ(x.sum, 42);
    CHECK_EQ(x.closing, DWCP_ERR_BUSY);
    /* in a session: another call of the same one is refused, what is left comes at the end of each call */
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, &options, &x.vm, &err));
    x.sum = 0;
    CHECK_STATUS(dwcp_vm_call, OK, (x.vm, x.own, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_EQ(x.sum, 42);
    CHECK_EQ(x.in_session, DWCP_ERR_BUSY);
    x.sum = 0;
    CHECK_STATUS(dwcp_vm_call, OK, (x.vm, x.own, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_EQ(x.sum, 0); /* its input had ended */
    dwcp_vm_release(x.vm);
    dwcp_wasi_free(wasi);
    dwcp_function_free(x.own);
    dwcp_function_free(x.add);
    dwcp_module_free(module);
    dwcp_module_free(adder);
}

static void set_again(void *user) {
    finalized++;
    dwcp_wasi_t *wasi = user;
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 2, DWCP_OUTPUT_DISCARD, 0, NULL));
    CHECK_STATUS(dwcp_wasi_add_env, OK, (wasi, "FINALIZED", "1", NULL));
}

static void finalizers(dwcp_runtime_t *runtime) {
    finalized = 0;
    output_t output = {"", 0};
    static const char *const pieces[] = {"x\n", ""};
    input_t input = {pieces, 0, NULL};
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_stdin_callback, INVALID_ARGUMENT, (wasi, NULL, &input, finalize, &err));
    CHECK_STATUS(dwcp_wasi_set_stdin_callback, INVALID_ARGUMENT, (NULL, give, &input, finalize, &err));
    CHECK_EQ(finalized, 2);
    CHECK_STATUS(dwcp_wasi_set_output_callback, INVALID_ARGUMENT, (wasi, 1, NULL, &output, finalize, &err));
    CHECK_STATUS(dwcp_wasi_set_output_callback, INVALID_ARGUMENT, (wasi, 0, take, &output, finalize, &err));
    CHECK_STATUS(dwcp_wasi_set_output_callback, INVALID_ARGUMENT, (wasi, 3, take, &output, finalize, &err));
    CHECK_STATUS(dwcp_wasi_set_output_callback, INVALID_ARGUMENT, (NULL, 1, take, &output, finalize, &err));
    CHECK_EQ(finalized, 6);
    CHECK_STATUS(dwcp_wasi_set_stdin_callback, OK, (wasi, give, &input, finalize, &err));
    CHECK_STATUS(dwcp_wasi_set_output_callback, OK, (wasi, 1, take, &output, finalize, &err));
    CHECK_STATUS(dwcp_wasi_set_output_callback, OK, (wasi, 2, take, &output, finalize, &err));
    CHECK_EQ(finalized, 6);
    /* Settings changed after a session began with them: the session keeps the callbacks until it ends. */
    dwcp_module_t *module = load(runtime, COPY("copy", "100", ""));
    dwcp_function_t *copy = function_of(module, "copy");
    dwcp_vm_t *vm = NULL;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, &options, &vm, &err));
    CHECK_STATUS(dwcp_wasi_inherit_stdin, OK, (wasi, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_DISCARD, 0, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 2, DWCP_OUTPUT_DISCARD, 0, &err));
    CHECK_EQ(finalized, 6);
    CHECK_STATUS(dwcp_vm_call, OK, (vm, copy, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STR(output.text, "1:x$");
    dwcp_vm_release(vm);
    CHECK_EQ(finalized, 9);
    /* A finalizer may change the settings that it belonged to. */
    CHECK_STATUS(dwcp_wasi_set_output_callback, OK, (wasi, 2, take, wasi, set_again, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 2, DWCP_OUTPUT_CAPTURE, 10, &err));
    CHECK_EQ(finalized, 10);
    CHECK_STATUS(dwcp_wasi_set_stdin_callback, OK, (wasi, give, &input, NULL, &err));
    dwcp_wasi_free(wasi);
    CHECK_EQ(finalized, 10);
    dwcp_function_free(copy);
    dwcp_module_free(module);
}

/* A finalizer that calls the guest while the session that it ends with has the only slot still: it is told so, and does not wait. */
static void call_once_more(void *user) {
    CHECK_EQ(dwcp_function_call(user, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL), DWCP_ERR_NO_SLOT);
    finalized++;
}

static void finalizers_may_call(void) {
    finalized = 0;
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, "(module (func (export \"f\")))");
    dwcp_function_t *function = function_of(module, "f");
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_output_callback, OK, (wasi, 1, take, function, call_once_more, &err));
    dwcp_vm_t *vm = NULL;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, &options, &vm, &err));
    dwcp_wasi_free(wasi);
    CHECK_EQ(finalized, 0);
    dwcp_vm_release(vm);
    CHECK_EQ(finalized, 1);
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* Each call of a session has a capture of its own, whether the host looked at the last one or not. */
static void captured_in_sessions(dwcp_runtime_t *runtime) {
    static const char *const pieces[] = {"first", "", "second", "", "third", "", "", "fourth", ""};
    dwcp_module_t *module = load(runtime, COPY("copy", "100", ""));
    dwcp_function_t *copy = function_of(module, "copy");
    input_t input = {pieces, 0, NULL};
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, 6, &err));
    CHECK_STATUS(dwcp_wasi_set_stdin_callback, OK, (wasi, give, &input, NULL, &err));
    dwcp_vm_t *vm = NULL;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, &options, &vm, &err));
    captured(wasi, "");
    static const char *const expected[] = {"first", "second", NULL, "", "fourth"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        CHECK_STATUS(dwcp_vm_call, OK, (vm, copy, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
        if (expected[i] != NULL) captured(wasi, expected[i]);
    }
    dwcp_vm_release(vm);
    captured(wasi, "fourth"); /* until the next call */
    dwcp_wasi_free(wasi);
    dwcp_function_free(copy);
    dwcp_module_free(module);
}

int main(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    input_as_it_is_read(runtime);
    lines_as_they_are_written(runtime);
    what_is_left_when_it_ends(runtime);
    callbacks_may_call(runtime);
    finalizers(runtime);
    finalizers_may_call();
    captured_in_sessions(runtime);
    dwcp_runtime_free(runtime);
    return report("wasi_callbacks");
}
