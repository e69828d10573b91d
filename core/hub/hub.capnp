# The hub's protocol, version 1: all that a program needs to publish to a leat hub, or to subscribe.
#
# A connection is a stream socket (unix or TCP). Both sides send Frames one behind the other, each as Cap'n Proto frames
# a message by itself (segment table, then segments; not packed), with nothing between, before or after them.
#
#     client                                    hub
#     hello                                     welcome, or error and the end
#     subscribe                                 subscribed, or error; then deliver + messages, gap
#     publish, publish, publish                 pubAck, cumulative
#     credit, ack                               ping
#     pong                                      drain, then the end
#
# Publishing. A message is a publish frame. Its sender numbers what it publishes 1, 2, 3 ... (`number`); the hub
# acknowledges what asks for it by the highest number up to which everything has reached the level it asked for, or has
# been refused by name. Who has shown a `producer` of its own and sends what was not acknowledged again, in its order
# and under its old numbers, has it kept and given on once.
#
# Delivery. A deliver frame says for which subscription the next `count` frames are. These are publish frames, just as
# their senders wrote them; the hub has filled in seq, time, from and producer. A subscription gets each message once, whatever
# number of its patterns match. A deliver of no messages is told once: the subscription has now been given all that its history
# held when it was asked for; at once where it reads from none, or begins behind all of it. Credit: a subscription is sent at most `messages` and `bytes` until credit grants more,
# which its client does as it uses messages up, not as they arrive. 0xffffffff grants without end.
#
# Subjects are dotted words: orders.eu.created. In a pattern * stands for one word and > for one or more at the end.
# Those that begin with $ are the hub's: $client.NAME (and all below it) is for the client of that name, $all is for
# everybody who wants to hear what is for all, $hub.events.> tells what happens at the hub. A pattern that begins with a
# wildcard does not match them.
#
# Acknowledging. Who subscribes with acks, or under a durable name, says with ack which of its messages it is done with. Of what it does
# not speak of for ackWait, and of what it refuses (nack), it is given again, with a higher attempt; what it had when it went is for the
# next who comes under that name. A durable name is used by one subscription at a time, or by those that name one group, of which one gets
# each message. Where maxDeliver says how often, a message that was given before is given alone, and after so often is a dead letter: it
# goes to $dead.NAME, with the headers dead_subject, dead_history, dead_seq, dead_reason (deliveries, terminated) and dead_deliveries.
#
# Limits. Before welcome: one frame, hello, of at most 4 KiB, within 2 s. After it: welcome.maxFrame bytes a frame, 16
# segments, 16 levels; a subject has at most 255 bytes. A frame that breaks them is answered with error and the end.
#
# Growth. As with artifacts: within a version fields are only added, at the end of their struct, with a default that means
# what their absence meant. A member of Frame's union that the other side does not know is answered with error, not fatal.
# hello.version is the highest the client speaks, welcome.version what is spoken. Units: ns since 1970 for times, bytes.

@0xc9f1c9e3a2f0d5b7;

struct Frame {
  union {
    hello @0 :Hello;
    welcome @1 :Welcome;
    publish @2 :Publish;
    pubAck @3 :PubAck;
    subscribe @4 :Subscribe;
    subscribed @5 :Subscribed;
    unsubscribe @6 :Unsubscribe;
    deliver @7 :Deliver;
    credit @8 :Credit;
    ack @9 :Ack;
    gap @10 :Gap;
    ping @11 :Ping;
    pong @12 :Ping;
    error @13 :Error;
    drain @14 :Drain;
    control @15 :Control;
    report @16 :Report;
  }
}

struct Hello {
  version @0 :UInt16 = 1;
  name @1 :Text;                # one client of a name at a time; empty: the hub makes one up
  token @2 :Data;               # shown where the hub asks for one
  producer @3 :UInt64;          # chosen at random by who wants to be deduplicated; 0: nobody
  # A client that comes back with the same name and producer takes its own place; with another producer the name is taken.
}

struct Welcome {
  version @0 :UInt16 = 1;
  hub @1 :UInt64;               # which hub; of a hub with data, for ever
  session @2 :UInt32;           # `from` of what this connection publishes
  name @3 :Text;
  maxFrame @4 :UInt32;
  heartbeatMs @5 :UInt32;       # who is silent for two of these is asked, who is silent for three is gone
  window @6 :UInt32;            # so many publishes may be unacknowledged; who sends more is read no further
  capabilities @7 :List(Text);  # history, log, groups, filters, durable: what this hub can do
}

enum Level {
  none @0;                      # not acknowledged
  best @1;                      # the best this subject gives: synced where it is kept on disk, else routed
  routed @2;                    # given to every subscription there was
  written @3;                   # handed to the operating system
  synced @4;                    # on the disk
}

