/* What tests of signatures and of host functions need beside guests.h. */
#ifndef DWCP_HOSTS_H
#define DWCP_HOSTS_H

#include "guests.h"

/* Begins a host function. */
#define HOST(name)                                                                                                               \
    static dwcp_status_t name(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,  \
                              size_t nresults)
#define UNUSED (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults

/* Binds an export with a signature. */
MAYBE_UNUSED static dwcp_function_t *bind(const dwcp_module_t *module, const char *name, const char *signature) {
    dwcp_function_t *function = NULL;
    REQUIRE(CHECK_STATUS(dwcp_module_get_function, OK, (module, name, signature, &function, &err)) && function != NULL);
    return function;
}

/* Loads a guest that imports one function of "env". */
MAYBE_UNUSED static dwcp_module_t *load_defined(dwcp_runtime_t *runtime, const char *wat, const char *name, const char *signature, dwcp_host_fn function) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", name, signature, function, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, wat, imports);
    dwcp_imports_free(imports);
    return module;
}

/* Loads it, with the function under "f", and calls its export "run". */
MAYBE_UNUSED static void run(dwcp_runtime_t *runtime, const char *wat, const char *signature, dwcp_host_fn function) {
    dwcp_module_t *module = load_defined(runtime, wat, "f", signature, function);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);
}

#endif
