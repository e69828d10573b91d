# What `cmake --install` lays down, and the Debian package made of it: cmake --workflow --preset package
# The generated pages, completions and schemas are installed where they are committed; nothing is made here.

install(TARGETS leat RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES core/data/artifact.capnp DESTINATION ${CMAKE_INSTALL_DATADIR}/leat)
install(FILES packaging/leat@.service DESTINATION lib/systemd/system)
install(FILES packaging/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

file(GLOB recipes CONFIGURE_DEPENDS pipelines/recipes/*.yaml)
install(FILES ${recipes} DESTINATION ${CMAKE_INSTALL_DATADIR}/leat/recipes)

file(GLOB schemas CONFIGURE_DEPENDS pipelines/*.schema.json)
install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/leat)

# gzipped(FILE NAME FOLDER): as Debian wants its manuals and changelogs, the same bytes from every build.
function(gzipped file name folder)
  set(packed ${PROJECT_BINARY_DIR}/gzipped/${name}.gz)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/gzipped)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  execute_process(COMMAND gzip -9nc ${file} OUTPUT_FILE ${packed} COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${packed} DESTINATION ${folder})
endfunction()

file(GLOB pages CONFIGURE_DEPENDS man/*.[1-9])
foreach(page IN LISTS pages)
  cmake_path(GET page FILENAME name)
  cmake_path(GET page EXTENSION LAST_ONLY section)
  string(SUBSTRING ${section} 1 1 section)
  gzipped(${page} ${name} ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

foreach(completion bash:leat:bash-completion/completions zsh:_leat:zsh/vendor-completions fish:leat.fish:fish/vendor_completions.d)
  string(REPLACE ":" ";" completion ${completion})
  list(GET completion 0 shell)
  list(GET completion 1 name)
  list(GET completion 2 folder)
  if(EXISTS ${PROJECT_SOURCE_DIR}/completions/leat.${shell})
    install(FILES completions/leat.${shell} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder} RENAME ${name})
  endif()
endforeach()

# Debian's changelog names the package's versions; what changed for a user stands in ours beside it.
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(maintainer "The leat authors <maintainers@leat.example>")
file(WRITE ${PROJECT_BINARY_DIR}/changelog "leat (${PROJECT_VERSION}) unstable; urgency=medium

  * Version ${PROJECT_VERSION}; /usr/share/doc/leat/NEWS.gz says what is in it.

 -- ${maintainer}  ${now}
")
gzipped(${PROJECT_BINARY_DIR}/changelog changelog ${CMAKE_INSTALL_DOCDIR})
gzipped(${PROJECT_SOURCE_DIR}/CHANGELOG.md NEWS ${CMAKE_INSTALL_DOCDIR})

set(CPACK_PACKAGE_NAME leat)
set(CPACK_PACKAGE_CONTACT ${maintainer})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libcurl4, libssl3")  # opened by their names, for the stage http and for those with keys
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "stream processor for the shell: filter, map, route, batch and window records
leat reads records from stdin, files, sockets and programs, takes them through
a graph of stages written on the command line or in a pipeline file, and
delivers them; failed records are kept aside and can be replayed.
.
Expressions are those of jq; formats are JSON in several framings, CSV, TSV,
logfmt, plain lines and Cap'n Proto.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
