/* Proof that leaks are found: loses a handle of the library. */
#include <dwcp_wasm.h>

#include <string.h>

int main(void) {
    dwcp_config_t *volatile config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    config = NULL;
    char over[4096]; /* and what is left of it on the stack */
    memset(over, 0, sizeof over);
    __asm__ volatile("" : : "r"(over) : "memory");
    return config != NULL;
}
