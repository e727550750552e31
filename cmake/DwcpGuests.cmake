# The guests of the tests, compiled to WebAssembly into ${DWCP_GUEST_DIR} by whatever compiler there is. Where there is none,
# DWCP_GUESTS_MISSING says so, or DWCP_RUST_GUESTS_MISSING for those in Rust, and the tests that need them are skipped with it.

set(DWCP_GUEST_DIR "${CMAKE_CURRENT_BINARY_DIR}/guests")
file(MAKE_DIRECTORY "${DWCP_GUEST_DIR}")
set(dwcp_wasm_cc "${CMAKE_CURRENT_SOURCE_DIR}/scripts/wasm-cc.sh")
set(dwcp_guest_files "")

execute_process(COMMAND "${dwcp_wasm_cc}" --libc --which
  RESULT_VARIABLE dwcp_wasm_cc_result OUTPUT_VARIABLE dwcp_wasm_cc_says OUTPUT_STRIP_TRAILING_WHITESPACE)
set(DWCP_GUESTS_MISSING "")
if(dwcp_wasm_cc_result EQUAL 0)
  message(STATUS "Guests in C and C++: ${dwcp_wasm_cc_says}")
else()
  set(DWCP_GUESTS_MISSING "${dwcp_wasm_cc_says}")
  message(STATUS "Guests in C and C++: skipped, ${dwcp_wasm_cc_says}")
endif()

