# SPDX-License-Identifier: Apache-2.0
# The libraries of Debian 12 that vårdsök builds on.
find_package(PkgConfig REQUIRED)
pkg_check_modules(UV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(SMARTCOLS REQUIRED IMPORTED_TARGET smartcols)
pkg_check_modules(CRITERION IMPORTED_TARGET criterion)
find_library(NANOPB_LIBRARY protobuf-nanopb REQUIRED)
find_library(CSV_LIBRARY csv REQUIRED)
find_program(NANOPB_PLUGIN protoc-gen-nanopb REQUIRED)
find_program(PROTOC protoc REQUIRED)
# The system's python3 before any other on PATH: the tests need its python3-protobuf.
find_program(PYTHON3 python3 HINTS /usr/bin REQUIRED)
