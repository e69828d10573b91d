// http: each record as a request to a server, and its response as the record that goes on.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/envelopes.h"
#include "core/data/traceparent.h"
#include "core/io/http.h"
#include "stages/call/settings.h"
#include "stages/catalog.h"
#include "stages/expression.h"

namespace leat {
namespace {

// Codes live as long as the program: a reason only points to its own.
std::string_view code_of(int status) {
  static const auto codes = [] {
    std::array<std::string, 1000> made;
    for (size_t i = 0; i < made.size(); ++i) made[i] = fmt::format("http_{}", i);
    return made;
  }();
  return codes[static_cast<size_t>(std::clamp(status, 0, 999))];
}

class HttpCaller final : public Caller {
 public:
  struct Options {
    std::string url, method;
    std::vector<std::string> headers;
    bool body, traces;  // traces: no header of the user says what a trace would
    size_t most;
  };
  explicit HttpCaller(Options how) : how_(std::move(how)) {}

  Done open(CallHost& host, OnAnswers on_answers) override {
    auto client = HttpClient::make(host.loop());
    if (!client) return client.error();
    client_ = std::move(*client);
    on_answers_ = std::move(on_answers);
    return {};
  }

  void send(std::vector<Request> requests) override {
    for (Request& request : requests) {
      under_way_.insert(request.number);
      std::string url = std::move(request.target);
      if (url.empty()) url = how_.url;
      HttpRequest made{std::move(url), how_.method, how_.headers, {}, how_.most};
      if (how_.body) made.body = std::move(request.body);
      if (how_.traces && !request.trace.empty()) made.headers.push_back("traceparent: " + request.trace);
      client_->start(request.number, std::move(made), [this, number = request.number](HttpResponse response) {
        under_way_.erase(number);
        std::vector<Answer> one;
        one.push_back(answer(number, std::move(response)));
        on_answers_(std::move(one));
      });
    }
  }

  void cancel(uint64_t number) override {
    under_way_.erase(number);
    client_->cancel(number);
  }
  void close(std::function<void()> on_closed) override { on_closed(); }
  void abandon() override {
    if (!client_) return;
    for (uint64_t number : std::exchange(under_way_, {})) client_->cancel(number);
  }

 private:
  Answer answer(uint64_t number, HttpResponse response) const {
    using Fault = HttpResponse::Fault;
    if (response.fault == Fault::too_long)
      return {number, Answer::Kind::failed, {}, {"limit", fmt::format("the response is longer than {}", text::size(how_.most))}, false};
    if (response.fault != Fault::none) {
      const std::string_view code = response.fault == Fault::connect ? "connect" : "http";
      return {number, Answer::Kind::failed, {}, {code, std::move(response.error)}, response.fault != Fault::refused};
    }
    if (response.status >= 200 && response.status < 300) return {number, Answer::Kind::reply, std::move(response.body)};
    const bool again = response.status == 408 || response.status == 429 || response.status >= 500;
    const std::string_view line = std::string_view(response.body).substr(0, std::min<size_t>(200, response.body.find_first_of("\r\n")));
    return {number, Answer::Kind::failed,
            {},     {code_of(response.status), fmt::format("the server answered {}{}{}", response.status, line.empty() ? "" : ": ", line)},
            again,  response.retry_after};
  }

  const Options how_;
  std::unique_ptr<HttpClient> client_;
  OnAnswers on_answers_;
  std::set<uint64_t> under_way_;
};

// What a request is made of, where expressions say so.
class Asker {
 public:
  Asker(const CodecSpec& codec, const CodecOptions& options) : codec_(codec), options_(options) {}

  std::shared_ptr<const expr::Program> url, body;
  bool sends = true;

  std::optional<Reason> ask(const Batch& batch, uint32_t record, Instant now, Request& request) {
    machine_.now(now);
    if (url) {
      Value value;
      switch (machine_.one(*url, {&batch.slab(), record}, value)) {
        case expr::Machine::One::failed:
          return Reason{machine_.code(), machine_.message()};
        case expr::Machine::One::value:
          if (value.is_string()) break;
          [[fallthrough]];
        default:
          return Reason{"expression", "--url-from wants one text"};
      }
      request.target = std::string(value.view());
    }
    if (const auto trace = TraceParent::read(envelope_of(batch.slab(), record).trace)) request.trace = trace->text();
    if (!sends) return {};
    if (!body) return encode(codec_, options_, batch, record, request.body);
    std::vector<Span> spans;
    if (!machine_.write(*body, {&batch.slab(), record}, request.body, spans)) return Reason{machine_.code(), machine_.message()};
    if (spans.size() != 1) return Reason{"expression", fmt::format("--body wants one value, and has {}", spans.size())};
    return {};
  }

