# Header, both libraries with their links, CMake package and pkg-config file; for guests, the files to copy; what there is to read.

include(CMakePackageConfigHelpers)
set(dwcp_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/dwcp_wasm")

install(FILES include/dwcp_wasm.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES guest/dwcp_guest.h guest/dwcp_guest.rs DESTINATION "${CMAKE_INSTALL_DATADIR}/dwcp_wasm/guest")
# As in the checkout, so that the links from one to the other hold.
install(FILES LICENSE README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/dwcp_wasm")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/dwcp_wasm")
install(PROGRAMS "${DWCP_LIB_DIR}/${DWCP_REALNAME}" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(FILES "${DWCP_LIB_DIR}/${DWCP_SONAME}" "${DWCP_LIB_DIR}/libdwcp_wasm.so" "${DWCP_LIB_DIR}/libdwcp_wasm.a"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}")

set(DWCP_CONFIG_INCLUDE_DIR "${CMAKE_INSTALL_INCLUDEDIR}")
set(DWCP_CONFIG_LIB_DIR "${CMAKE_INSTALL_LIBDIR}")
configure_package_config_file(cmake/dwcp_wasmConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/install/dwcp_wasmConfig.cmake"
  INSTALL_DESTINATION "${dwcp_package_dir}"
  PATH_VARS DWCP_CONFIG_INCLUDE_DIR DWCP_CONFIG_LIB_DIR)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/install/dwcp_wasmConfigVersion.cmake"
  VERSION "${PROJECT_VERSION}" COMPATIBILITY ${dwcp_compatibility})
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/install/dwcp_wasmConfig.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/install/dwcp_wasmConfigVersion.cmake"
  DESTINATION "${dwcp_package_dir}")

# lib/pkgconfig is two steps below the prefix, lib/x86_64-linux-gnu/pkgconfig three.
file(RELATIVE_PATH DWCP_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" DWCP_PC_PREFIX "${DWCP_PC_PREFIX}")
configure_file(cmake/dwcp_wasm.pc.in "${CMAKE_CURRENT_BINARY_DIR}/install/dwcp_wasm.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/install/dwcp_wasm.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
