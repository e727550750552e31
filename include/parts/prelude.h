
/** Version of this header, first number: 0 until the API is frozen. */
#define DWCP_VERSION_MAJOR @MAJOR@
/** Second number: while the first is 0, a change may break source compatibility. */
#define DWCP_VERSION_MINOR @MINOR@
/** Third number: repairs only. */
#define DWCP_VERSION_PATCH @PATCH@
/** The binary interface of this header. A library that answers another dwcp_abi_version() must not be used with it. */
#define DWCP_ABI_VERSION 1u

/* Marks what the shared library exports; a host that hides its own symbols by default still sees these. */
#if defined(__GNUC__)
#define DWCP_API __attribute__((visibility("default")))
#else
#define DWCP_API
#endif

/* Stops the compiler when a struct's layout is not the library's; in C99 by an array type of negative size. */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define DWCP_ASSERT_LAYOUT(condition, name) static_assert(condition, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define DWCP_ASSERT_LAYOUT(condition, name) _Static_assert(condition, #name)
#else
#define DWCP_ASSERT_LAYOUT(condition, name) typedef char dwcp_assert_##name[(condition) ? 1 : -1]
#endif
