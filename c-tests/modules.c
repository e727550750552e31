/* Loading: keys, files, text, information, types, imports, the validation policy, what is refused before compiling. */
#include "guests.h"

#include <unistd.h>

#define BYTES(text) ((const uint8_t *)(text)), strlen(text)

static dwcp_status_t load_text(dwcp_runtime_t *runtime, const char *wat, const char *key, const dwcp_load_options_t *options,
                               dwcp_module_t **module) {
    test_forget();
    return dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), key, options, module, &err);
}

static void keys(dwcp_runtime_t *runtime) {
    static const char hash[] = "1885772b94ca41b360d9bd07535547f4c8ef16cbe7e49d2c8e9780247e26c4de"; /* SHA-256 of "(module)" */
    char wrong[65];
    memcpy(wrong, hash, sizeof wrong);
    wrong[63] = 'f';
    dwcp_module_t *module = NULL;

    /* a wrong claim is found whether the code is held or not */
    CHECK_STATUS(dwcp_module_load, KEY_MISMATCH, (runtime, BYTES("(module)"), wrong, NULL, &module, &err));
    CHECK(module == NULL);
    CHECK_HAS(message(), hash);
    CHECK_STATUS(dwcp_module_load, OK, (runtime, BYTES("(module)"), hash, NULL, &module, &err));
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    CHECK_STR(info.hash, hash);
    dwcp_module_free(module);
    CHECK_STATUS(dwcp_module_load, KEY_MISMATCH, (runtime, BYTES("(module)"), wrong, NULL, &module, &err));

    /* execute takes claims too, and a known one stands for the bytes */
    dwcp_value_t args[2] = {dwcp_i32(20), dwcp_i32(22)}, result = {0};
    dwcp_module_t *add = load(runtime, ADD_WAT);
    dwcp_module_info_t add_info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (add, &add_info, &err));
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, BYTES(ADD_WAT), add_info.hash, "add", args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 42);
    CHECK_STATUS(dwcp_runtime_execute, KEY_MISMATCH, (runtime, BYTES(ADD_WAT), hash, "add", args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, NULL, 0, add_info.hash, "add", args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 42);
    CHECK_STATUS(dwcp_runtime_execute, NOT_FOUND, (runtime, NULL, 0, wrong, "add", args, 2, NULL, &result, 1, NULL, NULL, &err));
    dwcp_module_free(add);

    /* any other key is a name, bound to the first bytes that come with it until the cache lets them go */
    CHECK_STATUS(dwcp_module_load, OK, (runtime, BYTES(ADD_WAT), "adder", NULL, &module, &err));
    dwcp_module_free(module);
    CHECK_STATUS(dwcp_module_load, OK, (runtime, BYTES(ADD_WAT), "adder", NULL, &module, &err));
    dwcp_module_free(module);
    CHECK_STATUS(dwcp_module_load, KEY_MISMATCH, (runtime, BYTES("(module)"), "adder", NULL, &module, &err));
    CHECK_HAS(message(), "adder");
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, NULL, 0, "adder", "add", args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, NOT_FOUND, (runtime, NULL, 0, "subtracter", "add", args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, NULL, 0, NULL, "add", args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, BYTES(ADD_WAT), "", NULL, &module, &err));
    CHECK_STATUS(dwcp_runtime_cache_evict, OK, (runtime, "adder", &err));
    CHECK_STATUS(dwcp_runtime_execute, NOT_FOUND, (runtime, NULL, 0, "adder", "add", args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_module_load, OK, (runtime, BYTES("(module)"), "adder", NULL, &module, &err));
    dwcp_module_free(module);
}

static void information(dwcp_runtime_t *runtime) {
    static const char wat[] = "(module (import \"env\" \"a\" (func)) (func (export \"_start\")) (memory (export \"memory\") 1))";
    dwcp_module_t *module = NULL;
    CHECK_EQ(load_text(runtime, wat, NULL, NULL, &module), DWCP_ERR_UNRESOLVED_IMPORT);
    module = load(runtime, "(module (func (export \"_start\")) (memory (export \"memory\") 1))");
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    CHECK_EQ(strlen(info.hash), 64);
    CHECK_EQ(strspn(info.hash, "0123456789abcdef"), 64);
    CHECK_EQ(info.size_bytes, strlen("(module (func (export \"_start\")) (memory (export \"memory\") 1))"));
    CHECK(info.code_bytes > 0 && info.created_at_unix_ns > INT64_C(1600000000000000000));
    CHECK(info.last_access_unix_ns >= info.created_at_unix_ns);
    CHECK_EQ(info.access_count, 1);
    CHECK_EQ(info.import_count, 0);
    CHECK_EQ(info.export_count, 2);
    CHECK(info.cached && info.is_command && !info.is_reactor);
    dwcp_module_t *again = load(runtime, "(module (func (export \"_start\")) (memory (export \"memory\") 1))");
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    CHECK_EQ(info.access_count, 2);
    dwcp_module_free(again);
    dwcp_module_free(module);

    module = load(runtime, "(module (func (export \"_initialize\")))");
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    CHECK(!info.is_command && info.is_reactor);
    dwcp_module_free(module);
}

