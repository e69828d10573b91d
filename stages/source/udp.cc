#include "stages/source/udp.h"

#include <utility>

namespace leat {

namespace {
constexpr uint32_t kDatagram = 65536;
}

Done UdpSource::open(SourceHost& host) {
  host_ = &host;
  auto bound = place_.listen();
  if (!bound) return bound.error();
  channel_ = Channel(host.loop(), std::move(*bound), [this](Watch::Event) { host_->wake(); });
  return {};
}

void UdpSource::frame(Slab& slab) const { static_cast<const Framer*>(slab.keeper.get())->frame(slab); }

void UdpSource::stop() {
  stopped_ = true;
  if (host_) host_->wake();
}

Pull UdpSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  while (!stopped_) {
    SlabRef datagram = pool.take();
    datagram->grow(kDatagram);
    const ssize_t got = channel_.read(datagram->data(), kDatagram);
    if (got == Descriptor::kWait) {
      channel_.await(true, false);
      return Pull::later;
    }
    if (got < 0) {
      error_ = place_.error("read", static_cast<int>(-got));
      return Pull::failed;
    }
    datagram->resize(static_cast<uint32_t>(got));
    datagram->offset = position_;
    // Its framer begins and ends with it: half a record in one datagram is not continued by the next one's sender.
    std::shared_ptr<Framer> framer = codec_.framer(options_);
    const uint32_t whole = framer->cut(*datagram, 0, true);
    if (const Error* broken = framer->broken()) host_->note(name() + ": " + broken->text);
    if (whole == 0) continue;
    datagram->resize(whole);
    datagram->source = &place_.shown();
    datagram->keeper = std::move(framer);
    end = position_ += whole;
    slab = std::move(datagram);
    return Pull::batch;
  }
  return Pull::ended;
}

}  // namespace leat
