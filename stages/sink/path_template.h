// PathTemplate: a path with expressions in it: logs/{.tenant}/{.day}.ndjson. {{ is a brace. Or the subject of a hub.
// Owner:   a sink.   Thread: one.   Blocks: never.
// Fails:   make: a brace that is not closed, an expression that does not compile; path_of: an expression that gives no string, number or
//          truth value, or not exactly one.
//
// What an expression gives can be no more than a part of one name: % / control bytes, and a dot where a name begins, become %XX, and an
// empty text is % alone, so that no two values make one name. In a subject it stands as it is, dots and all.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/expr/program.h"
#include "core/stage/stage.h"

namespace leat {

class PathTemplate {
 public:
  enum class Of : uint8_t { path, subject };
  static bool is(std::string_view path) { return path.find('{') != path.npos; }
  static Result<PathTemplate> make(std::string_view path, const std::vector<std::pair<std::string, std::string>>* environment,
                                   Of of = Of::path);

  bool reads_envelope() const;
  // Before path_of() of the slab's records, which are JSON.
  void prepare(Slab& slab);
  // Of a record that prepare() has read. An empty code: `path` is good.
  Reason path_of(const Slab& slab, uint32_t record, Instant now, std::string& path);

 private:
  struct Part {
    std::string text;                              // as it stands, or of the expression
    std::shared_ptr<const expr::Program> program;  // null: it stands; as compile() gives it
  };
  Reason append(const Part& part, const expr::Row& row, std::string& path);

  Of of_ = Of::path;
  std::vector<Part> parts_;
  std::unique_ptr<FieldPlan> plan_ = std::make_unique<FieldPlan>();  // the programs and the reader know where it is
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<expr::Machine> machine_ = std::make_unique<expr::Machine>();
};

}  // namespace leat
