/*
 * channel.h - a channel as a small table of functions: what it needs in the configuration, how a
 * message becomes a request, and what the provider's answer means. All of them pure: the sender
 * (sender.h) alone talks to the network. One file for each provider: channel_<provider>.c.
 */
#ifndef DC_NOTIFY_CHANNEL_H
#define DC_NOTIFY_CHANNEL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"
#include "delivery.h"
#include "edge/sender.h"
#include "settings.h"
#include "template.h"

enum { NOTIFY_ANSWER_MAX = 200, NOTIFY_RECEIPT_MAX = 128 };

/* A message to one person, written out. What a channel may carry is decided by then. */
struct notify_message {
    const char *id; /* "dacheng.<tenant>.<delivery>": the same at every attempt */
    const char *name;
    const char *email;
    const char *mobile;
    const char *language;
    const char *template_name; /* "digest" where it tells of several things */
    const char *subject;       /* mail */
    const char *text;          /* mail */
    const char *html;          /* mail */
    const char *brief;         /* robots: may be read by everybody */
    struct notify_params open; /* SMS: what its template may use */
    dc_time at;                /* of the newest thing it tells */
    dc_time now;
    const char *nonce; /* random, hexadecimal, new at every attempt */
};

struct notify_verdict {
    enum notify_outcome outcome;
    char answer[NOTIFY_ANSWER_MAX];   /* one line of valid UTF-8 */
    char receipt[NOTIFY_RECEIPT_MAX]; /* "" = none */
};

struct notify_channel {
    int32_t number;       /* notify.v1.Channel */
    const char *name;     /* of its task and in metrics: "mail", "sms", ... */
    const char *provider; /* "smtp", "aliyun", ... */
    bool is_mail;
    bool (*is_configured)(const struct notify_settings *settings);
    /* What contradicts itself in the configuration: INVALID_ARGUMENT with the row's name. NULL:
     * nothing can. */
    enum dc_code (*check)(const struct notify_settings *settings, struct dc_error *error);
    /* A message that cannot be sent by it at all is INVALID_ARGUMENT (refused for good);
     * NOT_FOUND: the person's address is not known (yet). */
    enum dc_code (*prepare)(struct dc_arena *arena, const struct notify_settings *settings,
                            const struct notify_message *message,
                            struct dc_sender_request *ret_request, struct dc_error *error);
    void (*judge)(const struct dc_sender_reply *reply, struct notify_verdict *ret_verdict);
};

extern const struct notify_channel notify_channel_mail;
extern const struct notify_channel notify_channel_aliyun;
extern const struct notify_channel notify_channel_tencent;
extern const struct notify_channel notify_channel_dingtalk;
extern const struct notify_channel notify_channel_wecom;
extern const struct notify_channel notify_channel_feishu;

/* All of them; ended by NULL. */
extern const struct notify_channel *const notify_channels[];
/* The one that serves a channel by this configuration; NULL: not set up. */
const struct notify_channel *notify_channel_of(const struct notify_settings *settings,
                                               int32_t number);
const struct notify_channel *notify_channel_named(const struct notify_settings *settings,
                                                  const char *name);

/* --- shared by the channels that speak HTTP (answer.c) ---------------------------------------- */
void notify_add_header(struct dc_arena *arena, struct dc_sender_request *request, const char *format,
                       ...) DC_PRINTF(3, 4);
/* What holds for every provider: no connection, time-out, 5xx, 429, an answer that is no JSON
 * object. True: *ret_verdict is written, and there is nothing more to read. */
bool notify_judge_transport(const struct dc_sender_reply *reply, struct notify_verdict *ret_verdict);
/* Providers' codes and what they mean; ended by a NULL code. */
struct notify_meaning {
    const char *code;
    enum notify_outcome outcome;
};
enum notify_outcome notify_meaning_of(const struct notify_meaning *meanings, const char *code,
                                      enum notify_outcome otherwise);
/* One line of at most the room: controls become blanks, what is cut is cut between characters. */
void notify_one_line(const char *text, char *ret_line, size_t room);
void notify_answer_printf(struct notify_verdict *verdict, const char *format, ...) DC_PRINTF(2, 3);

/* --- SMS (sms.c) --------------------------------------------------------------------------------
 */
/* "13800000000" or "+86 138-0000-0000" -> "+8613800000000". INVALID_ARGUMENT, NOT_FOUND ("") */
enum dc_code notify_number(struct dc_arena *arena, const char *country, const char *mobile,
                           const char **ret_number, struct dc_error *error) DC_MUST_CHECK;
struct notify_sms {
    const char *template_id; /* the provider's */
    const char **names;      /* the provider's names of its parameters, in order */
    const char **values;
    size_t count;
};
/* The provider's template for a message, by sms.templates; INVALID_ARGUMENT when there is none. */
enum dc_code notify_sms_of(struct dc_arena *arena, const struct notify_settings *settings,
                           const struct notify_message *message, struct notify_sms *ret_sms,
                           struct dc_error *error) DC_MUST_CHECK;
/* What an answer of a provider of SMS means: its own code (NULL: it has none), sentence and receipt
 * (may be NULL) as they stood in the JSON. */
void notify_sms_judge(const struct notify_meaning *meanings, const char *code, const char *sentence,
                      const char *receipt, long http_status, struct notify_verdict *ret_verdict);
/* Every row of sms.templates: shape, template, and that its parameters may go by SMS. */
enum dc_code notify_sms_check(const struct notify_settings *settings,
                              struct dc_error *error) DC_MUST_CHECK;

#endif
