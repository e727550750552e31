/* Which WASI calls a guest may make: lists, globs, groups and switches against all 46 calls, what a denied one is, and which settings
 * are refused or warned of. */
#include "linking.h"
#include "session_guests.h"
#include "wasi_calls.h"

#define MEMORY "(memory (export \"memory\") 1)"

/* The groups as the header lists them. */
#define STARTUP                                                                                                                  \
    "args_get args_sizes_get environ_get environ_sizes_get clock_res_get clock_time_get random_get fd_fdstat_get fd_filestat_get " \
    "fd_prestat_get fd_prestat_dir_name fd_close fd_seek fd_tell poll_oneoff sched_yield"
#define CLOCK "clock_res_get clock_time_get poll_oneoff"
#define STDIO "fd_read fd_write fd_fdstat_get fd_fdstat_set_flags poll_oneoff"
#define FS_READ                                                                                                                    \
    "fd_advise fd_close fd_fdstat_get fd_filestat_get fd_pread fd_prestat_dir_name fd_prestat_get fd_readdir fd_renumber fd_seek " \
    "fd_tell path_filestat_get path_open path_readlink"
#define FS_WRITE                                                                                                            \
    "fd_allocate fd_datasync fd_fdstat_set_rights fd_filestat_set_size fd_filestat_set_times fd_pwrite fd_sync "            \
    "path_create_directory path_filestat_set_times path_link path_remove_directory path_rename path_symlink path_unlink_file"
#define NET "sock_accept sock_recv sock_send sock_shutdown"

/* Every call is made with arguments that point nowhere too, and by a guest without a memory: of a denied one nothing else is looked
 * at. What the runtime says, what it counts and what the guest sees is the same. */
static void check_policy(dwcp_runtime_t *runtime, calls_t allowed, const char *what) {
    dwcp_module_t *guest = load_forwarder(runtime, ALL_CALLS, MEMORY, NULL), *bare = load_forwarder(runtime, ALL_CALLS, "", NULL);
    char place[256];
    for (int i = 0; i < CALLS; i++) {
        const char *name = WASI_CALLS[i].name;
        bool is_allowed = allowed >> i & 1, is_exit = strcmp(name, "proc_exit") == 0;
        const struct {
            const dwcp_module_t *module;
            int64_t argument;
        } ways[] = {{guest, 0}, {guest, -1}, {bare, 0}};
        for (size_t way = 0; way < 3; way++) {
            int32_t given = -1;
            dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
            dwcp_status_t status = forward(ways[way].module, i, ways[way].argument, ways[way].argument, &given, &stats);
            bool denied = stats.denials == 1 && stats.first_denied != NULL && strcmp(stats.first_denied, name) == 0;
            bool fine;
            if (is_allowed) {
                fine = stats.denials == 0 && stats.first_denied == NULL && given != ERRNO_NOTCAPABLE && status != DWCP_ERR_DENIED;
                if (is_exit) fine = fine && status == DWCP_ERR_EXIT;
                else if (ways[way].module == bare) fine = fine && status == DWCP_ERR_TRAP && strstr(message(), "memory") != NULL;
            } else {
                fine = denied && (is_exit ? status == DWCP_ERR_DENIED : status == DWCP_OK && given == ERRNO_NOTCAPABLE);
            }
            snprintf(place, sizeof place, "%s: %s %s, way %zu: %s, errno %d, %llu denials", what, name,
                     is_allowed ? "allowed" : "denied", way, dwcp_status_name(status), given, (unsigned long long)stats.denials);
            test_check(fine, __FILE__, __LINE__, "%s", place);
        }
        dwcp_syscall_metrics_t metrics = counted(runtime, name);
        snprintf(place, sizeof place, "%s: %s is counted %llu times, %llu denied, allowed %d", what, name,
                 (unsigned long long)metrics.calls, (unsigned long long)metrics.denied, metrics.allowed);
        test_check(metrics.calls == 3 && metrics.denied == (is_allowed ? 0 : 3) && metrics.allowed == is_allowed, __FILE__, __LINE__,
                   "%s", place);
    }
    dwcp_module_free(guest);
    dwcp_module_free(bare);
}

