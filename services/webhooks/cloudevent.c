/* cloudevent.c - see cloudevent.h. */
#include "cloudevent.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "edge/event_json.h"
#include "edge/mac.h"

const char *
cloudevent_id(struct dc_arena *arena, const char *stream, int64_t epoch, int64_t partition,
              int64_t number)
{
    return dc_arena_printf(arena, "%s.%" PRId64 ".%" PRId64 ".%" PRId64, stream, epoch, partition,
                           number);
}

enum { ATTRIBUTES = 9 };
struct attribute {
    const char *name, *value;
};

static void
name_attributes(struct dc_arena *arena, const Kernel__Event *event,
                struct attribute attributes[ATTRIBUTES])
{
    char at[DC_TIME_TEXT];
    dc_time_format(event->at_us, at);
    const struct attribute all[ATTRIBUTES] = {
        {"specversion", "1.0"},
        {"id", cloudevent_id(arena, event->stream, event->epoch, event->partition, event->number)},
        {"source",
         dc_arena_printf(arena, "/dacheng/%" PRId64 "/%s", event->tenant_id, event->stream)},
        {"type", dc_arena_printf(arena, "dacheng.%s.v1.%s", event->stream, event->type)},
        {"subject", event->key},
        {"time", dc_arena_strdup(arena, at)},
        {"partitionkey", event->key},
        {"sequence", dc_arena_printf(arena, "%020" PRId64, event->overall)},
        {"tenantid", dc_arena_printf(arena, "%" PRId64, event->tenant_id)},
    };
    memcpy(attributes, all, sizeof(all));
}

/* What the binding says of header values: printable ASCII but space, quotation mark and percent. */
static const char *
in_header(struct dc_arena *arena, const char *value)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    for (const char *c = value; *c; c++) {
        if (*c > ' ' && *c < 0x7f && *c != '"' && *c != '%') {
            dc_text_append(&text, c, 1);
        } else {
            dc_text_printf(&text, "%%%02X", (unsigned)(unsigned char)*c);
        }
    }
    return dc_arena_strdup(arena, dc_text_cstr(&text));
}

static void
add_header(struct dc_sender_request *request, const char *header)
{
    request->headers[request->header_count++] = header;
}

static const char *
signature(struct dc_arena *arena, struct dc_bytes secret, const char *signed_text, size_t size)
{
    uint8_t mac[DC_MAC_BYTES];
    dc_hmac_sha256(secret.data, secret.size, signed_text, size, mac);
    return dc_arena_printf(arena, "v1,%s", dc_base64(arena, mac, sizeof(mac)));
}

static void
sign(struct dc_arena *arena, const char *id, const struct cloudevent_receiver *receiver,
     dc_time now, struct dc_sender_request *request)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    int64_t seconds = now / (int64_t)DC_SECOND;
    dc_text_printf(&text, "%s.%" PRId64 ".", id, seconds);
    dc_text_append(&text, request->body, request->body_size);
    const char *both = signature(arena, receiver->secret, text.data, text.length);
    if (receiver->old_secret.size) {
        both = dc_arena_printf(arena, "%s %s", both,
                               signature(arena, receiver->old_secret, text.data, text.length));
    }
    add_header(request, dc_arena_printf(arena, "webhook-id: %s", id));
    add_header(request, dc_arena_printf(arena, "webhook-timestamp: %" PRId64, seconds));
    add_header(request, dc_arena_printf(arena, "webhook-signature: %s", both));
}

void
cloudevent_request(struct dc_arena *arena, const Kernel__Event *event,
                   const struct cloudevent_receiver *receiver, dc_time now,
                   struct dc_sender_request *ret_request)
{
    struct attribute attributes[ATTRIBUTES];
    DC_AUTO_TEXT struct dc_text body = DC_TEXT_INIT;
    *ret_request = (struct dc_sender_request){.url = receiver->url};
    name_attributes(arena, event, attributes);
    dc_text_add(&body, receiver->binary ? "" : "{");
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        const struct attribute *one = &attributes[i];
        if (receiver->binary) {
            add_header(ret_request, dc_arena_printf(arena, "ce-%s: %s", one->name,
                                                    in_header(arena, one->value)));
        } else {
            dc_text_printf(&body, "\"%s\":", one->name);
            dc_text_add_json_string(&body, one->value, strlen(one->value));
            dc_text_add(&body, ",");
        }
    }
    dc_text_add(&body,
                receiver->binary ? "" : "\"datacontenttype\":\"application/json\",\"data\":");
    (void)dc_event_body_json(event, &body);
    dc_text_add(&body, receiver->binary ? "" : "}");
    ret_request->body = dc_arena_memdup(arena, body.data, body.length);
    ret_request->body_size = body.length;
    add_header(ret_request, receiver->binary
                                ? "Content-Type: application/json"
                                : "Content-Type: application/cloudevents+json; charset=utf-8");
    add_header(ret_request, "User-Agent: dacheng-webhooks");
    sign(arena, attributes[1].value, receiver, now, ret_request);
}
