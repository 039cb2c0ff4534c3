# SPDX-License-Identifier: Apache-2.0
# libvardsok for programs outside this tree: the calls of lib/vardsok.h, shared and static, with
# what they need of daemon/ inside and hidden. The typed calls are for the programs here alone.
#
#   cmake --install BUILD --component library    installs header, both libraries and vardsok.pc
include(GNUInstallDirs)

file(GLOB library_sources CONFIGURE_DEPENDS lib/*.c)
list(FILTER library_sources EXCLUDE REGEX "/typed[^/]*\\.c$")
foreach(name base/buffer base/check base/reason base/status wire/reader wire/status wire/writer)
  list(APPEND library_sources ${CMAKE_SOURCE_DIR}/daemon/${name}.c)
endforeach()

# Its users bring no sanitizer and no counters of ours.
add_library(vardsok_library_objects OBJECT ${library_sources})
target_include_directories(vardsok_library_objects PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/daemon)
if(VARDSOK_SANITIZE)
  target_compile_options(vardsok_library_objects PRIVATE -fno-sanitize=all)
endif()
if(VARDSOK_COVERAGE)
  target_compile_options(vardsok_library_objects PRIVATE -fno-profile-arcs -fno-test-coverage)
endif()

find_library(NANOPB_ARCHIVE libprotobuf-nanopb.a REQUIRED)
set(map ${CMAKE_CURRENT_SOURCE_DIR}/lib/vardsok.map)
add_library(vardsok_shared SHARED $<TARGET_OBJECTS:vardsok_library_objects>)
set_target_properties(vardsok_shared PROPERTIES OUTPUT_NAME vardsok VERSION 1.0.0 SOVERSION 1
  LINK_DEPENDS ${map} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
target_link_libraries(vardsok_shared PRIVATE ${NANOPB_ARCHIVE})
target_link_options(vardsok_shared PRIVATE -Wl,--version-script=${map} -Wl,--no-undefined)
if(VARDSOK_SANITIZE)
  target_link_options(vardsok_shared PRIVATE -fno-sanitize=all)
endif()

# One object in which only the names of the header are left global: nothing of ours can meet a
# name of the program's.
set(archive ${CMAKE_BINARY_DIR}/lib/libvardsok.a)
set(object ${CMAKE_CURRENT_BINARY_DIR}/libvardsok.o)
add_custom_command(
  OUTPUT ${archive}
  COMMAND ${CMAKE_LINKER} -r -o ${object} $<TARGET_OBJECTS:vardsok_library_objects> ${NANOPB_ARCHIVE}
  COMMAND ${CMAKE_OBJCOPY} --wildcard "--keep-global-symbol=vardsok_*" ${object}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/lib
  COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
  COMMAND ${CMAKE_AR} rcs ${archive} ${object}
  DEPENDS vardsok_library_objects $<TARGET_OBJECTS:vardsok_library_objects>
  COMMAND_EXPAND_LISTS
  VERBATIM)
add_custom_target(vardsok_static ALL DEPENDS ${archive})

# The way back from where vardsok.pc lies, so that an installation can be moved.
file(RELATIVE_PATH VARDSOK_PC_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
configure_file(lib/vardsok.pc.in vardsok.pc @ONLY)
install(TARGETS vardsok_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(FILES ${archive} DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(FILES lib/vardsok.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/vardsok.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT library)

# What integrators read first: built here for the warnings, and by the tests as they would build it.
if(VARDSOK_TESTS)
  file(GLOB examples CONFIGURE_DEPENDS examples/*.c)
  foreach(source ${examples})
    get_filename_component(name ${source} NAME_WE)
    add_executable(example_${name} ${source})
    set_target_properties(example_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/examples)
    target_include_directories(example_${name} PRIVATE lib)
    target_link_libraries(example_${name} PRIVATE vardsok_shared)
  endforeach()
endif()