static void lists_globs_and_groups(void) {
    calls_t startup = calls_of(STARTUP), clocks = calls_of(CLOCK), stdio = calls_of(STDIO), fs_read = calls_of(FS_READ),
            fs_write = calls_of(FS_WRITE), net = calls_of(NET), fds = calls_with("fd_"), paths = calls_with("path_");
    const struct {
        const char *allowed[4], *denied[4];
        calls_t expected;
    } rows[] = {
        {{NULL}, {NULL}, ALL_CALLS},
        {{"*"}, {NULL}, ALL_CALLS},
        {{"fd_write"}, {NULL}, startup | calls_of("fd_write")},
        {{"fd_*"}, {NULL}, startup | fds},
        {{"fd_????"}, {NULL}, startup | calls_of("fd_read fd_seek fd_sync fd_tell")},
        {{"*_get"}, {NULL}, startup | calls_of("path_filestat_get")},
        {{"path_*", "proc_?xit"}, {NULL}, startup | paths | calls_of("proc_exit")},
        {{"@startup"}, {NULL}, startup},
        {{"@clock"}, {NULL}, startup | clocks},
        {{"@stdio"}, {NULL}, startup | stdio},
        {{"@fs_read"}, {NULL}, startup | fs_read},
        {{"@fs_write"}, {NULL}, startup | fs_write},
        {{"@net"}, {NULL}, startup | net},
        {{"@stdio", "@fs_read", "proc_exit"}, {"@fs_read"}, (startup | stdio | calls_of("proc_exit")) & ~fs_read},
        {{"fd_write"}, {"fd_write"}, startup},
        {{"fd_write"}, {"@startup"}, calls_of("fd_write")},
        {{"fd_write"}, {"random_get", "clock_*"}, (startup | calls_of("fd_write")) & ~calls_of("random_get clock_res_get clock_time_get")},
        {{"*"}, {"*_open", "sock_*", "fd_?write"}, ALL_CALLS & ~(net | calls_of("path_open fd_pwrite"))},
        {{NULL}, {"@clock"}, ALL_CALLS & ~clocks},
        {{NULL}, {"@stdio"}, ALL_CALLS & ~stdio},
        {{NULL}, {"@fs_write"}, ALL_CALLS & ~fs_write},
        {{NULL}, {"@net", "proc_*"}, ALL_CALLS & ~(net | calls_of("proc_exit proc_raise"))},
        {{NULL}, {"*"}, 0},
        {{"fd_read", "fd_write", "proc_exit"}, {"*"}, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char what[128];
        snprintf(what, sizeof what, "row %zu, %s but %s", i, rows[i].allowed[0] ? rows[i].allowed[0] : "all",
                 rows[i].denied[0] ? rows[i].denied[0] : "none");
        dwcp_runtime_t *runtime = new_runtime(config_with(rows[i].allowed, rows[i].denied));
        check_policy(runtime, rows[i].expected, what);
        dwcp_runtime_free(runtime);
    }
}

/* The guide's defaults, in every profile. */
static void profiles(void) {
    static const dwcp_profile_t all[] = {DWCP_PROFILE_DEFAULT, DWCP_PROFILE_HIGH_TRAFFIC, DWCP_PROFILE_DEVELOPMENT, DWCP_PROFILE_SECURE};
    for (int i = 0; i < 4; i++) {
        dwcp_config_t *config = new_config(all[i]);
        CHECK(dwcp_config_get_enable_wasi(config) && !dwcp_config_get_network_access(config));
        CHECK_EQ(dwcp_config_get_filesystem_access(config), all[i] != DWCP_PROFILE_SECURE);
        CHECK_EQ(dwcp_config_get_deny_action(config), DWCP_DENY_ERRNO);
        CHECK_EQ(dwcp_config_get_max_file_size(config), 10 << 20);
        CHECK_EQ(dwcp_config_get_max_open_files(config), 10);
        const char *host = NULL, *guest = NULL;
        bool read_only = true;
        CHECK_EQ(dwcp_config_get_allowed_directory_count(config), 1);
        CHECK(dwcp_config_get_allowed_directory(config, 0, &host, &guest, &read_only));
        CHECK(strcmp(host, "/tmp") == 0 && strcmp(guest, "/tmp") == 0 && !read_only);
        CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
        CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 8, &err));
        dwcp_runtime_t *runtime = new_runtime(config);
        check_policy(runtime, calls_of(STARTUP " fd_read fd_write proc_exit"), "a profile");
        dwcp_runtime_free(runtime);
    }
}

