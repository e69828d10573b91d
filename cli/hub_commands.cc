#include "cli/hub_commands.h"

#include "cli/hub.h"
#include "cli/hub_clients.h"
#include "cli/hub_control.h"
#include "cli/hub_folder.h"

namespace leat {

std::span<const Command> hub_commands() {
  static const Command kCommands[] = {
      {"hub", "[--config FILE] [--listen PLACE]... [--history PATTERN[,KEY=V]...]...", "run a publish/subscribe broker",
       "Clients publish messages to subjects and subscribe to patterns of them: orders.eu.created, orders.*, orders.>. Each subscription "
       "gets each message once, in the order in which it came. Subjects with a history are kept: whoever comes late or falls behind reads "
       "on from there.\n\n"
       "Over a unix socket the user who runs the hub may do everything, and others nothing unless --open or a principal of the file says "
       "so; at TCP, which is for this machine only, everybody is a stranger without a token.\n\n"
       "Nobody waits long for a subscriber that takes nothing: after the grace it goes on from the history, or loses the oldest messages, "
       "and is told how many. SIGTERM lets everybody have what waits for them.\n\n"
       "What a history holds goes by count, bytes and age, or, with until=acknowledged, when all durable subscriptions (--durable of a "
       "source) have acknowledged it; if that is more than bytes allow, publishers are refused. Dead letters, messages that a durable "
       "subscription was given as often as it may be, are a history of their own, of the subjects $dead.NAME.\n\n"
       "The file of --config has the options by their names, with _ for -, a table for each history, and one for each principal:\n\n"
       "  listen = [\"unix-listen:/run/leat/hub.sock\", \"tcp-listen://127.0.0.1:7000\"]\n"
       "  data = \"/var/lib/leat/hub\"\n"
       "  [[history]]\n"
       "  subjects = [\"orders.>\"]\n"
       "  age = \"7d\"\n"
       "  [[principal]]\n"
       "  name = \"shop\"\n"
       "  token_sha256 = \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"\n"
       "  users = [\"www-data\"]\n"
       "  publish = [\"orders.>\"]\n"
       "  no_publish = [\"orders.secret.>\"]\n"
       "  subscribe = [\"bills.*\"]\n\n"
       "A principal is whoever shows its token (leat hub token makes one) or comes over a unix socket as one of its users. It may publish "
       "and subscribe what its patterns allow, and nothing of what those of no_publish and no_subscribe name; what begins with $ only "
       "where a pattern does, too. admin = true lets it ask for numbers, kick and drain. What the command line says counts instead of the "
       "file; its histories, if it has any, instead of all of the file's.\n\n"
       "On SIGHUP the file is read again, and who may do what follows it at once: whoever is nobody any more is shown the door, and "
       "subscriptions that are not allowed any more end. All else waits for another start. A file with a mistake changes nothing.",
       hub_options(), false, hub_command},
      {"hub stats", "[--hub ADDR|NAME] [--json]", "show a hub's numbers",
       "A line for each: clients, messages and bytes in and out, what waits and what was dropped; and a table of the histories. The "
       "numbers "
       "count from the start of the hub. Asking is for who may administer it: its own user, and principals with admin.",
       hub_control_options(), false, hub_stats_command},
      {"hub clients", "[--hub ADDR|NAME] [--json]", "list who is connected to a hub",
       "A line for each client, and below it one for each of its subscriptions: what was delivered, what waits, what was dropped, and "
       "whether it is slow.",
       hub_control_options(), false, hub_clients_command},
      {"hub metrics", "[--hub ADDR|NAME]", "print a hub's numbers as OpenMetrics text",
       "What --http of leat hub answers, for who has no HTTP at hand.", hub_metrics_options(), false, hub_metrics_command},
      {"hub kick", "[--hub ADDR|NAME] NAME", "end a client's connection to a hub",
       "The client is told so, and leat's own clients do come back: to keep one out, take its rights away in the hub's file. The exit "
       "status "
       "is 1 if there is no client of that name.",
       hub_kick_options(), false, hub_kick_command},
      {"hub forget", "[--hub ADDR|NAME] NAME", "end a durable subscription",
       "The hub remembers no more how far NAME has come: whoever asks for it again begins anew. What was kept for it alone need not be "
       "kept any more. One that somebody uses is not forgotten; the exit status is 1, then, and if there is none of that name.",
       hub_forget_options(), false, hub_forget_command},
      {"hub drain", "[--hub ADDR|NAME]", "let a hub come to its end",
       "As SIGTERM does: nobody else is let in, nothing more is taken, everybody is given what waits for them, and the hub ends, after the "
       "time of its --drain at the latest.",
       hub_control_options(), false, hub_drain_command},
      {"hub verify", "DIR", "say whether a hub's data folder is sound",
       "Reads all of it and changes nothing. A line for each history, and one for each segment that is damaged, with the messages that are "
       "lost. The exit status is 1 if there is one. A write that a crash has cut short is no damage.",
       hub_verify_options(), false, hub_verify_command},
      {"hub repair", "DIR", "write what is whole in damaged segments anew",
       "A hub begins with what can be read and tells subscribers what is missing, so nothing needs to be repaired for it to run; repaired "
       "segments need not be searched again at every start. Nothing that can be read is lost: the old file stays as NUMBER.damaged. A "
       "folder "
       "that a hub has open is refused.",
       hub_repair_options(), false, hub_repair_command},
      {"hub dump", "[--history NAME] [--from N] [--subject PATTERN] DIR", "print the messages in a hub's data folder",
       "Each is an artifact as a line of JSON, which the codec envelope reads: its subject and time, meta with seq, history, key, reply_to "
       "and "
       "the message's headers, and the payload as text, or as base64 where it is no UTF-8. leat hub dump DIR | leat --in envelope --out "
       "capnp --to "
       "'hub:{$subject}' gives them to another hub.\n\n"
       "What is missing is told on stderr; the exit status is 1 if some of it is damaged.",
       hub_dump_options(), false, hub_dump_command},
      {"hub token",
       "",
       "make a token for a client",
       "Prints 256 random bits as text on standard output, for the client, and on stderr the line token_sha256 = \"...\" for the hub's "
       "file. "
       "The hub keeps the hash only.",
       {},
       false,
       hub_token_command},
      {"pub", "[--hub ADDRESS|NAME] SUBJECT [WORD]...", "publish records to a hub",
       "Each WORD is a message, as it is written; without any, each record of standard input is one. It is the pipeline --to hub:SUBJECT, "
       "so "
       "SUBJECT may hold expressions, as in 'orders.{.region}', and leat help ends says more.\n\n"
       "--print-acked prints, as the hub acknowledges them, how many records from the first one on it has: whatever becomes of the hub, "
       "they "
       "are there as well as --ack asks for.",
       pub_options(), true, nullptr, pub_command},
      {"sub", "[--hub ADDRESS|NAME] PATTERN", "print the messages of a hub",
       "It is the pipeline --from hub:PATTERN, which goes on until --count, --until or a signal ends it. leat help ends says more.",
       sub_options(), true, nullptr, sub_command},
      {"req", "[--hub ADDRESS|NAME] SUBJECT [WORD]...", "ask who is subscribed, and print the answers",
       "Each WORD is asked as it is written, one when the one before it has been answered; without any, each line of standard input is. An "
       "answer is a message to the subject that the request names for it: leat --from hub:echo --to 'hub:{$meta.reply_to}' answers with "
       "what "
       "it was asked. The exit status is 1 if nobody is subscribed to SUBJECT, or does not answer in time.",
       req_options(), false, req_command},
  };
  return kCommands;
}

}  // namespace leat
