/*
 * sender.h - requests on their way to somebody outside, by HTTP or SMTP: several connections at a
 * time, kept for the next request, by libcurl. Belongs to one thread; nothing of it blocks but
 * dc_sender_wait. Redirects are not followed.
 */
#ifndef DC_EDGE_SENDER_H
#define DC_EDGE_SENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/time.h"

struct dc_sender;
struct sockaddr; /* of <sys/socket.h> */

enum { DC_SENDER_HEADERS_MAX = 16, DC_SENDER_BODY_MAX = 16384 };

struct dc_sender_options {
    const char *name; /* for messages */
    size_t connections;
    int64_t timeout_s;   /* of one request; at most 10 of it to connect */
    const char *ca_file; /* "" = the machine's */
    bool https_only;
    /* Asked with the address that is about to be connected to: false refuses; the
     * environment's proxies are not used then. NULL: any. */
    bool (*may_connect)(void *context, const struct sockaddr *address);
    void *context;
    bool mail;                   /* SMTP: the rest */
    const char *user, *password; /* "" = none */
    bool starttls;
};

struct dc_sender_request {
    const char *url;
    /* HTTP: POST with these headers ("Name: value"). */
    const char *headers[DC_SENDER_HEADERS_MAX];
    size_t header_count;
    const char *body;
    size_t body_size;
    /* SMTP: from and to, addresses in brackets; the body is the mail. */
    const char *mail_from;
    const char *mail_to;
};

struct dc_sender_reply {
    size_t index;        /* as the request was started with */
    int error;           /* CURLcode; 0 = an answer came */
    long status;         /* HTTP status, or the last SMTP reply code; 0 = none came */
    const char *body;    /* HTTP: at most DC_SENDER_BODY_MAX bytes; SMTP: the last reply's line */
    size_t body_size;    /* a NUL stands behind */
    const char *problem; /* what libcurl says went wrong; "" */
    int64_t duration_us;
    bool refused; /* by may_connect */
};

/* INVALID_ARGUMENT when libcurl does not take the options. */
enum dc_code dc_sender_new(struct dc_sender **ret_sender, const struct dc_sender_options *options,
                           struct dc_error *error) DC_MUST_CHECK;
void dc_sender_free(struct dc_sender *sender); /* what is under way is given up */
DC_DEFINE_AUTO(dc_sender)

bool dc_sender_is_full(const struct dc_sender *sender);
size_t dc_sender_under_way(const struct dc_sender *sender);
/* There must be room. The request lives until it is done. */
void dc_sender_start(struct dc_sender *sender, const struct dc_sender_request *request,
                     size_t index);
/* Until something is done, or the time is over; each reply is handed to `take`, and lives until it
 * returns. How many there were. */
typedef void dc_sender_take(void *context, const struct dc_sender_reply *reply);
size_t dc_sender_wait(struct dc_sender *sender, int64_t timeout_ms, size_t most,
                      dc_sender_take *take, void *context);

#endif
