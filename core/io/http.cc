#include "core/io/http.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <algorithm>
#include <map>
#include <type_traits>
#include <utility>

#include "core/io/loop.h"

namespace leat {
namespace {

// libcurl, which is looked for when somebody calls: linked like the others, it and the two dozen libraries behind it took every start of
// leat 18 million instructions, four times its own.
struct Curl {
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_global_init) global_init;
  decltype(&curl_multi_add_handle) multi_add_handle;
  decltype(&curl_multi_cleanup) multi_cleanup;
  decltype(&curl_multi_info_read) multi_info_read;
  decltype(&curl_multi_init) multi_init;
  decltype(&curl_multi_remove_handle) multi_remove_handle;
  decltype(&curl_multi_setopt) multi_setopt;
  decltype(&curl_multi_socket_action) multi_socket_action;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;

  static const Curl* load() {
    static Curl made{};
    void* const library = dlopen("libcurl.so.4", RTLD_NOW);  // never closed: it keeps threads and handlers of its own
    if (!library) return nullptr;
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      return function != nullptr;
    };
    const bool all = find(made.easy_cleanup, "curl_easy_cleanup") && find(made.easy_getinfo, "curl_easy_getinfo") &&
                     find(made.easy_init, "curl_easy_init") && find(made.easy_setopt, "curl_easy_setopt") &&
                     find(made.easy_strerror, "curl_easy_strerror") && find(made.global_init, "curl_global_init") &&
                     find(made.multi_add_handle, "curl_multi_add_handle") && find(made.multi_cleanup, "curl_multi_cleanup") &&
                     find(made.multi_info_read, "curl_multi_info_read") && find(made.multi_init, "curl_multi_init") &&
                     find(made.multi_remove_handle, "curl_multi_remove_handle") && find(made.multi_setopt, "curl_multi_setopt") &&
                     find(made.multi_socket_action, "curl_multi_socket_action") && find(made.slist_append, "curl_slist_append") &&
                     find(made.slist_free_all, "curl_slist_free_all");
    return all ? &made : nullptr;
  }
};
const Curl* curl = nullptr;  // set before the first client is made

