/* Generated from include/dwcp_wasm.h by `cargo run -p xtask -- null-table`: do not edit. */
#include "../null_fixture.h"

static void case_1(fixture_t *x) {
    (void)x;
    (void)dwcp_version();
}

static void case_2(fixture_t *x) {
    (void)x;
    (void)dwcp_abi_version();
}

static void case_3(fixture_t *x) {
    (void)x;
    (void)dwcp_build_info();
}

static void case_4(fixture_t *x) {
    (void)x;
    (void)dwcp_status_name(0);
}

static void case_5(fixture_t *x) {
    (void)x;
    bool got = dwcp_status_is_retryable(0);
    (void)got;
}

static void case_6(fixture_t *x) {
    (void)x;
    dwcp_error_free(NULL);
}

static void case_7(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_error_code(NULL);
    fixture_status(x, got);
}

static void case_8(fixture_t *x) {
    (void)x;
    (void)dwcp_error_message(NULL);
}

static void case_9(fixture_t *x) {
    (void)x;
    (void)dwcp_error_limit_name(NULL);
}

static void case_10(fixture_t *x) {
    (void)x;
    uint64_t limit = 77;
    uint64_t asked = 77;
    bool got = dwcp_error_limit(NULL, &limit, &asked);
    if (!got) {
        fixture_check(x, limit == 0, "limit is not 0");
        fixture_check(x, asked == 0, "asked is not 0");
    }
    (void)got;
}

static void case_11(fixture_t *x) {
    (void)x;
    uint64_t asked = 77;
    bool got = dwcp_error_limit(fixture_dwcp_error(x), NULL, &asked);
    if (!got) {
        fixture_check(x, asked == 0, "asked is not 0");
    }
    (void)got;
}

static void case_12(fixture_t *x) {
    (void)x;
    uint64_t limit = 77;
    bool got = dwcp_error_limit(fixture_dwcp_error(x), &limit, NULL);
    if (!got) {
        fixture_check(x, limit == 0, "limit is not 0");
    }
    (void)got;
}

static void case_13(fixture_t *x) {
    (void)x;
    (void)dwcp_error_trap_code(NULL);
}

static void case_14(fixture_t *x) {
    (void)x;
    int32_t out = 77;
    bool got = dwcp_error_exit_code(NULL, &out);
    if (!got) {
        fixture_check(x, out == 0, "out is not 0");
    }
    (void)got;
}

static void case_15(fixture_t *x) {
    (void)x;
    bool got = dwcp_error_exit_code(fixture_dwcp_error(x), NULL);
    (void)got;
}

static void case_16(fixture_t *x) {
    (void)x;
    (void)dwcp_error_frame_count(NULL);
}

static void case_17(fixture_t *x) {
    (void)x;
    dwcp_frame_t io = DWCP_FRAME_INIT;
    bool got = dwcp_error_frame(NULL, VALID_i(x), &io);
    if (!got) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
    (void)got;
}

static void case_18(fixture_t *x) {
    (void)x;
    bool got = dwcp_error_frame(fixture_dwcp_error(x), VALID_i(x), NULL);
    (void)got;
}

static void case_19(fixture_t *x) {
    (void)x;
    dwcp_values_clear(NULL, VALID_count(x));
}

static void case_20(fixture_t *x) {
    (void)x;
    dwcp_string_free(NULL);
}

static void case_21(fixture_t *x) {
    (void)x;
    dwcp_config_t *got = dwcp_config_new(0);
    dwcp_config_free(got);
}

static void case_22(fixture_t *x) {
    (void)x;
    dwcp_config_t *got = dwcp_config_clone(NULL);
    dwcp_config_free(got);
}

static void case_23(fixture_t *x) {
    (void)x;
    dwcp_config_free(NULL);
}

