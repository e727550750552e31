/* reload - changes the settings of a running program: reads them from a file when it starts and again when it gets SIGHUP, as a
 * service does. What cannot change is refused by name, and the settings before stay in force.
 *
 *     cc reload.c -ldwcp_wasm -o reload && ./reload
 */
#include <dwcp_wasm.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t asked_to_reload;

/* A handler only notes it: no function of the library may be called here. */
static void on_hangup(int number) {
    (void)number;
    asked_to_reload = 1;
}

/* The whole file; NULL if it cannot be read. */
static char *read_settings(const char *path, size_t *len) {
    static char text[4096];
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    *len = fread(text, 1, sizeof text, file);
    fclose(file);
    return text;
}

static void write_settings(const char *path, const char *json) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fputs(json, file) < 0 || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

/* The file's settings on top of the profile's, so that a line taken out of the file is back at its default. */
static dwcp_config_t *settings(const char *path, dwcp_error_t **error) {
    size_t len = 0;
    char *json = read_settings(path, &len);
    dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    if (json != NULL && dwcp_config_apply_json(config, json, len, error) == DWCP_OK) return config;
    dwcp_config_free(config);
    return NULL;
}

static void reload(dwcp_runtime_t *runtime, const char *path) {
    dwcp_error_t *error = NULL;
    dwcp_config_t *config = settings(path, &error);
    if (config != NULL && dwcp_runtime_reconfigure(runtime, config, &error) == DWCP_OK)
        printf("reloaded\n");
    else
        printf("not reloaded: %s\n", dwcp_error_message(error)); /* the service goes on with what it had */
    dwcp_error_free(error);
    dwcp_config_free(config);
}

/* One request of the service: work that takes some 3000 instructions. */
static void serve(const dwcp_function_t *turns) {
    dwcp_value_t count = dwcp_i32(1000), result = {0};
    dwcp_status_t status = dwcp_function_call(turns, &count, 1, NULL, &result, 1, NULL, NULL, NULL);
    printf("a request: %s\n", dwcp_status_name(status));
}

int main(void) {
    static const char guest[] =
        "(module (func (export \"turns\") (param i32) (result i32)"
        " (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 7)))";
    static const char *edits[] = {
        "{\"fuel_limit\": 500}",                             /* an incident: less for everybody */
        "{\"fuel_limit\": 500, \"network_access\": true}",   /* the reach of guests cannot change */
        "{\"fuel_limit\": 500, \"fuel_limits\": 1}",         /* a slip of the pen */
        "{\"max_memory_bytes\": 33554432}",                  /* the incident is over */
    };
    const char *path = "reload-settings.json";
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *turns = NULL;

    write_settings(path, "{}");
    struct sigaction action = {.sa_handler = on_hangup};
    sigaction(SIGHUP, &action, NULL);
    dwcp_config_t *config = settings(path, &error);
    if (config == NULL || dwcp_runtime_new(config, &runtime, &error) != DWCP_OK ||
        dwcp_module_load(runtime, (const uint8_t *)guest, sizeof guest - 1, NULL, NULL, &module, &error) != DWCP_OK ||
        dwcp_module_get_function(module, "turns", NULL, &turns, &error) != DWCP_OK) {
        fprintf(stderr, "%s\n", dwcp_error_message(error));
        return 1;
    }
    dwcp_config_free(config);

    serve(turns);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        write_settings(path, edits[i]); /* an operator's editor */
        raise(SIGHUP);                  /* kill -HUP */
        if (asked_to_reload) {
            asked_to_reload = 0;
            reload(runtime, path);
        }
        serve(turns);
    }
    remove(path);
    dwcp_function_free(turns);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
