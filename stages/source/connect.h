// ConnectSource: records from a server we connect to: tcp:// and unix:.
// Owner:   the runner.   Thread: as core/stage/end.h says; dialling on the loop thread.   Blocks: looking a name up, at the start.
// Fails:   when the attempts to connect are used up (no_input if it never was connected, else io).
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/random.h"
#include "core/io/dialer.h"
#include "core/stage/backoff.h"
#include "stages/source/stream.h"

namespace leat {

class ConnectSource final : public StreamSource {
 public:
  struct Options {
    Retry retry;
    std::optional<Duration> timeout;
    bool forever = false;  // a server that closes is connected to again
  };
  ConnectSource(SocketName place, const Options& options, const CodecSpec& codec, const CodecOptions& codec_options)
      : StreamSource(codec, codec_options), place_(std::move(place)), how_(options) {}

  const std::string& name() const override { return place_.shown(); }

 private:
  Done first() override;
  Next next() override;
  bool again(const Error& error) override;
  void connected(Descriptor socket);                // loop thread
  void failed(Error error, std::string_view code);  // the same

  const SocketName place_;
  const Options how_;
  SplitMix random_{static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count())};  // no result depends on it
  Backoff backoff_{how_.retry, random_};                                                                 // loop thread
  std::unique_ptr<Dialer> dialer_;
  bool connected_ = false;  // at least once; under the read token
  bool dialling_ = true;

  std::mutex mutex_;  // of what the loop thread hands over
  std::optional<Descriptor> arrived_;
  std::optional<Error> refused_;
};

}  // namespace leat