 private:
  const CodecSpec& codec_;
  const CodecOptions options_;
  expr::Machine machine_;
};

constexpr std::array kOptions{
    Option{.name = "url", .kind = Option::Kind::text, .value = "URL", .help = "where requests go, http or https", .operand = true},
    Option{.name = "url_from", .kind = Option::Kind::expr, .value = "EXPR", .help = "the URL, made from each record"},
    Option{.name = "method",
           .kind = Option::Kind::text,
           .value = "METHOD",
           .help = "GET, HEAD and DELETE send no body unless --body says which",
           .fallback = "POST"},
    Option{.name = "header", .kind = Option::Kind::text, .value = "'NAME: VALUE'", .help = "sent with each request", .repeat = true},
    Option{.name = "body", .kind = Option::Kind::expr, .value = "EXPR", .help = "what is sent, instead of the record"},
    kWorkers,
    kOrderWindow,
    kUnordered,
    kReplyCodec,
    kMaxReply,
    kMergeAs,
};

constexpr std::array kPorts{
    PortSpec{"out", "what the server answers"},
    PortSpec{"err", "records without a good answer, as they came: code http_404 and so on, connect, timeout, reply, limit"}};

bool bodiless(std::string_view method) { return method == "GET" || method == "HEAD" || method == "DELETE"; }

Result<HttpCaller::Options> options_of(const Settings& settings, const CodecSpec& codec) {
  HttpCaller::Options how{settings.text("url").value_or(""), *settings.text("method"), {}, true, true, *settings.count("max_reply")};
  if (how.url.empty() != (settings.find("url_from") != nullptr))
    return Error{Error::Kind::usage, "http wants a URL, or --url-from, and not both", {}};
  if (!how.url.empty() && !how.url.starts_with("http://") && !how.url.starts_with("https://"))
    return Error{Error::Kind::usage, fmt::format("{} is no http:// or https:// URL", text::quoted(how.url)), {}};
  how.body = settings.find("body") || !bodiless(how.method);
  bool typed = !how.body;
  for (const Setting::Value& header : settings.values("header")) {
    const size_t colon = header.text.find(':');
    if (colon == 0 || colon == std::string::npos || header.text.find_first_of("\r\n") != std::string::npos)
      return Error{Error::Kind::usage, fmt::format("--header {} is not 'NAME: VALUE'", text::quoted(header.text)), {}};
    std::string name = header.text.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    typed |= name == "content-type";
    how.traces &= name != "traceparent";
    how.headers.push_back(header.text);
  }
  const bool json = settings.find("body") || codec.name.find("json") != std::string_view::npos;
  if (!typed)
    how.headers.push_back(fmt::format("Content-Type: {}", json ? "application/json" : codec.name == "csv" ? "text/csv" : "text/plain"));
  return how;
}

// The server of tests/cli/http.bats says what it was asked for.
constexpr std::array kExamples{
    Example{"http --url-from '\"http://127.0.0.1:8080/items/\" + .item' --method GET --merge-as found",
            "{\"item\":\"tea\"}\n{\"item\":\"jam\"}\n",
            "{\"item\":\"tea\",\"found\":{\"path\":\"/items/tea\"}}\n{\"item\":\"jam\",\"found\":{\"path\":\"/items/jam\"}}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  const auto codec = reply_codec(settings, "json");
  if (!codec) return codec.error();
  auto options = options_of(settings, **codec);
  if (!options) return options.error();
  auto how = relay_options(settings, context, options->url.empty() ? "http" : options->url);
  if (!how) return how.error();
  auto replies = replies_of(settings, **codec, context);
  if (!replies) return replies.error();
  auto asker = std::make_shared<Asker>(**codec, reply_options(settings));  // shared: functions are copied
  for (const auto& [name, program] : {std::pair("url_from", &asker->url), std::pair("body", &asker->body)}) {
    auto made = compile_option(settings, name, context);
    if (!made) return made.error();
    *program = std::move(*made);
  }
  asker->sends = options->body;
  auto ask = [asker](const Batch& batch, uint32_t record, Instant now, Request& request) {
    return asker->ask(batch, record, now, request);
  };
  return std::unique_ptr<Stage>(
      std::make_unique<Relay>(std::move(*how), std::make_unique<HttpCaller>(std::move(*options)), std::move(ask), std::move(*replies)));
}

}  // namespace

constexpr StageSpec kHttp{
    .name = "http",
    .group = "call",
    .summary = "send records to a server over HTTP",
    .details =
        "Each record is the body of a request, and the body of the response is the record that goes on; with `--merge-as` the record "
        "itself "
        "goes on, and has the response in a field.\n\n"
        "A status of 200 to 299 is an answer. 408, 429 and 500 to 599 fail an attempt that `--retry` makes again, not before the server's "
        "Retry-After as far as that is within `max`; what else it answers fails the record at once, with code http_404 and so on. "
        "Certificates are verified, redirects are not followed, and proxies are what the environment says (http_proxy, https_proxy, "
        "no_proxy). Without `--timeout` a server may take as long as it likes.\n\n"
        "A record in whose envelope there is a good W3C traceparent (stamp makes one) sends it as that header, unless a --header does.\n\n"
        "Replies keep the order of their records, and a failure its place among them, unless they are `--unordered`. While `--window` "
        "records are not answered, what brings more is paused. A reply goes on with the envelope of its record; of several to one record "
        "each "
        "is a child of it; an empty one drops the record, which is counted.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = true,
    .missing = StageSpec::Missing::pending,
    .make = make,
    .calls = true,
};

}  // namespace leat
