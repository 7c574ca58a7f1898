/*
 * sign.h - what the providers' signatures are made of. Pure.
 */
#ifndef DC_NOTIFY_SIGN_H
#define DC_NOTIFY_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/time.h"
#include "edge/mac.h"

const char *notify_sha256_hex(struct dc_arena *arena, const void *data, size_t size);
const char *notify_hex(struct dc_arena *arena, const uint8_t *data, size_t size);
/* RFC 3986: everything but letters, digits and "-._~". */
void notify_percent_encode(const char *value, struct dc_text *text);
/* "2026-11-25T08:00:00Z", "2026-11-25" of UTC. */
const char *notify_utc_second(struct dc_arena *arena, dc_time at);
const char *notify_utc_date(struct dc_arena *arena, dc_time at);
/* "https://host:port/path" without a slash at the end -> "host:port" or "host". */
const char *notify_host_of(struct dc_arena *arena, const char *url, bool with_port);

#endif
