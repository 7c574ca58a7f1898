/*
 * smtp.h - handing one mail to the mail server, by libcurl. The connection is kept for the next.
 * Belongs to one thread.
 */
#ifndef DC_NOTIFY_SMTP_H
#define DC_NOTIFY_SMTP_H

#include "base/cleanup.h"
#include "base/error.h"
#include "delivery.h"

struct notify_smtp;

struct notify_smtp_options {
    const char *url;  /* smtp://host:port or smtps://host:port */
    const char *user; /* "" = without log-in */
    const char *password;
    const char *tls;     /* "none", "starttls" (required), "tls" (from the first byte) */
    const char *ca_file; /* "" = the system's */
    int64_t timeout_s;   /* for one mail */
};

enum { NOTIFY_ANSWER_MAX = 200 };

/* INVALID_ARGUMENT when the options contradict each other. */
enum dc_code notify_smtp_new(struct notify_smtp **ret_smtp,
                             const struct notify_smtp_options *options,
                             struct dc_error *error) DC_MUST_CHECK;
void notify_smtp_free(struct notify_smtp *smtp);
DC_DEFINE_AUTO(notify_smtp)

/* Blocks up to the time-out. ret_answer: the server's reply, or what went wrong; one line. */
enum notify_outcome notify_smtp_send(struct notify_smtp *smtp, const char *from, const char *to,
                                     const char *message, size_t size,
                                     char ret_answer[NOTIFY_ANSWER_MAX]);

#endif
