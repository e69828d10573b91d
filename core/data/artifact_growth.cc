#include "core/data/artifact_growth.h"

#include <cstdint>
#include <vector>

#include <capnp/any.h>
#include <capnp/schema.h>

namespace leat::artifact::wire {
namespace {

// Which bits and pointers of a struct this schema has a name for.
struct Known {
  std::vector<uint64_t> data;
  uint32_t pointers;

  explicit Known(capnp::StructSchema schema)
      : data(schema.getProto().getStruct().getDataWordCount()), pointers(schema.getProto().getStruct().getPointerCount()) {
    learn(schema);
  }

 private:
  void mark(uint64_t bit, uint64_t count) {
    for (; count > 0; --count, ++bit) data[bit / 64] |= uint64_t{1} << bit % 64;
  }

  void learn(capnp::StructSchema schema) {
    const auto layout = schema.getProto().getStruct();
    if (layout.getDiscriminantCount() > 0) mark(uint64_t{layout.getDiscriminantOffset()} * 16, 16);
    for (const auto field : schema.getFields()) {
      if (field.getProto().isGroup()) {
        learn(field.getType().asStruct());
        continue;
      }
      const uint64_t bits = width(field.getType());
      mark(field.getProto().getSlot().getOffset() * bits, bits);
    }
  }

  static uint64_t width(capnp::Type type) {
    using Which = capnp::schema::Type::Which;
    switch (type.which()) {
      case Which::BOOL:
        return 1;
      case Which::INT8:
      case Which::UINT8:
        return 8;
      case Which::INT16:
      case Which::UINT16:
      case Which::ENUM:
        return 16;
      case Which::INT32:
      case Which::UINT32:
      case Which::FLOAT32:
        return 32;
      case Which::INT64:
      case Which::UINT64:
      case Which::FLOAT64:
        return 64;
      default:
        return 0;  // pointers and void
    }
  }
};

template <class T>
bool more_than_known(typename T::Reader reader) {
  static const Known known(capnp::Schema::from<T>());
  const auto any = capnp::toAny(reader);
  const auto data = any.getDataSection();
  for (size_t at = 0; at < data.size(); ++at) {
    const uint64_t mask = at / 8 < known.data.size() ? known.data[at / 8] >> at % 8 * 8 : 0;
    if (data[at] & ~static_cast<uint8_t>(mask)) return true;
  }
  const auto pointers = any.getPointerSection();
  for (uint32_t i = known.pointers; i < pointers.size(); ++i)
    if (!pointers[i].isNull()) return true;
  return false;
}

}  // namespace

bool has_unknown(Artifact::Reader root) {
  if (more_than_known<Artifact>(root)) return true;
  for (const auto entry : root.getMetadata())
    if (!known_kind(entry) || more_than_known<Artifact::Entry>(entry)) return true;
  for (const auto approval : root.getApprovals())
    if (more_than_known<Artifact::Approval>(approval)) return true;
  return more_than_known<Artifact::Checksum>(root.getChecksum()) || more_than_known<Artifact::Signature>(root.getSignature()) ||
         more_than_known<Artifact::Error>(root.getError());
}

}  // namespace leat::artifact::wire
