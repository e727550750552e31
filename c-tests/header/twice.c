/* The header included twice, and what stands in it as code: initialisers, constructors and getters. */
#include "dwcp_wasm.h"
#include "dwcp_wasm.h"

int use_the_header(void);

int use_the_header(void) {
    static const uint8_t bytes[16] = { 1, 2, 3 };
    uint8_t copy[16];
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    dwcp_extern_t external = DWCP_EXTERN_INIT;
    dwcp_load_options_t load = DWCP_LOAD_OPTIONS_INIT;
    dwcp_frame_t frame = DWCP_FRAME_INIT;
    dwcp_call_options_init(&options);
    dwcp_module_info_init(&info);
    return (int)(dwcp_as_i32(dwcp_i32(1)) + dwcp_as_i64(dwcp_i64(2))) + (int)dwcp_as_f32(dwcp_f32(3.0f)) +
                  (int)dwcp_as_f64(dwcp_f64(4.0)) + (dwcp_as_v128(dwcp_v128(bytes), copy) ? 1 : 0) + (int)options.struct_size +
                  (int)stats.struct_size + (int)info.struct_size + (int)external.struct_size + (int)load.struct_size +
                  (int)frame.struct_size + (int)DWCP_ABI_VERSION;
}