struct Publish {
  seq @0 :UInt64;               # by the hub: number in its history, or of the hub where there is none
  time @1 :Int64;               # by the hub: when it came
  number @2 :UInt64;            # by the sender
  from @3 :UInt32;              # by the hub: session of the sender
  flags @4 :UInt32;             # see below
  ttlMs @5 :UInt32;             # not delivered when it is older; 0: never too old
  ack @6 :Level;
  subject @7 :Text;
  payload @8 :Data;
  key @9 :Data;                 # what latest-per-key tells messages apart by
  replyTo @10 :Text;            # a subject for answers
  producer @11 :UInt64;         # by the hub: of the sender
  headers @12 :List(Header);    # carried, never looked into: a reader must expect that they are broken

  const echo :UInt32 = 1;       # to the sender's own subscriptions too
  const artifact :UInt32 = 2;   # the payload is an artifact (artifact.capnp), envelope and all
  const wanted :UInt32 = 4;     # refuse it (no-receiver) when nobody is subscribed
}

struct Header {
  name @0 :Text;
  value @1 :Text;
}

struct PubAck {
  number @0 :UInt64;            # all up to this one
  level @1 :Level;              # that was reached by it
  seq @2 :UInt64;               # the number it got
  refused @3 :List(Refused);    # those up to it that were not taken

  struct Refused {
    number @0 :UInt64;
    code @1 :Text;              # denied, subject, no-receiver, no-history, full, limit ...
    text @2 :Text;
  }
}

enum Slow {
  byHub @0;                     # spill where there is a history, else drop-oldest
  spill @1;                     # go on from the history when there is room again
  block @2;                     # hold up whoever publishes to it, for a while
  dropOldest @3;
  dropNewest @4;
  latestPerKey @5;              # keep the last message of each key
  disconnect @6;
}

struct Subscribe {
  id @0 :UInt32;                # chosen by the client, its own
  pattern @1 :Text;
  filter @2 :Text;              # an expression; messages for which it is not true stay at the hub
  start :union {
    live @3 :Void;
    seq @4 :UInt64;
    time @5 :Int64;
    last @6 :UInt32;            # so many before now
    all @7 :Void;
    lastPerSubject @8 :Void;
  }
  group @9 :Text;               # of the subscriptions in one group one gets each message
  durable @10 :Text;            # the hub remembers under this name how far it was acknowledged
  acks @11 :Bool;               # messages are acknowledged, and sent again if they are not
  ackWaitMs @12 :UInt32;        # 0: 30 s
  maxPending @13 :UInt32;       # unacknowledged at a time; 0: 1000
  maxDeliver @14 :UInt32;       # then it goes to the dead letters; 0: without end
  messages @15 :UInt32;         # credit to begin with: 0 is none
  bytes @16 :UInt32;
  slow @17 :Slow;
  echo @18 :Bool;               # its own messages too
}

struct Subscribed {
  id @0 :UInt32;
  history @1 :Text;             # the name of the one it reads from; empty: none
  next @2 :UInt64;              # the first number it can be given; 0: there is none yet, or it is still looked for
}

struct Unsubscribe {
  id @0 :UInt32;
}

struct Deliver {
  id @0 :UInt32;
  count @1 :UInt32;
  bytes @2 :UInt32;             # of the frames that follow
  attempt @3 :UInt32 = 1;       # more than 1: it was delivered before and not acknowledged
}

struct Credit {
  id @0 :UInt32;
  messages @1 :UInt32;
  bytes @2 :UInt32;
}

struct Ack {
  id @0 :UInt32;
  kind @1 :Kind;
  upTo @2 :UInt64;              # all delivered numbers up to this one; 0: none
  ranges @3 :List(Range);       # and these
  delayMs @4 :UInt32;           # of a nack: not again before that

  enum Kind {
    done @0;
    nack @1;                    # send it again
    inProgress @2;              # wait longer
    terminate @3;               # do not send it again
  }
}

struct Range {
  first @0 :UInt64;
  last @1 :UInt64;
}

struct Gap {
  id @0 :UInt32;
  first @1 :UInt64;
  last @2 :UInt64;
  count @3 :UInt64;             # so many messages of this subscription
  reason @4 :Reason;

  enum Reason {
    dropped @0;                 # the subscription was too slow
    expired @1;                 # the history does not go back so far
    damaged @2;                 # the log has lost them
  }
}

struct Ping {
  token @0 :UInt64;             # given back in pong
}

struct Error {
  code @0 :Text;                # version, name-taken, token, denied, protocol, limit, pattern, filter, subscription ...
  text @1 :Text;                # one line for a person
  id @2 :UInt32;                # the subscription it is about, if it is about one
  fatal @3 :Bool;               # the connection ends
}

struct Drain {
  graceMs @0 :UInt32;           # then the hub closes; what is published meanwhile is not taken
  reason @1 :Text;
}

struct Control {
  verb @0 :Text;                # stats, metrics, clients, kick, forget, drain
  argument @1 :Text;
}

struct Report {
  text @0 :Text;                # JSON; of metrics OpenMetrics
  failed @1 :Bool;              # text is one line that says why
}