/* filesystem_access: no call finds a file by its name, and no descriptor is a directory. */
static void without_files(void) {
    dwcp_config_t *config = config_with(NO_NAMES, NO_NAMES);
    CHECK_STATUS(dwcp_config_set_filesystem_access, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    check_policy(runtime, ALL_CALLS & ~calls_with("path_"), "filesystem_access = false");
    dwcp_module_t *module = load_forwarder(runtime, ALL_CALLS, MEMORY, NULL);
    for (int i = 0; i < CALLS; i++) {
        if (strncmp(WASI_CALLS[i].name, "fd_", 3) != 0) continue;
        for (int fd = 3; fd < 5; fd++) {
            int32_t given = -1;
            CHECK_EQ(forward(module, i, fd, 0, &given, NULL), DWCP_OK);
            if (given != ERRNO_BADF) fprintf(stderr, "%s of %d\n", WASI_CALLS[i].name, fd);
            CHECK_EQ(given, ERRNO_BADF);
        }
    }
    /* and a call cannot bring one along */
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_add_directory, OK, (wasi, "/tmp", "/", true, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    dwcp_function_t *yield = function_of(module, "sched_yield");
    dwcp_value_t result = {0};
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (yield, NULL, 0, &options, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "filesystem_access");
    dwcp_function_free(yield);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* network_access: without it no sock_ call, and with it none that finds a socket. */
static void without_network(void) {
    dwcp_config_t *config = config_with(NO_NAMES, NO_NAMES);
    CHECK_STATUS(dwcp_config_set_network_access, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    check_policy(runtime, ALL_CALLS & ~calls_of(NET), "network_access = false");
    dwcp_runtime_free(runtime);
    runtime = new_runtime(config_with(NO_NAMES, NO_NAMES));
    dwcp_module_t *module = load_forwarder(runtime, calls_of(NET), MEMORY, NULL);
    for (int i = 0; i < CALLS; i++) {
        if (strncmp(WASI_CALLS[i].name, "sock_", 5) != 0) continue;
        for (int fd = 0; fd < 6; fd++) {
            int32_t given = -1;
            CHECK_EQ(forward(module, i, fd, 0, &given, NULL), DWCP_OK);
            CHECK(given == ERRNO_NOTSOCK || given == ERRNO_BADF);
        }
    }
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static dwcp_status_t answer(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)caller, (void)args, (void)nargs;
    ++*(int *)user;
    if (nresults == 1) results[0] = dwcp_i32(1234);
    return DWCP_OK;
}

/* enable_wasi: none of the calls is there, but for those that the host defines, which are its own then. */
static void without_wasi(void) {
    static const char *const nothing[] = {"*", NULL};
    dwcp_config_t *config = config_with(NO_NAMES, nothing);
    CHECK_STATUS(dwcp_config_set_enable_wasi, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    for (int i = 0; i < CALLS; i++) {
        char text[512] = "(module";
        append_import(text, sizeof text, i);
        append(text, sizeof text, ")");
        dwcp_module_t *module = NULL;
        CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (runtime, (const uint8_t *)text, strlen(text), NULL, NULL, &module, &err));
        CHECK_HAS(message(), WASI_CALLS[i].name);
        CHECK_HAS(message(), "enable_wasi");
    }
    int called = 0, calls = 0;
    dwcp_imports_t *imports = dwcp_imports_new();
    for (int i = 0; i < CALLS; i++)
        CHECK_STATUS(dwcp_imports_define, OK, (imports, WASI, WASI_CALLS[i].name, NULL, answer, &called, NULL, &err));
    dwcp_module_t *module = load_forwarder(runtime, ALL_CALLS, "", imports);
    for (int i = 0; i < CALLS; i++) {
        int32_t given = -1;
        CHECK_EQ(forward(module, i, -1, -1, &given, NULL), DWCP_OK);
        CHECK_EQ(called, ++calls);
        CHECK(given == 1234 || strcmp(WASI_CALLS[i].name, "proc_exit") == 0);
        CHECK_COUNTED(runtime, WASI_CALLS[i].name, 1, 0);
        CHECK(!counted(runtime, WASI_CALLS[i].name).allowed);
    }
    dwcp_imports_free(imports);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* deny_action trap: the call ends, says which WASI call it was, and the VM is gone. */
static void a_trap_for_each(void) {
    static const char *const nothing[] = {"*", NULL};
    dwcp_config_t *config = config_with(NO_NAMES, nothing);
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *guest = load_forwarder(runtime, ALL_CALLS, MEMORY, NULL), *bare = load_forwarder(runtime, ALL_CALLS, "", NULL);
    for (int i = 0; i < CALLS; i++) {
        const char *name = WASI_CALLS[i].name;
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%s\"", name);
        for (int way = 0; way < 2; way++) {
            int32_t given;
            dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
            CHECK_EQ(forward(way ? bare : guest, i, -1, -1, &given, &stats), DWCP_ERR_DENIED);
            CHECK_HAS(message(), quoted);
            CHECK_HAS(message(), "syscall policy");
            CHECK_EQ(dwcp_error_trap_code(err), -1);
            CHECK_EQ(dwcp_error_frame_count(err), 1);
            CHECK_EQ(stats.denials, 1);
            CHECK_STR(stats.first_denied, name);
        }
        dwcp_vm_t *vm = acquire(guest, NULL);
        dwcp_value_t args[9], result = {0};
        size_t n = strlen(WASI_CALLS[i].params);
        for (size_t p = 0; p < n; p++) args[p] = WASI_CALLS[i].params[p] == 'i' ? dwcp_i32(-1) : dwcp_i64(-1);
        CHECK_EQ(vm_call(vm, guest, name, NULL, args, n, NULL, &result, 1, NULL), DWCP_ERR_DENIED);
        CHECK_EQ(vm_call(vm, guest, name, NULL, args, n, NULL, &result, 1, NULL), DWCP_ERR_VM_DEAD);
        CHECK_HAS(message(), quoted);
        dwcp_vm_release(vm);
        CHECK_COUNTED(runtime, name, 3, 3);
    }
    dwcp_module_free(guest);
    dwcp_module_free(bare);
    dwcp_runtime_free(runtime);
}

/* With an errno the session goes on, and each call has its own count. */
static void a_session_goes_on(void) {
    static const char *const denied[] = {"path_open", "random_get", NULL};
    dwcp_runtime_t *runtime = new_runtime(config_with(NO_NAMES, denied));
    dwcp_module_t *module = load_forwarder(runtime, calls_of("random_get sched_yield"), MEMORY, NULL);
    dwcp_vm_t *vm = acquire(module, NULL);
    dwcp_value_t args[2] = {dwcp_i32(0), dwcp_i32(8)}, result = {0};
    for (int i = 1; i < 4; i++) {
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        CHECK_EQ(vm_call(vm, module, "random_get", NULL, args, 2, NULL, &result, 1, &stats), DWCP_OK);
        CHECK_EQ(dwcp_as_i32(result), ERRNO_NOTCAPABLE);
        CHECK_EQ(stats.denials, 1);
        CHECK_STR(stats.first_denied, "random_get");
        CHECK_EQ(vm_call(vm, module, "sched_yield", NULL, NULL, 0, NULL, &result, 1, &stats), DWCP_OK);
        CHECK_EQ(dwcp_as_i32(result), 0);
        CHECK(stats.denials == 0 && stats.first_denied == NULL);
        CHECK_COUNTED(runtime, "random_get", i, i);
        CHECK_COUNTED(runtime, "sched_yield", i, 0);
    }
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* Before the first call of an export the policy holds as well: in start functions, in _initialize, in the modules that one is linked
 * with, also when these have no memory of their own. */
#define OPEN_IMPORT \
    " (import \"" WASI "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
#define OPEN                                                                                                                  \
    "(call $open (i32.const -1) (i32.const -1) (i32.const -1) (i32.const -1) (i32.const -1) (i64.const -1) (i64.const -1) "   \
    "(i32.const -1) (i32.const -1))"
#define KEPT " (global $kept (mut i32) (i32.const -1)) (func (export \"kept\") (result i32) (global.get $kept))"

static void before_the_call(void) {
    static const char *const denied[] = {"path_open", NULL};
    static const char *const guests[] = {
        "(module" OPEN_IMPORT KEPT " (func $start (global.set $kept " OPEN ")) (start $start))",
        "(module" OPEN_IMPORT KEPT " (func (export \"_initialize\") (global.set $kept " OPEN ")))",
        "(module" OPEN_IMPORT KEPT " (func (export \"open\") (result i32) " OPEN "))",
    };
    static const char user[] =
        "(module (import \"lib\" \"kept\" (func $lib (result i32))) (func (export \"kept\") (result i32) (call $lib)))";
    static const char opener[] =
        "(module (import \"lib\" \"open\" (func $lib (result i32))) (func (export \"kept\") (result i32) (call $lib)))";
    for (int trap = 0; trap < 2; trap++) {
        dwcp_config_t *config = config_with(NO_NAMES, denied);
        CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, trap ? DWCP_DENY_TRAP : DWCP_DENY_ERRNO, &err));
        dwcp_runtime_t *runtime = new_runtime(config);
        dwcp_module_t *modules[6];
        for (int i = 0; i < 3; i++) {
            modules[i] = load(runtime, guests[i]);
            modules[i + 3] = load_linked(runtime, i < 2 ? user : opener, NULL, LINKS({"lib", modules[i]}));
        }
        uint64_t made = 0;
        for (int i = 0; i < 6; i++) {
            if (i == 2) continue; /* it makes the call only when it is asked to */
            for (int session = 0; session < 2; session++) {
                dwcp_value_t result = {0};
                dwcp_status_t status;
                if (!session) {
                    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
                    status = call(modules[i], "kept", NULL, 0, NULL, &result, 1, &stats);
                    CHECK_EQ(stats.denials, 1);
                    CHECK_STR(stats.first_denied, "path_open");
                } else if (trap && i != 5) {
                    dwcp_vm_t *vm = NULL;
                    CHECK_STATUS(dwcp_vm_acquire, DENIED, (modules[i], NULL, &vm, &err));
                    status = DWCP_ERR_DENIED;
                } else {
                    dwcp_vm_t *vm = acquire(modules[i], NULL);
                    status = vm_call(vm, modules[i], "kept", NULL, NULL, 0, NULL, &result, 1, NULL);
                    dwcp_vm_release(vm);
                }
                CHECK_EQ(status, trap ? DWCP_ERR_DENIED : DWCP_OK);
                if (trap) CHECK_HAS(message(), "\"path_open\"");
                else CHECK_EQ(dwcp_as_i32(result), ERRNO_NOTCAPABLE);
                made++;
                CHECK_COUNTED(runtime, "path_open", made, made);
            }
        }
        for (int i = 0; i < 6; i++) dwcp_module_free(modules[i]);
        dwcp_runtime_free(runtime);
    }
}

/* What a guest does wrong in an allowed WASI call is the guest's, whenever it makes the call: no memory, or a place outside of it. */
#define RANDOM_IMPORT " (import \"" WASI "\" \"random_get\" (func $random (param i32 i32) (result i32)))"
#define BAD_RANDOM " (drop (call $random (i32.const -8) (i32.const 8)))"

static void faults_before_the_call(void) {
    static const char *const guests[] = {
        "(module" RANDOM_IMPORT "%s (func $start" BAD_RANDOM ") (start $start) (func (export \"f\")))",
        "(module" RANDOM_IMPORT "%s (func (export \"_initialize\")" BAD_RANDOM ") (func (export \"f\")))",
        "(module" RANDOM_IMPORT "%s (func (export \"f\")" BAD_RANDOM "))",
    };
    dwcp_runtime_t *runtime = new_runtime(config_with(NO_NAMES, NO_NAMES));
    for (int i = 0; i < 3; i++) {
        for (int memory = 0; memory < 2; memory++) {
            char text[512];
            text[0] = 0;
            append(text, sizeof text, guests[i], memory ? MEMORY : "");
            dwcp_module_t *module = load(runtime, text);
            CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_TRAP);
            CHECK_HAS(message(), memory ? "" : "random_get needs the module to export an unshared memory");
            CHECK(strstr(message(), "backtrace") == NULL);
            CHECK_EQ(dwcp_error_frame_count(err), 1);
            dwcp_module_free(module);
        }
    }
    dwcp_runtime_free(runtime);
}

/* A host's own version of a WASI call is under the policy too; what is no call of preview 1 is not. */
static void host_functions(void) {
    static const char *const denied[] = {"path_open", "fd_write", NULL}, *const nothing[] = {"*", NULL};
    const struct {
        const char *const *denied;
        dwcp_deny_action_t action;
        calls_t allowed;
    } rows[] = {{NO_NAMES, DWCP_DENY_ERRNO, ALL_CALLS},
                {denied, DWCP_DENY_ERRNO, ALL_CALLS & ~calls_of("path_open fd_write")},
                {denied, DWCP_DENY_TRAP, ALL_CALLS & ~calls_of("path_open fd_write")},
                {nothing, DWCP_DENY_ERRNO, 0},
                {nothing, DWCP_DENY_TRAP, 0}};
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        dwcp_config_t *config = config_with(NO_NAMES, rows[row].denied);
        CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, rows[row].action, &err));
        dwcp_runtime_t *runtime = new_runtime(config);
        int called = 0, calls = 0, extras = 0;
        dwcp_imports_t *imports = dwcp_imports_new();
        for (int i = 0; i < CALLS; i++)
            CHECK_STATUS(dwcp_imports_define, OK, (imports, WASI, WASI_CALLS[i].name, NULL, answer, &called, NULL, &err));
        dwcp_module_t *module = load_forwarder(runtime, ALL_CALLS, "", imports);
        for (int i = 0; i < CALLS; i++) {
            const char *name = WASI_CALLS[i].name;
            bool allowed = rows[row].allowed >> i & 1, is_exit = strcmp(name, "proc_exit") == 0;
            int32_t given = -1;
            dwcp_status_t status = forward(module, i, -1, -1, &given, NULL);
            calls += allowed;
            CHECK_EQ(called, calls);
            bool ends = !allowed && (is_exit || rows[row].action == DWCP_DENY_TRAP);
            CHECK_EQ(status, ends ? DWCP_ERR_DENIED : DWCP_OK);
            if (!ends && !is_exit) CHECK_EQ(given, allowed ? 1234 : ERRNO_NOTCAPABLE);
            CHECK_COUNTED(runtime, name, 1, !allowed);
        }
        dwcp_module_free(module);

        /* one for all names does not get past it either */
        dwcp_imports_t *any = dwcp_imports_new();
        called = 0;
        CHECK_STATUS(dwcp_imports_define, OK, (any, WASI, "*", "iiii:i", answer, &called, NULL, &err));
        module = load_forwarder(runtime, calls_of("fd_read fd_write"), "", any);
        int32_t given = -1;
        bool writes = rows[row].allowed >> call_number("fd_write") & 1, reads = rows[row].allowed >> call_number("fd_read") & 1;
        (void)forward(module, call_number("fd_write"), 1, 0, &given, NULL);
        CHECK_EQ(called, writes);
        (void)forward(module, call_number("fd_read"), 1, 0, &given, NULL);
        CHECK_EQ(called, writes + reads);
        dwcp_module_free(module);
        dwcp_imports_free(any);

        static const char extra[] = "(module (import \"" WASI "\" \"fd_written\" (func $f (param i32) (result i32)))"
                                    " (func (export \"run\") (result i32) (call $f (i32.const 1))))";
        dwcp_module_t *other = NULL;
        CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT,
                     (runtime, (const uint8_t *)extra, strlen(extra), NULL, NULL, &other, &err));
        CHECK_HAS(message(), "fd_written");
        CHECK_STATUS(dwcp_imports_define, OK, (imports, WASI, "fd_written", "i:i", answer, &extras, NULL, &err));
        other = load_with(runtime, extra, imports);
        CHECK_EQ(call_i32(other, "run"), 1234);
        CHECK_EQ(extras, 1);
        dwcp_module_free(other);
        dwcp_imports_free(imports);
        dwcp_runtime_free(runtime);
    }
}

