// ListenSink: records to whoever connects: tcp-listen:// and unix-listen:. Each client gets all from when it connects.
// Owner:   the runner.   Thread: under the turn; accepting and watches on the loop thread, which post.   Blocks: never.
// Fails:   open: the place is taken. A client that leaves misses what it had not got, which is told; the others go on.
//
// While nobody is there, records wait for the first to come, within the bound of every sink, also when the input has ended.
// The slowest client paces the sources, unless when_full is drop-oldest: then it misses records, and the others do not wait.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/io/acceptor.h"
#include "core/stage/end.h"
#include "stages/sink/outlet.h"

namespace leat {

class ListenSink final : public Sink {
 public:
  struct Options {
    uint64_t max_clients = 100;
    Outlet::Options outlet;
  };
  ListenSink(SocketName place, const Options& how, const CodecSpec& codec, const CodecOptions& options);
  ~ListenSink() override;

  const std::string& name() const override { return place_.shown(); }
  Done open(SinkHost& host) override;
  void take(Batch&& batch, Turn& turn) override;
  void flush() override;
  void finish() override;
  bool idle() const override { return finished_; }
  void abandon() override;
  bool envelope() const override { return codec_.envelope; }

 private:
  class Client;
  using ClientRef = std::shared_ptr<Client>;  // shared with the events under way

  void welcome(Descriptor socket, const std::string& peer);
  void event(const std::weak_ptr<Client>& who, Watch::Event event);
  void after(const ClientRef& client, Outlet::Wrote wrote);
  void leave(const ClientRef& client);
  void settle();
  void count();

  const SocketName place_;
  const Options how_;
  const CodecSpec& codec_;
  const CodecOptions options_;
  SinkHost* host_ = nullptr;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<Gate> gate_;
  std::vector<ClientRef> clients_;
  Backlog waiting_;                   // for somebody to come
  uint64_t given_ = 0, counted_ = 0;  // records given to clients; of those, told to the host
  bool finishing_ = false, finished_ = false, closed_ = false;
};

}  // namespace leat
