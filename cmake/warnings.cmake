# SPDX-License-Identifier: Apache-2.0
# Warnings for our own code. Errors they are in the presets only, not for users.
add_compile_definitions(_POSIX_C_SOURCE=200809L) # <uv.h> under strict C11
add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
  -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wcast-align
  -Wwrite-strings -Wundef -Wformat=2 -Wvla -Wdouble-promotion)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  # A text that snprintf cuts is cut on purpose: refusals and log lines have their length.
  add_compile_options(-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wno-format-truncation)
else()
  # CHECK(!"what cannot be") is how an impossible case is said.
  add_compile_options(-Wmissing-variable-declarations -Wunreachable-code -Wextra-semi
    -Wshift-sign-overflow -Wno-string-conversion)
endif()
