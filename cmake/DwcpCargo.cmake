# Builds the crate with cargo and puts the libraries, with the names that a loader looks for, into ${DWCP_LIB_DIR}.
#
# Cargo itself decides what is stale, so the command always runs; fresh, it takes a tenth of a second.

find_program(DWCP_CARGO NAMES "$ENV{CARGO}" cargo HINTS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin" REQUIRED
  DOC "The cargo that builds the library")

set(DWCP_CARGO_TARGET_DIR "" CACHE PATH "Cargo's target directory; empty for CARGO_TARGET_DIR or the crate's own")
if(DWCP_CARGO_TARGET_DIR)
  set(dwcp_target_dir "${DWCP_CARGO_TARGET_DIR}")
elseif(DEFINED ENV{CARGO_TARGET_DIR})
  get_filename_component(dwcp_target_dir "$ENV{CARGO_TARGET_DIR}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
else()
  set(dwcp_target_dir "${CMAKE_CURRENT_SOURCE_DIR}/target")
endif()

set(DWCP_LIB_DIR "${CMAKE_CURRENT_BINARY_DIR}/lib")
set(DWCP_SONAME "libdwcp_wasm.so.${PROJECT_VERSION_MAJOR}")
set(DWCP_REALNAME "libdwcp_wasm.so.${PROJECT_VERSION}")
file(MAKE_DIRECTORY "${DWCP_LIB_DIR}")

add_custom_target(dwcp_wasm_cargo ALL
  COMMAND "${CMAKE_COMMAND}" -E env "CARGO_TARGET_DIR=${dwcp_target_dir}"
          "${DWCP_CARGO}" build --release --locked --lib --manifest-path "${CMAKE_CURRENT_SOURCE_DIR}/Cargo.toml"
  COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${dwcp_target_dir}/release/libdwcp_wasm.so" "${DWCP_LIB_DIR}/${DWCP_REALNAME}"
  COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${dwcp_target_dir}/release/libdwcp_wasm.a" "${DWCP_LIB_DIR}/libdwcp_wasm.a"
  COMMAND "${CMAKE_COMMAND}" -E create_symlink "${DWCP_REALNAME}" "${DWCP_LIB_DIR}/${DWCP_SONAME}"
  COMMAND "${CMAKE_COMMAND}" -E create_symlink "${DWCP_SONAME}" "${DWCP_LIB_DIR}/libdwcp_wasm.so"
  BYPRODUCTS "${DWCP_LIB_DIR}/${DWCP_REALNAME}" "${DWCP_LIB_DIR}/libdwcp_wasm.a"
             "${DWCP_LIB_DIR}/${DWCP_SONAME}" "${DWCP_LIB_DIR}/libdwcp_wasm.so"
  WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
  COMMENT "cargo build --release"
  USES_TERMINAL
  VERBATIM)

# What a program needs beside the static library, as rustc says; CI compares the list with the compiler's.
file(STRINGS "${CMAKE_CURRENT_SOURCE_DIR}/cmake/native-static-libs.txt" DWCP_NATIVE_LIBS)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS cmake/native-static-libs.txt)
list(JOIN DWCP_NATIVE_LIBS " " DWCP_NATIVE_LIBS_PC)
