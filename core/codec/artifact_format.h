// Artifact formats: what capnp and envelope have in common: a record's value is its payload, read by its media type.
// Owner:   the codec.   Thread: as format.h.   Blocks: never.
// Fails:   as format.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/data/artifact.h"
#include "core/data/format.h"

namespace leat {

// The payload as JSON text on one line, for to_json().
void payload_to_json(const artifact::View& view, std::string& out);

// Fills rows from payloads that lie in the slab; `plan` must outlive it.
class PayloadReader : public Reader {
 public:
  explicit PayloadReader(const FieldPlan& plan);
  ~PayloadReader() override;
  void prepare(const Slab& slab, size_t records) override;
  bool read(const Slab& slab, uint32_t record, Column* row) override;

 protected:
  // Finds the payload in the record; else sets reason_ and answers false.
  virtual bool find(const Slab& slab, uint32_t record, artifact::View& view) = 0;

 private:
  void fill(const Slab& slab, uint32_t record, const artifact::View& view, Column* row) const;

  const FieldPlan& plan_;
  std::vector<Span> payloads_;  // of the slab's records, for json_
  std::unique_ptr<Reader> json_;
};

}  // namespace leat