struct Slist {
  void operator()(curl_slist* list) const { curl->slist_free_all(list); }
};
struct Easy {
  void operator()(CURL* easy) const { curl->easy_cleanup(easy); }
};

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(Loop& loop) : loop_(loop), multi_(curl->multi_init()), timer_(loop.timer([this] { act(CURL_SOCKET_TIMEOUT, 0); })) {
    curl->multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl->multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl->multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
    curl->multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  }

  ~CurlClient() override {
    while (!transfers_.empty()) drop(transfers_.begin());
    curl->multi_cleanup(multi_);  // closes the connections that are kept, and tells of their sockets
  }

  void start(uint64_t number, HttpRequest request, OnDone on_done) override {
    Transfer& made = transfers_[number];
    made.number = number;
    made.request = std::move(request);
    made.on_done = std::move(on_done);
    made.easy.reset(curl->easy_init());
    set_up(made);
    curl->multi_add_handle(multi_, made.easy.get());  // its timer starts it
  }

  void cancel(uint64_t number) override {
    if (const auto at = transfers_.find(number); at != transfers_.end()) drop(at);
  }

 private:
  struct Transfer {
    uint64_t number = 0;
    HttpRequest request;
    HttpResponse response;
    OnDone on_done;
    std::unique_ptr<curl_slist, Slist> headers;
    std::unique_ptr<CURL, Easy> easy;
    char error[CURL_ERROR_SIZE] = "";
  };
  using Transfers = std::map<uint64_t, Transfer>;

  static void set_up(Transfer& made) {
    CURL* easy = made.easy.get();
    const HttpRequest& request = made.request;
    curl->easy_setopt(easy, CURLOPT_PRIVATE, &made);
    curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, made.error);
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // whatever libcurl can unpack
    curl->easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, &made);
    if (request.body) {
      curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
      curl->easy_setopt(easy, CURLOPT_POSTFIELDS, request.body->c_str());
    }
    if (request.method == "HEAD") curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
    curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    for (const std::string& header : request.headers) made.headers.reset(curl->slist_append(made.headers.release(), header.c_str()));
    made.headers.reset(curl->slist_append(made.headers.release(), "Expect:"));  // no second's wait for leave to send a large body
    curl->easy_setopt(easy, CURLOPT_HTTPHEADER, made.headers.get());
  }

  static size_t on_body(char* bytes, size_t, size_t size, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    std::string& body = transfer.response.body;
    if (body.size() + size > transfer.request.most) {
      transfer.response.fault = HttpResponse::Fault::too_long;
      return 0;
    }
    body.append(bytes, size);
    return size;
  }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto& client = *static_cast<CurlClient*>(self);
    if (what == CURL_POLL_REMOVE) {
      client.watches_.erase(fd);
      return 0;
    }
    std::unique_ptr<Watch>& watch = client.watches_[fd];
    if (!watch) {
      watch = client.loop_.watch(fd, false, [&client, fd](Watch::Event event) {
        client.act(fd, event == Watch::Event::broken ? CURL_CSELECT_ERR : 0);  // 0: it looks for itself
      });
    }
    if (!watch) return -1;
    watch->want(what != CURL_POLL_OUT, what != CURL_POLL_IN);
    return 0;
  }

  static int on_timer(CURLM*, long milliseconds, void* self) {
    auto& client = *static_cast<CurlClient*>(self);
    if (milliseconds < 0)
      client.timer_->stop();
    else
      client.timer_->start(std::chrono::milliseconds(milliseconds));
    return 0;
  }

  void act(curl_socket_t fd, int events) {
    int running = 0;
    curl->multi_socket_action(multi_, fd, events, &running);
    int left = 0;
    while (const CURLMsg* message = curl->multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Transfer* transfer = nullptr;
      curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      finish(*transfer, code);
    }
  }

  void finish(Transfer& transfer, CURLcode code) {
    HttpResponse& response = transfer.response;
    long status = 0;
    curl->easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    curl_off_t wait = 0;
    if (curl->easy_getinfo(transfer.easy.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
      response.retry_after = std::chrono::seconds(std::min<curl_off_t>(wait, 1'000'000));
    if (code != CURLE_OK) {
      if (response.fault == HttpResponse::Fault::none) response.fault = fault_of(code);
      response.error = transfer.error[0] ? transfer.error : curl->easy_strerror(code);
    }
    const OnDone call = std::move(transfer.on_done);
    HttpResponse done = std::move(response);
    drop(transfers_.find(transfer.number));
    call(std::move(done));
  }

  static HttpResponse::Fault fault_of(CURLcode code) {
    switch (code) {
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_CONNECT:
        return HttpResponse::Fault::connect;
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CACERT_BADFILE:
        return HttpResponse::Fault::refused;
      default:
        return HttpResponse::Fault::broken;
    }
  }

  void drop(Transfers::iterator at) {
    curl->multi_remove_handle(multi_, at->second.easy.get());
    transfers_.erase(at);
  }

  Loop& loop_;
  CURLM* const multi_;
  std::unique_ptr<Timer> timer_;
  std::map<curl_socket_t, std::unique_ptr<Watch>> watches_;
  Transfers transfers_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> HttpClient::make(Loop& loop) {
  static const CURLcode ready = (curl = Curl::load()) ? curl->global_init(CURL_GLOBAL_DEFAULT) : CURLE_FAILED_INIT;
  if (!curl) return Error{Error::Kind::usage, "http wants libcurl.so.4, which is not there", "a package called libcurl4 has it"};
  if (ready != CURLE_OK) return Error{Error::Kind::internal, "libcurl does not begin", {}};
  return std::unique_ptr<HttpClient>(std::make_unique<CurlClient>(loop));
}

}  // namespace leat
