/* Generated from include/dwcp_wasm.h by `cargo run -p xtask -- fork-table`: do not edit. */
#include "../fork_fixture.h"

static void case_1(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_version());
}

static void case_2(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_abi_version());
}

static void case_3(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_build_info());
}

static void case_4(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_status_name(0));
}

static void case_5(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_status_is_retryable(0));
}

static void case_6(fixture_t *x) {
    (void)x;
    dwcp_error_free(fixture_dwcp_error(x));
}

static void case_7(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_error_code(fixture_dwcp_error(x)));
}

static void case_8(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_error_message(fixture_dwcp_error(x)));
}

static void case_9(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_error_limit_name(fixture_dwcp_error(x)));
}

static void case_10(fixture_t *x) {
    (void)x;
    uint64_t limit = 77;
    uint64_t asked = 77;
    fork_gave(x, (unsigned long long)dwcp_error_limit(fixture_dwcp_error(x), &limit, &asked));
}

static void case_11(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_error_trap_code(fixture_dwcp_error(x)));
}

static void case_12(fixture_t *x) {
    (void)x;
    int32_t out = 77;
    fork_gave(x, (unsigned long long)dwcp_error_exit_code(fixture_dwcp_error(x), &out));
}

static void case_13(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_error_frame_count(fixture_dwcp_error(x)));
}

static void case_14(fixture_t *x) {
    (void)x;
    dwcp_frame_t io = DWCP_FRAME_INIT;
    fork_gave(x, (unsigned long long)dwcp_error_frame(fixture_dwcp_error(x), VALID_i(x), &io));
}

static void case_15(fixture_t *x) {
    (void)x;
    dwcp_values_clear(VALID_values(x), VALID_count(x));
}

static void case_16(fixture_t *x) {
    (void)x;
    dwcp_string_free(VALID_string(x));
}

static void case_17(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_config_new(0));
}

static void case_18(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_config_clone(fixture_dwcp_config(x)));
}

static void case_19(fixture_t *x) {
    (void)x;
    dwcp_config_free(fixture_dwcp_config(x));
}

