#include "core/hub/broker/interest.h"

#include <algorithm>

namespace leat::hub {
namespace {

// The first word, and what is behind its dot; `last` if there is none.
struct Split {
  std::string_view word, rest;
  bool last;
};

Split split(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == text.npos) return {text, {}, true};
  return {text.substr(0, dot), text.substr(dot + 1), false};
}

}  // namespace

size_t Route::subscribers() const {
  size_t all = each.size();
  for (const Group& group : groups) all += group.members.size();
  return all;
}

void Interest::put(Node& node, std::string_view rest, Subscription& subscription) {
  const auto [word, behind, last] = split(rest);
  if (word == ">") return node.below.push_back(&subscription);
  auto& next = word == "*" ? node.any : node.words[std::string(word)];
  if (!next) next = std::make_unique<Node>();
  if (last) return next->here.push_back(&subscription);
  put(*next, behind, subscription);
}

void Interest::take(Node& node, std::string_view rest, const Subscription& subscription) {
  const auto [word, behind, last] = split(rest);
  if (word == ">") return void(std::erase(node.below, &subscription));
  if (word == "*") {
    if (last)
      std::erase(node.any->here, &subscription);
    else
      take(*node.any, behind, subscription);
    if (node.any->empty()) node.any.reset();
    return;
  }
  const auto next = node.words.find(word);
  if (last)
    std::erase(next->second->here, &subscription);
  else
    take(*next->second, behind, subscription);
  if (next->second->empty()) node.words.erase(next);
}

void Interest::collect_counts() {
  for (Route* route : touched_) {
    busiest_.add(route->subject, route->messages, route->bytes);
    route->messages = route->bytes = 0;
  }
  touched_.clear();
}

void Interest::beat(Duration since) {
  collect_counts();
  busiest_.beat(since);
}

void Interest::forget() {
  collect_counts();
  routes_.clear();
  ++generation_;
}

void Interest::add(Subscription& subscription) {
  put(root_, subscription.how.pattern, subscription);
  forget();
}

void Interest::remove(Subscription& subscription) {
  take(root_, subscription.how.pattern, subscription);
  forget();
}

void Interest::collect(const Node& node, std::string_view rest, bool first, std::vector<Subscription*>& into) const {
  const auto [word, behind, last] = split(rest);
  const bool hidden = first && word.starts_with('$');
  if (!hidden) into.insert(into.end(), node.below.begin(), node.below.end());
  const auto follow = [&, behind = behind, last = last](const Node& next) {
    if (last)
      into.insert(into.end(), next.here.begin(), next.here.end());
    else
      collect(next, behind, false, into);
  };
  if (node.any && !hidden) follow(*node.any);
  if (const auto next = node.words.find(word); next != node.words.end()) follow(*next->second);
}

Route& Interest::make(std::string_view subject) {
  if (routes_.size() >= kRoutes) forget();
  auto made = std::make_unique<Route>();
  made->subject = subject;
  std::vector<Subscription*> all;
  collect(root_, subject, true, all);
  std::map<std::string_view, size_t> groups;
  for (Subscription* one : all) {
    if (one->how.group.empty() || one->team) {
      made->each.push_back(one);
      continue;
    }
    const auto [place, fresh] = groups.try_emplace(one->how.group, made->groups.size());
    if (fresh) made->groups.emplace_back();
    made->groups[place->second].members.push_back(one);
  }
  Route& route = *made;
  routes_.emplace(route.subject, std::move(made));
  return route;
}

}  // namespace leat::hub