/* A linked guest that stands in for WASI can do what its own imports can, and these are under the policy. */
static void a_guest_as_wasi(void) {
    static const char *const denied[] = {"fd_write", NULL};
    dwcp_runtime_t *runtime = new_runtime(config_with(NO_NAMES, denied));
    dwcp_module_t *inner = load(runtime, "(module (import \"" WASI "\" \"fd_write\" (func $w (param i32 i32 i32 i32) (result i32)))"
                                         " (func (export \"fd_write\") (param i32 i32 i32 i32) (result i32)"
                                         "  (i32.add (i32.const 1000) (call $w (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))))");
    dwcp_module_t *outer = load_linked(runtime, "(module (import \"" WASI "\" \"fd_write\" (func $w (param i32 i32 i32 i32) (result i32)))"
                                                " (func (export \"run\") (result i32) (call $w (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0))))",
                                       NULL, LINKS({WASI, inner}));
    CHECK_EQ(call_i32(outer, "run"), 1000 + ERRNO_NOTCAPABLE);
    CHECK_COUNTED(runtime, "fd_write", 1, 1);
    dwcp_module_free(outer);
    dwcp_module_free(inner);
    dwcp_runtime_free(runtime);
}

/* poll_oneoff that only @startup or @clock allows waits for clocks; for a descriptor it is denied, and so counted. */
static void clocks_only(void) {
    static const char wat[] = "(module (import \"" WASI "\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
                              " (memory (export \"memory\") 1)"
                              " (func (export \"poll\") (param $tag i32) (result i32) (i32.store8 (i32.const 8) (local.get $tag))"
                              "  (i32.store (i32.const 16) (i32.const 1))" /* a clock: monotonic; a descriptor: 1 */
                              "  (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))";
    const struct {
        const char *allowed[3];
        bool descriptors;
    } rows[] = {{{"fd_write"}, false}, {{"@clock"}, false}, {{"@startup", "@clock"}, false}, {{"@stdio"}, true},
                {{"poll_oneoff"}, true}, {{"poll_*"}, true}, {{NULL}, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dwcp_runtime_t *runtime = new_runtime(config_with(rows[i].allowed, NO_NAMES));
        dwcp_module_t *module = load(runtime, wat);
        for (int tag = 0; tag < 3; tag += 2) {
            dwcp_value_t arg = dwcp_i32(tag), result = {0};
            dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
            CHECK_EQ(call(module, "poll", &arg, 1, NULL, &result, 1, &stats), DWCP_OK);
            bool fine = tag == 0 || rows[i].descriptors;
            CHECK_EQ(dwcp_as_i32(result), fine ? 0 : ERRNO_NOTCAPABLE);
            CHECK_EQ(stats.denials, !fine);
        }
        CHECK_COUNTED(runtime, "poll_oneoff", 2, !rows[i].descriptors);
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
    }
}

/* Names that are none are refused, by list and name, with those that are near. */
static void unknown_names(void) {
    const struct {
        const char *entry, *near;
    } rows[] = {{"fd_reed", "fd_read"}, {"path_opne", "path_open"}, {"Fd_read", "fd_read"}, {"fd_read ", "fd_read"}, {"fd_x*", ""},
                {"@stdoi", "@stdio"}, {"@fs", ""}, {"@*", ""}, {"@", ""}, {"", ""}, {"fd_written", "fd_write"},
                {WASI ".fd_read", ""}, {"\x1b[31m", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int deny = 0; deny < 2; deny++) {
            const char *list[] = {"fd_write", rows[i].entry, NULL};
            dwcp_config_t *config = config_with(deny ? NO_NAMES : list, deny ? list : NO_NAMES);
            dwcp_runtime_t *runtime = NULL;
            CHECK_STATUS(dwcp_runtime_new, INVALID_CONFIG, (config, &runtime, &err));
            CHECK(runtime == NULL);
            CHECK_HAS(message(), deny ? "denied_syscalls" : "allowed_syscalls");
            CHECK_HAS(message(), rows[i].near);
            if (rows[i].entry[0] != '\x1b') CHECK_HAS(message(), rows[i].entry);
            CHECK(strchr(message(), '\x1b') == NULL);
            dwcp_config_free(config);
        }
    }
}

/* Settings that take each other away are warnings, one for each, and nothing else is. */
static void contradictions(void) {
    const struct {
        const char *json, *parts[4];
    } rows[] = {
        {"{}", {NULL}},
        {"{\"denied_syscalls\": [\"path_open\"]}", {"policy denies path_open"}},
        {"{\"denied_syscalls\": [\"path_open\"], \"filesystem_access\": false}", {NULL}},
        {"{\"denied_syscalls\": [\"@net\"], \"network_access\": true}", {"policy denies sock_send"}},
        {"{\"denied_syscalls\": [\"@fs_write\"]}", {"lets no guest write files"}},
        {"{\"allowed_syscalls\": [\"@stdio\", \"@fs_read\"]}", {"lets no guest write files"}},
        {"{\"denied_syscalls\": [\"fd_read\", \"fd_write\"]}", {"denies fd_read and fd_write"}},
        {"{\"denied_syscalls\": [\"fd_write\", \"fd_pwrite\"]}", {"denies fd_write and fd_pwrite"}},
        {"{\"denied_syscalls\": [\"*\"]}", {"denies every WASI call"}},
        {"{\"allowed_syscalls\": [\"*\", \"random_get\"], \"denied_syscalls\": [\"random_*\"]}",
         {"random_get is in allowed_syscalls, but denied by denied_syscalls"}},
        {"{\"allowed_syscalls\": [\"fd_write\"], \"denied_syscalls\": [\"fd_*\"], \"filesystem_access\": false}",
         {"fd_write is in allowed_syscalls, but denied by denied_syscalls"}},
        {"{\"allowed_syscalls\": [\"fd_write\", \"path_open\", \"@net\"], \"filesystem_access\": false}",
         {"path_open is in allowed_syscalls, but denied by filesystem_access = false", "@net is in allowed_syscalls, but denied by network_access = false"}},
        {"{\"enable_wasi\": false}", {"allowed_syscalls is set, but enable_wasi is false", "denied_syscalls is set, but enable_wasi is false"}},
        {"{\"enable_wasi\": false, \"network_access\": true, \"deny_action\": \"trap\", \"allowed_syscalls\": [\"fd_read\", \"fd_write\", \"proc_exit\"],"
         " \"denied_syscalls\": [\"sock_*\", \"path_open\"]}",
         {"network_access is true, but enable_wasi is false", "deny_action is set, but enable_wasi is false"}},
        {"{\"profile\": \"secure\"}", {NULL}},
        {"{\"profile\": \"default\"}", {"policy denies path_open"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dwcp_config_t *config = config_with(NO_NAMES, NO_NAMES);
        CHECK_STATUS(dwcp_config_set_network_access, OK, (config, false, &err));
        CHECK_STATUS(dwcp_config_apply_json, OK, (config, rows[i].json, strlen(rows[i].json), &err));
        dwcp_runtime_t *runtime = new_runtime(config);
        char *json = NULL;
        CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, NULL, &err));
        const char *warnings = strstr(json, "\"warnings\":[");
        REQUIRE(warnings != NULL);
        warnings += strlen("\"warnings\":[");
        size_t expected = 0, found = *warnings == '"';
        for (const char *p = warnings; *p; p++) found += strncmp(p, "\",\"", 3) == 0;
        for (; expected < 4 && rows[i].parts[expected] != NULL; expected++) CHECK_HAS(warnings, rows[i].parts[expected]);
        char text[1024];
        snprintf(text, sizeof text, "%s: %zu warnings, expected %zu: %s", rows[i].json, found, expected, warnings);
        test_check(found == expected, __FILE__, __LINE__, "%s", text);
        dwcp_string_free(json);
        dwcp_runtime_free(runtime);
    }
}

int main(void) {
    lists_globs_and_groups();
    profiles();
    without_files();
    without_network();
    without_wasi();
    a_trap_for_each();
    a_session_goes_on();
    before_the_call();
    faults_before_the_call();
    host_functions();
    a_guest_as_wasi();
    clocks_only();
    unknown_names();
    contradictions();
    return report("policy");
}
