/* The configuration: every field in every profile, its range, its JSON; lists and directories; what contradicts is refused. */
#include "guests.h"

#define MIB UINT64_C(1048576)

/* FIELD(type, name, default, high traffic, development, secure, least, most) */
#define SCALARS(FIELD)                                                                                            \
    FIELD(uint32_t, pool_size, 100, 500, 10, 100, 0, 20000)                                                       \
    FIELD(uint32_t, max_live_vms, 1000, 2000, 100, 1000, 1, 20000)                                                \
    FIELD(uint64_t, acquire_timeout_ms, 1000, 1000, 1000, 1000, 0, 3600000)                                       \
    FIELD(uint32_t, cache_size, 1000, 5000, 100, 1000, 1, 1000000)                                                \
    FIELD(uint64_t, cache_bytes, 1024 * MIB, 1024 * MIB, 1024 * MIB, 1024 * MIB, MIB, UINT64_MAX)                 \
    FIELD(uint64_t, max_module_bytes, 64 * MIB, 64 * MIB, 64 * MIB, 64 * MIB, 8, 1024 * MIB)                      \
    FIELD(uint64_t, max_debug_info_bytes, 16 * MIB, 16 * MIB, 16 * MIB, 0, 0, 256 * MIB)                          \
    FIELD(uint32_t, max_functions, 10000, 10000, 10000, 10000, 1, 1000000)                                        \
    FIELD(uint32_t, max_types, 20000, 20000, 20000, 20000, 1, 1000000)                                            \
    FIELD(uint32_t, max_imports, 10000, 10000, 10000, 10000, 0, 1000000)                                          \
    FIELD(uint32_t, max_exports, 20000, 20000, 20000, 20000, 0, 1000000)                                          \
    FIELD(uint32_t, max_globals, 10000, 10000, 10000, 10000, 0, 1000000)                                          \
    FIELD(uint32_t, max_data_segments, 10000, 10000, 10000, 10000, 0, 100000)                                     \
    FIELD(uint32_t, max_element_segments, 10000, 10000, 10000, 10000, 0, 100000)                                  \
    FIELD(uint64_t, max_function_bytes, MIB, MIB, MIB, MIB, 16, 7654321)                                          \
    FIELD(uint32_t, max_locals, 10000, 10000, 10000, 10000, 0, 50000)                                             \
    FIELD(uint32_t, max_nesting_depth, 10000, 10000, 10000, 10000, 1, 100000)                                     \
    FIELD(uint64_t, max_name_bytes, 4 * MIB, 4 * MIB, 4 * MIB, 4 * MIB, 0, 64 * MIB)                              \
    FIELD(uint32_t, max_concurrent_compiles, 0, 0, 0, 0, 0, 256)                                                  \
    FIELD(uint64_t, max_total_memory_bytes, 16384 * MIB, 65536 * MIB, 4096 * MIB, 8192 * MIB, 0, UINT64_C(70368744177664))\
    FIELD(uint32_t, compile_threads, 0, 0, 0, 0, 0, 256)                                                          \
    FIELD(uint64_t, max_memory_bytes, 128 * MIB, 128 * MIB, 128 * MIB, 64 * MIB, 65536, 4096 * MIB)               \
    FIELD(uint64_t, max_memory_bytes_ceiling, 0, 0, 0, 0, 0, 4096 * MIB)                                          \
    FIELD(uint32_t, max_table_elements, 1000, 1000, 1000, 1000, 0, 10000000)                                      \
    FIELD(uint32_t, max_table_elements_ceiling, 0, 0, 0, 0, 0, 10000000)                                          \
    FIELD(uint32_t, max_instances, 100, 100, 100, 100, 1, 10000)                                                  \
    FIELD(uint32_t, max_instances_ceiling, 0, 0, 0, 0, 0, 10000)                                                  \
    FIELD(uint64_t, max_execution_time_ms, 30000, 30000, 300000, 10000, 0, UINT64_C(31536000000))                 \
    FIELD(uint64_t, max_execution_time_ms_ceiling, 0, 0, 0, 0, 0, UINT64_C(31536000000))                          \
    FIELD(uint64_t, max_stack_size_bytes, MIB, MIB, MIB, MIB, 65536, 256 * MIB)                                   \
    FIELD(uint64_t, fuel_limit, 1000000, 1000000, 1000000, 1000000, 1, UINT64_MAX - 1)                            \
    FIELD(uint64_t, fuel_limit_ceiling, 0, 0, 0, 0, 0, UINT64_MAX - 1)                                            \
    FIELD(uint64_t, max_file_size, 10 * MIB, 10 * MIB, 10 * MIB, 10 * MIB, 0, INT64_MAX)                          \
    FIELD(uint32_t, max_open_files, 10, 10, 10, 10, 0, 65536)                                                \
    FIELD(uint64_t, max_bytes_written, 100 * MIB, 100 * MIB, 100 * MIB, 100 * MIB, 0, INT64_MAX)                  \
    FIELD(uint32_t, max_files_created, 10000, 10000, 10000, 10000, 0, 10000000)                                   \
    FIELD(uint64_t, random_seed, 0, 0, 0, 0, 0, UINT64_MAX)

