// The ends that are no stream of bytes: a database, an expression, files that are many or rotated; for ends.cc.
// Owner:   the caller.   Thread: one.   Blocks: never; an end is opened later.
// Fails:   an option that is missing, wrong, or means nothing for such an end.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/codec/codec.h"
#include "core/stage/address.h"
#include "core/stage/end.h"
#include "core/stage/settings.h"
#include "stages/ends.h"
#include "stages/sink/outlet.h"

namespace leat {

// sqlite:FILE --query SQL, or sqlite:FILE?q=SQL.
Result<std::unique_ptr<Source>> sqlite_source(const Address& address, const std::string& url, const Settings& options,
                                              const CodecOptions& codec_options);
Result<std::unique_ptr<Source>> generate_source(const Address& address, const std::string& url, const Settings& options,
                                                const CodecOptions& codec_options, const SourceUse& use);
Result<std::unique_ptr<Sink>> sqlite_sink(const Address& address, const std::string& url, const Settings& options,
                                          const Outlet::Options& how);

// Is it one for files_sink()?
bool many_files(const Address& address, const Settings& options);
Result<std::unique_ptr<Sink>> files_sink(const Address& address, const std::string& url, const Settings& options,
                                         const Outlet::Options& how, const CodecSpec& codec, const CodecOptions& codec_options,
                                         const SinkUse& use);

}  // namespace leat
