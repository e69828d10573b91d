#include "core/io/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/io/loop.h"

namespace leat {
namespace {

struct Slist {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct Easy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(Loop& loop) : loop_(loop), multi_(curl_multi_init()), timer_(loop.timer([this] { act(CURL_SOCKET_TIMEOUT, 0); })) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  }

  ~CurlClient() override {
    while (!transfers_.empty()) drop(transfers_.begin());
    curl_multi_cleanup(multi_);  // closes the connections that are kept, and tells of their sockets
  }

  void start(uint64_t number, HttpRequest request, OnDone on_done) override {
    Transfer& made = transfers_[number];
    made.number = number;
    made.request = std::move(request);
    made.on_done = std::move(on_done);
    made.easy.reset(curl_easy_init());
    set_up(made);
    curl_multi_add_handle(multi_, made.easy.get());  // its timer starts it
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
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &made);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, made.error);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // whatever libcurl can unpack
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &made);
    if (request.body) {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body->c_str());
    }
    if (request.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    for (const std::string& header : request.headers) made.headers.reset(curl_slist_append(made.headers.release(), header.c_str()));
    made.headers.reset(curl_slist_append(made.headers.release(), "Expect:"));  // no second's wait for leave to send a large body
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, made.headers.get());
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
    curl_multi_socket_action(multi_, fd, events, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      finish(*transfer, code);
    }
  }

  void finish(Transfer& transfer, CURLcode code) {
    HttpResponse& response = transfer.response;
    long status = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    curl_off_t wait = 0;
    if (curl_easy_getinfo(transfer.easy.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
      response.retry_after = std::chrono::seconds(std::min<curl_off_t>(wait, 1'000'000));
    if (code != CURLE_OK) {
      if (response.fault == HttpResponse::Fault::none) response.fault = fault_of(code);
      response.error = transfer.error[0] ? transfer.error : curl_easy_strerror(code);
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
    curl_multi_remove_handle(multi_, at->second.easy.get());
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
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) return Error{Error::Kind::internal, "libcurl does not begin", {}};
  return std::unique_ptr<HttpClient>(std::make_unique<CurlClient>(loop));
}

}  // namespace leat