#define SWITCHES(FIELD)                                    \
    FIELD(strict_capacity, false, false, false, false)     \
    FIELD(deterministic, false, false, false, false)       \
    FIELD(signals_based_traps, true, true, true, true)     \
    FIELD(enable_wasi, true, true, true, true)             \
    FIELD(network_access, false, false, false, false)      \
    FIELD(filesystem_access, true, true, true, false)      \
    FIELD(enable_fuel_metering, true, true, true, true)    \
    FIELD(parallel_compilation, true, true, true, true)    \
    FIELD(enable_metrics, true, true, true, true)          \
    FIELD(enable_tracing, false, false, true, false)

static bool apply(dwcp_config_t *config, const char *json) {
    test_forget();
    return dwcp_config_apply_json(config, json, strlen(json), &err) == DWCP_OK;
}

static void scalar(const char *name, uint64_t given, uint64_t expected) {
    if (!CHECK_EQ(given, expected)) fprintf(stderr, "    %s\n", name);
}

static void defaults(void) {
    for (int profile = 0; profile < 4; profile++) {
        dwcp_config_t *config = new_config(profile);
#define FIELD(type, name, a, b, c, d, least, most)              \
    {                                                           \
        static const type expected[] = {a, b, c, d};            \
        scalar(#name, dwcp_config_get_##name(config), expected[profile]); \
    }
        SCALARS(FIELD)
#undef FIELD
#define FIELD(name, a, b, c, d)                                 \
    {                                                           \
        static const bool expected[] = {a, b, c, d};            \
        scalar(#name, dwcp_config_get_##name(config), expected[profile]); \
    }
        SWITCHES(FIELD)
#undef FIELD
        CHECK_EQ(dwcp_config_get_deny_action(config), DWCP_DENY_ERRNO);
        CHECK_EQ(dwcp_config_get_opt_level(config), DWCP_OPT_SPEED);
        CHECK_EQ(dwcp_config_get_allowed_syscall_count(config), 3);
        CHECK_STR(dwcp_config_get_allowed_syscall(config, 0), "fd_read");
        CHECK_STR(dwcp_config_get_allowed_syscall(config, 1), "fd_write");
        CHECK_STR(dwcp_config_get_allowed_syscall(config, 2), "proc_exit");
        CHECK_EQ(dwcp_config_get_denied_syscall_count(config), 2);
        CHECK_STR(dwcp_config_get_denied_syscall(config, 0), "sock_*");
        CHECK_STR(dwcp_config_get_denied_syscall(config, 1), "path_open");
        CHECK_EQ(dwcp_config_get_allowed_directory_count(config), 1);
        dwcp_config_free(config);
    }
}

/* Beyond the range: refused by name and value, and nothing changes. */
static void beyond(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT), *before = dwcp_config_clone(config);
    CHECK_STATUS(dwcp_config_set_pool_size, INVALID_CONFIG, (config, 20001, &err));
    CHECK_HAS(message(), "pool_size: ");
    CHECK_STATUS(dwcp_config_set_max_live_vms, INVALID_CONFIG, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, INVALID_CONFIG, (config, 20001, &err));
    CHECK_HAS(message(), "max_live_vms: ");
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, INVALID_CONFIG, (config, 31536000001, &err));
    CHECK_STATUS(dwcp_config_set_max_result_bytes, INVALID_CONFIG, (config, 4294967297, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, INVALID_CONFIG, (config, 3600001, &err));
    CHECK_HAS(message(), "acquire_timeout_ms: ");
    CHECK_STATUS(dwcp_config_set_cache_size, INVALID_CONFIG, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_cache_size, INVALID_CONFIG, (config, 1000001, &err));
    CHECK_HAS(message(), "cache_size: ");
    CHECK_STATUS(dwcp_config_set_cache_bytes, INVALID_CONFIG, (config, MIB - 1, &err));
    CHECK_HAS(message(), "cache_bytes: ");
    CHECK_STATUS(dwcp_config_set_max_debug_info_bytes, INVALID_CONFIG, (config, 256 * MIB + 1, &err));
    CHECK_STATUS(dwcp_config_set_max_module_bytes, INVALID_CONFIG, (config, 7, &err));
    CHECK_STATUS(dwcp_config_set_max_module_bytes, INVALID_CONFIG, (config, 1024 * MIB + 1, &err));
    CHECK_HAS(message(), "max_module_bytes: ");
    CHECK_STATUS(dwcp_config_set_max_functions, INVALID_CONFIG, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_functions, INVALID_CONFIG, (config, 1000001, &err));
    CHECK_HAS(message(), "max_functions: ");
    CHECK_STATUS(dwcp_config_set_max_types, INVALID_CONFIG, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_types, INVALID_CONFIG, (config, 1000001, &err));
    CHECK_HAS(message(), "max_types: ");
    CHECK_STATUS(dwcp_config_set_max_imports, INVALID_CONFIG, (config, 1000001, &err));
    CHECK_HAS(message(), "max_imports: ");
    CHECK_STATUS(dwcp_config_set_max_exports, INVALID_CONFIG, (config, 1000001, &err));
    CHECK_HAS(message(), "max_exports: ");
    CHECK_STATUS(dwcp_config_set_max_globals, INVALID_CONFIG, (config, 1000001, &err));
    CHECK_HAS(message(), "max_globals: ");
    CHECK_STATUS(dwcp_config_set_max_data_segments, INVALID_CONFIG, (config, 100001, &err));
    CHECK_HAS(message(), "max_data_segments: ");
    CHECK_STATUS(dwcp_config_set_max_element_segments, INVALID_CONFIG, (config, 100001, &err));
    CHECK_HAS(message(), "max_element_segments: ");
    CHECK_STATUS(dwcp_config_set_max_function_bytes, INVALID_CONFIG, (config, 15, &err));
    CHECK_STATUS(dwcp_config_set_max_function_bytes, INVALID_CONFIG, (config, 7654322, &err));
    CHECK_HAS(message(), "max_function_bytes: ");
    CHECK_STATUS(dwcp_config_set_max_locals, INVALID_CONFIG, (config, 50001, &err));
    CHECK_HAS(message(), "max_locals: ");
    CHECK_STATUS(dwcp_config_set_max_nesting_depth, INVALID_CONFIG, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_nesting_depth, INVALID_CONFIG, (config, 100001, &err));
    CHECK_HAS(message(), "max_nesting_depth: ");
    CHECK_STATUS(dwcp_config_set_max_name_bytes, INVALID_CONFIG, (config, 64 * MIB + 1, &err));
    CHECK_HAS(message(), "max_name_bytes: ");
    CHECK_STATUS(dwcp_config_set_max_concurrent_compiles, INVALID_CONFIG, (config, 257, &err));
    CHECK_HAS(message(), "max_concurrent_compiles: ");
    CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, INVALID_CONFIG, (config, (UINT64_C(64) << 40) + 1, &err));
    CHECK_HAS(message(), "max_total_memory_bytes: ");
    CHECK_STATUS(dwcp_config_set_compile_threads, INVALID_CONFIG, (config, 257, &err));
    CHECK_HAS(message(), "compile_threads: ");
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, INVALID_CONFIG, (config, 65535, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, INVALID_CONFIG, (config, 4096 * MIB + 1, &err));
    CHECK_HAS(message(), "max_memory_bytes: ");
    CHECK_STATUS(dwcp_config_set_max_memory_bytes_ceiling, INVALID_CONFIG, (config, 4096 * MIB + 1, &err));
    CHECK_HAS(message(), "max_memory_bytes_ceiling: ");
    CHECK_STATUS(dwcp_config_set_max_table_elements, INVALID_CONFIG, (config, 10000001, &err));
    CHECK_HAS(message(), "max_table_elements: ");
    CHECK_STATUS(dwcp_config_set_max_table_elements_ceiling, INVALID_CONFIG, (config, 10000001, &err));
    CHECK_HAS(message(), "max_table_elements_ceiling: ");
    CHECK_STATUS(dwcp_config_set_max_instances, INVALID_CONFIG, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_instances, INVALID_CONFIG, (config, 10001, &err));
    CHECK_HAS(message(), "max_instances: ");
    CHECK_STATUS(dwcp_config_set_max_instances_ceiling, INVALID_CONFIG, (config, 10001, &err));
    CHECK_HAS(message(), "max_instances_ceiling: ");
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, INVALID_CONFIG, (config, UINT64_C(31536000000) + 1, &err));
    CHECK_HAS(message(), "max_execution_time_ms: ");
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, INVALID_CONFIG, (config, UINT64_C(31536000000) + 1, &err));
    CHECK_HAS(message(), "max_execution_time_ms_ceiling: ");
    CHECK_STATUS(dwcp_config_set_max_stack_size_bytes, INVALID_CONFIG, (config, 65535, &err));
    CHECK_STATUS(dwcp_config_set_max_stack_size_bytes, INVALID_CONFIG, (config, 256 * MIB + 1, &err));
    CHECK_HAS(message(), "max_stack_size_bytes: ");
    CHECK_STATUS(dwcp_config_set_fuel_limit, INVALID_CONFIG, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit, INVALID_CONFIG, (config, UINT64_MAX, &err));
    CHECK_HAS(message(), "fuel_limit: ");
    CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, INVALID_CONFIG, (config, UINT64_MAX, &err));
    CHECK_HAS(message(), "fuel_limit_ceiling: ");
    CHECK_STATUS(dwcp_config_set_max_file_size, INVALID_CONFIG, (config, UINT64_C(1) << 63, &err));
    CHECK_HAS(message(), "max_file_size: ");
    CHECK_STATUS(dwcp_config_set_max_open_files, INVALID_CONFIG, (config, 65537, &err));
    CHECK_HAS(message(), "max_open_files: ");
    CHECK_STATUS(dwcp_config_set_max_bytes_written, INVALID_CONFIG, (config, (uint64_t)INT64_MAX + 1, &err));
    CHECK_HAS(message(), "max_bytes_written: ");
    CHECK_STATUS(dwcp_config_set_max_files_created, INVALID_CONFIG, (config, 10000001, &err));
    CHECK_HAS(message(), "max_files_created: ");
    char *unchanged = NULL, *given = NULL;
    CHECK_STATUS(dwcp_config_to_json, OK, (before, &unchanged, NULL, &err));
    CHECK_STATUS(dwcp_config_to_json, OK, (config, &given, NULL, &err));
    CHECK_STR(given, unchanged);
    dwcp_string_free(given);
    dwcp_string_free(unchanged);
    dwcp_config_free(before);
    dwcp_config_free(config);
}

