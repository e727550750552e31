// A guest that divides by the number it is given: 0 traps, three functions deep, the innermost of them inlined.

namespace ledger {

inline int share(int total, int people) {
    return total / people; // line 6: the trap
}

[[gnu::noinline]] int split(const int *amounts, int count, int people) {
    int total = 0;
    for (int i = 0; i < count; i++) total += amounts[i];
    return share(total, people); // line 12
}

} // namespace ledger

extern "C" [[clang::export_name("run")]] int run(int people) {
    int amounts[4] = {10, 20, 30, 40};
    return ledger::split(amounts, 4, people) + 1; // line 19
}
