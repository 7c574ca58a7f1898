/*
 * event_json.h - an event of the log as one JSON object: stream, type, epoch, overall, partition,
 * number, tenantId, key, at (RFC 3339), actor, cause, body. 64-bit integers are texts, as in every
 * JSON here; the body is null where its type is newer than this program.
 */
#ifndef DC_EDGE_EVENT_JSON_H
#define DC_EDGE_EVENT_JSON_H

#include "base/text.h"

#include <dacheng/kernel/v1/log.pb-c.h>

/* Appends, without a line end. */
void dc_event_json(const Kernel__Event *event, struct dc_text *text);
/* The body alone; false, and "null", when its type is not known. */
bool dc_event_body_json(const Kernel__Event *event, struct dc_text *text);

#endif
