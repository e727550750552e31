/* Modules and names: loads with host functions of their own, the cache, aliases, disabling; drains; looks at the metrics. */
#ifndef STRESS_MODULES_H
#define STRESS_MODULES_H

#include "sessions.h"

static dwcp_module_t *load_text(struct worker *w, const char *wat, const dwcp_imports_t *imports, enum rule rule) {
    dwcp_module_t *module = NULL;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    struct step s = begin(w);
    dwcp_status_t status =
        dwcp_module_load(w->world->runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &s.error);
    if (status == DWCP_ERR_UNRESOLVED_IMPORT) CHECK_HAS(dwcp_error_message(s.error), "greet");
    end(&s, rule, status);
    CHECK((module != NULL) == (status == DWCP_OK));
    return module;
}

/* Equal bytes with other host functions: they share code and nothing else. */
static void load_host(struct worker *w) {
    int32_t number = (int32_t)pick(w, 1000000);
    size_t missing = pick(w, 3);
    dwcp_imports_t *imports = host_imports(w->world, number, missing);
    dwcp_module_t *module = load_text(w, HOST_WAT, imports, missing == 0 ? LOAD_WELL : LOAD_MISSING);
    if (pick(w, 2) == 0) {
        dwcp_imports_free(imports);
    } else {
        keep(w, IMPORTS, imports, 0);
    }
    if (module == NULL) return;
    dwcp_function_t *function = NULL;
    struct step s = begin(w);
    if (end(&s, WELL_LOOK, dwcp_module_get_function(module, "plus", NULL, &function, &s.error))) keep(w, FUNCTION, function, number);
    call_host(w, module, number);
    keep(w, MODULE, module, number);
}

static void load_variant(struct worker *w) {
    char wat[128];
    int32_t number = (int32_t)pick(w, 24);
    dwcp_value_t result = {0};
    size_t n = 0;
    if (pick(w, 6) == 0) {
        CHECK(load_text(w, "(module (func (result i32)))", NULL, LOAD_INVALID) == NULL);
        return;
    }
    snprintf(wat, sizeof wat, VARIANT_WAT, number);
    if (pick(w, 2) == 0) {
        struct step s = begin(w);
        if (end_call(&s, CALL_WELL,
                     dwcp_runtime_execute(w->world->runtime, (const uint8_t *)wat, strlen(wat), NULL, "variant", NULL, 0, NULL, &result,
                                          1, &n, &s.stats, &s.error)))
            SAME(dwcp_as_i32(result), number);
        return;
    }
    if (pick(w, 4) == 0) {
        dwcp_module_t *module = NULL;
        struct step s = begin(w);
        end(&s, LOAD_WELL, dwcp_module_load_file(w->world->runtime, w->world->path, NULL, &module, &s.error));
        dwcp_module_free(module);
        return;
    }
    dwcp_module_t *module = load_text(w, wat, NULL, LOAD_WELL);
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    struct step s = begin(w);
    if (module != NULL && end(&s, WELL_LOOK, dwcp_module_info(module, &info, &s.error))) {
        s = begin(w);
        end(&s, EVICT, dwcp_runtime_cache_evict(w->world->runtime, info.hash, &s.error));
    }
    dwcp_module_free(module);
}

static void clear_cache(struct worker *w) {
    struct step s = begin(w);
    end(&s, WELL_LOOK, dwcp_runtime_cache_clear(w->world->runtime, &s.error));
}

/* An alias that goes to and fro, which is never without a module, and one that comes and goes. */
static void turn_alias(struct worker *w) {
    struct world *world = w->world;
    const dwcp_module_t *module = pick(w, 2) == 0 ? world->one : world->two;
    struct step s = begin(w);
    if (pick(w, 3) != 0) {
        end(&s, WELL, dwcp_runtime_set_alias(world->runtime, "swap", module, &s.error));
    } else if (pick(w, 2) == 0) {
        end(&s, WELL, dwcp_runtime_set_alias(world->runtime, "guest", module, &s.error));
    } else {
        end(&s, FIND, dwcp_runtime_set_alias(world->runtime, "guest", NULL, &s.error));
    }
}

