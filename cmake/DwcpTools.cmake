# dwcp-run: an example that is also a tool, so it is installed with the library.

add_executable(dwcp-run examples-c/dwcp-run.c)
set_target_properties(dwcp-run PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS ON)
target_link_libraries(dwcp-run PRIVATE dwcp_wasm::dwcp_wasm m)
# Installed, it finds the library of its own prefix, wherever that is moved to.
file(RELATIVE_PATH dwcp_lib_from_bin "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
set_target_properties(dwcp-run PROPERTIES INSTALL_RPATH "$ORIGIN/${dwcp_lib_from_bin}")
if(DWCP_INSTALL)
  install(TARGETS dwcp-run RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
