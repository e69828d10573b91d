// StreamSink: records as bytes into one descriptor: stdout, a FIFO, a device, a file that is added to.
// Owner:   the runner.   Thread: under the turn; the watch on the loop thread, which posts.
// Blocks:  never but for a regular file's page cache, and for open() of a FIFO nobody reads yet.
// Fails:   open: a path that cannot be written; later a write error (ENOSPC of /dev/full too). A closed pipe is done(), not a failure.
#pragma once

#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/stage/end.h"
#include "stages/sink/outlet.h"

namespace leat {

class StreamSink : public Sink {
 public:
  // An empty path is stdout.
  StreamSink(std::string path, const Outlet::Options& how, const CodecSpec& codec, const CodecOptions& options);

  const std::string& name() const override { return name_; }
  Done open(SinkHost& host) override;
  void take(Batch&& batch, Turn& turn) override;
  void flush() override;
  void finish() override;
  bool idle() const override { return finished_; }
  void abandon() override;
  bool envelope() const override { return codec_.envelope; }

 protected:
  virtual Result<Descriptor> descriptor();
  virtual void written() { ended(); }  // everything has been, after finish(); ended() when nothing is owed any more
  virtual void gone();                 // the other side has left
  void ended();
  void reader_left();
  void fail(Error error);
  SinkHost& host() { return *host_; }
  Outlet& outlet() { return *outlet_; }
  bool closed() const { return closed_; }
  bool all_written() const { return all_written_; }  // finish() came, and nothing waits

  const std::string path_;
  std::string name_;

 private:
  void after(Outlet::Wrote wrote);

  const Outlet::Options how_;
  const CodecSpec& codec_;
  CodecOptions options_;
  SinkHost* host_ = nullptr;
  std::unique_ptr<Outlet> outlet_;
  std::unique_ptr<Gate> gate_;
  bool closed_ = false;  // takes no more: gone or failed
  bool finishing_ = false, all_written_ = false, finished_ = false;
};

}  // namespace leat
