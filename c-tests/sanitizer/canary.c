/* Proof that the sanitizer is on: reads one byte past memory that the library allocated, and must not live to tell. */
#include <dwcp_wasm.h>

#include <stdio.h>
#include <string.h>

int main(void) {
    dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    char *text = NULL;
    size_t length = 0;
    if (dwcp_config_to_json(config, &text, &length, NULL) != DWCP_OK) {
        return 0;
    }
    volatile char beyond = text[length + 1];
    printf("read %d past the end and nobody noticed\n", beyond);
    dwcp_string_free(text);
    dwcp_config_free(config);
    return 0;
}
