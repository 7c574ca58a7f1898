/*
 * cloudevent.h - a delivery as a CloudEvent 1.0 over HTTP
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md),
 * signed as Standard Webhooks (https://www.standardwebhooks.com): webhook-id, webhook-timestamp and
 * webhook-signature "v1,<Base64 of HMAC-SHA-256 (secret, id.timestamp.body)>". Pure.
 */
#ifndef DC_WEBHOOKS_CLOUDEVENT_H
#define DC_WEBHOOKS_CLOUDEVENT_H

#include "base/arena.h"
#include "base/time.h"
#include "edge/db.h"
#include "edge/sender.h"

#include <dacheng/kernel/v1/log.pb-c.h>

enum { CLOUDEVENT_SECRET_BYTES = 32 };

struct cloudevent_receiver {
    const char *url;
    bool binary;                /* attributes in headers */
    struct dc_bytes secret;     /* the newest */
    struct dc_bytes old_secret; /* empty: none */
};

/* "scoring.1.3.17": the same at every attempt, and for every receiver. */
const char *cloudevent_id(struct dc_arena *arena, const char *stream, int64_t epoch,
                          int64_t partition, int64_t number);
void cloudevent_request(struct dc_arena *arena, const Kernel__Event *event,
                        const struct cloudevent_receiver *receiver, dc_time now,
                        struct dc_sender_request *ret_request);

#endif
