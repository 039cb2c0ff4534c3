# SPDX-License-Identifier: Apache-2.0
# How each kind of test is built, run and watched by the sanitizers.
set(VARDSOK_REPORTS ${CMAKE_BINARY_DIR}/sanitizer-reports)

# Links target with those of the named layers and libraries that exist.
function(vardsok_link target)
  foreach(name ${ARGN})
    if(TARGET vardsok_${name})
      target_link_libraries(${target} PRIVATE vardsok_${name})
    endif()
  endforeach()
endfunction()

# A Criterion program (or one with its own main). Test() defines globals without declaring them.
function(vardsok_criterion_program name)
  cmake_parse_arguments(T "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/daemon)
  vardsok_link(${name} ${T_LIBS})
  target_link_libraries(${name} PRIVATE PkgConfig::CRITERION)
  target_compile_definitions(${name} PRIVATE TESTS_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
  target_compile_options(${name} PRIVATE -Wno-missing-prototypes
    $<$<C_COMPILER_ID:Clang>:-Wno-missing-variable-declarations>)
endfunction()

function(vardsok_test name)
  vardsok_criterion_program(${name} ${ARGN})
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# A program that scripts talk to.
function(vardsok_tool source)
  get_filename_component(name ${source} NAME_WE)
  add_executable(tool_${name} ${source})
  set_target_properties(tool_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  vardsok_link(tool_${name} replica tests)
endfunction()

function(vardsok_python_test script)
  string(REGEX REPLACE "\\.py$" "" name ${script})
  add_test(NAME ${name} COMMAND ${PYTHON3} -B ${CMAKE_CURRENT_SOURCE_DIR}/${script})
  set_property(TEST ${name} PROPERTY ENVIRONMENT
    VARDSOK_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY} VARDSOK_TOOLS=${CMAKE_BINARY_DIR}/tests
    VARDSOK_PLANTED=${CMAKE_BINARY_DIR}/planted
    CC=${CMAKE_C_COMPILER} PYTHONDONTWRITEBYTECODE=1)
endfunction()

# With VARDSOK_FUZZ a libFuzzer program; otherwise one that replays the corpus, as a test.
function(vardsok_fuzz source)
  get_filename_component(name ${source} NAME_WE)
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
  if(VARDSOK_FUZZ)
    add_executable(fuzz_${name} ${source})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(fuzz_${name} ${source} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay/replay.c)
    add_test(NAME fuzz/${name} COMMAND fuzz_${name} ${corpus})
  endif()
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(fuzz_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(fuzz_${name} PRIVATE -Wno-missing-prototypes)
  vardsok_link(fuzz_${name} rpc client log_redis tests)
endfunction()

# Every test so far writes sanitizer reports into one folder, which is emptied first and must be
# empty at the end; and the gate itself is put to programs that must be reported.
function(vardsok_sanitizer_gate)
  if(NOT VARDSOK_SANITIZE)
    set_property(TEST gates/test_sanitizers PROPERTY DISABLED TRUE)
    return()
  endif()
  file(GLOB planted CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/gates/planted/*.c)
  foreach(source ${planted})
    get_filename_component(name ${source} NAME_WE)
    vardsok_criterion_program(planted_${name} SOURCES ${source})
    set_target_properties(planted_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/planted)
  endforeach()

  get_property(tests DIRECTORY PROPERTY TESTS)
  set_property(TEST ${tests} PROPERTY FIXTURES_REQUIRED sanitizer_reports)
  set_property(TEST ${tests} PROPERTY ENVIRONMENT_MODIFICATION
    "ASAN_OPTIONS=set:log_path='${VARDSOK_REPORTS}/asan':detect_stack_use_after_return=1:strict_string_checks=1"
    "UBSAN_OPTIONS=set:log_path='${VARDSOK_REPORTS}/ubsan':print_stacktrace=1")
  set(check ${PYTHON3} -B ${CMAKE_CURRENT_SOURCE_DIR}/gates/check_reports.py ${VARDSOK_REPORTS})
  add_test(NAME gates/clear_sanitizer_reports COMMAND ${check} --clear)
  add_test(NAME gates/no_sanitizer_report COMMAND ${check})
  set_property(TEST gates/clear_sanitizer_reports PROPERTY FIXTURES_SETUP sanitizer_reports)
  set_property(TEST gates/no_sanitizer_report PROPERTY FIXTURES_CLEANUP sanitizer_reports)
endfunction()
