// The exports of kit.c and kit_more.c, in C++ without its standard library.
#include "dwcp_guest.h"

namespace {

// An argument, freed at the end of its scope unless it is given back.
class Text {
public:
    Text(char *ptr, size_t len) noexcept : ptr_(ptr), len_(len) {}
    explicit Text(size_t len) noexcept : Text(static_cast<char *>(dwcp_alloc(len)), len) {}
    Text(const Text &) = delete;
    Text &operator=(const Text &) = delete;
    ~Text() { dwcp_free(ptr_, len_); }

    char *begin() noexcept { return ptr_; }
    char *end() noexcept { return ptr_ + len_; }
    size_t size() const noexcept { return len_; }
    uint64_t give() noexcept {
        uint64_t result = dwcp_return(ptr_, len_);
        len_ = 0;
        return result;
    }

private:
    char *ptr_;
    size_t len_;
};

// Has a constructor: it is called once, before the first export.
struct Counter {
    Counter() noexcept : calls(base()) {}
    static int32_t base() noexcept {
        volatile int32_t nothing = 0;
        return nothing;
    }
    int32_t calls;
} counter;

} // namespace

DWCP_EXPORT(greet, "s:s64")
uint64_t greet(char *ptr, size_t len) noexcept {
    Text name(ptr, len), text(len + 8);
    __builtin_memcpy(text.begin(), "Hello, ", 7);
    __builtin_memcpy(text.begin() + 7, name.begin(), len);
    text.end()[-1] = '!';
    return text.give();
}
DWCP_FREES(greet)

DWCP_EXPORT(upper, "s:s64")
uint64_t upper(char *ptr, size_t len) noexcept {
    Text text(ptr, len);
    for (char &c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text.give();
}
DWCP_FREES(upper)

DWCP_EXPORT(reverse, "b:b64")
uint64_t reverse(char *ptr, size_t len) noexcept {
    Text bytes(ptr, len);
    for (char *a = bytes.begin(), *b = bytes.end(); a < b; a++) {
        char byte = *a;
        *a = *--b;
        *b = byte;
    }
    return bytes.give();
}
DWCP_FREES(reverse)

DWCP_EXPORT(sum, "b:I")
uint64_t sum(char *ptr, size_t len) noexcept {
    Text bytes(ptr, len);
    uint64_t total = 0;
    for (char byte : bytes) total += static_cast<unsigned char>(byte);
    return total;
}

DWCP_EXPORT(concat, "ss:s64")
uint64_t concat(char *a, size_t a_len, char *b, size_t b_len) noexcept {
    Text first(a, a_len), second(b, b_len), text(a_len + b_len);
    __builtin_memcpy(text.begin(), a, a_len);
    __builtin_memcpy(text.begin() + a_len, b, b_len);
    return text.give();
}
DWCP_FREES(concat)

DWCP_EXPORT(skip, "zi:z")
const char *skip(const char *text, int32_t n) noexcept {
    while (n-- > 0 && *text) text++;
    return text;
}

DWCP_EXPORT(word, "s:s*")
const dwcp_str *word(const char *text, size_t len) noexcept {
    static dwcp_str first;
    first = {text, 0};
    while (first.len < len && text[first.len] != ' ') first.len++;
    return &first;
}

DWCP_EXPORT(count, ":i")
int32_t count() noexcept { return ++counter.calls; }

DWCP_EXPORT(fill, "ii:b64")
uint64_t fill(int32_t byte, int32_t len) noexcept {
    Text bytes(static_cast<size_t>(len));
    for (char &c : bytes) c = static_cast<char>(byte);
    return bytes.give();
}
DWCP_FREES(fill)

DWCP_EXPORT(refuse, "s:")
void refuse(char *ptr, size_t len) noexcept {
    Text text(ptr, len);
    dwcp_panic("kit: this guest gives up");
}
