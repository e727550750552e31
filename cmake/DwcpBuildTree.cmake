# The build tree is a package too: -Ddwcp_wasm_DIR=<build> works before anything is installed.

include(CMakePackageConfigHelpers)
set(DWCP_CONFIG_INCLUDE_DIR "${CMAKE_CURRENT_SOURCE_DIR}/include")
set(DWCP_CONFIG_LIB_DIR "${DWCP_LIB_DIR}")
configure_package_config_file(cmake/dwcp_wasmConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/dwcp_wasmConfig.cmake"
  INSTALL_DESTINATION "${CMAKE_CURRENT_BINARY_DIR}"
  INSTALL_PREFIX "${CMAKE_CURRENT_BINARY_DIR}"
  PATH_VARS DWCP_CONFIG_INCLUDE_DIR DWCP_CONFIG_LIB_DIR)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/dwcp_wasmConfigVersion.cmake"
  VERSION "${PROJECT_VERSION}" COMPATIBILITY ${dwcp_compatibility})
