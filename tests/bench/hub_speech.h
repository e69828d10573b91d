// Speech: what a client says to a broker and hears from it, as bytes: leat's hub and those it is measured against.
// Owner:   whoever made it; one connection each.   Thread: one.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace leat::bench {

class Speech {
 public:
  // `which`: leat, nats, jetstream, redis, mqtt; null: none of them.
  static std::unique_ptr<Speech> make(std::string_view which);
  virtual ~Speech() = default;

  virtual std::string hello(const std::string& name) = 0;
  virtual std::string subscribe(const std::string& subject) = 0;
  virtual std::string replay(const std::string& subject) = 0;  // the same, from the first that is kept; empty: it cannot
  virtual std::string message(const std::string& subject, const std::string& payload) = 0;
  // The same, numbered, so that it is acknowledged when it is kept; empty: it cannot.
  virtual std::string kept(const std::string& subject, const std::string& payload, uint64_t number) = 0;
  virtual std::string prepare(const std::string&) { return {}; }  // so that what is published there is kept

  virtual std::string sync() = 0;                             // is answered behind all that was said before
  virtual size_t answered(std::string_view heard) const = 0;  // the bytes of the answer and all before it; 0: it has not come

  // So many messages, or acknowledgements, are in the first `used` bytes of what came; the rest comes again with what follows it.
  struct Count {
    uint64_t count;
    size_t used;
  };
  virtual Count messages(std::string_view heard) = 0;  // of those message() or kept() made last
  virtual Count acknowledged(std::string_view heard) = 0;
  virtual std::string owed(std::string_view) { return {}; }  // what is said to that, so that more comes

  static constexpr char kMark = '@';  // every payload begins with one, and holds no other
};

}  // namespace leat::bench
