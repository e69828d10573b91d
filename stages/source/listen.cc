#include "stages/source/listen.h"

#include <utility>

#include <fmt/format.h>

namespace leat {

Done ListenSource::open(SourceHost& host) {
  host_ = &host;
  acceptor_ = std::make_unique<Acceptor>(
      host.loop(), place_, how_.max_clients, [this](Descriptor socket, const std::string& peer) { welcome(std::move(socket), peer); },
      [this](std::string note) { host_->note(std::move(note)); });
  return acceptor_->open();
}

void ListenSource::welcome(Descriptor socket, const std::string& peer) {
  auto client = std::make_shared<Client>(Feed(fmt::format("{} ({})", name(), peer), codec_, options_));
  client->channel = Channel(host_->loop(), std::move(socket), [this, weak = std::weak_ptr<Client>(client)](Watch::Event) {
    const ClientRef who = weak.lock();
    if (!who) return;
    {
      std::lock_guard lock(mutex_);
      if (std::exchange(who->queued, true)) return;
      ready_.push_back(who);
    }
    host_->wake();
  });
  {
    std::lock_guard lock(mutex_);
    came_ = true;
    clients_.insert(client);
    ready_.push_back(std::move(client));
  }
  host_->wake();
}

void ListenSource::leave(const ClientRef& client) {
  client->channel.close();
  acceptor_->left();
  std::lock_guard lock(mutex_);
  clients_.erase(client);
}

Pull ListenSource::end_all() {
  acceptor_->close();
  std::set<ClientRef> leaving;
  {
    std::lock_guard lock(mutex_);
    leaving.swap(clients_);
    ready_.clear();
  }
  for (const ClientRef& client : leaving) {
    cut_off_ += client->feed.carried();
    client->channel.close();
  }
  return Pull::ended;
}

Pull ListenSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  while (true) {
    ClientRef client;
    {
      std::unique_lock lock(mutex_);
      if (stopped_ || (how_.until_eof && came_ && clients_.empty())) {
        lock.unlock();
        return end_all();
      }
      if (ready_.empty()) return Pull::later;
      client = std::move(ready_.front());
      ready_.pop_front();
    }
    const Pull pulled = client->feed.pull(client->channel.descriptor(), pool, slab);
    if (pulled == Pull::batch) {
      end = position_ += slab->size();
      std::lock_guard lock(mutex_);
      ready_.push_back(std::move(client));
      return Pull::batch;
    }
    if (pulled == Pull::later) {
      {
        std::lock_guard lock(mutex_);
        client->queued = false;
      }
      client->channel.await(true, false);
      continue;
    }
    if (pulled == Pull::failed) host_->note(client->feed.error().text);
    leave(client);
  }
}

void ListenSource::stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  if (host_) host_->wake();
}

}  // namespace leat
