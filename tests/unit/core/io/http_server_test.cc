// The HTTP answers over a real socket: what is asked well, badly, slowly, in pieces and all at once.
#include "core/io/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/fake_ends.h"
#include "tests/support/scratch.h"

namespace leat {
namespace {

using namespace std::chrono_literals;

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() { std::signal(SIGPIPE, SIG_IGN); }
  void open(Duration patience = 1h) {
    HttpServer::Pages pages;
    pages["/a"] = [this] { return ++asked, HttpServer::Answer{200, "text/x", body}; };
    pages["/b"] = [] { return HttpServer::Answer{503, std::string(HttpServer::kText), "no"}; };
    auto name = SocketName::local(path, "here", Error::Kind::io);
    ASSERT_TRUE(name);
    server = std::make_unique<HttpServer>(
        loop, std::move(*name), std::move(pages), [](const std::string&) {}, patience);
    ASSERT_TRUE(server->open());
  }
  Descriptor dial() {
    auto name = SocketName::local(path, "here", Error::Kind::io);
    auto made = name->connect(0);
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  // Until it is so; what never comes runs into the test's time limit.
  template <class So>
  void run(So so) {
    loop.work([&] {
      if (so()) loop.stop();
      return true;
    });
    loop.run();
    loop.work([] { return false; });
  }
  static bool take(Descriptor& socket, std::string& into) {  // false: the other side has ended
    std::array<char, 4096> bytes;
    for (;;) {
      const ssize_t got = socket.read(bytes.data(), bytes.size());
      if (got == Descriptor::kWait) return true;
      if (got <= 0) return false;
      into.append(bytes.data(), static_cast<size_t>(got));
    }
  }
  // Everything said until the server ends; the request is written in pieces of so many bytes.
  std::string talk(std::string_view request, size_t piece = SIZE_MAX) {
    Descriptor socket = dial();
    std::string said;
    run([&] {
      if (!request.empty()) {
        const ssize_t put = socket.write(request.data(), std::min(piece, request.size()));
        if (put > 0) request.remove_prefix(static_cast<size_t>(put));
      }
      return !take(socket, said);
    });
    return said;
  }
  static std::string last(std::string_view path, std::string_view method = "GET") {
    return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  }
  static std::string line(const std::string& said) { return said.substr(0, said.find('\r')); }

  const test::Scratch scratch;
  const std::string path = (scratch / "http.sock").string();
  test::FakeClock clock;
  Loop loop{clock};
  std::string body = "hello";
  int asked = 0;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, AnswersInWholeAndInPieces) {
  open();
  const std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nContent-Length: 5\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
  for (const size_t piece : {SIZE_MAX, size_t{1}, size_t{7}}) EXPECT_EQ(talk(last("/a"), piece), answer + "hello");
  EXPECT_EQ(talk(last("/a", "HEAD")), answer);
  EXPECT_EQ(talk("GET /a?x=/b HTTP/1.0\r\n\r\n"), answer + "hello");
  EXPECT_EQ(line(talk(last("/b"))), "HTTP/1.1 503 Service Unavailable");
}

TEST_F(HttpServerTest, WhatIsAskedBadlyIsAnsweredAndEnds) {
  open();
  EXPECT_EQ(line(talk(last("/none"))), "HTTP/1.1 404 Not Found");
  const std::string post = talk("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(line(post), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_NE(post.find("Allow: GET, HEAD\r\n"), post.npos);
  for (const char* bad :
       {"\r\n\r\n", "GET\r\n\r\n", "GET /a\r\n\r\n", "GET a HTTP/1.1\r\n\r\n", "GET /a HTTP/2.0\r\n\r\n", "\x16\x03\x01\r\n\r\n"})
    EXPECT_EQ(line(talk(bad)), "HTTP/1.1 400 Bad Request") << bad;
  EXPECT_EQ(line(talk("GET /a HTTP/1.1\r\nX: " + std::string(HttpServer::kHead, 'x'))), "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(line(talk(last("/" + std::string(100'000, 'x')))), "HTTP/1.1 431 Request Header Fields Too Large");
  // A body would be read as the next request: none is.
  const std::string smuggled = talk("GET /a HTTP/1.1\r\nContent-Length: 40\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(smuggled.find("503"), smuggled.npos);
  EXPECT_EQ(asked, 1);
}

TEST_F(HttpServerTest, RequestsOfOneConnectionAreAnsweredInTurn) {
  open();
  body = std::string(300'000, 'z');  // more than a socket takes at once
  std::string many;
  for (int i = 0; i < 20; ++i) many += "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string said = talk(many + last("/none"));
  EXPECT_EQ(asked, 20);
  EXPECT_EQ(static_cast<size_t>(std::count(said.begin(), said.end(), 'z')), 20u * body.size());
  EXPECT_NE(said.find("404"), said.npos);
}

TEST_F(HttpServerTest, WhoIsSlowIsLeftAndOthersAreNot) {
  open(50ms);
  Descriptor idle = dial(), half = dial();
  half.write("GET /a HT", 9);
  std::string said;
  run([&] { return !take(idle, said) && !take(half, said); });
  EXPECT_EQ(said, "");
  body = std::string(8u << 20, 'x');
  Descriptor deaf = dial();
  const std::string request = last("/a");
  deaf.write(request.data(), request.size());
  run([&] { return asked == 1; });
  EXPECT_EQ(line(talk(last("/b"))), "HTTP/1.1 503 Service Unavailable");
  Descriptor later = dial();
  run([&] { return !take(later, said); });
  std::string rest;
  run([&] { return !take(deaf, rest); });
  EXPECT_LT(rest.size(), body.size());  // it was cut off in the middle of its answer
}

TEST_F(HttpServerTest, SoManyAtATimeAndTheNextWaits) {
  open();
  std::vector<Descriptor> here;
  for (size_t i = 0; i < HttpServer::kConnections; ++i) here.push_back(dial());
  Descriptor next = dial();
  const std::string request = last("/a");
  next.write(request.data(), request.size());
  run([passes = 0]() mutable { return ++passes > 20; });
  EXPECT_EQ(asked, 0);
  here.pop_back();
  std::string said;
  run([&] { return !take(next, said); });
  EXPECT_EQ(asked, 1);
}

TEST_F(HttpServerTest, OthersMachinesAreNotListenedTo) {
  auto name = SocketName::tcp("0.0.0.0:0", "0.0.0.0:0", true, Error::Kind::io);
  ASSERT_TRUE(name);
  HttpServer wide(loop, std::move(*name), {}, [](const std::string&) {});
  const Done opened = wide.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Error::Kind::usage);
}

}  // namespace
}  // namespace leat
