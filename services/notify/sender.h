/*
 * sender.h - requests on their way to a provider: several connections at a time, kept for the next
 * request, by libcurl. Belongs to one thread; nothing of it blocks but notify_sender_wait.
 */
#ifndef DC_NOTIFY_SENDER_H
#define DC_NOTIFY_SENDER_H

#include "base/cleanup.h"
#include "base/error.h"
#include "channel.h"
#include "settings.h"

struct notify_sender;

/* What came of a request. */
struct notify_done {
    size_t index; /* as it was started with */
    struct notify_verdict verdict;
    int64_t duration_us;
};

/* INVALID_ARGUMENT when libcurl does not take the configuration. */
enum dc_code notify_sender_new(struct notify_sender **ret_sender,
                               const struct notify_channel *channel,
                               const struct notify_settings *settings,
                               struct dc_error *error) DC_MUST_CHECK;
void notify_sender_free(struct notify_sender *sender); /* what is under way is given up */
DC_DEFINE_AUTO(notify_sender)

bool notify_sender_is_full(const struct notify_sender *sender);
size_t notify_sender_under_way(const struct notify_sender *sender);
/* There must be room. The request lives until it is done. */
void notify_sender_start(struct notify_sender *sender, const struct dc_sender_request *request,
                         size_t index);
/* Until something is done, or the time is over; how many, at most `room`. */
size_t notify_sender_wait(struct notify_sender *sender, int64_t timeout_ms,
                          struct notify_done *ret_done, size_t room);

#endif
