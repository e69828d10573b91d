// FilesSink: records into files that are added to: one that is rotated, or as many as an expression in the path names.
// Owner:   the runner.   Thread: under the turn; the timer on the loop thread, which posts.
// Blocks:  for regular files' page cache, and for the folder when a file is opened or rotated.
// Fails:   open: a path that cannot be written; later a write error, a file that cannot be opened or rotated. A record whose path cannot
//          be told, or is too long, leaves by err.
//
// At most `most_open` files are open: the one that was written longest ago is ended and closed for another, and added to later. A file
// that is closed or rotated is whole: its last records and closing bytes are written, and packed its stream is ended.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/codec/as_json.h"
#include "core/codec/codec.h"
#include "core/stage/end.h"
#include "stages/sink/outlet.h"
#include "stages/sink/path_template.h"
#include "stages/sink/rotation.h"

namespace leat {

class FilesSink final : public Sink {
 public:
  struct Options {
    Rotation rotation;
    size_t most_open = 64;
    Outlet::Options outlet;
  };
  FilesSink(std::string path, std::optional<PathTemplate> names, const Options& how, const CodecSpec& codec, const CodecOptions& options)
      : name_(std::move(path)), names_(std::move(names)), how_(how), codec_(codec), options_(options) {}

  const std::string& name() const override { return name_; }
  Done open(SinkHost& host) override;
  void take(Batch&& batch, Turn& turn) override;
  void flush() override;
  void finish() override;
  bool idle() const override { return finished_; }
  void abandon() override;
  bool envelope() const override { return codec_.envelope || (names_ && names_->reads_envelope()); }

 private:
  struct File {
    std::string path;
    std::unique_ptr<Outlet> outlet;
    uint64_t before = 0;  // bytes in it when it was opened
    uint64_t size() const { return before + outlet->sent() + outlet->bytes(); }
  };
  using Files = std::list<File>;  // the one that was written last in front

  std::map<std::string, std::vector<uint32_t>> paths(const Batch& batch, Turn& turn);
  void put(const std::string& path, Batch&& batch, Turn& turn);
  Batch part(const Batch& batch, size_t& begin, uint64_t room) const;
  Result<File*> file(const std::string& path);
  Done open_file(const std::string& path);
  bool written(const File& file, Outlet::Wrote wrote);
  bool close(Files::iterator file, bool rotates);
  void fail(Error error);
  void tick();

  const std::string name_;
  std::optional<PathTemplate> names_;  // none: name_ is the path
  const Options how_;
  const CodecSpec& codec_;
  const CodecOptions options_;
  SinkHost* host_ = nullptr;
  AsJson json_;
  Files files_;
  std::map<std::string, Files::iterator, std::less<>> by_path_;
  std::unique_ptr<Timer> timer_;
  bool closed_ = false, finished_ = false;
};

}  // namespace leat