/* Least and most are taken and given back. */
static void ranges(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
#define FIELD(type, name, a, b, c, d, least, most)                         \
    CHECK_STATUS(dwcp_config_set_##name, OK, (config, least, &err));       \
    scalar(#name, dwcp_config_get_##name(config), least);                  \
    CHECK_STATUS(dwcp_config_set_##name, OK, (config, most, &err));        \
    scalar(#name, dwcp_config_get_##name(config), most);
    SCALARS(FIELD)
#undef FIELD
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, OK, (config, UINT64_MAX, &err)); /* no limit */
    scalar("max_execution_time_ms_ceiling", dwcp_config_get_max_execution_time_ms_ceiling(config), UINT64_MAX);
#define FIELD(name, a, b, c, d)                                       \
    CHECK_STATUS(dwcp_config_set_##name, OK, (config, false, &err));  \
    CHECK(!dwcp_config_get_##name(config));                           \
    CHECK_STATUS(dwcp_config_set_##name, OK, (config, true, &err));   \
    CHECK(dwcp_config_get_##name(config));
    SWITCHES(FIELD)
#undef FIELD
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    CHECK_EQ(dwcp_config_get_deny_action(config), DWCP_DENY_TRAP);
    CHECK_STATUS(dwcp_config_set_opt_level, OK, (config, DWCP_OPT_SPEED_AND_SIZE, &err));
    CHECK_EQ(dwcp_config_get_opt_level(config), DWCP_OPT_SPEED_AND_SIZE);
    dwcp_config_free(config);
}

static void lists(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    char name[] = "fd_write";
    const char *names[] = {"@startup", "@fs_read", name};
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, names, 3, &err));
    name[0] = 'X'; /* copied */
    CHECK_EQ(dwcp_config_get_allowed_syscall_count(config), 3);
    CHECK_STR(dwcp_config_get_allowed_syscall(config, 2), "fd_write");
    CHECK(dwcp_config_get_allowed_syscall(config, 3) == NULL && dwcp_config_get_allowed_syscall(config, SIZE_MAX) == NULL);
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, names, 1, &err));
    CHECK_STR(dwcp_config_get_denied_syscall(config, 0), "@startup");
    CHECK(dwcp_config_get_denied_syscall(config, 1) == NULL);
    const char *many[1025];
    for (size_t i = 0; i < 1025; i++) many[i] = "fd_read";
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, INVALID_CONFIG, (config, many, 1025, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, INVALID_CONFIG, (config, many, 1025, &err));
    CHECK_EQ(dwcp_config_get_allowed_syscall_count(config), 3);

    const char *host = "kept", *guest = "kept";
    bool read_only = true;
    CHECK(dwcp_config_get_allowed_directory(config, 0, &host, &guest, &read_only));
    CHECK_STR(host, "/tmp");
    CHECK_STR(guest, "/tmp");
    CHECK(!read_only);
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, "/usr", "/data", true, &err));
    CHECK(dwcp_config_get_allowed_directory(config, 1, &host, &guest, &read_only) && read_only);
    CHECK_STR(guest, "/data");
    CHECK(!dwcp_config_get_allowed_directory(config, 2, &host, &guest, &read_only));
    CHECK_STATUS(dwcp_config_add_allowed_directory, INVALID_CONFIG, (config, "relative", "/r", true, &err));
    CHECK_HAS(message(), "relative");
    CHECK_STATUS(dwcp_config_add_allowed_directory, INVALID_CONFIG, (config, "/usr", "", true, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, INVALID_CONFIG, (config, "/bin", "/data/", true, &err));
    CHECK_EQ(dwcp_config_get_allowed_directory_count(config), 2);
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_EQ(dwcp_config_get_allowed_directory_count(config), 0);
    dwcp_config_free(config);
}

static void json(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT), *copy = new_config(DWCP_PROFILE_SECURE);
    CHECK(apply(config, "{\"pool_size\": 7, \"fuel_limit\": 18446744073709551614, \"deny_action\": \"trap\", \"enable_wasi\": false,"
                        " \"opt_level\": \"none\", \"allowed_syscalls\": [\"fd_*\"],"
                        " \"allowed_directories\": [{\"host\": \"/usr\", \"guest\": \"/u\", \"read_only\": true}]}"));
    CHECK(dwcp_config_get_pool_size(config) == 7 && dwcp_config_get_fuel_limit(config) == UINT64_MAX - 1);
    CHECK(dwcp_config_get_deny_action(config) == DWCP_DENY_TRAP && !dwcp_config_get_enable_wasi(config));
    CHECK(dwcp_config_get_cache_size(config) == 1000);

    /* what to_json gives, apply_json takes: the copy is the same */
    char *first = NULL, *second = NULL;
    size_t length = 0;
    CHECK_STATUS(dwcp_config_to_json, OK, (config, &first, &length, &err));
    CHECK_EQ(strlen(first), length);
    CHECK_STATUS(dwcp_config_apply_json, OK, (copy, first, length, &err));
    CHECK_STATUS(dwcp_config_to_json, OK, (copy, &second, NULL, &err));
    CHECK_STR(second, first);
    dwcp_string_free(second);
    dwcp_config_t *clone = dwcp_config_clone(config);
    REQUIRE(clone != NULL);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 8, &err));
    CHECK_STATUS(dwcp_config_to_json, OK, (clone, &second, NULL, &err));
    CHECK_STR(second, first);
    dwcp_string_free(second);
    dwcp_string_free(first);

    /* refused by name and value; a refused JSON changes nothing */
    static const char *const refused[][2] = {{"{\"pool_sise\": 1}", "pool_size"},
                                             {"{\"pool_size\": \"ten\"}", "ten"},
                                             {"{\"pool_size\": -1}", "-1"},
                                             {"{\"pool_size\": 1.5}", "1.5"},
                                             {"{\"pool_size\": 20001}", "20001"},
                                             {"{\"pool_size\": 1, \"pool_size\": 2}", "twice"},
                                             {"{\"cache_size\": 5, \"enable_wasi\": 1}", "enable_wasi"},
                                             {"{\"deny_action\": \"kill\"}", "kill"},
                                             {"{\"profile\": \"fast\"}", "fast"},
                                             {"{\"allowed_syscalls\": \"fd_read\"}", "allowed_syscalls"},
                                             {"[]", "object"},
                                             {"{", "line 1"}};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        CHECK_STATUS(dwcp_config_apply_json, INVALID_CONFIG, (clone, refused[i][0], strlen(refused[i][0]), &err));
        CHECK_HAS(message(), refused[i][1]);
    }
    CHECK(dwcp_config_get_pool_size(clone) == 7 && dwcp_config_get_cache_size(clone) == 1000);
    CHECK(apply(clone, "{\"cache_size\": 9, \"profile\": \"secure\"}")); /* the profile first, wherever it stands */
    CHECK(dwcp_config_get_max_memory_bytes(clone) == 64 * MIB && dwcp_config_get_cache_size(clone) == 9);
    char *large = malloc((1 << 20) + 2);
    REQUIRE(large != NULL);
    memset(large, ' ', (1 << 20) + 2);
    CHECK_STATUS(dwcp_config_apply_json, INVALID_ARGUMENT, (clone, large, (1 << 20) + 1, &err));
    free(large);
    dwcp_config_free(clone);
    dwcp_config_free(copy);
    dwcp_config_free(config);
}