static void call_alias(struct worker *w) {
    bool sure = pick(w, 2) == 0;
    dwcp_value_t result = {0};
    size_t n = 0;
    struct step s = begin(w);
    dwcp_status_t status = dwcp_runtime_execute(w->world->runtime, NULL, 0, sure ? "swap" : "guest", "which", NULL, 0, NULL, &result, 1,
                                                &n, &s.stats, &s.error);
    if (end_call(&s, sure ? CALL_WELL : CALL_KEY, status)) CHECK(dwcp_as_i32(result) == 1 || dwcp_as_i32(result) == 2);
}

static void find_module(struct worker *w) {
    static const char *const names[] = {"swap", "guest", "tool", NULL};
    const char *name = names[pick(w, 4)];
    bool sure = name != NULL && strcmp(name, "guest") != 0;
    dwcp_module_t *module = NULL;
    struct step s = begin(w);
    dwcp_status_t status = dwcp_module_find(w->world->runtime, name ? name : w->world->toolbox_hash, &module, &s.error);
    if (end(&s, sure ? WELL : FIND, status)) CHECK(dwcp_module_export_count(module) > 0);
    dwcp_module_free(module);
}

static dwcp_module_t *retain_victim(struct world *world) {
    pthread_mutex_lock(&world->lock);
    dwcp_module_t *victim = dwcp_module_retain(world->victim);
    pthread_mutex_unlock(&world->lock);
    return victim;
}

/* A module that is disabled under those who call it; the next one takes its place. */
static void disable_victim(struct worker *w) {
    struct world *world = w->world;
    dwcp_module_t *next = load_text(w, TOOLBOX_WAT, NULL, LOAD_WELL);
    if (next == NULL) return;
    pthread_mutex_lock(&world->lock);
    dwcp_module_t *victim = world->victim;
    world->victim = next;
    pthread_mutex_unlock(&world->lock);
    if (victim != NULL) {
        struct step s = begin(w);
        bool cancel_running = pick(w, 2);
        if (end(&s, WELL_LOOK, dwcp_module_disable(victim, cancel_running, &s.error)) && cancel_running) {
            /* nothing of it begins any more */
            CHECK(acquire(w, victim, VICTIM_SESSION, NULL) == NULL);
        }
        dwcp_module_free(victim);
    }
}

static void call_victim(struct worker *w) {
    dwcp_module_t *victim = retain_victim(w->world);
    if (victim == NULL) return;
    dwcp_function_t *spin = NULL;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t n = 0;
    options.timeout_ns = 8 * MS;
    options.fuel = UINT64_MAX;
    struct step s = begin(w);
    if (end(&s, WELL_LOOK, dwcp_module_get_function(victim, "spin", NULL, &spin, &s.error))) {
        if (pick(w, 2) == 0) {
            s = begin(w);
            end_call(&s, CALL_VICTIM, dwcp_function_call(spin, NULL, 0, &options, NULL, 0, &n, &s.stats, &s.error));
        } else {
            dwcp_vm_t *vm = acquire(w, victim, VICTIM_SESSION, NULL);
            s = begin(w);
            dwcp_status_t status =
                vm == NULL ? DWCP_OK : dwcp_vm_call(vm, spin, NULL, 0, &options, NULL, 0, &n, &s.stats, &s.error);
            /* a session that was idle when its module was disabled has lost its VM */
            if (status == DWCP_ERR_VM_DEAD) {
                end_call(&s, VM_DEAD, status);
            } else if (vm != NULL) {
                end_call(&s, CALL_VICTIM, status);
            }
            dwcp_vm_release(vm);
        }
    }
    dwcp_function_free(spin);
    dwcp_module_free(victim);
}

/* One thread drains and resumes. */
static void drain(struct worker *w) {
    struct world *world = w->world;
    atomic_fetch_add(&world->drains_begun, 1);
    struct step s = begin(w);
    dwcp_status_t status = dwcp_runtime_drain(world->runtime, pick(w, 30), &s.error);
    if (status == DWCP_ERR_SHUTTING_DOWN) CHECK(atomic_load(&world->closing));
    if (status == DWCP_ERR_SHUTTING_DOWN) {
        free_error(w, s.error);
    } else {
        end(&s, DRAIN, status);
    }
    s = begin(w);
    end(&s, WELL, dwcp_runtime_resume(world->runtime, &s.error));
    atomic_fetch_add(&world->drains_over, 1);
}

