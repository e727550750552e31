/* Bytes that are no module, and modules cut and changed: always an answer, never a crash. The seed is fixed. */
#include "guests.h"
#include "small_module.h"

static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t next_random(void) { /* xorshift64* */
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static dwcp_status_t answer(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                            size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK; /* results arrive zeroed with their kinds set */
}

static dwcp_runtime_t *runtime;
static dwcp_imports_t *imports;
static int loaded, called, refused;

/* Calls each numeric export with zeroes: whatever comes out, it is a status. */
static void call_all(const dwcp_module_t *module) {
    for (size_t i = 0; i < dwcp_module_export_count(module); i++) {
        dwcp_extern_t type = DWCP_EXTERN_INIT;
        CHECK_STATUS(dwcp_module_export, OK, (module, i, &type, &err));
        if (type.kind != DWCP_EXTERN_FUNCTION || type.nparams > 8 || type.nresults > 8) continue;
        dwcp_value_t args[8], results[8];
        memset(args, 0, sizeof args);
        memset(results, 0, sizeof results);
        for (size_t k = 0; k < type.nparams; k++) args[k].kind = type.params[k];
        dwcp_function_t *function = NULL;
        test_forget();
        if (dwcp_module_get_function(module, type.name, NULL, &function, &err) != DWCP_OK) continue;
        size_t n = 0;
        test_forget();
        dwcp_status_t status = dwcp_function_call(function, args, type.nparams, NULL, results, 8, &n, NULL, &err);
        CHECK(status >= 0 && strcmp(dwcp_status_name(status), "UNKNOWN") != 0 && status != DWCP_ERR_PANIC);
        dwcp_values_clear(results, n);
        dwcp_function_free(function);
        called++;
    }
}

static void feed(const uint8_t *bytes, size_t length) {
    dwcp_module_t *module = NULL;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    test_forget();
    dwcp_status_t status = dwcp_module_load(runtime, bytes, length, NULL, &options, &module, &err);
    if (status == DWCP_OK) {
        loaded++;
        CHECK(module != NULL && err == NULL);
        call_all(module);
        dwcp_module_free(module);
        return;
    }
    refused++;
    CHECK(module == NULL && err != NULL && dwcp_error_code(err) == status && dwcp_error_message(err)[0] != '\0');
    /* the module's fault (2xx), or a limit that it would pass (4xx); never ours */
    if (!CHECK(status / 100 == 2 || status / 100 == 4)) fprintf(stderr, "    %s: %s\n", dwcp_status_name(status), message());
}

static void random_bytes(int rounds) {
    uint8_t bytes[512];
    for (int i = 0; i < rounds; i++) {
        size_t length = (size_t)(next_random() % sizeof bytes);
        for (size_t k = 0; k < length; k++) bytes[k] = (uint8_t)next_random();
        switch (i % 3) { /* as they are, behind a good header, behind a parenthesis */
        case 1:
            if (length >= 8) memcpy(bytes, "\0asm\1\0\0\0", 8);
            break;
        case 2:
            if (length >= 8) memcpy(bytes, "(module ", 8);
            break;
        default: break;
        }
        feed(bytes, length);
    }
}

static void cut(const uint8_t *bytes, size_t length, size_t step) {
    for (size_t n = 0; n < length; n += step) {
        uint8_t *exact = malloc(n + 1); /* of its own size, so that a tool can see a read past the end */
        REQUIRE(exact != NULL);
        memcpy(exact, bytes, n);
        exact = realloc(exact, n ? n : 1);
        feed(exact, n);
        free(exact);
    }
}

static void change(const uint8_t *bytes, size_t length, int rounds) {
    uint8_t *copy = malloc(length);
    REQUIRE(copy != NULL);
    for (int i = 0; i < rounds; i++) {
        memcpy(copy, bytes, length);
        for (uint64_t k = next_random() % 4 + 1; k > 0; k--) {
            size_t at = 8 + (size_t)(next_random() % (length - 8));
            switch (next_random() % 3) {
            case 0: copy[at] ^= (uint8_t)(1u << (next_random() % 8)); break;
            case 1: copy[at] = (uint8_t)next_random(); break;
            default: copy[at] = copy[8 + (size_t)(next_random() % (length - 8))]; break;
            }
        }
        feed(copy, length);
    }
    free(copy);
}

static void changed_text(int rounds) {
    char text[sizeof COUNTER_WAT];
    for (int i = 0; i < rounds; i++) {
        memcpy(text, COUNTER_WAT, sizeof text);
        for (int k = 0; k < 2; k++) text[next_random() % (sizeof text - 1)] = (char)(' ' + next_random() % 95);
        feed((const uint8_t *)text, sizeof text - 1);
    }
}

int main(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_opt_level, OK, (config, DWCP_OPT_NONE, &err));
    CHECK_STATUS(dwcp_config_set_cache_size, OK, (config, 16, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 2000, &err));
    runtime = new_runtime(config);
    imports = dwcp_imports_new();
    REQUIRE(CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "*", "i:i", answer, NULL, NULL, &err)));

    feed(SMALL_MODULE, sizeof SMALL_MODULE);
    CHECK_EQ(loaded, 1);
    random_bytes(3000);
    cut(SMALL_MODULE, sizeof SMALL_MODULE, 1);
    change(SMALL_MODULE, sizeof SMALL_MODULE, 3000);
    changed_text(500);
    size_t length;
    uint8_t *real = read_file(WORDCOUNT, &length);
    cut(real, length, 997);
    change(real, length, 60);
    free(real);
    printf("loaded %d, refused %d, calls %d\n", loaded, refused, called);
    CHECK(loaded > 100 && refused > 1000 && called > 100);

    /* after all of that the runtime works, and nothing of it panicked */
    dwcp_module_t *module = load(runtime, COUNTER_WAT);
    dwcp_value_t results[2];
    CHECK_EQ(call(module, "count", NULL, 0, NULL, results, 2, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(results[0]), 1);
    dwcp_module_free(module);
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK_EQ(metrics.panics, 0);
    CHECK_EQ(metrics.active_vms, 0);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
    return report("garbage");
}
