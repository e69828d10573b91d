// ListenSource: records from whoever connects: tcp-listen:// and unix-listen:. Each client is a stream of its own.
// Owner:   the runner.   Thread: as core/stage/end.h says; accepting on the loop thread.   Blocks: never.
// Fails:   open: the place is taken. A client that breaks off or sends what no codec reads is told and dropped; the others go on.
//
// Clients are read in turns of one block each. One that is slow, dead or sends half a record waits alone; what one can make us
// hold is a block, or a record of the largest size allowed.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "core/io/acceptor.h"
#include "core/stage/end.h"
#include "stages/source/feed.h"

namespace leat {

class ListenSource final : public Source {
 public:
  struct Options {
    uint64_t max_clients = 100;
    bool until_eof = false;  // ends when the last client has left
  };
  ListenSource(SocketName place, const Options& how, const CodecSpec& codec, const CodecOptions& options)
      : place_(std::move(place)), how_(how), codec_(codec), options_(options) {}

  const std::string& name() const override { return place_.shown(); }
  Done open(SourceHost& host) override;
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab& slab) const override { Feed::frame(slab); }
  void stop() override;
  uint64_t cut_off() const override { return cut_off_; }

 private:
  struct Client {
    Client(Feed made) : feed(std::move(made)) {}
    Channel channel;
    Feed feed;
    bool queued = true;  // in ready_, or being read
  };
  using ClientRef = std::shared_ptr<Client>;  // shared by the list, the queue and the pull under way

  void welcome(Descriptor socket, const std::string& peer);
  void leave(const ClientRef& client);
  Pull end_all();

  const SocketName place_;
  const Options how_;
  const CodecSpec& codec_;
  const CodecOptions options_;
  SourceHost* host_ = nullptr;
  std::unique_ptr<Acceptor> acceptor_;
  uint64_t position_ = 0, cut_off_ = 0;

  std::mutex mutex_;  // of what follows
  std::set<ClientRef> clients_;
  std::deque<ClientRef> ready_;
  bool came_ = false, stopped_ = false;
};

}  // namespace leat
