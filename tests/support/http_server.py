"""A server for tests of calls: prints its port, then does what a request's path says.

/echo          the body back
/status/CODE   that status and one line
/flaky/N       503 until a body has come N times, then echo; the N-th time it says how often it was asked
/later         429 with Retry-After: 1 the first time a body comes, then echo
/slow          no answer
/large         1 MiB
/cut           a response that ends before it should
/redirect      302 to /echo
/headers       the request's headers as one JSON object
"""
import collections, http.server, json, threading

asked = collections.Counter()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, code, body, **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        what, _, rest = self.path.partition("?")[0].strip("/").partition("/")
        asked[what, body] += 1
        if what == "status":
            self.answer(int(rest), b"as you wish\nmore\n")
        elif what == "flaky":
            self.answer(200 if asked[what, body] >= int(rest) else 503, body)
        elif what == "later" and asked[what, body] == 1:
            self.answer(429, b"", Retry_After="1")
        elif what == "slow":
            threading.Event().wait()
        elif what == "large":
            self.answer(200, b'"' + b"x" * (1 << 20) + b'"')
        elif what == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{")
            self.close_connection = True
        elif what == "redirect":
            self.answer(302, b"", Location="/echo")
        elif what == "headers":
            self.answer(200, json.dumps({k.lower(): v for k, v in self.headers.items()}).encode())
        else:
            self.answer(200, body or b'{"path":"%s"}' % self.path.encode())

    do_GET = do_POST

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