static const dwcp_extern_t *export_named(const dwcp_module_t *module, const char *name) {
    static dwcp_extern_t type;
    for (size_t i = 0; i < dwcp_module_export_count(module); i++) {
        type = (dwcp_extern_t)DWCP_EXTERN_INIT;
        CHECK_STATUS(dwcp_module_export, OK, (module, i, &type, &err));
        if (strcmp(type.name, name) == 0) return &type;
    }
    CHECK(!"no such export");
    return &type;
}

static dwcp_status_t nothing(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                             size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

static void types(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "log", "iF:I", nothing, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"log\" (func (param i32 f64) (result i64)))"
                                      " (func (export \"f\") (param i32 i64 f32 f64 v128) (result i32 v128) unreachable)"
                                      " (global (export \"constant\") i64 (i64.const 5))"
                                      " (global (export \"variable\") (mut f32) (f32.const 1))"
                                      " (table (export \"open\") 3 funcref) (table (export \"closed\") 2 9 externref)"
                                      " (memory (export \"memory\") 1 7))",
                                      imports);
    dwcp_imports_free(imports);

    CHECK_EQ(dwcp_module_import_count(module), 1);
    dwcp_extern_t type = DWCP_EXTERN_INIT;
    CHECK_STATUS(dwcp_module_import, OK, (module, 0, &type, &err));
    CHECK_STR(type.module, "env");
    CHECK_STR(type.name, "log");
    CHECK(type.kind == DWCP_EXTERN_FUNCTION && type.nparams == 2 && type.nresults == 1);
    CHECK(type.params[0] == DWCP_KIND_I32 && type.params[1] == DWCP_KIND_F64 && type.results[0] == DWCP_KIND_I64);
    CHECK_STATUS(dwcp_module_import, NOT_FOUND, (module, 1, &type, &err));
    CHECK_STATUS(dwcp_module_import, NOT_FOUND, (module, SIZE_MAX, &type, &err));

    CHECK_EQ(dwcp_module_export_count(module), 6);
    CHECK_STATUS(dwcp_module_export, NOT_FOUND, (module, 6, &type, &err));
    CHECK_STATUS(dwcp_module_export, NOT_FOUND, (module, SIZE_MAX, &type, &err));
    const dwcp_extern_t *x = export_named(module, "f");
    static const uint8_t params[] = {DWCP_KIND_I32, DWCP_KIND_I64, DWCP_KIND_F32, DWCP_KIND_F64, DWCP_KIND_V128};
    CHECK(x->module == NULL && x->kind == DWCP_EXTERN_FUNCTION && x->nparams == 5 && memcmp(x->params, params, 5) == 0);
    CHECK(x->nresults == 2 && x->results[0] == DWCP_KIND_I32 && x->results[1] == DWCP_KIND_V128);
    x = export_named(module, "constant");
    CHECK(x->kind == DWCP_EXTERN_GLOBAL && x->content_kind == DWCP_KIND_I64 && !x->is_mutable);
    x = export_named(module, "variable");
    CHECK(x->kind == DWCP_EXTERN_GLOBAL && x->content_kind == DWCP_KIND_F32 && x->is_mutable);
    x = export_named(module, "open");
    CHECK(x->kind == DWCP_EXTERN_TABLE && x->content_kind == DWCP_KIND_FUNCREF && x->min == 3 && !x->has_max && !x->is_64);
    x = export_named(module, "closed");
    CHECK(x->kind == DWCP_EXTERN_TABLE && x->content_kind == DWCP_KIND_EXTERNREF && x->min == 2 && x->has_max && x->max == 9);
    x = export_named(module, "memory");
    CHECK(x->kind == DWCP_EXTERN_MEMORY && x->min == 1 && x->has_max && x->max == 7 && !x->is_64);
    dwcp_module_free(module);
}

