/* The header needs nothing before it, in any standard of C and C++ that the library supports. */
#include "dwcp_wasm.h"

typedef int dwcp_nothing_else;