static void case_20(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_apply_json(fixture_dwcp_config(x), VALID_json(x), VALID_dwcp_config_apply_json__len(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_21(fixture_t *x) {
    (void)x;
    char *out = FIXTURE_POISON(char);
    size_t len = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_to_json(fixture_dwcp_config(x), &out, &len, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, out == NULL, "out is not NULL");
    fixture_check(x, len == 0, "len is not 0");
}

static void case_22(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_types(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_23(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_types(fixture_dwcp_config(x)));
}

static void case_24(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_imports(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_25(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_imports(fixture_dwcp_config(x)));
}

static void case_26(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_exports(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_27(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_exports(fixture_dwcp_config(x)));
}

static void case_28(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_globals(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_29(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_globals(fixture_dwcp_config(x)));
}

static void case_30(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_data_segments(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_31(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_data_segments(fixture_dwcp_config(x)));
}

static void case_32(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_element_segments(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_33(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_element_segments(fixture_dwcp_config(x)));
}

static void case_34(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_function_bytes(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_35(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_function_bytes(fixture_dwcp_config(x)));
}

static void case_36(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_locals(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_37(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_locals(fixture_dwcp_config(x)));
}

static void case_38(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_nesting_depth(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_39(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_nesting_depth(fixture_dwcp_config(x)));
}

static void case_40(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_name_bytes(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_41(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_name_bytes(fixture_dwcp_config(x)));
}

static void case_42(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_concurrent_compiles(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_43(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_concurrent_compiles(fixture_dwcp_config(x)));
}

static void case_44(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_memory_bytes(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_45(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_memory_bytes(fixture_dwcp_config(x)));
}

static void case_46(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_memory_bytes_ceiling(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_47(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_memory_bytes_ceiling(fixture_dwcp_config(x)));
}

static void case_48(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_table_elements(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_49(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_table_elements(fixture_dwcp_config(x)));
}

static void case_50(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_table_elements_ceiling(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_51(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_table_elements_ceiling(fixture_dwcp_config(x)));
}

static void case_52(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_instances(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_53(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_instances(fixture_dwcp_config(x)));
}

static void case_54(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_instances_ceiling(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_55(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_instances_ceiling(fixture_dwcp_config(x)));
}

static void case_56(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_execution_time_ms(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_57(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_execution_time_ms(fixture_dwcp_config(x)));
}

static void case_58(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_execution_time_ms_ceiling(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_59(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_execution_time_ms_ceiling(fixture_dwcp_config(x)));
}

static void case_60(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_stack_size_bytes(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_61(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_stack_size_bytes(fixture_dwcp_config(x)));
}

static void case_62(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_enable_fuel_metering(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_63(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_enable_fuel_metering(fixture_dwcp_config(x)));
}

static void case_64(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_fuel_limit(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_65(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_fuel_limit(fixture_dwcp_config(x)));
}

static void case_66(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_fuel_limit_ceiling(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_67(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_fuel_limit_ceiling(fixture_dwcp_config(x)));
}

static void case_68(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_result_bytes(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_69(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_result_bytes(fixture_dwcp_config(x)));
}

static void case_70(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_session_idle_timeout_ms(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_71(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_session_idle_timeout_ms(fixture_dwcp_config(x)));
}

static void case_72(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_total_memory_bytes(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_73(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_total_memory_bytes(fixture_dwcp_config(x)));
}

static void case_74(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_allowed_syscalls(fixture_dwcp_config(x), VALID_dwcp_config_set_allowed_syscalls__names(x), VALID_count(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_75(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_allowed_syscall_count(fixture_dwcp_config(x)));
}

static void case_76(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_config_get_allowed_syscall(fixture_dwcp_config(x), VALID_index(x)));
}

static void case_77(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_denied_syscalls(fixture_dwcp_config(x), VALID_dwcp_config_set_denied_syscalls__names(x), VALID_count(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_78(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_denied_syscall_count(fixture_dwcp_config(x)));
}

static void case_79(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_config_get_denied_syscall(fixture_dwcp_config(x), VALID_index(x)));
}

static void case_80(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_add_allowed_directory(fixture_dwcp_config(x), VALID_host(x), VALID_guest(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_81(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_clear_allowed_directories(fixture_dwcp_config(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_82(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_allowed_directory_count(fixture_dwcp_config(x)));
}

static void case_83(fixture_t *x) {
    (void)x;
    const char *host = FIXTURE_POISON(const char);
    const char *guest = FIXTURE_POISON(const char);
    bool read_only = true;
    fork_gave(x, (unsigned long long)dwcp_config_get_allowed_directory(fixture_dwcp_config(x), VALID_index(x), &host, &guest, &read_only));
    fixture_check(x, host == NULL, "host is not NULL");
    fixture_check(x, guest == NULL, "guest is not NULL");
    fixture_check(x, read_only == 0, "read_only is not 0");
}

static void case_84(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_enable_wasi(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_85(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_enable_wasi(fixture_dwcp_config(x)));
}

static void case_86(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_deny_action(fixture_dwcp_config(x), 0, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_87(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_deny_action(fixture_dwcp_config(x)));
}

static void case_88(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_network_access(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_89(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_network_access(fixture_dwcp_config(x)));
}

static void case_90(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_filesystem_access(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_91(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_filesystem_access(fixture_dwcp_config(x)));
}

static void case_92(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_file_size(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_93(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_file_size(fixture_dwcp_config(x)));
}

static void case_94(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_open_files(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_95(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_open_files(fixture_dwcp_config(x)));
}

static void case_96(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_bytes_written(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_97(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_bytes_written(fixture_dwcp_config(x)));
}

static void case_98(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_files_created(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_99(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_files_created(fixture_dwcp_config(x)));
}

static void case_100(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_deterministic(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_101(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_deterministic(fixture_dwcp_config(x)));
}

static void case_102(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_random_seed(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_103(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_random_seed(fixture_dwcp_config(x)));
}

static void case_104(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_pool_size(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_105(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_pool_size(fixture_dwcp_config(x)));
}

static void case_106(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_live_vms(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_107(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_live_vms(fixture_dwcp_config(x)));
}

static void case_108(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_acquire_timeout_ms(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_109(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_acquire_timeout_ms(fixture_dwcp_config(x)));
}

static void case_110(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_cache_size(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_111(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_cache_size(fixture_dwcp_config(x)));
}

static void case_112(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_cache_bytes(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_113(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_cache_bytes(fixture_dwcp_config(x)));
}

static void case_114(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_module_bytes(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_115(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_module_bytes(fixture_dwcp_config(x)));
}

static void case_116(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_functions(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_117(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_functions(fixture_dwcp_config(x)));
}

static void case_118(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_debug_info_bytes(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_119(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_max_debug_info_bytes(fixture_dwcp_config(x)));
}

static void case_120(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_opt_level(fixture_dwcp_config(x), 0, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_121(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_opt_level(fixture_dwcp_config(x)));
}

static void case_122(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_parallel_compilation(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_123(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_parallel_compilation(fixture_dwcp_config(x)));
}

static void case_124(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_compile_threads(fixture_dwcp_config(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_125(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_compile_threads(fixture_dwcp_config(x)));
}

static void case_126(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_enable_metrics(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_127(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_enable_metrics(fixture_dwcp_config(x)));
}

static void case_128(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_enable_tracing(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_129(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_enable_tracing(fixture_dwcp_config(x)));
}

static void case_130(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_strict_capacity(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_131(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_strict_capacity(fixture_dwcp_config(x)));
}

static void case_132(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_signals_based_traps(fixture_dwcp_config(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_133(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_config_get_signals_based_traps(fixture_dwcp_config(x)));
}

static void case_134(fixture_t *x) {
    (void)x;
    dwcp_runtime_t *out = FIXTURE_POISON(dwcp_runtime_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_new(fixture_dwcp_config(x), &out, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_135(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_close(fixture_dwcp_runtime(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_136(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_drain(fixture_dwcp_runtime(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_137(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_resume(fixture_dwcp_runtime(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_138(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_reconfigure(fixture_dwcp_runtime(x), fixture_dwcp_config(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_139(fixture_t *x) {
    (void)x;
    dwcp_config_t *out = FIXTURE_POISON(dwcp_config_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_config(fixture_dwcp_runtime(x), &out, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_140(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_set_alias(fixture_dwcp_runtime(x), VALID_alias(x), fixture_dwcp_module(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_141(fixture_t *x) {
    (void)x;
    dwcp_runtime_free(fixture_dwcp_runtime(x));
}

static void case_142(fixture_t *x) {
    (void)x;
    size_t count = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_list(fixture_dwcp_runtime(x), VALID_dwcp_runtime_cache_list__out(x), VALID_capacity(x), &count, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, count == 0, "count is not 0");
}

static void case_143(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_evict(fixture_dwcp_runtime(x), VALID_key(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_144(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_clear(fixture_dwcp_runtime(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_145(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_imports_new());
}

static void case_146(fixture_t *x) {
    (void)x;
    dwcp_imports_free(fixture_dwcp_imports(x));
}

static void case_147(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_imports_define(fixture_dwcp_imports(x), VALID_module(x), VALID_name(x), VALID_signature(x), VALID_dwcp_imports_define__function(x), VALID_user(x), VALID_finalizer(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_148(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), &options, &out, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_149(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load_file(fixture_dwcp_runtime(x), VALID_path(x), &options, &out, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_150(fixture_t *x) {
    (void)x;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_find(fixture_dwcp_runtime(x), VALID_key(x), &out, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_151(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_disable(fixture_dwcp_module(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_152(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_module_retain(fixture_dwcp_module(x)));
}

static void case_153(fixture_t *x) {
    (void)x;
    dwcp_module_free(fixture_dwcp_module(x));
}

static void case_154(fixture_t *x) {
    (void)x;
    dwcp_module_info_t io = DWCP_MODULE_INFO_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_info(fixture_dwcp_module(x), &io, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
}

static void case_155(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_module_import_count(fixture_dwcp_module(x)));
}

static void case_156(fixture_t *x) {
    (void)x;
    dwcp_extern_t io = DWCP_EXTERN_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_import(fixture_dwcp_module(x), VALID_i(x), &io, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
}

static void case_157(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_module_export_count(fixture_dwcp_module(x)));
}

static void case_158(fixture_t *x) {
    (void)x;
    dwcp_extern_t io = DWCP_EXTERN_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_export(fixture_dwcp_module(x), VALID_i(x), &io, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
}

static void case_159(fixture_t *x) {
    (void)x;
    dwcp_function_t *out = FIXTURE_POISON(dwcp_function_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_get_function(fixture_dwcp_module(x), VALID_name(x), VALID_signature(x), &out, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_160(fixture_t *x) {
    (void)x;
    dwcp_function_free(fixture_dwcp_function(x));
}

static void case_161(fixture_t *x) {
    (void)x;
    dwcp_extern_t io = DWCP_EXTERN_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_type(fixture_dwcp_function(x), &io, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
}

static void case_162(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call(fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    fixture_check(x, nresults == 0, "nresults is not 0");
    fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
}

static void case_163(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), VALID_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    fixture_check(x, nresults == 0, "nresults is not 0");
    fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
}

static void case_164(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    int32_t exit_code = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_run(fixture_dwcp_module(x), &options, &exit_code, &stats, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    fixture_check(x, exit_code == 0, "exit_code is not 0");
    fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
}

static void case_165(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_wasi_new());
}

static void case_166(fixture_t *x) {
    (void)x;
    dwcp_wasi_free(fixture_dwcp_wasi(x));
}

static void case_167(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_args(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_args__args(x), VALID_n(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_168(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_add_env(fixture_dwcp_wasi(x), VALID_name(x), VALID_dwcp_wasi_add_env__value(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_169(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_stdin(fixture_dwcp_wasi(x), VALID_bytes(x), VALID_len(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_170(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_inherit_stdin(fixture_dwcp_wasi(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_171(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_output(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_output__fd(x), 0, VALID_cap(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_172(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_stdin_callback(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_stdin_callback__callback(x), VALID_user(x), VALID_finalizer(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_173(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_output_callback(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_output_callback__fd(x), VALID_dwcp_wasi_set_output_callback__callback(x), VALID_user(x), VALID_finalizer(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_174(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_clocks(fixture_dwcp_wasi(x), 1, 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_175(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_random_seed(fixture_dwcp_wasi(x), 1, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_176(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_add_directory(fixture_dwcp_wasi(x), VALID_host(x), VALID_guest(x), true, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_177(fixture_t *x) {
    (void)x;
    dwcp_slice_t out = { FIXTURE_POISON(uint8_t), 77 };
    bool truncated = true;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_output(fixture_dwcp_wasi(x), VALID_dwcp_wasi_output__fd(x), &out, &truncated, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, out.data == NULL && out.len == 0, "out is not empty");
    fixture_check(x, truncated == 0, "truncated is not 0");
}

static void case_178(fixture_t *x) {
    (void)x;
    dwcp_runtime_metrics_t io = DWCP_RUNTIME_METRICS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_metrics(fixture_dwcp_runtime(x), &io, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
}

static void case_179(fixture_t *x) {
    (void)x;
    dwcp_pool_metrics_t io = DWCP_POOL_METRICS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_pool_metrics(fixture_dwcp_runtime(x), &io, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
}

static void case_180(fixture_t *x) {
    (void)x;
    dwcp_cache_metrics_t io = DWCP_CACHE_METRICS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_metrics(fixture_dwcp_runtime(x), &io, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
}

static void case_181(fixture_t *x) {
    (void)x;
    size_t count = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_syscall_metrics(fixture_dwcp_runtime(x), VALID_dwcp_runtime_syscall_metrics__out(x), VALID_dwcp_runtime_syscall_metrics__capacity(x), &count, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, count == 0, "count is not 0");
}

static void case_182(fixture_t *x) {
    (void)x;
    char *out = FIXTURE_POISON(char);
    size_t len = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_metrics_json(fixture_dwcp_runtime(x), &out, &len, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, out == NULL, "out is not NULL");
    fixture_check(x, len == 0, "len is not 0");
}

static void case_183(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    size_t nfailed = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call_batch(fixture_dwcp_function(x), VALID_args(x), VALID_dwcp_function_call_batch__nargs(x), VALID_dwcp_function_call_batch__nrows(x), &options, &batch, VALID_results(x), VALID_capacity(x), VALID_rows(x), &nfailed, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    fixture_check(x, batch.struct_size == sizeof(batch), "batch.struct_size changed");
    fixture_check(x, nfailed == 0, "nfailed is not 0");
}

static void case_184(fixture_t *x) {
    (void)x;
    dwcp_batch_rows_clear(VALID_rows(x), VALID_nrows(x));
}

static void case_185(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_caller_user_data(fixture_dwcp_caller(x)));
}

static void case_186(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_caller_call_id(fixture_dwcp_caller(x)));
}

static void case_187(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_caller_remaining_ns(fixture_dwcp_caller(x)));
}

static void case_188(fixture_t *x) {
    (void)x;
    uint8_t *out = FIXTURE_POISON(uint8_t);
    dwcp_status_t got = dwcp_caller_memory(fixture_dwcp_caller(x), VALID_ptr(x), VALID_dwcp_caller_memory__len(x), &out);
    fork_refused(x, got);
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_189(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_read(fixture_dwcp_caller(x), VALID_ptr(x), VALID_dst(x), VALID_dwcp_caller_read__len(x));
    fork_refused(x, got);
}

static void case_190(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_write(fixture_dwcp_caller(x), VALID_ptr(x), VALID_src(x), VALID_dwcp_caller_write__len(x));
    fork_refused(x, got);
}

static void case_191(fixture_t *x) {
    (void)x;
    dwcp_caller_fail(fixture_dwcp_caller(x), VALID_message(x), VALID_dwcp_caller_fail__len(x));
}

static void case_192(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_caller_memory_size(fixture_dwcp_caller(x)));
}

static void case_193(fixture_t *x) {
    (void)x;
    dwcp_slice_t out = { FIXTURE_POISON(uint8_t), 77 };
    dwcp_status_t got = dwcp_caller_string(fixture_dwcp_caller(x), VALID_ptr(x), VALID_dwcp_caller_string__len(x), &out);
    fork_refused(x, got);
    fixture_check(x, out.data == NULL && out.len == 0, "out is not empty");
}

static void case_194(fixture_t *x) {
    (void)x;
    dwcp_slice_t out = { FIXTURE_POISON(uint8_t), 77 };
    dwcp_status_t got = dwcp_caller_c_string(fixture_dwcp_caller(x), VALID_ptr(x), &out);
    fork_refused(x, got);
    fixture_check(x, out.data == NULL && out.len == 0, "out is not empty");
}

static void case_195(fixture_t *x) {
    (void)x;
    uint64_t ptr = 77;
    dwcp_status_t got = dwcp_caller_allocate(fixture_dwcp_caller(x), VALID_len(x), &ptr);
    fork_refused(x, got);
    fixture_check(x, ptr == 0, "ptr is not 0");
}

static void case_196(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_return(fixture_dwcp_caller(x), VALID_result(x), VALID_dwcp_caller_return__data(x), VALID_dwcp_caller_return__len(x));
    fork_refused(x, got);
}

static void case_197(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call(fixture_dwcp_caller(x), VALID_function(x), VALID_signature(x), VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, nresults == 0, "nresults is not 0");
}

static void case_198(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call_ref(fixture_dwcp_caller(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, nresults == 0, "nresults is not 0");
}

static void case_199(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_externref_new(fixture_dwcp_caller(x), VALID_data(x), VALID_finalizer(x), VALID_dwcp_caller_externref_new__out(x));
    fork_refused(x, got);
}

static void case_200(fixture_t *x) {
    (void)x;
    void *out = FIXTURE_POISON(void);
    dwcp_status_t got = dwcp_caller_externref_data(fixture_dwcp_caller(x), VALID_dwcp_caller_externref_data__value(x), &out);
    fork_refused(x, got);
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_201(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_ref_keep(fixture_dwcp_caller(x), VALID_dwcp_caller_ref_keep__value(x), VALID_dwcp_caller_ref_keep__out(x));
    fork_refused(x, got);
}

static void case_202(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_caller_is_cancelled(fixture_dwcp_caller(x)));
}

static void case_203(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)(uintptr_t)dwcp_cancel_new());
}

static void case_204(fixture_t *x) {
    (void)x;
    dwcp_cancel_fire(fixture_dwcp_cancel(x));
}

static void case_205(fixture_t *x) {
    (void)x;
    dwcp_cancel_reset(fixture_dwcp_cancel(x));
}

static void case_206(fixture_t *x) {
    (void)x;
    fork_gave(x, (unsigned long long)dwcp_cancel_is_fired(fixture_dwcp_cancel(x)));
}

static void case_207(fixture_t *x) {
    (void)x;
    dwcp_cancel_free(fixture_dwcp_cancel(x));
}

static void case_208(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_log(fixture_dwcp_config(x), VALID_callback(x), VALID_user(x), VALID_finalizer(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_209(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_vm_t *out = FIXTURE_POISON(dwcp_vm_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_acquire(fixture_dwcp_module(x), &options, &out, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_210(fixture_t *x) {
    (void)x;
    dwcp_vm_release(fixture_dwcp_vm(x));
}

static void case_211(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call(fixture_dwcp_vm(x), fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    fixture_check(x, nresults == 0, "nresults is not 0");
    fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
}

static void case_212(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call_ref(fixture_dwcp_vm(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    fixture_check(x, nresults == 0, "nresults is not 0");
    fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
}

static void case_213(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_read(fixture_dwcp_vm(x), VALID_ptr(x), VALID_dst(x), VALID_dwcp_vm_read__len(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_214(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_write(fixture_dwcp_vm(x), VALID_ptr(x), VALID_src(x), VALID_dwcp_vm_write__len(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_215(fixture_t *x) {
    (void)x;
    uint64_t bytes = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_memory_size(fixture_dwcp_vm(x), &bytes, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, bytes == 0, "bytes is not 0");
}

static void case_216(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_global_get(fixture_dwcp_vm(x), VALID_dwcp_vm_global_get__name(x), VALID_dwcp_vm_global_get__out(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_217(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_global_set(fixture_dwcp_vm(x), VALID_dwcp_vm_global_set__name(x), VALID_dwcp_vm_global_set__value(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_218(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_externref_new(fixture_dwcp_vm(x), VALID_data(x), VALID_finalizer(x), VALID_dwcp_vm_externref_new__out(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_219(fixture_t *x) {
    (void)x;
    void *out = FIXTURE_POISON(void);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_externref_data(fixture_dwcp_vm(x), VALID_dwcp_vm_externref_data__value(x), &out, &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
    fixture_check(x, out == NULL, "out is not NULL");
}

static void case_220(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_ref_free(fixture_dwcp_vm(x), VALID_dwcp_vm_ref_free__value(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}

static void case_221(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_gc(fixture_dwcp_vm(x), &error);
    fork_refused(x, got);
    fixture_error_matches(x, got, error);
}


static const fork_row_t rows[] = {
    IN_CHILD(dwcp_version, case_1, false, true),
    IN_CHILD(dwcp_abi_version, case_2, false, true),
    IN_CHILD(dwcp_build_info, case_3, false, true),
    IN_CHILD(dwcp_status_name, case_4, false, true),
    IN_CHILD(dwcp_status_is_retryable, case_5, false, true),
    IN_CHILD(dwcp_error_code, case_7, false, true),
    IN_CHILD(dwcp_error_message, case_8, false, true),
    IN_CHILD(dwcp_error_limit_name, case_9, false, true),
    IN_CHILD(dwcp_error_limit, case_10, false, true),
    IN_CHILD(dwcp_error_trap_code, case_11, false, true),
    IN_CHILD(dwcp_error_exit_code, case_12, false, true),
    IN_CHILD(dwcp_error_frame_count, case_13, false, true),
    IN_CHILD(dwcp_error_frame, case_14, false, true),
    IN_CHILD(dwcp_config_new, case_17, false, false),
    IN_CHILD(dwcp_config_clone, case_18, false, false),
    IN_CHILD(dwcp_config_free, case_19, false, false),
    IN_CHILD(dwcp_config_apply_json, case_20, false, false),
    IN_CHILD(dwcp_config_to_json, case_21, false, false),
    IN_CHILD(dwcp_config_set_max_types, case_22, false, false),
    IN_CHILD(dwcp_config_get_max_types, case_23, false, false),
    IN_CHILD(dwcp_config_set_max_imports, case_24, false, false),
    IN_CHILD(dwcp_config_get_max_imports, case_25, false, false),
    IN_CHILD(dwcp_config_set_max_exports, case_26, false, false),
    IN_CHILD(dwcp_config_get_max_exports, case_27, false, false),
    IN_CHILD(dwcp_config_set_max_globals, case_28, false, false),
    IN_CHILD(dwcp_config_get_max_globals, case_29, false, false),
    IN_CHILD(dwcp_config_set_max_data_segments, case_30, false, false),
    IN_CHILD(dwcp_config_get_max_data_segments, case_31, false, false),
    IN_CHILD(dwcp_config_set_max_element_segments, case_32, false, false),
    IN_CHILD(dwcp_config_get_max_element_segments, case_33, false, false),
    IN_CHILD(dwcp_config_set_max_function_bytes, case_34, false, false),
    IN_CHILD(dwcp_config_get_max_function_bytes, case_35, false, false),
    IN_CHILD(dwcp_config_set_max_locals, case_36, false, false),
    IN_CHILD(dwcp_config_get_max_locals, case_37, false, false),
    IN_CHILD(dwcp_config_set_max_nesting_depth, case_38, false, false),
    IN_CHILD(dwcp_config_get_max_nesting_depth, case_39, false, false),
    IN_CHILD(dwcp_config_set_max_name_bytes, case_40, false, false),
    IN_CHILD(dwcp_config_get_max_name_bytes, case_41, false, false),
    IN_CHILD(dwcp_config_set_max_concurrent_compiles, case_42, false, false),
    IN_CHILD(dwcp_config_get_max_concurrent_compiles, case_43, false, false),
    IN_CHILD(dwcp_config_set_max_memory_bytes, case_44, false, false),
    IN_CHILD(dwcp_config_get_max_memory_bytes, case_45, false, false),
    IN_CHILD(dwcp_config_set_max_memory_bytes_ceiling, case_46, false, false),
    IN_CHILD(dwcp_config_get_max_memory_bytes_ceiling, case_47, false, false),
    IN_CHILD(dwcp_config_set_max_table_elements, case_48, false, false),
    IN_CHILD(dwcp_config_get_max_table_elements, case_49, false, false),
    IN_CHILD(dwcp_config_set_max_table_elements_ceiling, case_50, false, false),
    IN_CHILD(dwcp_config_get_max_table_elements_ceiling, case_51, false, false),
    IN_CHILD(dwcp_config_set_max_instances, case_52, false, false),
    IN_CHILD(dwcp_config_get_max_instances, case_53, false, false),
    IN_CHILD(dwcp_config_set_max_instances_ceiling, case_54, false, false),
    IN_CHILD(dwcp_config_get_max_instances_ceiling, case_55, false, false),
    IN_CHILD(dwcp_config_set_max_execution_time_ms, case_56, false, false),
    IN_CHILD(dwcp_config_get_max_execution_time_ms, case_57, false, false),
    IN_CHILD(dwcp_config_set_max_execution_time_ms_ceiling, case_58, false, false),
    IN_CHILD(dwcp_config_get_max_execution_time_ms_ceiling, case_59, false, false),
    IN_CHILD(dwcp_config_set_max_stack_size_bytes, case_60, false, false),
    IN_CHILD(dwcp_config_get_max_stack_size_bytes, case_61, false, false),
    IN_CHILD(dwcp_config_set_enable_fuel_metering, case_62, false, false),
    IN_CHILD(dwcp_config_get_enable_fuel_metering, case_63, false, false),
    IN_CHILD(dwcp_config_set_fuel_limit, case_64, false, false),
    IN_CHILD(dwcp_config_get_fuel_limit, case_65, false, false),
    IN_CHILD(dwcp_config_set_fuel_limit_ceiling, case_66, false, false),
    IN_CHILD(dwcp_config_get_fuel_limit_ceiling, case_67, false, false),
    IN_CHILD(dwcp_config_set_max_result_bytes, case_68, false, false),
    IN_CHILD(dwcp_config_get_max_result_bytes, case_69, false, false),
    IN_CHILD(dwcp_config_set_session_idle_timeout_ms, case_70, false, false),
    IN_CHILD(dwcp_config_get_session_idle_timeout_ms, case_71, false, false),
    IN_CHILD(dwcp_config_set_max_total_memory_bytes, case_72, false, false),
    IN_CHILD(dwcp_config_get_max_total_memory_bytes, case_73, false, false),
    IN_CHILD(dwcp_config_set_allowed_syscalls, case_74, false, false),
    IN_CHILD(dwcp_config_get_allowed_syscall_count, case_75, false, false),
    IN_CHILD(dwcp_config_get_allowed_syscall, case_76, false, false),
    IN_CHILD(dwcp_config_set_denied_syscalls, case_77, false, false),
    IN_CHILD(dwcp_config_get_denied_syscall_count, case_78, false, false),
    IN_CHILD(dwcp_config_get_denied_syscall, case_79, false, false),
    IN_CHILD(dwcp_config_add_allowed_directory, case_80, false, false),
    IN_CHILD(dwcp_config_clear_allowed_directories, case_81, false, false),
    IN_CHILD(dwcp_config_get_allowed_directory_count, case_82, false, false),
    IN_CHILD(dwcp_config_get_allowed_directory, case_83, false, false),
    IN_CHILD(dwcp_config_set_enable_wasi, case_84, false, false),
    IN_CHILD(dwcp_config_get_enable_wasi, case_85, false, false),
    IN_CHILD(dwcp_config_set_deny_action, case_86, false, false),
    IN_CHILD(dwcp_config_get_deny_action, case_87, false, false),
    IN_CHILD(dwcp_config_set_network_access, case_88, false, false),
    IN_CHILD(dwcp_config_get_network_access, case_89, false, false),
    IN_CHILD(dwcp_config_set_filesystem_access, case_90, false, false),
    IN_CHILD(dwcp_config_get_filesystem_access, case_91, false, false),
    IN_CHILD(dwcp_config_set_max_file_size, case_92, false, false),
    IN_CHILD(dwcp_config_get_max_file_size, case_93, false, false),
    IN_CHILD(dwcp_config_set_max_open_files, case_94, false, false),
    IN_CHILD(dwcp_config_get_max_open_files, case_95, false, false),
    IN_CHILD(dwcp_config_set_max_bytes_written, case_96, false, false),
    IN_CHILD(dwcp_config_get_max_bytes_written, case_97, false, false),
    IN_CHILD(dwcp_config_set_max_files_created, case_98, false, false),
    IN_CHILD(dwcp_config_get_max_files_created, case_99, false, false),
    IN_CHILD(dwcp_config_set_deterministic, case_100, false, false),
    IN_CHILD(dwcp_config_get_deterministic, case_101, false, false),
    IN_CHILD(dwcp_config_set_random_seed, case_102, false, false),
    IN_CHILD(dwcp_config_get_random_seed, case_103, false, false),
    IN_CHILD(dwcp_config_set_pool_size, case_104, false, false),
    IN_CHILD(dwcp_config_get_pool_size, case_105, false, false),
    IN_CHILD(dwcp_config_set_max_live_vms, case_106, false, false),
    IN_CHILD(dwcp_config_get_max_live_vms, case_107, false, false),
    IN_CHILD(dwcp_config_set_acquire_timeout_ms, case_108, false, false),
    IN_CHILD(dwcp_config_get_acquire_timeout_ms, case_109, false, false),
    IN_CHILD(dwcp_config_set_cache_size, case_110, false, false),
    IN_CHILD(dwcp_config_get_cache_size, case_111, false, false),
    IN_CHILD(dwcp_config_set_cache_bytes, case_112, false, false),
    IN_CHILD(dwcp_config_get_cache_bytes, case_113, false, false),
    IN_CHILD(dwcp_config_set_max_module_bytes, case_114, false, false),
    IN_CHILD(dwcp_config_get_max_module_bytes, case_115, false, false),
    IN_CHILD(dwcp_config_set_max_functions, case_116, false, false),
    IN_CHILD(dwcp_config_get_max_functions, case_117, false, false),
    IN_CHILD(dwcp_config_set_max_debug_info_bytes, case_118, false, false),
    IN_CHILD(dwcp_config_get_max_debug_info_bytes, case_119, false, false),
    IN_CHILD(dwcp_config_set_opt_level, case_120, false, false),
    IN_CHILD(dwcp_config_get_opt_level, case_121, false, false),
    IN_CHILD(dwcp_config_set_parallel_compilation, case_122, false, false),
    IN_CHILD(dwcp_config_get_parallel_compilation, case_123, false, false),
    IN_CHILD(dwcp_config_set_compile_threads, case_124, false, false),
    IN_CHILD(dwcp_config_get_compile_threads, case_125, false, false),
    IN_CHILD(dwcp_config_set_enable_metrics, case_126, false, false),
    IN_CHILD(dwcp_config_get_enable_metrics, case_127, false, false),
    IN_CHILD(dwcp_config_set_enable_tracing, case_128, false, false),
    IN_CHILD(dwcp_config_get_enable_tracing, case_129, false, false),
    IN_CHILD(dwcp_config_set_strict_capacity, case_130, false, false),
    IN_CHILD(dwcp_config_get_strict_capacity, case_131, false, false),
    IN_CHILD(dwcp_config_set_signals_based_traps, case_132, false, false),
    IN_CHILD(dwcp_config_get_signals_based_traps, case_133, false, false),
    IN_CHILD(dwcp_runtime_new, case_134, false, false),
    IN_CHILD(dwcp_runtime_close, case_135, false, false),
    IN_CHILD(dwcp_runtime_drain, case_136, false, false),
    IN_CHILD(dwcp_runtime_resume, case_137, false, false),
    IN_CHILD(dwcp_runtime_reconfigure, case_138, false, false),
    IN_CHILD(dwcp_runtime_config, case_139, false, false),
    IN_CHILD(dwcp_runtime_set_alias, case_140, false, false),
    IN_CHILD(dwcp_runtime_free, case_141, false, false),
    IN_CHILD(dwcp_runtime_cache_list, case_142, false, false),
    IN_CHILD(dwcp_runtime_cache_evict, case_143, false, false),
    IN_CHILD(dwcp_runtime_cache_clear, case_144, false, false),
    IN_CHILD(dwcp_imports_new, case_145, false, false),
    IN_CHILD(dwcp_imports_free, case_146, false, false),
    IN_CHILD(dwcp_imports_define, case_147, false, false),
    IN_CHILD(dwcp_module_load, case_148, false, false),
    IN_CHILD(dwcp_module_load_file, case_149, false, false),
    IN_CHILD(dwcp_module_find, case_150, false, false),
    IN_CHILD(dwcp_module_disable, case_151, false, false),
    IN_CHILD(dwcp_module_retain, case_152, false, false),
    IN_CHILD(dwcp_module_free, case_153, false, false),
    IN_CHILD(dwcp_module_info, case_154, false, false),
    IN_CHILD(dwcp_module_import_count, case_155, false, false),
    IN_CHILD(dwcp_module_import, case_156, false, false),
    IN_CHILD(dwcp_module_export_count, case_157, false, false),
    IN_CHILD(dwcp_module_export, case_158, false, false),
    IN_CHILD(dwcp_module_get_function, case_159, false, false),
    IN_CHILD(dwcp_function_free, case_160, false, false),
    IN_CHILD(dwcp_function_type, case_161, false, false),
    IN_CHILD(dwcp_function_call, case_162, false, false),
    IN_CHILD(dwcp_runtime_execute, case_163, false, false),
    IN_CHILD(dwcp_module_run, case_164, false, false),
    IN_CHILD(dwcp_wasi_new, case_165, false, false),
    IN_CHILD(dwcp_wasi_free, case_166, false, false),
    IN_CHILD(dwcp_wasi_set_args, case_167, false, false),
    IN_CHILD(dwcp_wasi_add_env, case_168, false, false),
    IN_CHILD(dwcp_wasi_set_stdin, case_169, false, false),
    IN_CHILD(dwcp_wasi_inherit_stdin, case_170, false, false),
    IN_CHILD(dwcp_wasi_set_output, case_171, false, false),
    IN_CHILD(dwcp_wasi_set_stdin_callback, case_172, false, false),
    IN_CHILD(dwcp_wasi_set_output_callback, case_173, false, false),
    IN_CHILD(dwcp_wasi_set_clocks, case_174, false, false),
    IN_CHILD(dwcp_wasi_set_random_seed, case_175, false, false),
    IN_CHILD(dwcp_wasi_add_directory, case_176, false, false),
    IN_CHILD(dwcp_wasi_output, case_177, false, false),
    IN_CHILD(dwcp_runtime_metrics, case_178, false, false),
    IN_CHILD(dwcp_runtime_pool_metrics, case_179, false, false),
    IN_CHILD(dwcp_runtime_cache_metrics, case_180, false, false),
    IN_CHILD(dwcp_runtime_syscall_metrics, case_181, false, false),
    IN_CHILD(dwcp_runtime_metrics_json, case_182, false, false),
    IN_CHILD(dwcp_function_call_batch, case_183, false, false),
    IN_CHILD(dwcp_caller_user_data, case_185, true, false),
    IN_CHILD(dwcp_caller_call_id, case_186, true, false),
    IN_CHILD(dwcp_caller_remaining_ns, case_187, true, false),
    IN_CHILD(dwcp_caller_memory, case_188, true, false),
    IN_CHILD(dwcp_caller_read, case_189, true, false),
    IN_CHILD(dwcp_caller_write, case_190, true, false),
    IN_CHILD(dwcp_caller_fail, case_191, true, false),
    IN_CHILD(dwcp_caller_memory_size, case_192, true, false),
    IN_CHILD(dwcp_caller_string, case_193, true, false),
    IN_CHILD(dwcp_caller_c_string, case_194, true, false),
    IN_CHILD(dwcp_caller_allocate, case_195, true, false),
    IN_CHILD(dwcp_caller_return, case_196, true, false),
    IN_CHILD(dwcp_caller_call, case_197, true, false),
    IN_CHILD(dwcp_caller_call_ref, case_198, true, false),
    IN_CHILD(dwcp_caller_externref_new, case_199, true, false),
    IN_CHILD(dwcp_caller_externref_data, case_200, true, false),
    IN_CHILD(dwcp_caller_ref_keep, case_201, true, false),
    IN_CHILD(dwcp_caller_is_cancelled, case_202, true, false),
    IN_CHILD(dwcp_cancel_new, case_203, false, false),
    IN_CHILD(dwcp_cancel_fire, case_204, false, false),
    IN_CHILD(dwcp_cancel_reset, case_205, false, false),
    IN_CHILD(dwcp_cancel_is_fired, case_206, false, false),
    IN_CHILD(dwcp_cancel_free, case_207, false, false),
    IN_CHILD(dwcp_config_set_log, case_208, false, false),
    IN_CHILD(dwcp_vm_acquire, case_209, false, false),
    IN_CHILD(dwcp_vm_release, case_210, false, false),
    IN_CHILD(dwcp_vm_call, case_211, false, false),
    IN_CHILD(dwcp_vm_call_ref, case_212, false, false),
    IN_CHILD(dwcp_vm_read, case_213, false, false),
    IN_CHILD(dwcp_vm_write, case_214, false, false),
    IN_CHILD(dwcp_vm_memory_size, case_215, false, false),
    IN_CHILD(dwcp_vm_global_get, case_216, false, false),
    IN_CHILD(dwcp_vm_global_set, case_217, false, false),
    IN_CHILD(dwcp_vm_externref_new, case_218, false, false),
    IN_CHILD(dwcp_vm_externref_data, case_219, false, false),
    IN_CHILD(dwcp_vm_ref_free, case_220, false, false),
    IN_CHILD(dwcp_vm_gc, case_221, false, false),
    IN_CHILD(dwcp_error_free, case_6, false, true),
    IN_CHILD(dwcp_values_clear, case_15, false, true),
    IN_CHILD(dwcp_string_free, case_16, false, true),
    IN_CHILD(dwcp_batch_rows_clear, case_184, false, true),
};

int main(void) {
    return fork_run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}
