/* The smallest host: proves that what the package gave compiles, links, loads and runs. */
#include <dwcp_wasm.h>

#include <stdio.h>
#include <string.h>

int main(void) {
    static const char wat[] =
        "(module (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))";
    dwcp_runtime_t *runtime = NULL;
    dwcp_error_t *error = NULL;
    dwcp_value_t args[2], result;
    size_t count = 0;
    dwcp_status_t status;

    if (dwcp_abi_version() != DWCP_ABI_VERSION) {
        fprintf(stderr, "header and library differ: %u and %u\n", DWCP_ABI_VERSION, (unsigned)dwcp_abi_version());
        return 1;
    }
    args[0] = dwcp_i32(40);
    args[1] = dwcp_i32(2);
    status = dwcp_runtime_new(NULL, &runtime, &error);
    if (status == DWCP_OK) {
        status = dwcp_runtime_execute(runtime, (const uint8_t *)wat, strlen(wat), NULL, "add", args, 2, NULL, &result, 1, &count,
                                      NULL, &error);
    }
    if (status != DWCP_OK) {
        fprintf(stderr, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(error));
        return 1;
    }
    printf("dwcp_wasm %s: 40 + 2 = %d\n", dwcp_version(), (int)dwcp_as_i32(result));
    dwcp_runtime_free(runtime);
    return dwcp_as_i32(result) == 42 ? 0 : 1;
}