static void look(struct worker *w) {
    const struct world *world = w->world;
    struct step s = begin(w);
    char *json = NULL;
    size_t len = 0, n = 0;
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    dwcp_module_info_t list[64];
    dwcp_extern_t type = DWCP_EXTERN_INIT;
    switch (pick(w, 8)) {
    case 0:
        if (end(&s, WELL_LOOK, dwcp_runtime_metrics(world->runtime, &metrics, &s.error))) {
            CHECK(metrics.failed_executions <= metrics.total_executions && metrics.timeouts <= metrics.failed_executions);
            SAME(metrics.panics, 0);
        }
        break;
    case 1:
        if (end(&s, WELL_LOOK, dwcp_runtime_metrics_json(world->runtime, &json, &len, &s.error))) SAME(strlen(json), len);
        dwcp_string_free(json);
        break;
    case 2: end(&s, WELL_LOOK, dwcp_runtime_pool_metrics(world->runtime, &pool, &s.error)); break;
    case 3:
        if (end(&s, WELL_LOOK, dwcp_runtime_cache_metrics(world->runtime, &cache, &s.error)))
            CHECK(cache.modules <= cache.max_modules && cache.bytes <= cache.max_bytes);
        break;
    case 4: end(&s, WELL_LOOK, dwcp_module_import(world->host, pick(w, 3), &type, &s.error)); break;
    case 5: end(&s, WELL_LOOK, dwcp_module_export(world->host, pick(w, 3), &type, &s.error)); break;
    case 6:
        if (end(&s, WELL_LOOK, dwcp_function_type(world->plus, &type, &s.error))) SAME(type.nparams, 2);
        break;
    default:
        for (size_t i = 0; i < 64; i++) dwcp_module_info_init(&list[i]);
        if (end(&s, WELL_LOOK, dwcp_runtime_cache_list(world->runtime, list, 64, &n, &s.error))) CHECK(n <= 64);
    }
}

/* Whatever is in the bag. */
static void use_bag(struct worker *w) {
    struct entry *e = &w->bag[pick(w, BAG)];
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    size_t n = 0;
    switch (e->thing) {
    case SESSION: use_session(w, e); return;
    case MODULE: call_host(w, e->handle, e->number); break;
    case FUNCTION: {
        struct step s = begin(w);
        if (end_call(&s, CALL_WELL, dwcp_function_call(e->handle, args, 2, NULL, &result, 1, &n, &s.stats, &s.error)))
            SAME(dwcp_as_i32(result), 3 + e->number);
        break;
    }
    default: break;
    }
    if (pick(w, 8) == 0) free_entry(e);
}

/* The operations and how often each is taken. */
static const struct {
    void (*run)(struct worker *w);
    uint32_t weight;
} OPERATION[] = {{call_tool, 30},    {call_wrongly, 3},   {call_host_of_all, 12}, {call_linked, 5},  {call_with_token, 8},
                 {turn_token, 6},    {run_batch, 8},      {run_command, 6},       {use_bag, 30},     {start_session, 6},
                 {use_references, 6}, {use_shared_session, 4}, {load_host, 6},    {load_variant, 6}, {turn_alias, 6},
                 {call_alias, 8},    {find_module, 5},    {call_and_drop, 4},   {disable_victim, 2},    {call_victim, 4},  {look, 8}};

static void operate(struct worker *w) {
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof OPERATION / sizeof *OPERATION; i++) sum += OPERATION[i].weight;
    uint32_t at = pick(w, sum);
    for (size_t i = 0; i < sizeof OPERATION / sizeof *OPERATION; i++) {
        if (at < OPERATION[i].weight) {
            OPERATION[i].run(w);
            break;
        }
        at -= OPERATION[i].weight;
    }
    if (w->number == 0) {
        if (pick(w, 150) == 0) drain(w);
        if (pick(w, 60) == 0) clear_cache(w);
    }
}

#endif
