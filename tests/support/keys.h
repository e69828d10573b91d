// Keys of tests, all from examples that everybody knows, and as files for the stages that read them.
// Owner:   constant data; the files go with the program.   Thread: any.   Blocks: for the disk.   Fails: as Scratch.
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "core/base/base64.h"
#include "tests/support/scratch.h"

namespace leat::test {

inline std::string bytes_of(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

inline std::string hex_of(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : bytes) out += kDigits[byte >> 4], out += kDigits[byte & 15];
  return out;
}

// `front` is what DER has before the key's own bytes (RFC 5958, RFC 5480, RFC 8410), all in hex.
inline std::string pem_of(std::string_view label, std::string_view front, std::string_view key) {
  std::string text = "-----BEGIN " + std::string(label) + "-----\n";
  base64::encode(bytes_of(front) + bytes_of(key), text);
  return text + "\n-----END " + std::string(label) + "-----\n";
}

// RFC 9180, A.1.1 and A.3.1; RFC 8032, 7.1, tests 1 and 2.
inline const std::string kX25519Private =
    pem_of("PRIVATE KEY", "302e020100300506032b656e04220420", "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8");
inline const std::string kX25519Public =
    pem_of("PUBLIC KEY", "302a300506032b656e032100", "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d");
inline const std::string kP256Private = pem_of("PRIVATE KEY", "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420",
                                               "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2");
inline const std::string kP256Public = pem_of(
    "PUBLIC KEY", "3059301306072a8648ce3d020106082a8648ce3d030107034200",
    "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0");
inline const std::string kEd25519Private =
    pem_of("PRIVATE KEY", "302e020100300506032b657004220420", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
inline const std::string kEd25519Public =
    pem_of("PUBLIC KEY", "302a300506032b6570032100", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
inline const std::string kOtherEd25519Public =
    pem_of("PUBLIC KEY", "302a300506032b6570032100", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");

// The path of a file that holds the text, for as long as the program runs.
inline const std::string& file_of(const std::string& text) {
  static const Scratch folder;
  static std::map<std::string, std::string> files;
  std::string& path = files[text];
  if (path.empty()) {
    path = (folder / (std::to_string(files.size()) + ".pem")).string();
    std::ofstream(path) << text;
  }
  return path;
}

}  // namespace leat::test
