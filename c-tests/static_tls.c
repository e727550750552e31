/* A program whose threads begin with much thread-local memory: that lies on the threads' stacks, the library's among them, and a
 * guest still has all of its own. */
#include "guests.h"

#include <pthread.h>

enum { HEAVY = 4 << 20 };

static _Thread_local volatile char heavy[HEAVY];

static const char DOWN_WAT[] =
    "(module (func $down (export \"down\") (param i32) (result i32) (i32.add (call $down (local.get 0)) (i32.const 1))))";

static void *go_down(void *module) {
    heavy[0] = 1;
    dwcp_value_t arg = dwcp_i32(1), result = {0};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    for (int i = 0; i < 3; i++) CHECK_EQ(call(module, "down", &arg, 1, &options, &result, 1, NULL), DWCP_ERR_STACK_OVERFLOW);
    test_forget();
    return NULL;
}

int main(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, DOWN_WAT);
    pthread_attr_t small; /* what is left of it is too small for a guest: its calls go to threads of the library */
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, HEAVY + (512 << 10));
    pthread_t thread;
    REQUIRE(pthread_create(&thread, &small, go_down, module) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
    /* a session starts the thread that looks for idle ones */
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err));
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return report("static_tls");
}
