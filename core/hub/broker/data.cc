#include "core/hub/broker/data.h"

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/hub/broker/disk_keeper.h"
#include "core/hub/broker/folder.h"

namespace leat::hub {
namespace {

constexpr size_t kDigits = 16;  // of the number in the file `hub`

}  // namespace

Result<uint64_t> open_data(log::Disk& disk, const std::string& folder, uint64_t fresh) {
  if (const int error = disk.make_dir(folder)) return log::cannot("make", folder, error);
  const std::string path = folder + "/hub";
  std::unique_ptr<log::File> file;
  const int opened = disk.open(path, log::Disk::Open::read, file);
  if (opened != 0 && opened != ENOENT) return log::cannot("read", path, opened);
  if (opened == 0) {
    std::string digits(kDigits, ' ');
    const log::Io got = log::read_all(*file, 0, digits.data(), digits.size());
    const auto number = text::whole(digits);
    if (got.error) return log::cannot("read", path, got.error);
    if (number) return *number;
  }
  const uint64_t number = fresh % 9'000'000'000'000'000 + 1'000'000'000'000'000;  // sixteen digits
  if (const int error = disk.open(path, log::Disk::Open::create, file)) return log::cannot("write", path, error);
  if (const int error = log::write_all(*file, 0, fmt::format("{}", number))) return log::cannot("write", path, error);
  if (const int error = file->sync()) return log::cannot("sync", path, error);
  if (const int error = disk.sync_dir(folder)) return log::cannot("sync", folder, error);
  return number;
}

Done keep_histories(Loop& loop, Broker& broker, const std::shared_ptr<log::Disk>& disk, const std::string& folder, uint64_t seed,
                    const Broker::Note& note) {
  SplitMix seeds(seed);
  for (const auto& history : broker.histories()) {
    auto shelf = std::make_shared<DiskKeeper::Shelf>();
    shelf->disk = disk;
    shelf->random = std::make_unique<SplitMix>(seeds.next());
    log::Options options;
    options.frame_length = frame_length;
    const std::string place = folder + "/" + folder_of(history->options().name);
    auto cursors = log::Cursors::open(*disk, place);
    if (!cursors) return cursors.error();
    if ((*cursors)->lost() > 0)
      note(fmt::format("{}: {} of what durable subscriptions had come to cannot be read", place, text::size((*cursors)->lost())));
    options.next_seq = (*cursors)->highest();
    shelf->cursors = std::move(*cursors);
    auto opened = log::Log::open(*disk, place, options, *shelf->random);
    if (!opened) return opened.error();
    shelf->log = std::move(opened->log);
    for (const std::string& line : opened->report.notes) note(fmt::format("{}: {}", place, line));
    const Done read = shelf->log->each(opened->report.stats.first_seq, [&](uint64_t, std::string_view frame) {
      Message message;
      if (Message::read(frame, message) == Message::Read::publish) history->producers().seen(message.producer, message.number);
      return true;
    });
    if (!read) return read.error();
    for (const auto& [key, cursor] : shelf->cursors->all()) broker.teams().restore(*history, key, cursor);
    history->keep_by(std::make_unique<DiskKeeper>(loop, std::move(shelf), history->options(),
                                                  [&broker, kept = history.get()] { broker.settled(*kept); }));
  }
  return {};
}

}  // namespace leat::hub
