/* Loading with links, in one line. */
#ifndef DWCP_LINKING_H
#define DWCP_LINKING_H

#include "guests.h"

#define LINKS(...) (const dwcp_link_t[]){__VA_ARGS__}, sizeof((const dwcp_link_t[]){__VA_ARGS__}) / sizeof(dwcp_link_t)

MAYBE_UNUSED static dwcp_status_t try_link(dwcp_runtime_t *runtime, const char *wat, const dwcp_imports_t *imports,
                                           const dwcp_link_t *links, size_t nlinks, dwcp_module_t **out, dwcp_error_t **error) {
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    options.links = links;
    options.nlinks = nlinks;
    return dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, out, error);
}

/* load_linked(runtime, wat, imports, LINKS({"name", module}, ...)) */
MAYBE_UNUSED static dwcp_module_t *load_linked(dwcp_runtime_t *runtime, const char *wat, const dwcp_imports_t *imports,
                                               const dwcp_link_t *links, size_t nlinks) {
    dwcp_module_t *module = NULL;
    REQUIRE(CHECK_STATUS(try_link, OK, (runtime, wat, imports, links, nlinks, &module, &err)) && module != NULL);
    return module;
}

#endif
