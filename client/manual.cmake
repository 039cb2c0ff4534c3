# SPDX-License-Identifier: Apache-2.0
# The manual pages, from what the programs say of themselves, into man/ of the build.
#
#   cmake --install BUILD --component manual    installs them under share/man
include(GNUInstallDirs)

add_executable(vardsok-manual manual/main.c)
target_link_libraries(vardsok-manual PRIVATE vardsok_cli)
target_compile_definitions(vardsok-manual PRIVATE VARDSOK_VERSION="${PROJECT_VERSION}")

set(man ${CMAKE_BINARY_DIR}/man)
add_custom_command(
  OUTPUT ${man}/man1/vardsok.1 ${man}/man8/vardsokd.8 ${man}/sv/man1/vardsok.1
  COMMAND ${CMAKE_COMMAND} -E make_directory ${man}/man1 ${man}/man8 ${man}/sv/man1
  COMMAND vardsok-manual vardsok en > ${man}/man1/vardsok.1
  COMMAND vardsok-manual vardsok sv > ${man}/sv/man1/vardsok.1
  COMMAND $<TARGET_FILE:vardsokd> --help > ${man}/vardsokd.help
  COMMAND vardsok-manual vardsokd < ${man}/vardsokd.help > ${man}/man8/vardsokd.8
  DEPENDS vardsok-manual vardsokd
  VERBATIM)
add_custom_target(vardsok_man ALL DEPENDS ${man}/man1/vardsok.1)

install(DIRECTORY ${man}/man1 ${man}/man8 ${man}/sv DESTINATION ${CMAKE_INSTALL_MANDIR}
  COMPONENT manual)
