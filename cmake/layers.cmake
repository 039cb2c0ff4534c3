# SPDX-License-Identifier: Apache-2.0
# Makes each layer of layers.txt a static library that is linked by that table, and checks the table
# against the sources' includes and the libraries' undefined symbols as part of the build.
set(VARDSOK_LAYER_TABLE ${CMAKE_SOURCE_DIR}/cmake/layers.txt)
set(VARDSOK_LAYER_CHECK ${CMAKE_SOURCE_DIR}/cmake/check_layers.py)
set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${VARDSOK_LAYER_TABLE})

# layer_NAME_uses, layer_NAME_libraries and library_NAME_target from the table.
file(STRINGS ${VARDSOK_LAYER_TABLE} rows REGEX "^(layer|library) ")
set(VARDSOK_LAYERS)
foreach(row ${rows})
  string(REGEX REPLACE " +" ";" columns "${row}")
  list(POP_FRONT columns what name)
  if(what STREQUAL "layer")
    list(APPEND VARDSOK_LAYERS ${name})
    list(GET columns 1 uses)
    list(GET columns 2 libraries)
    string(REGEX MATCHALL "[a-z_0-9]+" layer_${name}_uses "${uses}")
    string(REGEX MATCHALL "[a-z_0-9]+" layer_${name}_libraries "${libraries}")
  else()
    list(GET columns 0 target)
    string(REGEX REPLACE "^-$" "" library_${name}_target "${target}")
  endif()
endforeach()

# Links target by the table's row of layer.
function(vardsok_link_layer target scope layer)
  foreach(used ${layer_${layer}_uses})
    target_link_libraries(${target} ${scope} vardsok_${used})
  endforeach()
  foreach(library ${layer_${layer}_libraries})
    target_link_libraries(${target} ${scope} ${library_${library}_target}) # none for headers alone
  endforeach()
endfunction()

function(vardsok_layer name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/daemon/${name}/*.c)
  if(sources)
    add_library(vardsok_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(vardsok_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(vardsok_${name} ${scope} ${CMAKE_SOURCE_DIR}/daemon)
  vardsok_link_layer(vardsok_${name} ${scope} ${name})
endfunction()

# The check itself: once when a source or the table has changed, and once more when a library has.
function(vardsok_check_layers)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/daemon/*.c ${CMAKE_SOURCE_DIR}/daemon/*.h)
  set(stamp ${CMAKE_BINARY_DIR}/layers.includes)
  add_custom_command(
    OUTPUT ${stamp}
    COMMAND ${PYTHON3} -B ${VARDSOK_LAYER_CHECK} ${VARDSOK_LAYER_TABLE} includes ${CMAKE_SOURCE_DIR}/daemon
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${sources} ${VARDSOK_LAYER_TABLE} ${VARDSOK_LAYER_CHECK}
    COMMENT "Checking the layers' includes"
    VERBATIM)
  set(stamps ${stamp})
  set(libraries)
  set(files)
  foreach(layer ${VARDSOK_LAYERS})
    if(TARGET vardsok_${layer})
      get_target_property(type vardsok_${layer} TYPE)
      if(type STREQUAL "STATIC_LIBRARY")
        list(APPEND libraries vardsok_${layer})
        list(APPEND files ${layer}=$<TARGET_FILE:vardsok_${layer}>)
      endif()
    endif()
  endforeach()
  if(files)
    set(stamp ${CMAKE_BINARY_DIR}/layers.symbols)
    add_custom_command(
      OUTPUT ${stamp}
      COMMAND ${PYTHON3} -B ${VARDSOK_LAYER_CHECK} ${VARDSOK_LAYER_TABLE} symbols --nm ${CMAKE_NM} ${files}
      COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
      DEPENDS ${libraries} ${VARDSOK_LAYER_TABLE} ${VARDSOK_LAYER_CHECK}
      COMMENT "Checking the layers' undefined symbols"
      VERBATIM)
    list(APPEND stamps ${stamp})
  endif()
  add_custom_target(layers ALL DEPENDS ${stamps})
endfunction()