set(dwcp_rust_target wasm32-unknown-unknown)
find_program(DWCP_RUSTC NAMES "$ENV{RUSTC}" rustc HINTS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin" DOC "The rustc that builds guests")
set(DWCP_RUST_GUESTS_MISSING "Rust's library for ${dwcp_rust_target} is missing (scripts/setup.sh wasm-rust)")
if(DWCP_RUSTC)
  execute_process(COMMAND "${DWCP_RUSTC}" --print target-libdir --target ${dwcp_rust_target}
    OUTPUT_VARIABLE dwcp_rust_libdir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(dwcp_rust_libdir AND EXISTS "${dwcp_rust_libdir}")
    set(DWCP_RUST_GUESTS_MISSING "")
  endif()
endif()
if(DWCP_RUST_GUESTS_MISSING)
  message(STATUS "Guests in Rust: skipped, ${DWCP_RUST_GUESTS_MISSING}")
endif()

# dwcp_guest(<name> [LIBC] <sources>...): guests/<name>.wasm, with wasi-libc or without any.
function(dwcp_guest name)
  cmake_parse_arguments(guest "LIBC" "" "" ${ARGN})
  if(DWCP_GUESTS_MISSING)
    return()
  endif()
  set(flags -Werror)
  if(guest_LIBC)
    list(APPEND flags --libc)
  endif()
  list(TRANSFORM guest_UNPARSED_ARGUMENTS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  add_custom_command(OUTPUT "${DWCP_GUEST_DIR}/${name}.wasm"
    COMMAND "${dwcp_wasm_cc}" ${flags} -o "${DWCP_GUEST_DIR}/${name}.wasm" ${guest_UNPARSED_ARGUMENTS}
    DEPENDS ${guest_UNPARSED_ARGUMENTS} "${CMAKE_CURRENT_SOURCE_DIR}/guest/dwcp_guest.h" "${dwcp_wasm_cc}"
    COMMENT "Guest ${name}.wasm" VERBATIM)
  set(dwcp_guest_files ${dwcp_guest_files} "${DWCP_GUEST_DIR}/${name}.wasm" PARENT_SCOPE)
endfunction()

# Without MAKEFLAGS: rustc would look for a jobserver of make's that is not handed on to it.
set(dwcp_rustc "${CMAKE_COMMAND}" -E env --unset=MAKEFLAGS --unset=MFLAGS --unset=CARGO_MAKEFLAGS "${DWCP_RUSTC}" --edition 2024 -D warnings)

# dwcp_rust_guest(<name> <source>)
function(dwcp_rust_guest name source)
  if(DWCP_RUST_GUESTS_MISSING)
    return()
  endif()
  add_custom_command(OUTPUT "${DWCP_GUEST_DIR}/${name}.wasm"
    COMMAND ${dwcp_rustc} --target ${dwcp_rust_target} --crate-type cdylib --crate-name ${name}
            -C opt-level=s -C strip=symbols -C panic=abort -o "${DWCP_GUEST_DIR}/${name}.wasm" "${CMAKE_CURRENT_SOURCE_DIR}/${source}"
    DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${source}" "${CMAKE_CURRENT_SOURCE_DIR}/guest/dwcp_guest.rs"
    COMMENT "Guest ${name}.wasm" VERBATIM)
  set(dwcp_guest_files ${dwcp_guest_files} "${DWCP_GUEST_DIR}/${name}.wasm" PARENT_SCOPE)
endfunction()

dwcp_guest(kit guest/tests/kit.c guest/tests/kit_more.c)
dwcp_guest(kit_libc LIBC guest/tests/kit.c guest/tests/kit_more.c)
dwcp_guest(kit_cpp guest/tests/kit.cpp)
dwcp_guest(kit_cpp_libc LIBC guest/tests/kit.cpp)
dwcp_rust_guest(kit_rust guest/tests/kit.rs)
dwcp_guest(hosted guest/tests/hosted.c)
dwcp_guest(printf LIBC guest/tests/printf.c)
dwcp_guest(hostile guest/tests/hostile.c)
dwcp_guest(hostile_libc LIBC guest/tests/hostile.c)
dwcp_guest(strings examples-c/guests/strings.c)

# The program that examples-c/guests has in each language, built anew by the compilers that are here: DWCP_PROGRAMS names what was.
set(DWCP_PROGRAMS "")
set(dwcp_program_dir "${CMAKE_CURRENT_SOURCE_DIR}/examples-c/guests")

# dwcp_program(<language> <source> <command>...): guests/files_<language>.wasm.
function(dwcp_program language source)
  set(output "${DWCP_GUEST_DIR}/files_${language}.wasm")
  add_custom_command(OUTPUT "${output}" COMMAND ${ARGN} DEPENDS "${dwcp_program_dir}/${source}" "${dwcp_wasm_cc}"
    COMMENT "Guest files_${language}.wasm" VERBATIM)
  set(dwcp_guest_files ${dwcp_guest_files} "${output}" PARENT_SCOPE)
  set(DWCP_PROGRAMS ${DWCP_PROGRAMS} ${language} PARENT_SCOPE)
endfunction()

execute_process(COMMAND "${dwcp_wasm_cc}" --program --which RESULT_VARIABLE dwcp_wasm_program_result OUTPUT_QUIET)
if(dwcp_wasm_program_result EQUAL 0)
  foreach(language c cpp)
    dwcp_program(${language} files.${language} "${dwcp_wasm_cc}" --program -Werror
      -o "${DWCP_GUEST_DIR}/files_${language}.wasm" "${dwcp_program_dir}/files.${language}")
  endforeach()
endif()
if(DWCP_RUSTC)
  execute_process(COMMAND "${DWCP_RUSTC}" --print target-libdir --target wasm32-wasip1
    OUTPUT_VARIABLE dwcp_rust_libdir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(dwcp_rust_libdir AND EXISTS "${dwcp_rust_libdir}")
    dwcp_program(rust files.rs ${dwcp_rustc} --target wasm32-wasip1 --crate-name files -C opt-level=z -C lto=fat
      -C codegen-units=1 -C strip=symbols -C panic=abort -o "${DWCP_GUEST_DIR}/files_rust.wasm" "${dwcp_program_dir}/files.rs")
  endif()
endif()
# Go's own compiler too: no small module, but what many a host will be given. Caches stay in the build tree.
find_program(DWCP_GO NAMES go HINTS /usr/local/go/bin DOC "The go that builds a guest")
if(DWCP_GO)
  dwcp_program(go files.go "${CMAKE_COMMAND}" -E env GOOS=wasip1 GOARCH=wasm GO111MODULE=off GOTOOLCHAIN=local "GOCACHE=${DWCP_GUEST_DIR}/go-cache"
    "${DWCP_GO}" build -trimpath "-ldflags=-s -w" -o "${DWCP_GUEST_DIR}/files_go.wasm" "${dwcp_program_dir}/files.go")
endif()
find_program(DWCP_TINYGO NAMES tinygo DOC "The tinygo that builds a guest")
if(DWCP_TINYGO)
  dwcp_program(tinygo files.go "${DWCP_TINYGO}" build -target=wasip1 -opt=z -no-debug -o "${DWCP_GUEST_DIR}/files_tinygo.wasm"
    "${dwcp_program_dir}/files.go")
endif()
message(STATUS "Programs built anew: ${DWCP_PROGRAMS}")
add_custom_target(dwcp_guests ALL DEPENDS ${dwcp_guest_files})
