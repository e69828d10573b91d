#include "stages/call/coprocess.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/stage/backoff.h"

namespace leat {

Done Coprocess::open(CallHost& host, OnAnswers on_answers) {
  host_ = &host;
  on_answers_ = std::move(on_answers);
  return Child::find(command_.front());
}

// The one that owes least; a new one while all have work and there may be more.
Coprocess::Worker* Coprocess::worker() {
  Worker* best = nullptr;
  size_t usable = 0;
  for (Worker& one : workers_) {
    if (one.dying || one.ends) continue;
    ++usable;
    if (!best || one.owed.size() < best->owed.size()) best = &one;
  }
  if (best && (best->owed.empty() || usable >= processes_)) return best;
  Worker& made = workers_.emplace_back();
  auto child =
      Child::start(host_->loop(), command_, Child::kIn | Child::kOut, [this, &made](const std::string& how) { exited(made, how); });
  if (!child) {
    cannot_ = child.error();
    workers_.pop_back();
    return best;
  }
  made.child = std::move(*child);
  made.in = Channel(host_->loop(), made.child->take(Child::kIn), [this, &made](Watch::Event) { write(made); });
  made.out = Channel(host_->loop(), made.child->take(Child::kOut), [this, &made](Watch::Event) { read(made); });
  made.out.await(true, false);
  return &made;
}

void Coprocess::send(std::vector<Request> requests) {
  std::vector<Answer> answers;
  for (Request& request : requests) {
    if (std::count(request.body.begin(), request.body.end(), '\n') != 1) {
      answers.push_back({request.number, Answer::Kind::failed, {}, {"encode", "the record is more than one line"}, false});
      continue;
    }
    Worker* chosen = worker();
    if (!chosen) {
      answers.push_back({request.number, Answer::Kind::failed, {}, {"spawn", cannot_->text}});
      continue;
    }
    if (chosen->owed.empty()) answers.push_back({request.number, Answer::Kind::begun});
    chosen->lines += request.body;
    chosen->owed.push_back(request.number);
  }
  for (auto at = workers_.begin(); at != workers_.end();) write(*at++);
  if (!answers.empty()) on_answers_(std::move(answers));
}

void Coprocess::write(Worker& worker) {
  if (!worker.in) return;
  while (worker.written < worker.lines.size()) {
    const ssize_t put = worker.in.write(worker.lines.data() + worker.written, worker.lines.size() - worker.written);
    if (put == Descriptor::kWait) return worker.in.await(false, true);
    if (put < 0) return worker.in.close();  // how it ended is told by its exit, or by its output
    worker.written += static_cast<size_t>(put);
  }
  worker.lines.clear(), worker.written = 0;
  if (worker.ends) worker.in.close();
}

void Coprocess::read(Worker& worker) {
  std::array<char, 64 * 1024> piece;
  std::vector<Answer> answers;
  while (worker.out) {
    const ssize_t got = worker.out.read(piece.data(), piece.size());
    if (got == Descriptor::kWait) break;
    if (got <= 0) {
      worker.out.close();
      // Without an output it is of no use. Of one that ends well the exit is about to come.
      if (!worker.owed.empty()) worker.child->kill();
      break;
    }
    if (!take(worker, {piece.data(), static_cast<size_t>(got)}, answers)) break;
  }
  if (!answers.empty()) on_answers_(std::move(answers));
  if (worker.out) worker.out.await(true, false);
}

// False: it does not keep to the rule, and has been dealt with.
bool Coprocess::take(Worker& worker, std::string_view text, std::vector<Answer>& answers) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    worker.line += text.substr(0, end);
    if (worker.line.size() > most_) {
      fail(worker, {"limit", fmt::format("'{}' printed a line of more than {}", command_.front(), text::size(most_))}, false);
      return false;
    }
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
    if (worker.owed.empty()) {
      host_->note(fmt::format("'{}' printed a line that nobody asked for, and was killed", command_.front()));
      fail(worker, {}, true);
      return false;
    }
    answers.push_back({worker.owed.front(), Answer::Kind::reply, std::exchange(worker.line, {}) + '\n'});
    worker.owed.pop_front();
    if (!worker.owed.empty()) answers.push_back({worker.owed.front(), Answer::Kind::begun});
    deaths_ = 0;
  }
  return true;
}

// Ends a process for what the record it should have answered first is to blame for.
void Coprocess::fail(Worker& worker, Reason why, bool again) {
  worker.dying = true;
  worker.in.close(), worker.out.close();
  worker.child->kill();
  std::vector<Answer> answers;
  for (uint64_t number : worker.owed) {
    const bool first = answers.empty();
    answers.push_back({number, first ? Answer::Kind::failed : Answer::Kind::unsent, {}, first ? why : Reason{}, again});
  }
  worker.owed.clear();
  if (answers.empty()) return;
  answers.front().pause = Backoff::longest({}, ++deaths_);
  on_answers_(std::move(answers));
}

void Coprocess::exited(Worker& worker, const std::string& how) {
  if (!worker.dying && worker.out) read(worker);  // all it has written lies in the pipe by now
  if (!worker.owed.empty())
    fail(worker, {"exit", fmt::format("'{}' {} before it had answered", command_.front(), how.empty() ? "ended" : how)}, true);
  else if (!worker.dying && !how.empty())
    host_->note(fmt::format("'{}' {}", command_.front(), how));
  worker.child->kill();
  workers_.remove_if([&](const Worker& one) { return &one == &worker; });
  if (workers_.empty() && on_closed_) std::exchange(on_closed_, nullptr)();
}

// What the others of its process owe is asked for again.
void Coprocess::cancel(uint64_t number) {
  for (Worker& worker : workers_) {
    const auto at = std::find(worker.owed.begin(), worker.owed.end(), number);
    if (at == worker.owed.end()) continue;
    worker.owed.erase(at);
    worker.dying = true;
    worker.in.close(), worker.out.close();
    worker.child->kill();
    std::vector<Answer> answers;
    for (uint64_t other : std::exchange(worker.owed, {})) answers.push_back({other, Answer::Kind::unsent});
    if (!answers.empty()) on_answers_(std::move(answers));
    return;
  }
}

void Coprocess::rest() {
  for (auto at = workers_.begin(); at != workers_.end();) {
    Worker& worker = *at++;
    worker.ends = true;
    write(worker);
  }
}

void Coprocess::close(std::function<void()> on_closed) {
  if (workers_.empty()) return on_closed();
  on_closed_ = std::move(on_closed);
  rest();
}

void Coprocess::abandon() {
  on_closed_ = nullptr;
  workers_.clear();
}

}  // namespace leat