static void files(dwcp_runtime_t *runtime) {
    char directory[] = "/tmp/dwcp-modules-XXXXXX", path[128];
    REQUIRE(mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/add.wat", directory);
    write_file(path, ADD_WAT, strlen(ADD_WAT));
    dwcp_module_t *module = NULL;
    CHECK_STATUS(dwcp_module_load_file, OK, (runtime, path, NULL, &module, &err));
    dwcp_value_t args[2] = {dwcp_i32(2), dwcp_i32(3)}, result = {0};
    CHECK_EQ(call(module, "add", args, 2, NULL, &result, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(result), 5);
    dwcp_module_free(module);
    write_file(path, "not a module", 12);
    CHECK_STATUS(dwcp_module_load_file, INVALID_MODULE, (runtime, path, NULL, &module, &err));
    unlink(path);
    CHECK_STATUS(dwcp_module_load_file, IO, (runtime, path, NULL, &module, &err));
    CHECK_HAS(message(), "add.wat");
    CHECK_STATUS(dwcp_module_load_file, IO, (runtime, directory, NULL, &module, &err));
    CHECK(module == NULL);
    rmdir(directory);

    CHECK_STATUS(dwcp_module_load_file, OK, (runtime, WORDCOUNT, NULL, &module, &err));
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    CHECK(info.is_command && info.import_count > 3);
    dwcp_module_free(module);
}

static void imports_are_the_loaders_own(dwcp_runtime_t *runtime) {
    static const char wat[] =
        "(module (import \"env\" \"secret\" (func $s (result i32))) (import \"env\" \"other\" (func))"
        " (func (export \"run\") (result i32) (call $s)))";
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "secret", ":i", nothing, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "other", NULL, nothing, NULL, NULL, &err));
    dwcp_module_t *with = load_with(runtime, wat, imports), *without = NULL;
    CHECK_EQ(call_i32(with, "run"), 0);
    /* the same bytes from the cache, without the imports: all that is missing is named */
    CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (runtime, BYTES(wat), NULL, NULL, &without, &err));
    CHECK_HAS(message(), "secret");
    CHECK_HAS(message(), "other");
    dwcp_imports_t *wrong = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (wrong, "env", "secret", "i:i", nothing, NULL, NULL, &err));
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = wrong;
    CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (runtime, BYTES(wat), NULL, &options, &without, &err));
    CHECK(without == NULL);
    CHECK_STATUS(dwcp_runtime_execute, UNRESOLVED_IMPORT, (runtime, BYTES(wat), NULL, "run", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_EQ(call_i32(with, "run"), 0);
    dwcp_imports_free(wrong);
    dwcp_imports_free(imports);
    dwcp_module_free(with);
}

static dwcp_status_t load_under(dwcp_runtime_t *runtime, const char *wat, const char *policy) {
    dwcp_module_t *module = NULL;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.policy_json = policy;
    options.policy_json_len = strlen(policy);
    dwcp_status_t status = load_text(runtime, wat, NULL, &options, &module);
    CHECK((module != NULL) == (status == DWCP_OK));
    dwcp_module_free(module);
    return status;
}

static void policy(dwcp_runtime_t *runtime) {
    static const char wasi[] =
        "(module (import \"wasi_snapshot_preview1\" \"sched_yield\" (func (result i32)))"
        " (import \"wasi_snapshot_preview1\" \"fd_close\" (func (param i32) (result i32))) (func (export \"run\")))";
    CHECK_EQ(load_under(runtime, wasi, "{}"), DWCP_OK);
    CHECK_EQ(load_under(runtime, wasi, "{\"allowed_imports\":[\"wasi_snapshot_preview1.*\"]}"), DWCP_OK);
    CHECK_EQ(load_under(runtime, wasi, "{\"allowed_imports\":[\"*.sched_yield\",\"*.fd_*\"],\"required_exports\":[\"run\"]}"), DWCP_OK);
    CHECK_EQ(load_under(runtime, wasi, "{\"allowed_imports\":[\"wasi_snapshot_preview1.fd_*\"]}"), DWCP_ERR_POLICY_REFUSED);
    CHECK_HAS(message(), "wasi_snapshot_preview1.sched_yield");
    CHECK_EQ(load_under(runtime, wasi, "{\"allowed_imports\":[]}"), DWCP_ERR_POLICY_REFUSED);
    CHECK_HAS(message(), "wasi_snapshot_preview1.fd_close");
    CHECK_EQ(load_under(runtime, wasi, "{\"required_exports\":[\"run\",\"stop\"]}"), DWCP_ERR_POLICY_REFUSED);
    CHECK_HAS(message(), "stop");
    CHECK_EQ(load_under(runtime, "(module)", "{\"require_exports\":true}"), DWCP_ERR_POLICY_REFUSED);
    CHECK_EQ(load_under(runtime, "(module)", "{\"require_exports\":false}"), DWCP_OK);
    static const char *const malformed[] = {"{", "[]", "{\"allowed_import\":[]}", "{\"allowed_imports\":7}", "{\"require_exports\":\"yes\"}"};
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
        CHECK_EQ(load_under(runtime, "(module)", malformed[i]), DWCP_ERR_INVALID_ARGUMENT);
    dwcp_module_t *module = NULL;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.policy_json = "{\"require_exports\":true}";
    options.policy_json_len = strlen(options.policy_json);
    CHECK_STATUS(dwcp_module_load, POLICY_REFUSED, (runtime, BYTES("(module)"), NULL, &options, &module, &err));
    char path[] = "/tmp/dwcp-policy-XXXXXX";
    int fd = mkstemp(path);
    REQUIRE(fd >= 0 && write(fd, "(module)", 8) == 8);
    close(fd);
    CHECK_STATUS(dwcp_module_load_file, POLICY_REFUSED, (runtime, path, &options, &module, &err));
    unlink(path);
}

static void features_and_sizes(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_module_bytes, OK, (config, 200, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = NULL;
    /* off unless configured, or never */
    CHECK_STATUS(dwcp_module_load, UNSUPPORTED, (runtime, BYTES("(module (memory 1 1 shared))"), NULL, NULL, &module, &err));
    CHECK_STATUS(dwcp_module_load, UNSUPPORTED, (runtime, BYTES("(component)"), NULL, NULL, &module, &err));
    CHECK_EQ(load_text(runtime, "(module (memory i64 1))", NULL, NULL, &module), DWCP_ERR_UNSUPPORTED);
    CHECK_EQ(load_text(runtime, "(module (type (struct)))", NULL, NULL, &module), DWCP_ERR_UNSUPPORTED);
    /* on */
    static const char *const good[] = {
        "(module (memory 1) (memory 1))", "(module (func (result i32 i32) i32.const 1 i32.const 2))",
        "(module (func (param v128) (result v128) local.get 0 local.get 0 i8x16.add))",
        "(module (func (param i32) (result i32) local.get 0 i32.extend8_s))",
        "(module (func (param f32) (result i32) local.get 0 i32.trunc_sat_f32_s))",
        "(module (memory 1) (func i32.const 0 i32.const 0 i32.const 9 memory.fill))",
        "(module (func $f (result i32) return_call $f))", "(module (table 1 externref) (func (result i32) (table.size 0)))"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (CHECK_EQ(load_text(runtime, good[i], NULL, NULL, &module), DWCP_OK)) dwcp_module_free(module);
        else fprintf(stderr, "    %s: %s\n", good[i], message());
    }
    char large[300];
    memset(large, ' ', sizeof large);
    memcpy(large, "(module)", 8);
    CHECK_STATUS(dwcp_module_load, POLICY_REFUSED, (runtime, (const uint8_t *)large, 201, NULL, NULL, &module, &err));
    uint64_t limit = 0, asked = 0;
    CHECK_STR(dwcp_error_limit_name(err), "max_module_bytes");
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 200 && asked == 201);
    CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)large, 200, NULL, NULL, &module, &err));
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static void retained_handles(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, "(module (func (export \"five\") (result i32) (i32.const 5)))");
    dwcp_module_t *same = dwcp_module_retain(module);
    CHECK(same != NULL);
    CHECK(dwcp_module_retain(NULL) == NULL);
    dwcp_module_free(module);
    CHECK_EQ(call_i32(same, "five"), 5);
    dwcp_module_free(same);
    dwcp_module_free(NULL);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    keys(runtime);
    information(runtime);
    types(runtime);
    files(runtime);
    imports_are_the_loaders_own(runtime);
    policy(runtime);
    features_and_sizes();
    retained_handles(runtime);
    dwcp_runtime_free(runtime);
    return report("modules");
}
