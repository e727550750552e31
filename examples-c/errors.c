/* errors - everything that an error object tells, printed: the message for a person, the limit, the trap, the exit code, the
 * guest's stack with file and line, the imports that are missing and the names that were perhaps meant. Copy `print_error`.
 *
 *     cc errors.c -ldwcp_wasm -o errors && ./errors guests/frames.wasm
 */
#include <dwcp_wasm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints an error in full. What a guest wrote arrives escaped: it can be printed as it is. */
static void print_error(FILE *out, dwcp_status_t status, const dwcp_error_t *error) {
    fprintf(out, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(error)); /* "" for NULL */
    if (dwcp_status_is_retryable(status)) fprintf(out, "  may succeed later without any change\n");

    uint64_t limit = 0, asked = 0;
    if (dwcp_error_limit(error, &limit, &asked))
        fprintf(out, "  limit %s: %llu, asked for %llu\n", dwcp_error_limit_name(error), (unsigned long long)limit,
                (unsigned long long)asked);
    int32_t trap = dwcp_error_trap_code(error), code = 0;
    if (trap != DWCP_TRAP_NONE) fprintf(out, "  trap %d\n", (int)trap); /* one of DWCP_TRAP_... */
    if (dwcp_error_exit_code(error, &code)) fprintf(out, "  exit code %d\n", (int)code);

    /* Innermost first. Names and lines are looked up here, when they are asked for: a call that fails does not pay for them. */
    for (size_t i = 0; i < dwcp_error_frame_count(error); i++) {
        dwcp_frame_t frame = DWCP_FRAME_INIT;
        if (!dwcp_error_frame(error, i, &frame)) break;
        fprintf(out, "  at ");
        if (frame.function != NULL) fprintf(out, "%s", frame.function);
        else fprintf(out, "function %u", (unsigned)frame.func_index);
        if (frame.file != NULL) fprintf(out, " (%s:%u:%u)", frame.file, (unsigned)frame.line, (unsigned)frame.column);
        else if (frame.offset != UINT64_MAX) fprintf(out, " (byte %llu of the module)", (unsigned long long)frame.offset);
        if (frame.module != NULL) fprintf(out, " in %s", frame.module);
        fputc('\n', out);
    }
}

static void check(dwcp_status_t status, dwcp_error_t **error) {
    if (status == DWCP_OK) return;
    print_error(stderr, status, *error);
    dwcp_error_free(*error);
    exit(1);
}

/* For what is meant to fail. */
static void show(const char *what, dwcp_status_t status, dwcp_error_t *error) {
    printf("%s\n", what);
    print_error(stdout, status, error);
    printf("\n");
    dwcp_error_free(error);
}

static dwcp_status_t load(dwcp_runtime_t *runtime, const char *wat, const dwcp_imports_t *imports, dwcp_module_t **module,
                          dwcp_error_t **error) {
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    return dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, module, error);
}

static dwcp_status_t call(const dwcp_module_t *module, const char *name, dwcp_error_t **error) {
    dwcp_function_t *function = NULL;
    dwcp_value_t zero = dwcp_i32(0), result;
    dwcp_status_t status = dwcp_module_get_function(module, name, "i:i", &function, error);
    if (status == DWCP_OK) status = dwcp_function_call(function, &zero, 1, NULL, &result, 1, NULL, NULL, error);
    dwcp_function_free(function);
    return status;
}

static dwcp_status_t host_log(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                              size_t nresults) {
    static const char why[] = "the log is full";
    dwcp_caller_fail(caller, why, strlen(why));
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_ERR_HOST_FUNCTION;
}

static const char GUEST[] =
    "(module $guest"
    " (import \"host\" \"log\" (func $log (param i32)))"
    " (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"
    " (memory 1)"
    " (func $spin (export \"spin\") (param i32) (result i32) (loop (br 0)) (i32.const 0))"
    " (func $grow (export \"grow\") (param i32) (result i32)"
    "  (if (i32.eq (memory.grow (i32.const 5000)) (i32.const -1)) (then unreachable)) (i32.const 0))"
    " (func $leave (export \"leave\") (param i32) (result i32) (call $exit (i32.const 3)) (i32.const 0))"
    " (func $say (export \"say\") (param i32) (result i32) (call $log (local.get 0)) (i32.const 0)))";

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "examples-c/guests/frames.wasm";
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *ledger = NULL, *guest = NULL, *none = NULL;
    dwcp_status_t status;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);

    /* Compiled with -g: file and line come from the module's own line tables. */
    check(dwcp_module_load_file(runtime, path, NULL, &ledger, &error), &error);
    status = call(ledger, "run", &error);
    show("A trap, in a module with line tables:", status, error);

    dwcp_imports_t *imports = dwcp_imports_new();
    check(dwcp_imports_define(imports, "host", "log", "i:", host_log, NULL, NULL, &error), &error);
    check(load(runtime, GUEST, imports, &guest, &error), &error);
    status = call(guest, "grow", &error);
    show("A limit:", status, error);
    status = call(guest, "spin", &error);
    show("Fuel, the same way:", status, error);
    status = call(guest, "leave", &error);
    show("An exit:", status, error);
    status = call(guest, "say", &error);
    show("A host function that refuses:", status, error);
    status = call(guest, "spim", &error);
    show("A name that is not exported:", status, error);

    status = load(runtime,
                  "(module (import \"host\" \"lgo\" (func (param i32)))"
                  " (import \"wasi_snapshot_preview1\" \"fd_wrote\" (func (param i32 i32 i32 i32) (result i32)))"
                  " (import \"env\" \"memory\" (memory 2)))",
                  imports, &none, &error);
    show("Imports that nobody defines:", status, error);

    dwcp_imports_free(imports);
    dwcp_module_free(guest);
    dwcp_module_free(ledger);
    dwcp_runtime_free(runtime);
    return 0;
}
