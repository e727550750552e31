# The targets in this build: dwcp_wasm::shared and dwcp_wasm::static, with dwcp_wasm::dwcp_wasm for the shared one.
# The installed package and the build tree's package define the same names.

add_library(dwcp_wasm_shared SHARED IMPORTED GLOBAL)
set_target_properties(dwcp_wasm_shared PROPERTIES
  IMPORTED_LOCATION "${DWCP_LIB_DIR}/${DWCP_REALNAME}"
  IMPORTED_SONAME "${DWCP_SONAME}"
  INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_SOURCE_DIR}/include")
add_dependencies(dwcp_wasm_shared dwcp_wasm_cargo)

add_library(dwcp_wasm_static STATIC IMPORTED GLOBAL)
set_target_properties(dwcp_wasm_static PROPERTIES
  IMPORTED_LOCATION "${DWCP_LIB_DIR}/libdwcp_wasm.a"
  INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_SOURCE_DIR}/include"
  INTERFACE_LINK_LIBRARIES "${DWCP_NATIVE_LIBS}")
add_dependencies(dwcp_wasm_static dwcp_wasm_cargo)

add_library(dwcp_wasm::shared ALIAS dwcp_wasm_shared)
add_library(dwcp_wasm::static ALIAS dwcp_wasm_static)
add_library(dwcp_wasm::dwcp_wasm ALIAS dwcp_wasm_shared)

# For the version files of both packages: while the first number is 0, a new second number may break hosts.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(dwcp_compatibility SameMinorVersion)
else()
  set(dwcp_compatibility SameMajorVersion)
endif()
