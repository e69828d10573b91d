# The tests that are no C++ of their own: golden cases, command-line tests, the include arrows, the fuzz seeds.

find_program(BATS bats REQUIRED)

# A new case or file is found by the next build.
file(GLOB golden_cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/golden/*/cmd)
set(golden_folders)
foreach(cmd IN LISTS golden_cases)
  cmake_path(GET cmd PARENT_PATH folder)
  cmake_path(GET folder FILENAME name)
  list(APPEND golden_folders ${folder})
  add_test(NAME "golden: ${name}" COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/golden/run $<TARGET_FILE:leat> ${folder})
endforeach()
if(golden_folders)
  add_test(NAME "golden: what the peers say" COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/golden/run --check-peers ${golden_folders})
endif()

# Both are what a test runs, so a build of the tests makes both.
add_custom_target(test_programs ALL DEPENDS leat make_data)
file(GLOB cli_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.bats)
foreach(path IN LISTS cli_tests)
  cmake_path(GET path STEM name)
  add_test(NAME "cli: ${name}" COMMAND ${BATS} --tap ${path})
  set_tests_properties("cli: ${name}" PROPERTIES
    ENVIRONMENT "LEAT=$<TARGET_FILE:leat>;MAKE_DATA=$<TARGET_FILE:make_data>;LEAT_SOURCE=${PROJECT_SOURCE_DIR}")
endforeach()

add_test(NAME "house: include arrows" COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/includes_test.sh)

# Every fuzz target also replays its seeds and past findings here, under whatever compiler and sanitizer builds the tests.
file(GLOB fuzzers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/*_fuzz.cc)
set(hub_log_fuzz_support support/sim_disk.cc)
if(LEAT_RACES_ONLY)
  set(fuzzers)
endif()
foreach(path IN LISTS fuzzers)
  cmake_path(GET path STEM name)
  add_executable(${name}_replay ${path} fuzz/replay.cc ${${name}_support})
  target_link_libraries(${name}_replay PRIVATE leat_cli)
  add_test(NAME "fuzz seeds: ${name}" COMMAND ${name}_replay ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
endforeach()

add_test(NAME "house: what README.md shows" COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/readme_test.sh $<TARGET_FILE:leat> $<TARGET_FILE:make_data>)
