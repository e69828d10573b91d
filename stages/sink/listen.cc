#include "stages/sink/listen.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace leat {

// One client's outlet, and what that asks of us: a record is delivered when the last client has got or missed it.
class ListenSink::Client final : public SinkHost {
 public:
  Client(ListenSink& sink, std::string peer)
      : got(sink.given_), name(std::move(peer)), outlet(*this, sink.codec_, sink.options_, sink.how_.outlet), sink_(sink) {}

  Loop& loop() override { return sink_.host_->loop(); }
  Instant now() override { return sink_.host_->now(); }
  void post(std::function<void()> job) override { sink_.host_->post(std::move(job)); }
  void full(bool) override {}
  void done(bool) override {}
  void failed(Error) override {}
  void delivered(uint64_t records) override { got += records; }
  void idle() override {}
  void refuse(Batch&& batch, const Refusal& why) override {
    got += batch.size();
    sink_.host_->refuse(std::move(batch), why);
  }
  bool refusable() const override { return sink_.host_->refusable(); }
  void dropped(uint64_t records, std::string_view) override { got += records, missed += records; }
  void note(std::string text) override { sink_.host_->note(std::move(text)); }
  void count(std::string_view what, uint64_t n) override { sink_.host_->count(what, n); }
  bool spoiled() const override { return false; }

  uint64_t got;  // of all records given since the start
  uint64_t missed = 0;
  const std::string name;
  Outlet outlet;

 private:
  ListenSink& sink_;
};

ListenSink::ListenSink(SocketName place, const Options& how, const CodecSpec& codec, const CodecOptions& options)
    : place_(std::move(place)), how_(how), codec_(codec), options_(options) {}

ListenSink::~ListenSink() = default;

Done ListenSink::open(SinkHost& host) {
  host_ = &host;
  gate_ = std::make_unique<Gate>(host);
  acceptor_ = std::make_unique<Acceptor>(
      host.loop(), place_, how_.max_clients,
      [this](Descriptor socket, const std::string& peer) {
        // Jobs are copied: hence the shared descriptor.
        host_->post([this, shared = std::make_shared<Descriptor>(std::move(socket)), peer] { welcome(std::move(*shared), peer); });
      },
      [this](std::string note) { host_->note(std::move(note)); });
  return acceptor_->open();
}

namespace {

// Records that waited are encoded outside any turn of a stage: what cannot be written leaves by err.
class LateTurn final : public Turn {
 public:
  LateTurn(SinkHost& host, const Batch& batch) : Turn(host.now()), host_(host), batch_(batch) {}
  bool fail(uint32_t record, Reason reason) override {
    host_.refuse(batch_.pick({record}), {std::move(reason), 1, now, now});
    return false;
  }
  void fail_made(Batch&& made, Reason reason) override { host_.refuse(std::move(made), {std::move(reason), 1, now, now}); }
  void emit(Port, Batch&&) override {}
  bool wants(Port) const override { return false; }
  SlabRef slab() override { return {}; }
  void drop(uint32_t records, std::string_view reason) override { host_.dropped(records, reason); }

 private:
  SinkHost& host_;
  const Batch& batch_;
};

}  // namespace

void ListenSink::welcome(Descriptor socket, const std::string& peer) {
  if (closed_ || finished_) return;
  auto client = std::make_shared<Client>(*this, peer);
  client->outlet.connect(std::move(socket), [this, weak = std::weak_ptr<Client>(client)](Watch::Event event) {
    host_->post([this, weak, event] { this->event(weak, event); });
  });
  client->outlet.watch_reader();
  clients_.push_back(client);
  for (Batch& batch : waiting_.take()) {
    given_ += batch.size();
    Batch kept = batch.share();
    LateTurn turn(*client, kept);
    client->outlet.take(std::move(batch), turn);
    kept.let_go();
  }
  if (finishing_) client->outlet.finish();
  after(client, client->outlet.flush());
}

void ListenSink::event(const std::weak_ptr<Client>& who, Watch::Event event) {
  const ClientRef client = who.lock();
  if (!client || closed_) return;
  if (event == Watch::Event::broken) return after(client, Outlet::Wrote::gone);
  if (client->outlet.waiting()) after(client, client->outlet.ready());
}

void ListenSink::after(const ClientRef& client, Outlet::Wrote wrote) {
  if (wrote == Outlet::Wrote::gone || wrote == Outlet::Wrote::failed || (finishing_ && client->outlet.empty())) leave(client);
  settle();
}

void ListenSink::leave(const ClientRef& client) {
  const auto at = std::find(clients_.begin(), clients_.end(), client);
  if (at == clients_.end()) return;
  clients_.erase(at);
  client->outlet.disconnect();
  client->outlet.clear();
  const uint64_t missed = client->missed + (given_ - client->got);
  if (missed > 0) host_->note(fmt::format("{}: {} missed {} records", name(), client->name, missed));
  acceptor_->left();
}

// What every client has got is delivered. What the last of them left behind nobody will get.
void ListenSink::count() {
  uint64_t all = given_;
  for (const ClientRef& client : clients_) all = std::min(all, client->got);
  if (all > counted_) host_->delivered(all - std::exchange(counted_, all));
}

void ListenSink::settle() {
  if (closed_) return;
  count();
  size_t most = waiting_.bytes();
  for (const ClientRef& client : clients_) most = std::max(most, client->outlet.bytes());
  if (how_.outlet.when_full == WhenFull::block) gate_->update(most);
  if (!finishing_ || !clients_.empty() || !waiting_.empty()) return;
  finishing_ = false, finished_ = true;
  acceptor_->close();
  host_->idle();
}

void ListenSink::take(Batch&& batch, Turn& turn) {
  if (closed_) return;
  if (clients_.empty()) {
    waiting_.put(std::move(batch), turn);
    if (how_.outlet.when_full == WhenFull::drop_oldest)
      for (Batch& dropped : waiting_.drop_oldest(Outlet::kFull)) {
        host_->dropped(dropped.size(), "full");
        dropped.let_go();
      }
    return settle();
  }
  given_ += batch.size();
  for (const ClientRef& client : std::vector<ClientRef>(clients_)) {
    client->outlet.take(batch.share(), turn);
    after(client, client->outlet.write());
  }
  batch.let_go();
}

void ListenSink::flush() {
  for (const ClientRef& client : std::vector<ClientRef>(clients_)) after(client, client->outlet.flush());
}

void ListenSink::finish() {
  if (closed_) return;
  finishing_ = true;
  for (const ClientRef& client : std::vector<ClientRef>(clients_)) {
    client->outlet.finish();
    after(client, client->outlet.flush());
  }
  settle();
}

void ListenSink::abandon() {
  closed_ = true;
  for (const ClientRef& client : clients_) {
    client->outlet.clear();
    client->outlet.disconnect();
  }
  clients_.clear();
  waiting_.take();
  if (acceptor_) acceptor_->close();
  if (gate_) gate_->update(0);
}

}  // namespace leat
