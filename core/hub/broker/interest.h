// Interest: which subscriptions want a subject: a trie of their patterns' words, asked once for each subject.
// Owner:   the broker.   Thread: the hub's loop.   Blocks: never.   Fails: cannot.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/hub/broker/busiest.h"
#include "core/hub/broker/subscription.h"

namespace leat::hub {

class History;

// Route: who gets the messages of one subject.
struct Route {
  struct Group {
    std::vector<Subscription*> members;
    size_t turn = 0;
  };
  std::string subject;
  std::vector<Subscription*> each;
  std::vector<Group> groups;
  History* history = nullptr;
  bool plain = false;                // every message goes to each of them, whatever is in it
  uint64_t messages = 0, bytes = 0;  // not counted among the busiest yet
  bool empty() const { return each.empty() && groups.empty(); }
  size_t subscribers() const;
};

class Interest {
 public:
  static constexpr size_t kRoutes = 64 * 1024;  // subjects whose routes are remembered

  void add(Subscription& subscription);
  void remove(Subscription& subscription);

  // The subject has been checked. The route is good until the next call of any of these.
  template <class HistoryOf>
  Route& route(std::string_view subject, HistoryOf&& history_of) {
    if (const auto known = routes_.find(subject); known != routes_.end()) return *known->second;
    Route& made = make(subject);
    made.history = history_of(subject);
    made.plain = !made.history && made.groups.empty() && std::none_of(made.each.begin(), made.each.end(), filters);
    return made;
  }
  uint64_t generation() const { return generation_; }  // changes when a route may have

  // What is published to which subject: counted here as it comes, and among the busiest once a second.
  void count(Route& route, uint32_t messages, uint32_t bytes) {
    if (route.messages == 0) touched_.push_back(&route);
    route.messages += messages, route.bytes += bytes;
  }
  void beat(Duration since);
  const Busiest& busiest() const { return busiest_; }

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> words;
    std::unique_ptr<Node> any;         // *
    std::vector<Subscription*> here;   // whose pattern ends with this word
    std::vector<Subscription*> below;  // ... with >
    bool empty() const { return words.empty() && !any && here.empty() && below.empty(); }
  };
  static bool filters(const Subscription* one) { return one->filter != nullptr; }
  Route& make(std::string_view subject);
  void collect(const Node& node, std::string_view rest, bool first, std::vector<Subscription*>& into) const;
  static void put(Node& node, std::string_view rest, Subscription& subscription);
  static void take(Node& node, std::string_view rest, const Subscription& subscription);
  void forget();
  void collect_counts();

  Node root_;
  std::unordered_map<std::string_view, std::unique_ptr<Route>> routes_;  // keyed by the route's own subject
  uint64_t generation_ = 0;
  std::vector<Route*> touched_;  // that have counted
  Busiest busiest_;
};

}  // namespace leat::hub
