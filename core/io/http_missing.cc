// In place of http.cc where there is no libcurl.
#include "core/io/http.h"

namespace leat {

Result<std::unique_ptr<HttpClient>> HttpClient::make(Loop&) {
  return Error{Error::Kind::usage, "this leat was built without HTTP", "build it where libcurl4-openssl-dev is installed"};
}

}  // namespace leat