/* No single setter can see these: the runtime refuses them, naming both settings. */
static void contradictions(void) {
    static const char *const cases[][3] = {
        {"{\"max_memory_bytes_ceiling\": 65536}", "max_memory_bytes", "65536"},
        {"{\"max_table_elements_ceiling\": 9}", "max_table_elements", "1000"},
        {"{\"max_instances_ceiling\": 9}", "max_instances", "9"},
        {"{\"fuel_limit_ceiling\": 9}", "fuel_limit", "9"},
        {"{\"max_execution_time_ms_ceiling\": 9}", "max_execution_time_ms", "30000"},
        {"{\"max_execution_time_ms\": 0, \"max_execution_time_ms_ceiling\": 9}", "max_execution_time_ms", "9"},
        {"{\"allowed_syscalls\": [\"fd_reed\"]}", "fd_reed", "fd_read"},
        {"{\"denied_syscalls\": [\"@stdoi\"]}", "@stdoi", "@stdio"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
        dwcp_runtime_t *runtime = (dwcp_runtime_t *)config;
        if (!CHECK(apply(config, cases[i][0]))) fprintf(stderr, "    %s\n", message());
        CHECK_STATUS(dwcp_runtime_new, INVALID_CONFIG, (config, &runtime, &err));
        CHECK_HAS(message(), cases[i][1]);
        CHECK_HAS(message(), cases[i][2]);
        CHECK(runtime == NULL);
        dwcp_config_free(config);
    }
    for (int profile = 0; profile < 4; profile++) {
        dwcp_runtime_t *runtime = new_runtime(new_config(profile));
        dwcp_module_t *module = load(runtime, COUNTER_WAT);
        dwcp_value_t results[2];
        CHECK_EQ(call(module, "count", NULL, 0, NULL, results, 2, NULL), DWCP_OK);
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
    }
}

/* A runtime has its own copy. */
static void copied_by_the_runtime(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_fuel_limit, OK, (config, 50, &err));
    dwcp_runtime_t *runtime = NULL;
    CHECK_STATUS(dwcp_runtime_new, OK, (config, &runtime, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit, OK, (config, 1000000, &err));
    dwcp_module_t *module = load(runtime, SPIN_WAT);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(call(module, "spin", NULL, 0, NULL, NULL, 0, &stats), DWCP_ERR_OUT_OF_FUEL);
    CHECK(stats.fuel_used < 100);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    dwcp_config_free(config);
}

int main(void) {
    defaults();
    ranges();
    beyond();
    lists();
    json();
    contradictions();
    copied_by_the_runtime();
    return report("config");
}
