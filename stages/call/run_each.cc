#include "stages/call/run_each.h"

#include <unistd.h>

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {

namespace {

constexpr size_t kSaid = 1024;  // of its last line on stderr

}  // namespace

Done RunEach::open(CallHost& host, OnAnswers on_answers) {
  host_ = &host;
  on_answers_ = std::move(on_answers);
  return Child::find(command_.front());
}

void RunEach::send(std::vector<Request> requests) {
  std::vector<Answer> refused;
  for (Request& request : requests) {
    Run& run = runs_[request.number];
    const auto error = start(request, run);
    if (!error) continue;
    runs_.erase(request.number);
    refused.push_back({request.number, Answer::Kind::failed, {}, {"spawn", error->text}});
  }
  if (!refused.empty()) on_answers_(std::move(refused));
}

std::optional<Error> RunEach::start(Request& request, Run& run) {
  const uint64_t number = request.number;
  auto child = Child::start(host_->loop(), command_, Child::kIn | Child::kOut | Child::kErr,
                            [this, number](const std::string& how) { exited(number, how); });
  if (!child) return child.error();
  run.body = std::move(request.body);
  run.child = std::move(*child);
  run.in = Channel(host_->loop(), run.child->take(Child::kIn), [this, number](Watch::Event) { write(number); });
  run.out = Channel(host_->loop(), run.child->take(Child::kOut), [this, number](Watch::Event) { read(number); });
  run.err = Channel(host_->loop(), run.child->take(Child::kErr), [this, number](Watch::Event) { listen(number); });
  run.out.await(true, false);
  run.err.await(true, false);
  write(number);
  return {};
}

// A process that does not want to read on is none that has failed.
void RunEach::write(uint64_t number) {
  const auto at = runs_.find(number);
  if (at == runs_.end() || !at->second.in) return;
  Run& run = at->second;
  while (run.written < run.body.size()) {
    const ssize_t put = run.in.write(run.body.data() + run.written, run.body.size() - run.written);
    if (put == Descriptor::kWait) return run.in.await(false, true);
    if (put < 0) break;
    run.written += static_cast<size_t>(put);
  }
  run.in.close();
  std::string().swap(run.body);
}

// Takes what can be had of the reply. False: it is too long.
bool RunEach::drain(Run& run) {
  std::array<char, 64 * 1024> piece;
  while (run.out) {
    const ssize_t got = run.out.read(piece.data(), piece.size());
    if (got == Descriptor::kWait) return true;
    if (got <= 0) {
      run.out.close();
      return true;
    }
    run.reply.append(piece.data(), static_cast<size_t>(got));
    if (run.reply.size() > most_) return false;
  }
  return true;
}

void RunEach::read(uint64_t number) {
  const auto at = runs_.find(number);
  if (at == runs_.end() || at->second.cancelled) return;
  if (drain(at->second)) {
    if (at->second.out) at->second.out.await(true, false);
    return;
  }
  cancel(number);
  answer(
      {number, Answer::Kind::failed, {}, {"limit", fmt::format("'{}' printed more than {}", command_.front(), text::size(most_))}, false});
}

// What it says to people goes on to them.
void RunEach::hear(Run& run) {
  std::array<char, 4096> piece;
  while (run.err) {
    const ssize_t got = run.err.read(piece.data(), piece.size());
    if (got == Descriptor::kWait) return;
    if (got <= 0) return run.err.close();
    const std::string_view said(piece.data(), static_cast<size_t>(got));
    [[maybe_unused]] const ssize_t put = ::write(STDERR_FILENO, said.data(), said.size());
    for (char c : said) {
      if (!run.said.empty() && run.said.back() == '\n') run.said.clear();
      if (c == '\n' ? !run.said.empty() : run.said.size() < kSaid) run.said += c;
    }
  }
}

void RunEach::listen(uint64_t number) {
  const auto at = runs_.find(number);
  if (at == runs_.end()) return;
  hear(at->second);
  if (at->second.err) at->second.err.await(true, false);
}

// All it has written lies in the pipes by now.
void RunEach::exited(uint64_t number, const std::string& how) {
  const auto at = runs_.find(number);
  if (at == runs_.end()) return;
  Run& run = at->second;
  run.child->kill();
  hear(run);
  const bool whole = run.cancelled || drain(run);
  Answer made{number, Answer::Kind::reply, std::move(run.reply)};
  if (!whole) {
    made = {
        number, Answer::Kind::failed, {}, {"limit", fmt::format("'{}' printed more than {}", command_.front(), text::size(most_))}, false};
  } else if (!how.empty()) {
    const std::string said = run.said.substr(0, run.said.find_last_not_of("\r\n") + 1);
    made = {number, Answer::Kind::failed, {}, {"exit", fmt::format("'{}' {}{}{}", command_.front(), how, said.empty() ? "" : ": ", said)}};
  }
  const bool cancelled = run.cancelled;
  runs_.erase(at);
  if (!cancelled) answer(std::move(made));
  if (runs_.empty() && on_closed_) std::exchange(on_closed_, nullptr)();
}

void RunEach::answer(Answer made) {
  std::vector<Answer> one;
  one.push_back(std::move(made));
  on_answers_(std::move(one));
}

void RunEach::cancel(uint64_t number) {
  const auto at = runs_.find(number);
  if (at == runs_.end()) return;
  at->second.cancelled = true;
  at->second.in.close(), at->second.out.close();
  at->second.child->kill();
}

void RunEach::close(std::function<void()> on_closed) {
  if (runs_.empty()) return on_closed();
  on_closed_ = std::move(on_closed);
}

void RunEach::abandon() {
  on_closed_ = nullptr;
  runs_.clear();
}

}  // namespace leat