static void case_24(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_apply_json(NULL, VALID_json(x), VALID_dwcp_config_apply_json__len(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_25(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_apply_json(fixture_dwcp_config(x), NULL, VALID_dwcp_config_apply_json__len(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_26(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_apply_json(fixture_dwcp_config(x), VALID_json(x), VALID_dwcp_config_apply_json__len(x), NULL);
    fixture_status(x, got);
}

static void case_27(fixture_t *x) {
    (void)x;
    char *out = FIXTURE_POISON(char);
    size_t len = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_to_json(NULL, &out, &len, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
        fixture_check(x, len == 0, "len is not 0");
    }
    if (got == DWCP_OK) {
        dwcp_string_free(out);
    }
}

static void case_28(fixture_t *x) {
    (void)x;
    size_t len = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_to_json(fixture_dwcp_config(x), NULL, &len, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, len == 0, "len is not 0");
    }
}

static void case_29(fixture_t *x) {
    (void)x;
    char *out = FIXTURE_POISON(char);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_to_json(fixture_dwcp_config(x), &out, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_string_free(out);
    }
}

static void case_30(fixture_t *x) {
    (void)x;
    char *out = FIXTURE_POISON(char);
    size_t len = 77;
    dwcp_status_t got = dwcp_config_to_json(fixture_dwcp_config(x), &out, &len, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
        fixture_check(x, len == 0, "len is not 0");
    }
    if (got == DWCP_OK) {
        dwcp_string_free(out);
    }
}

static void case_31(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_types(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_32(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_types(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_33(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_types(NULL);
}

static void case_34(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_imports(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_35(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_imports(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_36(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_imports(NULL);
}

static void case_37(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_exports(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_38(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_exports(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_39(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_exports(NULL);
}

static void case_40(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_globals(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_41(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_globals(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_42(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_globals(NULL);
}

static void case_43(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_data_segments(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_44(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_data_segments(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_45(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_data_segments(NULL);
}

static void case_46(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_element_segments(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_47(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_element_segments(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_48(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_element_segments(NULL);
}

static void case_49(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_function_bytes(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_50(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_function_bytes(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_51(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_function_bytes(NULL);
}

static void case_52(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_locals(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_53(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_locals(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_54(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_locals(NULL);
}

static void case_55(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_nesting_depth(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_56(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_nesting_depth(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_57(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_nesting_depth(NULL);
}

static void case_58(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_name_bytes(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_59(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_name_bytes(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_60(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_name_bytes(NULL);
}

static void case_61(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_concurrent_compiles(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_62(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_concurrent_compiles(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_63(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_concurrent_compiles(NULL);
}

static void case_64(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_memory_bytes(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_65(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_memory_bytes(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_66(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_memory_bytes(NULL);
}

static void case_67(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_memory_bytes_ceiling(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_68(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_memory_bytes_ceiling(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_69(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_memory_bytes_ceiling(NULL);
}

static void case_70(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_table_elements(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_71(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_table_elements(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_72(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_table_elements(NULL);
}

static void case_73(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_table_elements_ceiling(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_74(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_table_elements_ceiling(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_75(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_table_elements_ceiling(NULL);
}

static void case_76(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_instances(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_77(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_instances(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_78(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_instances(NULL);
}

static void case_79(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_instances_ceiling(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_80(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_instances_ceiling(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_81(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_instances_ceiling(NULL);
}

static void case_82(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_execution_time_ms(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_83(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_execution_time_ms(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_84(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_execution_time_ms(NULL);
}

static void case_85(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_execution_time_ms_ceiling(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_86(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_execution_time_ms_ceiling(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_87(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_execution_time_ms_ceiling(NULL);
}

static void case_88(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_stack_size_bytes(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_89(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_stack_size_bytes(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_90(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_stack_size_bytes(NULL);
}

static void case_91(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_enable_fuel_metering(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_92(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_enable_fuel_metering(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_93(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_enable_fuel_metering(NULL);
    (void)got;
}

static void case_94(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_fuel_limit(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_95(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_fuel_limit(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_96(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_fuel_limit(NULL);
}

static void case_97(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_fuel_limit_ceiling(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_98(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_fuel_limit_ceiling(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_99(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_fuel_limit_ceiling(NULL);
}

static void case_100(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_result_bytes(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_101(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_result_bytes(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_102(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_result_bytes(NULL);
}

static void case_103(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_session_idle_timeout_ms(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_104(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_session_idle_timeout_ms(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_105(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_session_idle_timeout_ms(NULL);
}

static void case_106(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_total_memory_bytes(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_107(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_total_memory_bytes(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_108(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_total_memory_bytes(NULL);
}

static void case_109(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_allowed_syscalls(NULL, VALID_dwcp_config_set_allowed_syscalls__names(x), VALID_count(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_110(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_allowed_syscalls(fixture_dwcp_config(x), NULL, VALID_count(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_111(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_allowed_syscalls(fixture_dwcp_config(x), VALID_dwcp_config_set_allowed_syscalls__names(x), VALID_count(x), NULL);
    fixture_status(x, got);
}

static void case_112(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_allowed_syscall_count(NULL);
}

static void case_113(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_allowed_syscall(NULL, VALID_index(x));
}

static void case_114(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_denied_syscalls(NULL, VALID_dwcp_config_set_denied_syscalls__names(x), VALID_count(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_115(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_denied_syscalls(fixture_dwcp_config(x), NULL, VALID_count(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_116(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_denied_syscalls(fixture_dwcp_config(x), VALID_dwcp_config_set_denied_syscalls__names(x), VALID_count(x), NULL);
    fixture_status(x, got);
}

static void case_117(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_denied_syscall_count(NULL);
}

static void case_118(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_denied_syscall(NULL, VALID_index(x));
}

static void case_119(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_add_allowed_directory(NULL, VALID_host(x), VALID_guest(x), true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_120(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_add_allowed_directory(fixture_dwcp_config(x), NULL, VALID_guest(x), true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_121(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_add_allowed_directory(fixture_dwcp_config(x), VALID_host(x), NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_122(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_add_allowed_directory(fixture_dwcp_config(x), VALID_host(x), VALID_guest(x), true, NULL);
    fixture_status(x, got);
}

static void case_123(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_clear_allowed_directories(NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_124(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_clear_allowed_directories(fixture_dwcp_config(x), NULL);
    fixture_status(x, got);
}

static void case_125(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_allowed_directory_count(NULL);
}

static void case_126(fixture_t *x) {
    (void)x;
    const char *host = FIXTURE_POISON(const char);
    const char *guest = FIXTURE_POISON(const char);
    bool read_only = true;
    bool got = dwcp_config_get_allowed_directory(NULL, VALID_index(x), &host, &guest, &read_only);
    if (!got) {
        fixture_check(x, host == NULL, "host is not NULL");
        fixture_check(x, guest == NULL, "guest is not NULL");
        fixture_check(x, read_only == 0, "read_only is not 0");
    }
    (void)got;
}

static void case_127(fixture_t *x) {
    (void)x;
    const char *guest = FIXTURE_POISON(const char);
    bool read_only = true;
    bool got = dwcp_config_get_allowed_directory(fixture_dwcp_config(x), VALID_index(x), NULL, &guest, &read_only);
    if (!got) {
        fixture_check(x, guest == NULL, "guest is not NULL");
        fixture_check(x, read_only == 0, "read_only is not 0");
    }
    (void)got;
}

static void case_128(fixture_t *x) {
    (void)x;
    const char *host = FIXTURE_POISON(const char);
    bool read_only = true;
    bool got = dwcp_config_get_allowed_directory(fixture_dwcp_config(x), VALID_index(x), &host, NULL, &read_only);
    if (!got) {
        fixture_check(x, host == NULL, "host is not NULL");
        fixture_check(x, read_only == 0, "read_only is not 0");
    }
    (void)got;
}

static void case_129(fixture_t *x) {
    (void)x;
    const char *host = FIXTURE_POISON(const char);
    const char *guest = FIXTURE_POISON(const char);
    bool got = dwcp_config_get_allowed_directory(fixture_dwcp_config(x), VALID_index(x), &host, &guest, NULL);
    if (!got) {
        fixture_check(x, host == NULL, "host is not NULL");
        fixture_check(x, guest == NULL, "guest is not NULL");
    }
    (void)got;
}

static void case_130(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_enable_wasi(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_131(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_enable_wasi(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_132(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_enable_wasi(NULL);
    (void)got;
}

static void case_133(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_deny_action(NULL, 0, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_134(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_deny_action(fixture_dwcp_config(x), 0, NULL);
    fixture_status(x, got);
}

static void case_135(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_deny_action(NULL);
}

static void case_136(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_network_access(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_137(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_network_access(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_138(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_network_access(NULL);
    (void)got;
}

static void case_139(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_filesystem_access(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_140(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_filesystem_access(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_141(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_filesystem_access(NULL);
    (void)got;
}

static void case_142(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_file_size(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_143(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_file_size(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_144(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_file_size(NULL);
}

static void case_145(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_open_files(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_146(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_open_files(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_147(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_open_files(NULL);
}

static void case_148(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_bytes_written(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_149(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_bytes_written(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_150(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_bytes_written(NULL);
}

static void case_151(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_files_created(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_152(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_files_created(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_153(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_files_created(NULL);
}

static void case_154(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_deterministic(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_155(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_deterministic(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_156(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_deterministic(NULL);
    (void)got;
}

static void case_157(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_random_seed(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_158(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_random_seed(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_159(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_random_seed(NULL);
}

static void case_160(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_pool_size(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_161(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_pool_size(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_162(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_pool_size(NULL);
}

static void case_163(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_live_vms(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_164(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_live_vms(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_165(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_live_vms(NULL);
}

static void case_166(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_acquire_timeout_ms(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_167(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_acquire_timeout_ms(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_168(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_acquire_timeout_ms(NULL);
}

static void case_169(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_cache_size(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_170(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_cache_size(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_171(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_cache_size(NULL);
}

static void case_172(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_cache_bytes(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_173(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_cache_bytes(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_174(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_cache_bytes(NULL);
}

static void case_175(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_module_bytes(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_176(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_module_bytes(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_177(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_module_bytes(NULL);
}

static void case_178(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_functions(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_179(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_functions(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_180(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_functions(NULL);
}

static void case_181(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_max_debug_info_bytes(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_182(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_max_debug_info_bytes(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_183(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_max_debug_info_bytes(NULL);
}

static void case_184(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_opt_level(NULL, 0, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_185(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_opt_level(fixture_dwcp_config(x), 0, NULL);
    fixture_status(x, got);
}

static void case_186(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_opt_level(NULL);
}

static void case_187(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_parallel_compilation(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_188(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_parallel_compilation(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_189(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_parallel_compilation(NULL);
    (void)got;
}

static void case_190(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_compile_threads(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_191(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_compile_threads(fixture_dwcp_config(x), 1, NULL);
    fixture_status(x, got);
}

static void case_192(fixture_t *x) {
    (void)x;
    (void)dwcp_config_get_compile_threads(NULL);
}

static void case_193(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_enable_metrics(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_194(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_enable_metrics(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_195(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_enable_metrics(NULL);
    (void)got;
}

static void case_196(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_enable_tracing(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_197(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_enable_tracing(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_198(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_enable_tracing(NULL);
    (void)got;
}

static void case_199(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_strict_capacity(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_200(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_strict_capacity(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_201(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_strict_capacity(NULL);
    (void)got;
}

static void case_202(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_signals_based_traps(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_203(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_signals_based_traps(fixture_dwcp_config(x), true, NULL);
    fixture_status(x, got);
}

static void case_204(fixture_t *x) {
    (void)x;
    bool got = dwcp_config_get_signals_based_traps(NULL);
    (void)got;
}

static void case_205(fixture_t *x) {
    (void)x;
    dwcp_runtime_t *out = FIXTURE_POISON(dwcp_runtime_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_new(NULL, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_runtime_free(out);
    }
}

static void case_206(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_new(fixture_dwcp_config(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_207(fixture_t *x) {
    (void)x;
    dwcp_runtime_t *out = FIXTURE_POISON(dwcp_runtime_t);
    dwcp_status_t got = dwcp_runtime_new(fixture_dwcp_config(x), &out, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_runtime_free(out);
    }
}

static void case_208(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_close(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_209(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_runtime_close(fixture_dwcp_runtime(x), 1, NULL);
    fixture_status(x, got);
}

static void case_210(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_drain(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_211(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_runtime_drain(fixture_dwcp_runtime(x), 1, NULL);
    fixture_status(x, got);
}

static void case_212(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_resume(NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_213(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_runtime_resume(fixture_dwcp_runtime(x), NULL);
    fixture_status(x, got);
}

static void case_214(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_reconfigure(NULL, fixture_dwcp_config(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_215(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_reconfigure(fixture_dwcp_runtime(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_216(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_runtime_reconfigure(fixture_dwcp_runtime(x), fixture_dwcp_config(x), NULL);
    fixture_status(x, got);
}

static void case_217(fixture_t *x) {
    (void)x;
    dwcp_config_t *out = FIXTURE_POISON(dwcp_config_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_config(NULL, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_config_free(out);
    }
}

static void case_218(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_config(fixture_dwcp_runtime(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_219(fixture_t *x) {
    (void)x;
    dwcp_config_t *out = FIXTURE_POISON(dwcp_config_t);
    dwcp_status_t got = dwcp_runtime_config(fixture_dwcp_runtime(x), &out, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_config_free(out);
    }
}

static void case_220(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_set_alias(NULL, VALID_alias(x), fixture_dwcp_module(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_221(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_set_alias(fixture_dwcp_runtime(x), NULL, fixture_dwcp_module(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_222(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_set_alias(fixture_dwcp_runtime(x), VALID_alias(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_223(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_runtime_set_alias(fixture_dwcp_runtime(x), VALID_alias(x), fixture_dwcp_module(x), NULL);
    fixture_status(x, got);
}

static void case_224(fixture_t *x) {
    (void)x;
    dwcp_runtime_free(NULL);
}

static void case_225(fixture_t *x) {
    (void)x;
    size_t count = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_list(NULL, VALID_dwcp_runtime_cache_list__out(x), VALID_capacity(x), &count, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, count == 0, "count is not 0");
    }
}

static void case_226(fixture_t *x) {
    (void)x;
    size_t count = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_list(fixture_dwcp_runtime(x), NULL, VALID_capacity(x), &count, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, count == 0, "count is not 0");
    }
}

static void case_227(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_list(fixture_dwcp_runtime(x), VALID_dwcp_runtime_cache_list__out(x), VALID_capacity(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_228(fixture_t *x) {
    (void)x;
    size_t count = 77;
    dwcp_status_t got = dwcp_runtime_cache_list(fixture_dwcp_runtime(x), VALID_dwcp_runtime_cache_list__out(x), VALID_capacity(x), &count, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, count == 0, "count is not 0");
    }
}

static void case_229(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_evict(NULL, VALID_key(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_230(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_evict(fixture_dwcp_runtime(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_231(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_runtime_cache_evict(fixture_dwcp_runtime(x), VALID_key(x), NULL);
    fixture_status(x, got);
}

static void case_232(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_clear(NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_233(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_runtime_cache_clear(fixture_dwcp_runtime(x), NULL);
    fixture_status(x, got);
}

static void case_234(fixture_t *x) {
    (void)x;
    dwcp_imports_t *got = dwcp_imports_new();
    dwcp_imports_free(got);
}

static void case_235(fixture_t *x) {
    (void)x;
    dwcp_imports_free(NULL);
}

static void case_236(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_imports_define(NULL, VALID_module(x), VALID_name(x), VALID_signature(x), VALID_dwcp_imports_define__function(x), VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_237(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_imports_define(fixture_dwcp_imports(x), NULL, VALID_name(x), VALID_signature(x), VALID_dwcp_imports_define__function(x), VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_238(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_imports_define(fixture_dwcp_imports(x), VALID_module(x), NULL, VALID_signature(x), VALID_dwcp_imports_define__function(x), VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_239(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_imports_define(fixture_dwcp_imports(x), VALID_module(x), VALID_name(x), NULL, VALID_dwcp_imports_define__function(x), VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_240(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_imports_define(fixture_dwcp_imports(x), VALID_module(x), VALID_name(x), VALID_signature(x), NULL, VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_241(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_imports_define(fixture_dwcp_imports(x), VALID_module(x), VALID_name(x), VALID_signature(x), VALID_dwcp_imports_define__function(x), NULL, VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_242(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_imports_define(fixture_dwcp_imports(x), VALID_module(x), VALID_name(x), VALID_signature(x), VALID_dwcp_imports_define__function(x), VALID_user(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_243(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_imports_define(fixture_dwcp_imports(x), VALID_module(x), VALID_name(x), VALID_signature(x), VALID_dwcp_imports_define__function(x), VALID_user(x), VALID_finalizer(x), NULL);
    fixture_status(x, got);
}

static void case_244(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load(NULL, VALID_bytes(x), VALID_len(x), VALID_key(x), &options, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_245(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load(fixture_dwcp_runtime(x), NULL, VALID_len(x), VALID_key(x), &options, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_246(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), NULL, &options, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_247(fixture_t *x) {
    (void)x;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), NULL, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_248(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), &options, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    }
}

static void case_249(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_status_t got = dwcp_module_load(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), &options, &out, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_250(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load_file(NULL, VALID_path(x), &options, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_251(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load_file(fixture_dwcp_runtime(x), NULL, &options, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_252(fixture_t *x) {
    (void)x;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load_file(fixture_dwcp_runtime(x), VALID_path(x), NULL, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_253(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_load_file(fixture_dwcp_runtime(x), VALID_path(x), &options, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    }
}

static void case_254(fixture_t *x) {
    (void)x;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_status_t got = dwcp_module_load_file(fixture_dwcp_runtime(x), VALID_path(x), &options, &out, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_255(fixture_t *x) {
    (void)x;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_find(NULL, VALID_key(x), &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_256(fixture_t *x) {
    (void)x;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_find(fixture_dwcp_runtime(x), NULL, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_257(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_find(fixture_dwcp_runtime(x), VALID_key(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_258(fixture_t *x) {
    (void)x;
    dwcp_module_t *out = FIXTURE_POISON(dwcp_module_t);
    dwcp_status_t got = dwcp_module_find(fixture_dwcp_runtime(x), VALID_key(x), &out, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_module_free(out);
    }
}

static void case_259(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_disable(NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_260(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_module_disable(fixture_dwcp_module(x), true, NULL);
    fixture_status(x, got);
}

static void case_261(fixture_t *x) {
    (void)x;
    dwcp_module_t *got = dwcp_module_retain(NULL);
    dwcp_module_free(got);
}

static void case_262(fixture_t *x) {
    (void)x;
    dwcp_module_free(NULL);
}

static void case_263(fixture_t *x) {
    (void)x;
    dwcp_module_info_t io = DWCP_MODULE_INFO_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_info(NULL, &io, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_264(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_info(fixture_dwcp_module(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_265(fixture_t *x) {
    (void)x;
    dwcp_module_info_t io = DWCP_MODULE_INFO_INIT;
    dwcp_status_t got = dwcp_module_info(fixture_dwcp_module(x), &io, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_266(fixture_t *x) {
    (void)x;
    (void)dwcp_module_import_count(NULL);
}

static void case_267(fixture_t *x) {
    (void)x;
    dwcp_extern_t io = DWCP_EXTERN_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_import(NULL, VALID_i(x), &io, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_268(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_import(fixture_dwcp_module(x), VALID_i(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_269(fixture_t *x) {
    (void)x;
    dwcp_extern_t io = DWCP_EXTERN_INIT;
    dwcp_status_t got = dwcp_module_import(fixture_dwcp_module(x), VALID_i(x), &io, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_270(fixture_t *x) {
    (void)x;
    (void)dwcp_module_export_count(NULL);
}

static void case_271(fixture_t *x) {
    (void)x;
    dwcp_extern_t io = DWCP_EXTERN_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_export(NULL, VALID_i(x), &io, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_272(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_export(fixture_dwcp_module(x), VALID_i(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_273(fixture_t *x) {
    (void)x;
    dwcp_extern_t io = DWCP_EXTERN_INIT;
    dwcp_status_t got = dwcp_module_export(fixture_dwcp_module(x), VALID_i(x), &io, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_274(fixture_t *x) {
    (void)x;
    dwcp_function_t *out = FIXTURE_POISON(dwcp_function_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_get_function(NULL, VALID_name(x), VALID_signature(x), &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_function_free(out);
    }
}

static void case_275(fixture_t *x) {
    (void)x;
    dwcp_function_t *out = FIXTURE_POISON(dwcp_function_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_get_function(fixture_dwcp_module(x), NULL, VALID_signature(x), &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_function_free(out);
    }
}

static void case_276(fixture_t *x) {
    (void)x;
    dwcp_function_t *out = FIXTURE_POISON(dwcp_function_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_get_function(fixture_dwcp_module(x), VALID_name(x), NULL, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_function_free(out);
    }
}

static void case_277(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_get_function(fixture_dwcp_module(x), VALID_name(x), VALID_signature(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_278(fixture_t *x) {
    (void)x;
    dwcp_function_t *out = FIXTURE_POISON(dwcp_function_t);
    dwcp_status_t got = dwcp_module_get_function(fixture_dwcp_module(x), VALID_name(x), VALID_signature(x), &out, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_function_free(out);
    }
}

static void case_279(fixture_t *x) {
    (void)x;
    dwcp_function_free(NULL);
}

static void case_280(fixture_t *x) {
    (void)x;
    dwcp_extern_t io = DWCP_EXTERN_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_type(NULL, &io, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_281(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_type(fixture_dwcp_function(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_282(fixture_t *x) {
    (void)x;
    dwcp_extern_t io = DWCP_EXTERN_INIT;
    dwcp_status_t got = dwcp_function_type(fixture_dwcp_function(x), &io, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_283(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call(NULL, VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_284(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call(fixture_dwcp_function(x), NULL, VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_285(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call(fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), NULL, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_286(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call(fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, NULL, VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_287(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call(fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), NULL, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_288(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call(fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_289(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_status_t got = dwcp_function_call(fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_290(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(NULL, VALID_bytes(x), VALID_len(x), VALID_key(x), VALID_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_291(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), NULL, VALID_len(x), VALID_key(x), VALID_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_292(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), NULL, VALID_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_293(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), NULL, VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_294(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), VALID_function(x), NULL, VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_295(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), VALID_function(x), VALID_args(x), VALID_nargs(x), NULL, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_296(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), VALID_function(x), VALID_args(x), VALID_nargs(x), &options, NULL, VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_297(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), VALID_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), NULL, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_298(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), VALID_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_299(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_status_t got = dwcp_runtime_execute(fixture_dwcp_runtime(x), VALID_bytes(x), VALID_len(x), VALID_key(x), VALID_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_300(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    int32_t exit_code = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_run(NULL, &options, &exit_code, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, exit_code == 0, "exit_code is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_301(fixture_t *x) {
    (void)x;
    int32_t exit_code = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_run(fixture_dwcp_module(x), NULL, &exit_code, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, exit_code == 0, "exit_code is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_302(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_run(fixture_dwcp_module(x), &options, NULL, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_303(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    int32_t exit_code = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_module_run(fixture_dwcp_module(x), &options, &exit_code, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, exit_code == 0, "exit_code is not 0");
    }
}

static void case_304(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    int32_t exit_code = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_status_t got = dwcp_module_run(fixture_dwcp_module(x), &options, &exit_code, &stats, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, exit_code == 0, "exit_code is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_305(fixture_t *x) {
    (void)x;
    dwcp_wasi_t *got = dwcp_wasi_new();
    dwcp_wasi_free(got);
}

static void case_306(fixture_t *x) {
    (void)x;
    dwcp_wasi_free(NULL);
}

static void case_307(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_args(NULL, VALID_dwcp_wasi_set_args__args(x), VALID_n(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_308(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_args(fixture_dwcp_wasi(x), NULL, VALID_n(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_309(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_set_args(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_args__args(x), VALID_n(x), NULL);
    fixture_status(x, got);
}

static void case_310(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_add_env(NULL, VALID_name(x), VALID_dwcp_wasi_add_env__value(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_311(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_add_env(fixture_dwcp_wasi(x), NULL, VALID_dwcp_wasi_add_env__value(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_312(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_add_env(fixture_dwcp_wasi(x), VALID_name(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_313(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_add_env(fixture_dwcp_wasi(x), VALID_name(x), VALID_dwcp_wasi_add_env__value(x), NULL);
    fixture_status(x, got);
}

static void case_314(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_stdin(NULL, VALID_bytes(x), VALID_len(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_315(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_stdin(fixture_dwcp_wasi(x), NULL, VALID_len(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_316(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_set_stdin(fixture_dwcp_wasi(x), VALID_bytes(x), VALID_len(x), NULL);
    fixture_status(x, got);
}

static void case_317(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_inherit_stdin(NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_318(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_inherit_stdin(fixture_dwcp_wasi(x), NULL);
    fixture_status(x, got);
}

static void case_319(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_output(NULL, VALID_dwcp_wasi_set_output__fd(x), 0, VALID_cap(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_320(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_set_output(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_output__fd(x), 0, VALID_cap(x), NULL);
    fixture_status(x, got);
}

static void case_321(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_stdin_callback(NULL, VALID_dwcp_wasi_set_stdin_callback__callback(x), VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_322(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_stdin_callback(fixture_dwcp_wasi(x), NULL, VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_323(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_stdin_callback(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_stdin_callback__callback(x), NULL, VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_324(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_stdin_callback(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_stdin_callback__callback(x), VALID_user(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_325(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_set_stdin_callback(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_stdin_callback__callback(x), VALID_user(x), VALID_finalizer(x), NULL);
    fixture_status(x, got);
}

static void case_326(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_output_callback(NULL, VALID_dwcp_wasi_set_output_callback__fd(x), VALID_dwcp_wasi_set_output_callback__callback(x), VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_327(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_output_callback(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_output_callback__fd(x), NULL, VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_328(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_output_callback(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_output_callback__fd(x), VALID_dwcp_wasi_set_output_callback__callback(x), NULL, VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_329(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_output_callback(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_output_callback__fd(x), VALID_dwcp_wasi_set_output_callback__callback(x), VALID_user(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_330(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_set_output_callback(fixture_dwcp_wasi(x), VALID_dwcp_wasi_set_output_callback__fd(x), VALID_dwcp_wasi_set_output_callback__callback(x), VALID_user(x), VALID_finalizer(x), NULL);
    fixture_status(x, got);
}

static void case_331(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_clocks(NULL, 1, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_332(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_set_clocks(fixture_dwcp_wasi(x), 1, 1, NULL);
    fixture_status(x, got);
}

static void case_333(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_set_random_seed(NULL, 1, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_334(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_set_random_seed(fixture_dwcp_wasi(x), 1, NULL);
    fixture_status(x, got);
}

static void case_335(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_add_directory(NULL, VALID_host(x), VALID_guest(x), true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_336(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_add_directory(fixture_dwcp_wasi(x), NULL, VALID_guest(x), true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_337(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_add_directory(fixture_dwcp_wasi(x), VALID_host(x), NULL, true, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_338(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_wasi_add_directory(fixture_dwcp_wasi(x), VALID_host(x), VALID_guest(x), true, NULL);
    fixture_status(x, got);
}

static void case_339(fixture_t *x) {
    (void)x;
    dwcp_slice_t out = { FIXTURE_POISON(uint8_t), 77 };
    bool truncated = true;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_output(NULL, VALID_dwcp_wasi_output__fd(x), &out, &truncated, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out.data == NULL && out.len == 0, "out is not empty");
        fixture_check(x, truncated == 0, "truncated is not 0");
    }
}

static void case_340(fixture_t *x) {
    (void)x;
    bool truncated = true;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_output(fixture_dwcp_wasi(x), VALID_dwcp_wasi_output__fd(x), NULL, &truncated, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, truncated == 0, "truncated is not 0");
    }
}

static void case_341(fixture_t *x) {
    (void)x;
    dwcp_slice_t out = { FIXTURE_POISON(uint8_t), 77 };
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_wasi_output(fixture_dwcp_wasi(x), VALID_dwcp_wasi_output__fd(x), &out, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out.data == NULL && out.len == 0, "out is not empty");
    }
}

static void case_342(fixture_t *x) {
    (void)x;
    dwcp_slice_t out = { FIXTURE_POISON(uint8_t), 77 };
    bool truncated = true;
    dwcp_status_t got = dwcp_wasi_output(fixture_dwcp_wasi(x), VALID_dwcp_wasi_output__fd(x), &out, &truncated, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out.data == NULL && out.len == 0, "out is not empty");
        fixture_check(x, truncated == 0, "truncated is not 0");
    }
}

static void case_343(fixture_t *x) {
    (void)x;
    dwcp_runtime_metrics_t io = DWCP_RUNTIME_METRICS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_metrics(NULL, &io, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_344(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_metrics(fixture_dwcp_runtime(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_345(fixture_t *x) {
    (void)x;
    dwcp_runtime_metrics_t io = DWCP_RUNTIME_METRICS_INIT;
    dwcp_status_t got = dwcp_runtime_metrics(fixture_dwcp_runtime(x), &io, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_346(fixture_t *x) {
    (void)x;
    dwcp_pool_metrics_t io = DWCP_POOL_METRICS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_pool_metrics(NULL, &io, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_347(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_pool_metrics(fixture_dwcp_runtime(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_348(fixture_t *x) {
    (void)x;
    dwcp_pool_metrics_t io = DWCP_POOL_METRICS_INIT;
    dwcp_status_t got = dwcp_runtime_pool_metrics(fixture_dwcp_runtime(x), &io, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_349(fixture_t *x) {
    (void)x;
    dwcp_cache_metrics_t io = DWCP_CACHE_METRICS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_metrics(NULL, &io, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_350(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_cache_metrics(fixture_dwcp_runtime(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_351(fixture_t *x) {
    (void)x;
    dwcp_cache_metrics_t io = DWCP_CACHE_METRICS_INIT;
    dwcp_status_t got = dwcp_runtime_cache_metrics(fixture_dwcp_runtime(x), &io, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, io.struct_size == sizeof(io), "io.struct_size changed");
    }
}

static void case_352(fixture_t *x) {
    (void)x;
    size_t count = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_syscall_metrics(NULL, VALID_dwcp_runtime_syscall_metrics__out(x), VALID_dwcp_runtime_syscall_metrics__capacity(x), &count, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, count == 0, "count is not 0");
    }
}

static void case_353(fixture_t *x) {
    (void)x;
    size_t count = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_syscall_metrics(fixture_dwcp_runtime(x), NULL, VALID_dwcp_runtime_syscall_metrics__capacity(x), &count, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, count == 0, "count is not 0");
    }
}

static void case_354(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_syscall_metrics(fixture_dwcp_runtime(x), VALID_dwcp_runtime_syscall_metrics__out(x), VALID_dwcp_runtime_syscall_metrics__capacity(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_355(fixture_t *x) {
    (void)x;
    size_t count = 77;
    dwcp_status_t got = dwcp_runtime_syscall_metrics(fixture_dwcp_runtime(x), VALID_dwcp_runtime_syscall_metrics__out(x), VALID_dwcp_runtime_syscall_metrics__capacity(x), &count, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, count == 0, "count is not 0");
    }
}

static void case_356(fixture_t *x) {
    (void)x;
    char *out = FIXTURE_POISON(char);
    size_t len = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_metrics_json(NULL, &out, &len, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
        fixture_check(x, len == 0, "len is not 0");
    }
    if (got == DWCP_OK) {
        dwcp_string_free(out);
    }
}

static void case_357(fixture_t *x) {
    (void)x;
    size_t len = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_metrics_json(fixture_dwcp_runtime(x), NULL, &len, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, len == 0, "len is not 0");
    }
}

static void case_358(fixture_t *x) {
    (void)x;
    char *out = FIXTURE_POISON(char);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_runtime_metrics_json(fixture_dwcp_runtime(x), &out, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_string_free(out);
    }
}

static void case_359(fixture_t *x) {
    (void)x;
    char *out = FIXTURE_POISON(char);
    size_t len = 77;
    dwcp_status_t got = dwcp_runtime_metrics_json(fixture_dwcp_runtime(x), &out, &len, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
        fixture_check(x, len == 0, "len is not 0");
    }
    if (got == DWCP_OK) {
        dwcp_string_free(out);
    }
}

static void case_360(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    size_t nfailed = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call_batch(NULL, VALID_args(x), VALID_dwcp_function_call_batch__nargs(x), VALID_dwcp_function_call_batch__nrows(x), &options, &batch, VALID_results(x), VALID_capacity(x), VALID_rows(x), &nfailed, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, batch.struct_size == sizeof(batch), "batch.struct_size changed");
        fixture_check(x, nfailed == 0, "nfailed is not 0");
    }
}

static void case_361(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    size_t nfailed = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call_batch(fixture_dwcp_function(x), NULL, VALID_dwcp_function_call_batch__nargs(x), VALID_dwcp_function_call_batch__nrows(x), &options, &batch, VALID_results(x), VALID_capacity(x), VALID_rows(x), &nfailed, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, batch.struct_size == sizeof(batch), "batch.struct_size changed");
        fixture_check(x, nfailed == 0, "nfailed is not 0");
    }
}

static void case_362(fixture_t *x) {
    (void)x;
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    size_t nfailed = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call_batch(fixture_dwcp_function(x), VALID_args(x), VALID_dwcp_function_call_batch__nargs(x), VALID_dwcp_function_call_batch__nrows(x), NULL, &batch, VALID_results(x), VALID_capacity(x), VALID_rows(x), &nfailed, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, batch.struct_size == sizeof(batch), "batch.struct_size changed");
        fixture_check(x, nfailed == 0, "nfailed is not 0");
    }
}

static void case_363(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nfailed = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call_batch(fixture_dwcp_function(x), VALID_args(x), VALID_dwcp_function_call_batch__nargs(x), VALID_dwcp_function_call_batch__nrows(x), &options, NULL, VALID_results(x), VALID_capacity(x), VALID_rows(x), &nfailed, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nfailed == 0, "nfailed is not 0");
    }
}

static void case_364(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    size_t nfailed = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call_batch(fixture_dwcp_function(x), VALID_args(x), VALID_dwcp_function_call_batch__nargs(x), VALID_dwcp_function_call_batch__nrows(x), &options, &batch, NULL, VALID_capacity(x), VALID_rows(x), &nfailed, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, batch.struct_size == sizeof(batch), "batch.struct_size changed");
        fixture_check(x, nfailed == 0, "nfailed is not 0");
    }
}

static void case_365(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    size_t nfailed = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call_batch(fixture_dwcp_function(x), VALID_args(x), VALID_dwcp_function_call_batch__nargs(x), VALID_dwcp_function_call_batch__nrows(x), &options, &batch, VALID_results(x), VALID_capacity(x), NULL, &nfailed, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, batch.struct_size == sizeof(batch), "batch.struct_size changed");
        fixture_check(x, nfailed == 0, "nfailed is not 0");
    }
}

static void case_366(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_function_call_batch(fixture_dwcp_function(x), VALID_args(x), VALID_dwcp_function_call_batch__nargs(x), VALID_dwcp_function_call_batch__nrows(x), &options, &batch, VALID_results(x), VALID_capacity(x), VALID_rows(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, batch.struct_size == sizeof(batch), "batch.struct_size changed");
    }
}

static void case_367(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    size_t nfailed = 77;
    dwcp_status_t got = dwcp_function_call_batch(fixture_dwcp_function(x), VALID_args(x), VALID_dwcp_function_call_batch__nargs(x), VALID_dwcp_function_call_batch__nrows(x), &options, &batch, VALID_results(x), VALID_capacity(x), VALID_rows(x), &nfailed, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, batch.struct_size == sizeof(batch), "batch.struct_size changed");
        fixture_check(x, nfailed == 0, "nfailed is not 0");
    }
}

static void case_368(fixture_t *x) {
    (void)x;
    dwcp_batch_rows_clear(NULL, VALID_nrows(x));
}

static void case_369(fixture_t *x) {
    (void)x;
    (void)dwcp_caller_user_data(NULL);
}

static void case_370(fixture_t *x) {
    (void)x;
    (void)dwcp_caller_call_id(NULL);
}

static void case_371(fixture_t *x) {
    (void)x;
    (void)dwcp_caller_remaining_ns(NULL);
}

static void case_372(fixture_t *x) {
    (void)x;
    uint8_t *out = FIXTURE_POISON(uint8_t);
    dwcp_status_t got = dwcp_caller_memory(NULL, VALID_ptr(x), VALID_dwcp_caller_memory__len(x), &out);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
}

static void case_373(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_memory(fixture_dwcp_caller(x), VALID_ptr(x), VALID_dwcp_caller_memory__len(x), NULL);
    fixture_status(x, got);
}

static void case_374(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_read(NULL, VALID_ptr(x), VALID_dst(x), VALID_dwcp_caller_read__len(x));
    fixture_status(x, got);
}

static void case_375(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_read(fixture_dwcp_caller(x), VALID_ptr(x), NULL, VALID_dwcp_caller_read__len(x));
    fixture_status(x, got);
}

static void case_376(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_write(NULL, VALID_ptr(x), VALID_src(x), VALID_dwcp_caller_write__len(x));
    fixture_status(x, got);
}

static void case_377(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_write(fixture_dwcp_caller(x), VALID_ptr(x), NULL, VALID_dwcp_caller_write__len(x));
    fixture_status(x, got);
}

static void case_378(fixture_t *x) {
    (void)x;
    dwcp_caller_fail(NULL, VALID_message(x), VALID_dwcp_caller_fail__len(x));
}

static void case_379(fixture_t *x) {
    (void)x;
    dwcp_caller_fail(fixture_dwcp_caller(x), NULL, VALID_dwcp_caller_fail__len(x));
}

static void case_380(fixture_t *x) {
    (void)x;
    (void)dwcp_caller_memory_size(NULL);
}

static void case_381(fixture_t *x) {
    (void)x;
    dwcp_slice_t out = { FIXTURE_POISON(uint8_t), 77 };
    dwcp_status_t got = dwcp_caller_string(NULL, VALID_ptr(x), VALID_dwcp_caller_string__len(x), &out);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out.data == NULL && out.len == 0, "out is not empty");
    }
}

static void case_382(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_string(fixture_dwcp_caller(x), VALID_ptr(x), VALID_dwcp_caller_string__len(x), NULL);
    fixture_status(x, got);
}

static void case_383(fixture_t *x) {
    (void)x;
    dwcp_slice_t out = { FIXTURE_POISON(uint8_t), 77 };
    dwcp_status_t got = dwcp_caller_c_string(NULL, VALID_ptr(x), &out);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out.data == NULL && out.len == 0, "out is not empty");
    }
}

static void case_384(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_c_string(fixture_dwcp_caller(x), VALID_ptr(x), NULL);
    fixture_status(x, got);
}

static void case_385(fixture_t *x) {
    (void)x;
    uint64_t ptr = 77;
    dwcp_status_t got = dwcp_caller_allocate(NULL, VALID_len(x), &ptr);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, ptr == 0, "ptr is not 0");
    }
}

static void case_386(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_allocate(fixture_dwcp_caller(x), VALID_len(x), NULL);
    fixture_status(x, got);
}

static void case_387(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_return(NULL, VALID_result(x), VALID_dwcp_caller_return__data(x), VALID_dwcp_caller_return__len(x));
    fixture_status(x, got);
}

static void case_388(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_return(fixture_dwcp_caller(x), NULL, VALID_dwcp_caller_return__data(x), VALID_dwcp_caller_return__len(x));
    fixture_status(x, got);
}

static void case_389(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_return(fixture_dwcp_caller(x), VALID_result(x), NULL, VALID_dwcp_caller_return__len(x));
    fixture_status(x, got);
}

static void case_390(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call(NULL, VALID_function(x), VALID_signature(x), VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_391(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call(fixture_dwcp_caller(x), NULL, VALID_signature(x), VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_392(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call(fixture_dwcp_caller(x), VALID_function(x), NULL, VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_393(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call(fixture_dwcp_caller(x), VALID_function(x), VALID_signature(x), NULL, VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_394(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call(fixture_dwcp_caller(x), VALID_function(x), VALID_signature(x), VALID_args(x), VALID_nargs(x), NULL, VALID_capacity(x), &nresults, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_395(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call(fixture_dwcp_caller(x), VALID_function(x), VALID_signature(x), VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_396(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_status_t got = dwcp_caller_call(fixture_dwcp_caller(x), VALID_function(x), VALID_signature(x), VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_397(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call_ref(NULL, VALID_funcref(x), VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_398(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call_ref(fixture_dwcp_caller(x), NULL, VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_399(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call_ref(fixture_dwcp_caller(x), VALID_funcref(x), NULL, VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_400(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call_ref(fixture_dwcp_caller(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), NULL, VALID_capacity(x), &nresults, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_401(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_caller_call_ref(fixture_dwcp_caller(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_402(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_status_t got = dwcp_caller_call_ref(fixture_dwcp_caller(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), VALID_results(x), VALID_capacity(x), &nresults, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_403(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_externref_new(NULL, VALID_data(x), VALID_finalizer(x), VALID_dwcp_caller_externref_new__out(x));
    fixture_status(x, got);
}

static void case_404(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_externref_new(fixture_dwcp_caller(x), NULL, VALID_finalizer(x), VALID_dwcp_caller_externref_new__out(x));
    fixture_status(x, got);
}

static void case_405(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_externref_new(fixture_dwcp_caller(x), VALID_data(x), NULL, VALID_dwcp_caller_externref_new__out(x));
    fixture_status(x, got);
}

static void case_406(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_externref_new(fixture_dwcp_caller(x), VALID_data(x), VALID_finalizer(x), NULL);
    fixture_status(x, got);
}

static void case_407(fixture_t *x) {
    (void)x;
    void *out = FIXTURE_POISON(void);
    dwcp_status_t got = dwcp_caller_externref_data(NULL, VALID_dwcp_caller_externref_data__value(x), &out);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
}

static void case_408(fixture_t *x) {
    (void)x;
    void *out = FIXTURE_POISON(void);
    dwcp_status_t got = dwcp_caller_externref_data(fixture_dwcp_caller(x), NULL, &out);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
}

static void case_409(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_externref_data(fixture_dwcp_caller(x), VALID_dwcp_caller_externref_data__value(x), NULL);
    fixture_status(x, got);
}

static void case_410(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_ref_keep(NULL, VALID_dwcp_caller_ref_keep__value(x), VALID_dwcp_caller_ref_keep__out(x));
    fixture_status(x, got);
}

static void case_411(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_ref_keep(fixture_dwcp_caller(x), NULL, VALID_dwcp_caller_ref_keep__out(x));
    fixture_status(x, got);
}

static void case_412(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_caller_ref_keep(fixture_dwcp_caller(x), VALID_dwcp_caller_ref_keep__value(x), NULL);
    fixture_status(x, got);
}

static void case_413(fixture_t *x) {
    (void)x;
    bool got = dwcp_caller_is_cancelled(NULL);
    (void)got;
}

static void case_414(fixture_t *x) {
    (void)x;
    dwcp_cancel_t *got = dwcp_cancel_new();
    dwcp_cancel_free(got);
}

static void case_415(fixture_t *x) {
    (void)x;
    dwcp_cancel_fire(NULL);
}

static void case_416(fixture_t *x) {
    (void)x;
    dwcp_cancel_reset(NULL);
}

static void case_417(fixture_t *x) {
    (void)x;
    bool got = dwcp_cancel_is_fired(NULL);
    (void)got;
}

static void case_418(fixture_t *x) {
    (void)x;
    dwcp_cancel_free(NULL);
}

static void case_419(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_log(NULL, VALID_callback(x), VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_420(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_log(fixture_dwcp_config(x), NULL, VALID_user(x), VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_421(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_log(fixture_dwcp_config(x), VALID_callback(x), NULL, VALID_finalizer(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_422(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_config_set_log(fixture_dwcp_config(x), VALID_callback(x), VALID_user(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_423(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_config_set_log(fixture_dwcp_config(x), VALID_callback(x), VALID_user(x), VALID_finalizer(x), NULL);
    fixture_status(x, got);
}

static void case_424(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_vm_t *out = FIXTURE_POISON(dwcp_vm_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_acquire(NULL, &options, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_vm_release(out);
    }
}

static void case_425(fixture_t *x) {
    (void)x;
    dwcp_vm_t *out = FIXTURE_POISON(dwcp_vm_t);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_acquire(fixture_dwcp_module(x), NULL, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_vm_release(out);
    }
}

static void case_426(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_acquire(fixture_dwcp_module(x), &options, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
    }
}

static void case_427(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_vm_t *out = FIXTURE_POISON(dwcp_vm_t);
    dwcp_status_t got = dwcp_vm_acquire(fixture_dwcp_module(x), &options, &out, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, out == NULL, "out is not NULL");
    }
    if (got == DWCP_OK) {
        dwcp_vm_release(out);
    }
}

static void case_428(fixture_t *x) {
    (void)x;
    dwcp_vm_release(NULL);
}

static void case_429(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call(NULL, fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_430(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call(fixture_dwcp_vm(x), NULL, VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_431(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call(fixture_dwcp_vm(x), fixture_dwcp_function(x), NULL, VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_432(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call(fixture_dwcp_vm(x), fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), NULL, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_433(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call(fixture_dwcp_vm(x), fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, NULL, VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_434(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call(fixture_dwcp_vm(x), fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), NULL, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_435(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call(fixture_dwcp_vm(x), fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_436(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_status_t got = dwcp_vm_call(fixture_dwcp_vm(x), fixture_dwcp_function(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_437(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call_ref(NULL, VALID_funcref(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_438(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call_ref(fixture_dwcp_vm(x), NULL, VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_439(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call_ref(fixture_dwcp_vm(x), VALID_funcref(x), NULL, VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_440(fixture_t *x) {
    (void)x;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call_ref(fixture_dwcp_vm(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), NULL, VALID_results(x), VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_441(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call_ref(fixture_dwcp_vm(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), &options, NULL, VALID_capacity(x), &nresults, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_442(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call_ref(fixture_dwcp_vm(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), NULL, &stats, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_443(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_call_ref(fixture_dwcp_vm(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
    }
}

static void case_444(fixture_t *x) {
    (void)x;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nresults = 77;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_status_t got = dwcp_vm_call_ref(fixture_dwcp_vm(x), VALID_funcref(x), VALID_args(x), VALID_nargs(x), &options, VALID_results(x), VALID_capacity(x), &nresults, &stats, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, options.struct_size == sizeof(options), "options.struct_size changed");
        fixture_check(x, nresults == 0, "nresults is not 0");
        fixture_check(x, stats.struct_size == sizeof(stats), "stats.struct_size changed");
    }
}

static void case_445(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_read(NULL, VALID_ptr(x), VALID_dst(x), VALID_dwcp_vm_read__len(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_446(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_read(fixture_dwcp_vm(x), VALID_ptr(x), NULL, VALID_dwcp_vm_read__len(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_447(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_vm_read(fixture_dwcp_vm(x), VALID_ptr(x), VALID_dst(x), VALID_dwcp_vm_read__len(x), NULL);
    fixture_status(x, got);
}

static void case_448(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_write(NULL, VALID_ptr(x), VALID_src(x), VALID_dwcp_vm_write__len(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_449(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_write(fixture_dwcp_vm(x), VALID_ptr(x), NULL, VALID_dwcp_vm_write__len(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_450(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_vm_write(fixture_dwcp_vm(x), VALID_ptr(x), VALID_src(x), VALID_dwcp_vm_write__len(x), NULL);
    fixture_status(x, got);
}

static void case_451(fixture_t *x) {
    (void)x;
    uint64_t bytes = 77;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_memory_size(NULL, &bytes, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, bytes == 0, "bytes is not 0");
    }
}

static void case_452(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_memory_size(fixture_dwcp_vm(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_453(fixture_t *x) {
    (void)x;
    uint64_t bytes = 77;
    dwcp_status_t got = dwcp_vm_memory_size(fixture_dwcp_vm(x), &bytes, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, bytes == 0, "bytes is not 0");
    }
}

static void case_454(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_global_get(NULL, VALID_dwcp_vm_global_get__name(x), VALID_dwcp_vm_global_get__out(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_455(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_global_get(fixture_dwcp_vm(x), NULL, VALID_dwcp_vm_global_get__out(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_456(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_global_get(fixture_dwcp_vm(x), VALID_dwcp_vm_global_get__name(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_457(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_vm_global_get(fixture_dwcp_vm(x), VALID_dwcp_vm_global_get__name(x), VALID_dwcp_vm_global_get__out(x), NULL);
    fixture_status(x, got);
}

static void case_458(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_global_set(NULL, VALID_dwcp_vm_global_set__name(x), VALID_dwcp_vm_global_set__value(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_459(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_global_set(fixture_dwcp_vm(x), NULL, VALID_dwcp_vm_global_set__value(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_460(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_global_set(fixture_dwcp_vm(x), VALID_dwcp_vm_global_set__name(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_461(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_vm_global_set(fixture_dwcp_vm(x), VALID_dwcp_vm_global_set__name(x), VALID_dwcp_vm_global_set__value(x), NULL);
    fixture_status(x, got);
}

static void case_462(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_externref_new(NULL, VALID_data(x), VALID_finalizer(x), VALID_dwcp_vm_externref_new__out(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_463(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_externref_new(fixture_dwcp_vm(x), NULL, VALID_finalizer(x), VALID_dwcp_vm_externref_new__out(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_464(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_externref_new(fixture_dwcp_vm(x), VALID_data(x), NULL, VALID_dwcp_vm_externref_new__out(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_465(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_externref_new(fixture_dwcp_vm(x), VALID_data(x), VALID_finalizer(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_466(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_vm_externref_new(fixture_dwcp_vm(x), VALID_data(x), VALID_finalizer(x), VALID_dwcp_vm_externref_new__out(x), NULL);
    fixture_status(x, got);
}

static void case_467(fixture_t *x) {
    (void)x;
    void *out = FIXTURE_POISON(void);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_externref_data(NULL, VALID_dwcp_vm_externref_data__value(x), &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
}

static void case_468(fixture_t *x) {
    (void)x;
    void *out = FIXTURE_POISON(void);
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_externref_data(fixture_dwcp_vm(x), NULL, &out, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
}

static void case_469(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_externref_data(fixture_dwcp_vm(x), VALID_dwcp_vm_externref_data__value(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_470(fixture_t *x) {
    (void)x;
    void *out = FIXTURE_POISON(void);
    dwcp_status_t got = dwcp_vm_externref_data(fixture_dwcp_vm(x), VALID_dwcp_vm_externref_data__value(x), &out, NULL);
    fixture_status(x, got);
    if (got != DWCP_OK) {
        fixture_check(x, out == NULL, "out is not NULL");
    }
}

static void case_471(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_ref_free(NULL, VALID_dwcp_vm_ref_free__value(x), &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_472(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_ref_free(fixture_dwcp_vm(x), NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_473(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_vm_ref_free(fixture_dwcp_vm(x), VALID_dwcp_vm_ref_free__value(x), NULL);
    fixture_status(x, got);
}

static void case_474(fixture_t *x) {
    (void)x;
    dwcp_error_t *error = FIXTURE_POISON(dwcp_error_t);
    dwcp_status_t got = dwcp_vm_gc(NULL, &error);
    fixture_status(x, got);
    fixture_error_matches(x, got, error);
}

static void case_475(fixture_t *x) {
    (void)x;
    dwcp_status_t got = dwcp_vm_gc(fixture_dwcp_vm(x), NULL);
    fixture_status(x, got);
}


static const fixture_row_t rows[] = {
    CALLS(dwcp_version, none, case_1, false),
    CALLS(dwcp_abi_version, none, case_2, false),
    CALLS(dwcp_build_info, none, case_3, false),
    CALLS(dwcp_status_name, none, case_4, false),
    CALLS(dwcp_status_is_retryable, none, case_5, false),
    SURVIVES_NULL(dwcp_error_free, error, case_6, false),
    ALLOWS_NULL(dwcp_error_code, error, case_7, false),
    SURVIVES_NULL(dwcp_error_message, error, case_8, false),
    SURVIVES_NULL(dwcp_error_limit_name, error, case_9, false),
    SURVIVES_NULL(dwcp_error_limit, error, case_10, false),
    SURVIVES_NULL(dwcp_error_limit, limit, case_11, false),
    SURVIVES_NULL(dwcp_error_limit, asked, case_12, false),
    SURVIVES_NULL(dwcp_error_trap_code, error, case_13, false),
    SURVIVES_NULL(dwcp_error_exit_code, error, case_14, false),
    SURVIVES_NULL(dwcp_error_exit_code, out, case_15, false),
    SURVIVES_NULL(dwcp_error_frame_count, error, case_16, false),
    SURVIVES_NULL(dwcp_error_frame, error, case_17, false),
    SURVIVES_NULL(dwcp_error_frame, io, case_18, false),
    SURVIVES_NULL(dwcp_values_clear, values, case_19, false),
    SURVIVES_NULL(dwcp_string_free, string, case_20, false),
    CALLS(dwcp_config_new, none, case_21, false),
    SURVIVES_NULL(dwcp_config_clone, config, case_22, false),
    SURVIVES_NULL(dwcp_config_free, config, case_23, false),
    REFUSES_NULL(dwcp_config_apply_json, config, case_24, false),
    REFUSES_NULL(dwcp_config_apply_json, json, case_25, false),
    ALLOWS_NULL(dwcp_config_apply_json, error, case_26, false),
    REFUSES_NULL(dwcp_config_to_json, config, case_27, false),
    REFUSES_NULL(dwcp_config_to_json, out, case_28, false),
    ALLOWS_NULL(dwcp_config_to_json, len, case_29, false),
    ALLOWS_NULL(dwcp_config_to_json, error, case_30, false),
    REFUSES_NULL(dwcp_config_set_max_types, config, case_31, false),
    ALLOWS_NULL(dwcp_config_set_max_types, error, case_32, false),
    SURVIVES_NULL(dwcp_config_get_max_types, config, case_33, false),
    REFUSES_NULL(dwcp_config_set_max_imports, config, case_34, false),
    ALLOWS_NULL(dwcp_config_set_max_imports, error, case_35, false),
    SURVIVES_NULL(dwcp_config_get_max_imports, config, case_36, false),
    REFUSES_NULL(dwcp_config_set_max_exports, config, case_37, false),
    ALLOWS_NULL(dwcp_config_set_max_exports, error, case_38, false),
    SURVIVES_NULL(dwcp_config_get_max_exports, config, case_39, false),
    REFUSES_NULL(dwcp_config_set_max_globals, config, case_40, false),
    ALLOWS_NULL(dwcp_config_set_max_globals, error, case_41, false),
    SURVIVES_NULL(dwcp_config_get_max_globals, config, case_42, false),
    REFUSES_NULL(dwcp_config_set_max_data_segments, config, case_43, false),
    ALLOWS_NULL(dwcp_config_set_max_data_segments, error, case_44, false),
    SURVIVES_NULL(dwcp_config_get_max_data_segments, config, case_45, false),
    REFUSES_NULL(dwcp_config_set_max_element_segments, config, case_46, false),
    ALLOWS_NULL(dwcp_config_set_max_element_segments, error, case_47, false),
    SURVIVES_NULL(dwcp_config_get_max_element_segments, config, case_48, false),
    REFUSES_NULL(dwcp_config_set_max_function_bytes, config, case_49, false),
    ALLOWS_NULL(dwcp_config_set_max_function_bytes, error, case_50, false),
    SURVIVES_NULL(dwcp_config_get_max_function_bytes, config, case_51, false),
    REFUSES_NULL(dwcp_config_set_max_locals, config, case_52, false),
    ALLOWS_NULL(dwcp_config_set_max_locals, error, case_53, false),
    SURVIVES_NULL(dwcp_config_get_max_locals, config, case_54, false),
    REFUSES_NULL(dwcp_config_set_max_nesting_depth, config, case_55, false),
    ALLOWS_NULL(dwcp_config_set_max_nesting_depth, error, case_56, false),
    SURVIVES_NULL(dwcp_config_get_max_nesting_depth, config, case_57, false),
    REFUSES_NULL(dwcp_config_set_max_name_bytes, config, case_58, false),
    ALLOWS_NULL(dwcp_config_set_max_name_bytes, error, case_59, false),
    SURVIVES_NULL(dwcp_config_get_max_name_bytes, config, case_60, false),
    REFUSES_NULL(dwcp_config_set_max_concurrent_compiles, config, case_61, false),
    ALLOWS_NULL(dwcp_config_set_max_concurrent_compiles, error, case_62, false),
    SURVIVES_NULL(dwcp_config_get_max_concurrent_compiles, config, case_63, false),
    REFUSES_NULL(dwcp_config_set_max_memory_bytes, config, case_64, false),
    ALLOWS_NULL(dwcp_config_set_max_memory_bytes, error, case_65, false),
    SURVIVES_NULL(dwcp_config_get_max_memory_bytes, config, case_66, false),
    REFUSES_NULL(dwcp_config_set_max_memory_bytes_ceiling, config, case_67, false),
    ALLOWS_NULL(dwcp_config_set_max_memory_bytes_ceiling, error, case_68, false),
    SURVIVES_NULL(dwcp_config_get_max_memory_bytes_ceiling, config, case_69, false),
    REFUSES_NULL(dwcp_config_set_max_table_elements, config, case_70, false),
    ALLOWS_NULL(dwcp_config_set_max_table_elements, error, case_71, false),
    SURVIVES_NULL(dwcp_config_get_max_table_elements, config, case_72, false),
    REFUSES_NULL(dwcp_config_set_max_table_elements_ceiling, config, case_73, false),
    ALLOWS_NULL(dwcp_config_set_max_table_elements_ceiling, error, case_74, false),
    SURVIVES_NULL(dwcp_config_get_max_table_elements_ceiling, config, case_75, false),
    REFUSES_NULL(dwcp_config_set_max_instances, config, case_76, false),
    ALLOWS_NULL(dwcp_config_set_max_instances, error, case_77, false),
    SURVIVES_NULL(dwcp_config_get_max_instances, config, case_78, false),
    REFUSES_NULL(dwcp_config_set_max_instances_ceiling, config, case_79, false),
    ALLOWS_NULL(dwcp_config_set_max_instances_ceiling, error, case_80, false),
    SURVIVES_NULL(dwcp_config_get_max_instances_ceiling, config, case_81, false),
    REFUSES_NULL(dwcp_config_set_max_execution_time_ms, config, case_82, false),
    ALLOWS_NULL(dwcp_config_set_max_execution_time_ms, error, case_83, false),
    SURVIVES_NULL(dwcp_config_get_max_execution_time_ms, config, case_84, false),
    REFUSES_NULL(dwcp_config_set_max_execution_time_ms_ceiling, config, case_85, false),
    ALLOWS_NULL(dwcp_config_set_max_execution_time_ms_ceiling, error, case_86, false),
    SURVIVES_NULL(dwcp_config_get_max_execution_time_ms_ceiling, config, case_87, false),
    REFUSES_NULL(dwcp_config_set_max_stack_size_bytes, config, case_88, false),
    ALLOWS_NULL(dwcp_config_set_max_stack_size_bytes, error, case_89, false),
    SURVIVES_NULL(dwcp_config_get_max_stack_size_bytes, config, case_90, false),
    REFUSES_NULL(dwcp_config_set_enable_fuel_metering, config, case_91, false),
    ALLOWS_NULL(dwcp_config_set_enable_fuel_metering, error, case_92, false),
    SURVIVES_NULL(dwcp_config_get_enable_fuel_metering, config, case_93, false),
    REFUSES_NULL(dwcp_config_set_fuel_limit, config, case_94, false),
    ALLOWS_NULL(dwcp_config_set_fuel_limit, error, case_95, false),
    SURVIVES_NULL(dwcp_config_get_fuel_limit, config, case_96, false),
    REFUSES_NULL(dwcp_config_set_fuel_limit_ceiling, config, case_97, false),
    ALLOWS_NULL(dwcp_config_set_fuel_limit_ceiling, error, case_98, false),
    SURVIVES_NULL(dwcp_config_get_fuel_limit_ceiling, config, case_99, false),
    REFUSES_NULL(dwcp_config_set_max_result_bytes, config, case_100, false),
    ALLOWS_NULL(dwcp_config_set_max_result_bytes, error, case_101, false),
    SURVIVES_NULL(dwcp_config_get_max_result_bytes, config, case_102, false),
    REFUSES_NULL(dwcp_config_set_session_idle_timeout_ms, config, case_103, false),
    ALLOWS_NULL(dwcp_config_set_session_idle_timeout_ms, error, case_104, false),
    SURVIVES_NULL(dwcp_config_get_session_idle_timeout_ms, config, case_105, false),
    REFUSES_NULL(dwcp_config_set_max_total_memory_bytes, config, case_106, false),
    ALLOWS_NULL(dwcp_config_set_max_total_memory_bytes, error, case_107, false),
    SURVIVES_NULL(dwcp_config_get_max_total_memory_bytes, config, case_108, false),
    REFUSES_NULL(dwcp_config_set_allowed_syscalls, config, case_109, false),
    REFUSES_NULL(dwcp_config_set_allowed_syscalls, names, case_110, false),
    ALLOWS_NULL(dwcp_config_set_allowed_syscalls, error, case_111, false),
    SURVIVES_NULL(dwcp_config_get_allowed_syscall_count, config, case_112, false),
    SURVIVES_NULL(dwcp_config_get_allowed_syscall, config, case_113, false),
    REFUSES_NULL(dwcp_config_set_denied_syscalls, config, case_114, false),
    REFUSES_NULL(dwcp_config_set_denied_syscalls, names, case_115, false),
    ALLOWS_NULL(dwcp_config_set_denied_syscalls, error, case_116, false),
    SURVIVES_NULL(dwcp_config_get_denied_syscall_count, config, case_117, false),
    SURVIVES_NULL(dwcp_config_get_denied_syscall, config, case_118, false),
    REFUSES_NULL(dwcp_config_add_allowed_directory, config, case_119, false),
    REFUSES_NULL(dwcp_config_add_allowed_directory, host, case_120, false),
    REFUSES_NULL(dwcp_config_add_allowed_directory, guest, case_121, false),
    ALLOWS_NULL(dwcp_config_add_allowed_directory, error, case_122, false),
    REFUSES_NULL(dwcp_config_clear_allowed_directories, config, case_123, false),
    ALLOWS_NULL(dwcp_config_clear_allowed_directories, error, case_124, false),
    SURVIVES_NULL(dwcp_config_get_allowed_directory_count, config, case_125, false),
    SURVIVES_NULL(dwcp_config_get_allowed_directory, config, case_126, false),
    SURVIVES_NULL(dwcp_config_get_allowed_directory, host, case_127, false),
    SURVIVES_NULL(dwcp_config_get_allowed_directory, guest, case_128, false),
    SURVIVES_NULL(dwcp_config_get_allowed_directory, read_only, case_129, false),
    REFUSES_NULL(dwcp_config_set_enable_wasi, config, case_130, false),
    ALLOWS_NULL(dwcp_config_set_enable_wasi, error, case_131, false),
    SURVIVES_NULL(dwcp_config_get_enable_wasi, config, case_132, false),
    REFUSES_NULL(dwcp_config_set_deny_action, config, case_133, false),
    ALLOWS_NULL(dwcp_config_set_deny_action, error, case_134, false),
    SURVIVES_NULL(dwcp_config_get_deny_action, config, case_135, false),
    REFUSES_NULL(dwcp_config_set_network_access, config, case_136, false),
    ALLOWS_NULL(dwcp_config_set_network_access, error, case_137, false),
    SURVIVES_NULL(dwcp_config_get_network_access, config, case_138, false),
    REFUSES_NULL(dwcp_config_set_filesystem_access, config, case_139, false),
    ALLOWS_NULL(dwcp_config_set_filesystem_access, error, case_140, false),
    SURVIVES_NULL(dwcp_config_get_filesystem_access, config, case_141, false),
    REFUSES_NULL(dwcp_config_set_max_file_size, config, case_142, false),
    ALLOWS_NULL(dwcp_config_set_max_file_size, error, case_143, false),
    SURVIVES_NULL(dwcp_config_get_max_file_size, config, case_144, false),
    REFUSES_NULL(dwcp_config_set_max_open_files, config, case_145, false),
    ALLOWS_NULL(dwcp_config_set_max_open_files, error, case_146, false),
    SURVIVES_NULL(dwcp_config_get_max_open_files, config, case_147, false),
    REFUSES_NULL(dwcp_config_set_max_bytes_written, config, case_148, false),
    ALLOWS_NULL(dwcp_config_set_max_bytes_written, error, case_149, false),
    SURVIVES_NULL(dwcp_config_get_max_bytes_written, config, case_150, false),
    REFUSES_NULL(dwcp_config_set_max_files_created, config, case_151, false),
    ALLOWS_NULL(dwcp_config_set_max_files_created, error, case_152, false),
    SURVIVES_NULL(dwcp_config_get_max_files_created, config, case_153, false),
    REFUSES_NULL(dwcp_config_set_deterministic, config, case_154, false),
    ALLOWS_NULL(dwcp_config_set_deterministic, error, case_155, false),
    SURVIVES_NULL(dwcp_config_get_deterministic, config, case_156, false),
    REFUSES_NULL(dwcp_config_set_random_seed, config, case_157, false),
    ALLOWS_NULL(dwcp_config_set_random_seed, error, case_158, false),
    SURVIVES_NULL(dwcp_config_get_random_seed, config, case_159, false),
    REFUSES_NULL(dwcp_config_set_pool_size, config, case_160, false),
    ALLOWS_NULL(dwcp_config_set_pool_size, error, case_161, false),
    SURVIVES_NULL(dwcp_config_get_pool_size, config, case_162, false),
    REFUSES_NULL(dwcp_config_set_max_live_vms, config, case_163, false),
    ALLOWS_NULL(dwcp_config_set_max_live_vms, error, case_164, false),
    SURVIVES_NULL(dwcp_config_get_max_live_vms, config, case_165, false),
    REFUSES_NULL(dwcp_config_set_acquire_timeout_ms, config, case_166, false),
    ALLOWS_NULL(dwcp_config_set_acquire_timeout_ms, error, case_167, false),
    SURVIVES_NULL(dwcp_config_get_acquire_timeout_ms, config, case_168, false),
    REFUSES_NULL(dwcp_config_set_cache_size, config, case_169, false),
    ALLOWS_NULL(dwcp_config_set_cache_size, error, case_170, false),
    SURVIVES_NULL(dwcp_config_get_cache_size, config, case_171, false),
    REFUSES_NULL(dwcp_config_set_cache_bytes, config, case_172, false),
    ALLOWS_NULL(dwcp_config_set_cache_bytes, error, case_173, false),
    SURVIVES_NULL(dwcp_config_get_cache_bytes, config, case_174, false),
    REFUSES_NULL(dwcp_config_set_max_module_bytes, config, case_175, false),
    ALLOWS_NULL(dwcp_config_set_max_module_bytes, error, case_176, false),
    SURVIVES_NULL(dwcp_config_get_max_module_bytes, config, case_177, false),
    REFUSES_NULL(dwcp_config_set_max_functions, config, case_178, false),
    ALLOWS_NULL(dwcp_config_set_max_functions, error, case_179, false),
    SURVIVES_NULL(dwcp_config_get_max_functions, config, case_180, false),
    REFUSES_NULL(dwcp_config_set_max_debug_info_bytes, config, case_181, false),
    ALLOWS_NULL(dwcp_config_set_max_debug_info_bytes, error, case_182, false),
    SURVIVES_NULL(dwcp_config_get_max_debug_info_bytes, config, case_183, false),
    REFUSES_NULL(dwcp_config_set_opt_level, config, case_184, false),
    ALLOWS_NULL(dwcp_config_set_opt_level, error, case_185, false),
    SURVIVES_NULL(dwcp_config_get_opt_level, config, case_186, false),
    REFUSES_NULL(dwcp_config_set_parallel_compilation, config, case_187, false),
    ALLOWS_NULL(dwcp_config_set_parallel_compilation, error, case_188, false),
    SURVIVES_NULL(dwcp_config_get_parallel_compilation, config, case_189, false),
    REFUSES_NULL(dwcp_config_set_compile_threads, config, case_190, false),
    ALLOWS_NULL(dwcp_config_set_compile_threads, error, case_191, false),
    SURVIVES_NULL(dwcp_config_get_compile_threads, config, case_192, false),
    REFUSES_NULL(dwcp_config_set_enable_metrics, config, case_193, false),
    ALLOWS_NULL(dwcp_config_set_enable_metrics, error, case_194, false),
    SURVIVES_NULL(dwcp_config_get_enable_metrics, config, case_195, false),
    REFUSES_NULL(dwcp_config_set_enable_tracing, config, case_196, false),
    ALLOWS_NULL(dwcp_config_set_enable_tracing, error, case_197, false),
    SURVIVES_NULL(dwcp_config_get_enable_tracing, config, case_198, false),
    REFUSES_NULL(dwcp_config_set_strict_capacity, config, case_199, false),
    ALLOWS_NULL(dwcp_config_set_strict_capacity, error, case_200, false),
    SURVIVES_NULL(dwcp_config_get_strict_capacity, config, case_201, false),
    REFUSES_NULL(dwcp_config_set_signals_based_traps, config, case_202, false),
    ALLOWS_NULL(dwcp_config_set_signals_based_traps, error, case_203, false),
    SURVIVES_NULL(dwcp_config_get_signals_based_traps, config, case_204, false),
    ALLOWS_NULL(dwcp_runtime_new, config, case_205, false),
    REFUSES_NULL(dwcp_runtime_new, out, case_206, false),
    ALLOWS_NULL(dwcp_runtime_new, error, case_207, false),
    REFUSES_NULL(dwcp_runtime_close, runtime, case_208, false),
    ALLOWS_NULL(dwcp_runtime_close, error, case_209, false),
    REFUSES_NULL(dwcp_runtime_drain, runtime, case_210, false),
    ALLOWS_NULL(dwcp_runtime_drain, error, case_211, false),
    REFUSES_NULL(dwcp_runtime_resume, runtime, case_212, false),
    ALLOWS_NULL(dwcp_runtime_resume, error, case_213, false),
    REFUSES_NULL(dwcp_runtime_reconfigure, runtime, case_214, false),
    REFUSES_NULL(dwcp_runtime_reconfigure, config, case_215, false),
    ALLOWS_NULL(dwcp_runtime_reconfigure, error, case_216, false),
    REFUSES_NULL(dwcp_runtime_config, runtime, case_217, false),
    REFUSES_NULL(dwcp_runtime_config, out, case_218, false),
    ALLOWS_NULL(dwcp_runtime_config, error, case_219, false),
    REFUSES_NULL(dwcp_runtime_set_alias, runtime, case_220, false),
    REFUSES_NULL(dwcp_runtime_set_alias, alias, case_221, false),
    ALLOWS_NULL(dwcp_runtime_set_alias, module, case_222, false),
    ALLOWS_NULL(dwcp_runtime_set_alias, error, case_223, false),
    SURVIVES_NULL(dwcp_runtime_free, runtime, case_224, false),
    REFUSES_NULL(dwcp_runtime_cache_list, runtime, case_225, false),
    REFUSES_NULL(dwcp_runtime_cache_list, out, case_226, false),
    REFUSES_NULL(dwcp_runtime_cache_list, count, case_227, false),
    ALLOWS_NULL(dwcp_runtime_cache_list, error, case_228, false),
    REFUSES_NULL(dwcp_runtime_cache_evict, runtime, case_229, false),
    ALLOWS_NULL(dwcp_runtime_cache_evict, key, case_230, false),
    ALLOWS_NULL(dwcp_runtime_cache_evict, error, case_231, false),
    REFUSES_NULL(dwcp_runtime_cache_clear, runtime, case_232, false),
    ALLOWS_NULL(dwcp_runtime_cache_clear, error, case_233, false),
    CALLS(dwcp_imports_new, none, case_234, false),
    SURVIVES_NULL(dwcp_imports_free, imports, case_235, false),
    REFUSES_NULL(dwcp_imports_define, imports, case_236, false),
    REFUSES_NULL(dwcp_imports_define, module, case_237, false),
    REFUSES_NULL(dwcp_imports_define, name, case_238, false),
    ALLOWS_NULL(dwcp_imports_define, signature, case_239, false),
    REFUSES_NULL(dwcp_imports_define, function, case_240, false),
    ALLOWS_NULL(dwcp_imports_define, user, case_241, false),
    ALLOWS_NULL(dwcp_imports_define, finalizer, case_242, false),
    ALLOWS_NULL(dwcp_imports_define, error, case_243, false),
    REFUSES_NULL(dwcp_module_load, runtime, case_244, false),
    REFUSES_NULL(dwcp_module_load, bytes, case_245, false),
    ALLOWS_NULL(dwcp_module_load, key, case_246, false),
    ALLOWS_NULL(dwcp_module_load, options, case_247, false),
    REFUSES_NULL(dwcp_module_load, out, case_248, false),
    ALLOWS_NULL(dwcp_module_load, error, case_249, false),
    REFUSES_NULL(dwcp_module_load_file, runtime, case_250, false),
    REFUSES_NULL(dwcp_module_load_file, path, case_251, false),
    ALLOWS_NULL(dwcp_module_load_file, options, case_252, false),
    REFUSES_NULL(dwcp_module_load_file, out, case_253, false),
    ALLOWS_NULL(dwcp_module_load_file, error, case_254, false),
    REFUSES_NULL(dwcp_module_find, runtime, case_255, false),
    ALLOWS_NULL(dwcp_module_find, key, case_256, false),
    REFUSES_NULL(dwcp_module_find, out, case_257, false),
    ALLOWS_NULL(dwcp_module_find, error, case_258, false),
    REFUSES_NULL(dwcp_module_disable, module, case_259, false),
    ALLOWS_NULL(dwcp_module_disable, error, case_260, false),
    SURVIVES_NULL(dwcp_module_retain, module, case_261, false),
    SURVIVES_NULL(dwcp_module_free, module, case_262, false),
    REFUSES_NULL(dwcp_module_info, module, case_263, false),
    REFUSES_NULL(dwcp_module_info, io, case_264, false),
    ALLOWS_NULL(dwcp_module_info, error, case_265, false),
    SURVIVES_NULL(dwcp_module_import_count, module, case_266, false),
    REFUSES_NULL(dwcp_module_import, module, case_267, false),
    REFUSES_NULL(dwcp_module_import, io, case_268, false),
    ALLOWS_NULL(dwcp_module_import, error, case_269, false),
    SURVIVES_NULL(dwcp_module_export_count, module, case_270, false),
    REFUSES_NULL(dwcp_module_export, module, case_271, false),
    REFUSES_NULL(dwcp_module_export, io, case_272, false),
    ALLOWS_NULL(dwcp_module_export, error, case_273, false),
    REFUSES_NULL(dwcp_module_get_function, module, case_274, false),
    REFUSES_NULL(dwcp_module_get_function, name, case_275, false),
    ALLOWS_NULL(dwcp_module_get_function, signature, case_276, false),
    REFUSES_NULL(dwcp_module_get_function, out, case_277, false),
    ALLOWS_NULL(dwcp_module_get_function, error, case_278, false),
    SURVIVES_NULL(dwcp_function_free, function, case_279, false),
    REFUSES_NULL(dwcp_function_type, function, case_280, false),
    REFUSES_NULL(dwcp_function_type, io, case_281, false),
    ALLOWS_NULL(dwcp_function_type, error, case_282, false),
    REFUSES_NULL(dwcp_function_call, function, case_283, false),
    REFUSES_NULL(dwcp_function_call, args, case_284, false),
    ALLOWS_NULL(dwcp_function_call, options, case_285, false),
    REFUSES_NULL(dwcp_function_call, results, case_286, false),
    ALLOWS_NULL(dwcp_function_call, nresults, case_287, false),
    ALLOWS_NULL(dwcp_function_call, stats, case_288, false),
    ALLOWS_NULL(dwcp_function_call, error, case_289, false),
    REFUSES_NULL(dwcp_runtime_execute, runtime, case_290, false),
    REFUSES_NULL(dwcp_runtime_execute, bytes, case_291, false),
    ALLOWS_NULL(dwcp_runtime_execute, key, case_292, false),
    REFUSES_NULL(dwcp_runtime_execute, function, case_293, false),
    REFUSES_NULL(dwcp_runtime_execute, args, case_294, false),
    ALLOWS_NULL(dwcp_runtime_execute, options, case_295, false),
    REFUSES_NULL(dwcp_runtime_execute, results, case_296, false),
    ALLOWS_NULL(dwcp_runtime_execute, nresults, case_297, false),
    ALLOWS_NULL(dwcp_runtime_execute, stats, case_298, false),
    ALLOWS_NULL(dwcp_runtime_execute, error, case_299, false),
    REFUSES_NULL(dwcp_module_run, module, case_300, false),
    ALLOWS_NULL(dwcp_module_run, options, case_301, false),
    ALLOWS_NULL(dwcp_module_run, exit_code, case_302, false),
    ALLOWS_NULL(dwcp_module_run, stats, case_303, false),
    ALLOWS_NULL(dwcp_module_run, error, case_304, false),
    CALLS(dwcp_wasi_new, none, case_305, false),
    SURVIVES_NULL(dwcp_wasi_free, wasi, case_306, false),
    REFUSES_NULL(dwcp_wasi_set_args, wasi, case_307, false),
    REFUSES_NULL(dwcp_wasi_set_args, args, case_308, false),
    ALLOWS_NULL(dwcp_wasi_set_args, error, case_309, false),
    REFUSES_NULL(dwcp_wasi_add_env, wasi, case_310, false),
    REFUSES_NULL(dwcp_wasi_add_env, name, case_311, false),
    REFUSES_NULL(dwcp_wasi_add_env, value, case_312, false),
    ALLOWS_NULL(dwcp_wasi_add_env, error, case_313, false),
    REFUSES_NULL(dwcp_wasi_set_stdin, wasi, case_314, false),
    REFUSES_NULL(dwcp_wasi_set_stdin, bytes, case_315, false),
    ALLOWS_NULL(dwcp_wasi_set_stdin, error, case_316, false),
    REFUSES_NULL(dwcp_wasi_inherit_stdin, wasi, case_317, false),
    ALLOWS_NULL(dwcp_wasi_inherit_stdin, error, case_318, false),
    REFUSES_NULL(dwcp_wasi_set_output, wasi, case_319, false),
    ALLOWS_NULL(dwcp_wasi_set_output, error, case_320, false),
    REFUSES_NULL(dwcp_wasi_set_stdin_callback, wasi, case_321, false),
    ALLOWS_NULL(dwcp_wasi_set_stdin_callback, callback, case_322, false),
    ALLOWS_NULL(dwcp_wasi_set_stdin_callback, user, case_323, false),
    ALLOWS_NULL(dwcp_wasi_set_stdin_callback, finalizer, case_324, false),
    ALLOWS_NULL(dwcp_wasi_set_stdin_callback, error, case_325, false),
    REFUSES_NULL(dwcp_wasi_set_output_callback, wasi, case_326, false),
    ALLOWS_NULL(dwcp_wasi_set_output_callback, callback, case_327, false),
    ALLOWS_NULL(dwcp_wasi_set_output_callback, user, case_328, false),
    ALLOWS_NULL(dwcp_wasi_set_output_callback, finalizer, case_329, false),
    ALLOWS_NULL(dwcp_wasi_set_output_callback, error, case_330, false),
    REFUSES_NULL(dwcp_wasi_set_clocks, wasi, case_331, false),
    ALLOWS_NULL(dwcp_wasi_set_clocks, error, case_332, false),
    REFUSES_NULL(dwcp_wasi_set_random_seed, wasi, case_333, false),
    ALLOWS_NULL(dwcp_wasi_set_random_seed, error, case_334, false),
    REFUSES_NULL(dwcp_wasi_add_directory, wasi, case_335, false),
    REFUSES_NULL(dwcp_wasi_add_directory, host, case_336, false),
    REFUSES_NULL(dwcp_wasi_add_directory, guest, case_337, false),
    ALLOWS_NULL(dwcp_wasi_add_directory, error, case_338, false),
    REFUSES_NULL(dwcp_wasi_output, wasi, case_339, false),
    REFUSES_NULL(dwcp_wasi_output, out, case_340, false),
    ALLOWS_NULL(dwcp_wasi_output, truncated, case_341, false),
    ALLOWS_NULL(dwcp_wasi_output, error, case_342, false),
    REFUSES_NULL(dwcp_runtime_metrics, runtime, case_343, false),
    REFUSES_NULL(dwcp_runtime_metrics, io, case_344, false),
    ALLOWS_NULL(dwcp_runtime_metrics, error, case_345, false),
    REFUSES_NULL(dwcp_runtime_pool_metrics, runtime, case_346, false),
    REFUSES_NULL(dwcp_runtime_pool_metrics, io, case_347, false),
    ALLOWS_NULL(dwcp_runtime_pool_metrics, error, case_348, false),
    REFUSES_NULL(dwcp_runtime_cache_metrics, runtime, case_349, false),
    REFUSES_NULL(dwcp_runtime_cache_metrics, io, case_350, false),
    ALLOWS_NULL(dwcp_runtime_cache_metrics, error, case_351, false),
    REFUSES_NULL(dwcp_runtime_syscall_metrics, runtime, case_352, false),
    REFUSES_NULL(dwcp_runtime_syscall_metrics, out, case_353, false),
    REFUSES_NULL(dwcp_runtime_syscall_metrics, count, case_354, false),
    ALLOWS_NULL(dwcp_runtime_syscall_metrics, error, case_355, false),
    REFUSES_NULL(dwcp_runtime_metrics_json, runtime, case_356, false),
    REFUSES_NULL(dwcp_runtime_metrics_json, out, case_357, false),
    ALLOWS_NULL(dwcp_runtime_metrics_json, len, case_358, false),
    ALLOWS_NULL(dwcp_runtime_metrics_json, error, case_359, false),
    REFUSES_NULL(dwcp_function_call_batch, function, case_360, false),
    REFUSES_NULL(dwcp_function_call_batch, args, case_361, false),
    ALLOWS_NULL(dwcp_function_call_batch, options, case_362, false),
    ALLOWS_NULL(dwcp_function_call_batch, batch, case_363, false),
    REFUSES_NULL(dwcp_function_call_batch, results, case_364, false),
    REFUSES_NULL(dwcp_function_call_batch, rows, case_365, false),
    ALLOWS_NULL(dwcp_function_call_batch, nfailed, case_366, false),
    ALLOWS_NULL(dwcp_function_call_batch, error, case_367, false),
    SURVIVES_NULL(dwcp_batch_rows_clear, rows, case_368, false),
    SURVIVES_NULL(dwcp_caller_user_data, caller, case_369, true),
    SURVIVES_NULL(dwcp_caller_call_id, caller, case_370, true),
    SURVIVES_NULL(dwcp_caller_remaining_ns, caller, case_371, true),
    REFUSES_NULL(dwcp_caller_memory, caller, case_372, true),
    REFUSES_NULL(dwcp_caller_memory, out, case_373, true),
    REFUSES_NULL(dwcp_caller_read, caller, case_374, true),
    REFUSES_NULL(dwcp_caller_read, dst, case_375, true),
    REFUSES_NULL(dwcp_caller_write, caller, case_376, true),
    REFUSES_NULL(dwcp_caller_write, src, case_377, true),
    SURVIVES_NULL(dwcp_caller_fail, caller, case_378, true),
    SURVIVES_NULL(dwcp_caller_fail, message, case_379, true),
    SURVIVES_NULL(dwcp_caller_memory_size, caller, case_380, true),
    REFUSES_NULL(dwcp_caller_string, caller, case_381, true),
    REFUSES_NULL(dwcp_caller_string, out, case_382, true),
    REFUSES_NULL(dwcp_caller_c_string, caller, case_383, true),
    REFUSES_NULL(dwcp_caller_c_string, out, case_384, true),
    REFUSES_NULL(dwcp_caller_allocate, caller, case_385, true),
    REFUSES_NULL(dwcp_caller_allocate, ptr, case_386, true),
    REFUSES_NULL(dwcp_caller_return, caller, case_387, true),
    REFUSES_NULL(dwcp_caller_return, result, case_388, true),
    ALLOWS_NULL(dwcp_caller_return, data, case_389, true),
    REFUSES_NULL(dwcp_caller_call, caller, case_390, true),
    REFUSES_NULL(dwcp_caller_call, function, case_391, true),
    ALLOWS_NULL(dwcp_caller_call, signature, case_392, true),
    REFUSES_NULL(dwcp_caller_call, args, case_393, true),
    REFUSES_NULL(dwcp_caller_call, results, case_394, true),
    ALLOWS_NULL(dwcp_caller_call, nresults, case_395, true),
    ALLOWS_NULL(dwcp_caller_call, error, case_396, true),
    REFUSES_NULL(dwcp_caller_call_ref, caller, case_397, true),
    REFUSES_NULL(dwcp_caller_call_ref, funcref, case_398, true),
    REFUSES_NULL(dwcp_caller_call_ref, args, case_399, true),
    REFUSES_NULL(dwcp_caller_call_ref, results, case_400, true),
    ALLOWS_NULL(dwcp_caller_call_ref, nresults, case_401, true),
    ALLOWS_NULL(dwcp_caller_call_ref, error, case_402, true),
    REFUSES_NULL(dwcp_caller_externref_new, caller, case_403, true),
    ALLOWS_NULL(dwcp_caller_externref_new, data, case_404, true),
    ALLOWS_NULL(dwcp_caller_externref_new, finalizer, case_405, true),
    REFUSES_NULL(dwcp_caller_externref_new, out, case_406, true),
    REFUSES_NULL(dwcp_caller_externref_data, caller, case_407, true),
    REFUSES_NULL(dwcp_caller_externref_data, value, case_408, true),
    REFUSES_NULL(dwcp_caller_externref_data, out, case_409, true),
    REFUSES_NULL(dwcp_caller_ref_keep, caller, case_410, true),
    REFUSES_NULL(dwcp_caller_ref_keep, value, case_411, true),
    REFUSES_NULL(dwcp_caller_ref_keep, out, case_412, true),
    SURVIVES_NULL(dwcp_caller_is_cancelled, caller, case_413, true),
    CALLS(dwcp_cancel_new, none, case_414, false),
    SURVIVES_NULL(dwcp_cancel_fire, cancel, case_415, false),
    SURVIVES_NULL(dwcp_cancel_reset, cancel, case_416, false),
    SURVIVES_NULL(dwcp_cancel_is_fired, cancel, case_417, false),
    SURVIVES_NULL(dwcp_cancel_free, cancel, case_418, false),
    REFUSES_NULL(dwcp_config_set_log, config, case_419, false),
    ALLOWS_NULL(dwcp_config_set_log, callback, case_420, false),
    ALLOWS_NULL(dwcp_config_set_log, user, case_421, false),
    ALLOWS_NULL(dwcp_config_set_log, finalizer, case_422, false),
    ALLOWS_NULL(dwcp_config_set_log, error, case_423, false),
    REFUSES_NULL(dwcp_vm_acquire, module, case_424, false),
    ALLOWS_NULL(dwcp_vm_acquire, options, case_425, false),
    REFUSES_NULL(dwcp_vm_acquire, out, case_426, false),
    ALLOWS_NULL(dwcp_vm_acquire, error, case_427, false),
    SURVIVES_NULL(dwcp_vm_release, vm, case_428, false),
    REFUSES_NULL(dwcp_vm_call, vm, case_429, false),
    REFUSES_NULL(dwcp_vm_call, function, case_430, false),
    REFUSES_NULL(dwcp_vm_call, args, case_431, false),
    ALLOWS_NULL(dwcp_vm_call, options, case_432, false),
    REFUSES_NULL(dwcp_vm_call, results, case_433, false),
    ALLOWS_NULL(dwcp_vm_call, nresults, case_434, false),
    ALLOWS_NULL(dwcp_vm_call, stats, case_435, false),
    ALLOWS_NULL(dwcp_vm_call, error, case_436, false),
    REFUSES_NULL(dwcp_vm_call_ref, vm, case_437, false),
    REFUSES_NULL(dwcp_vm_call_ref, funcref, case_438, false),
    REFUSES_NULL(dwcp_vm_call_ref, args, case_439, false),
    ALLOWS_NULL(dwcp_vm_call_ref, options, case_440, false),
    REFUSES_NULL(dwcp_vm_call_ref, results, case_441, false),
    ALLOWS_NULL(dwcp_vm_call_ref, nresults, case_442, false),
    ALLOWS_NULL(dwcp_vm_call_ref, stats, case_443, false),
    ALLOWS_NULL(dwcp_vm_call_ref, error, case_444, false),
    REFUSES_NULL(dwcp_vm_read, vm, case_445, false),
    REFUSES_NULL(dwcp_vm_read, dst, case_446, false),
    ALLOWS_NULL(dwcp_vm_read, error, case_447, false),
    REFUSES_NULL(dwcp_vm_write, vm, case_448, false),
    REFUSES_NULL(dwcp_vm_write, src, case_449, false),
    ALLOWS_NULL(dwcp_vm_write, error, case_450, false),
    REFUSES_NULL(dwcp_vm_memory_size, vm, case_451, false),
    REFUSES_NULL(dwcp_vm_memory_size, bytes, case_452, false),
    ALLOWS_NULL(dwcp_vm_memory_size, error, case_453, false),
    REFUSES_NULL(dwcp_vm_global_get, vm, case_454, false),
    REFUSES_NULL(dwcp_vm_global_get, name, case_455, false),
    REFUSES_NULL(dwcp_vm_global_get, out, case_456, false),
    ALLOWS_NULL(dwcp_vm_global_get, error, case_457, false),
    REFUSES_NULL(dwcp_vm_global_set, vm, case_458, false),
    REFUSES_NULL(dwcp_vm_global_set, name, case_459, false),
    REFUSES_NULL(dwcp_vm_global_set, value, case_460, false),
    ALLOWS_NULL(dwcp_vm_global_set, error, case_461, false),
    REFUSES_NULL(dwcp_vm_externref_new, vm, case_462, false),
    ALLOWS_NULL(dwcp_vm_externref_new, data, case_463, false),
    ALLOWS_NULL(dwcp_vm_externref_new, finalizer, case_464, false),
    REFUSES_NULL(dwcp_vm_externref_new, out, case_465, false),
    ALLOWS_NULL(dwcp_vm_externref_new, error, case_466, false),
    REFUSES_NULL(dwcp_vm_externref_data, vm, case_467, false),
    REFUSES_NULL(dwcp_vm_externref_data, value, case_468, false),
    REFUSES_NULL(dwcp_vm_externref_data, out, case_469, false),
    ALLOWS_NULL(dwcp_vm_externref_data, error, case_470, false),
    REFUSES_NULL(dwcp_vm_ref_free, vm, case_471, false),
    REFUSES_NULL(dwcp_vm_ref_free, value, case_472, false),
    ALLOWS_NULL(dwcp_vm_ref_free, error, case_473, false),
    REFUSES_NULL(dwcp_vm_gc, vm, case_474, false),
    ALLOWS_NULL(dwcp_vm_gc, error, case_475, false),
};

int main(void) {
    return fixture_run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}
