// HttpClient: requests over HTTP and HTTPS, any number at a time. core/io/http* are the only files that name libcurl.
// Owner:   a call; destroyed on the loop's thread, and before the loop.
// Thread:  the loop's.
// Blocks:  never; names are looked up on threads of libcurl's own.
// Fails:   make() where leat was built without libcurl; a request through its response.
//
// Certificates are verified, redirects are not followed, proxies are what the environment says (http_proxy, https_proxy, no_proxy).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace leat {

class Loop;

struct HttpRequest {
  std::string url, method;
  std::vector<std::string> headers;  // "Name: value"
  std::optional<std::string> body;
  size_t most;  // bytes of the response's body
};

struct HttpResponse {
  enum class Fault : uint8_t { none, connect, broken, refused, too_long };  // refused: it would go no better another time
  Fault fault = Fault::none;
  std::string error{};  // of a fault, in words
  int status = 0;
  std::string body{};
  std::optional<Duration> retry_after{};
};

class HttpClient {
 public:
  using OnDone = std::function<void(HttpResponse)>;

  static Result<std::unique_ptr<HttpClient>> make(Loop& loop);
  virtual ~HttpClient() = default;

  virtual void start(uint64_t number, HttpRequest request, OnDone on_done) = 0;  // never calls back at once
  virtual void cancel(uint64_t number) = 0;                                      // it will not call back
};

}  // namespace leat
