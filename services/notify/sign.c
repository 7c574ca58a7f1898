/* sign.c - hashes, encodings and times as the providers' signatures want them. */
#include "sign.h"

#include <sodium.h>
#include <string.h>

const char *
notify_hex(struct dc_arena *arena, const uint8_t *data, size_t size)
{
    char *hex = dc_arena_alloc(arena, 2 * size + 1);
    dc_hex_encode(data, size, hex);
    return hex;
}

const char *
notify_sha256_hex(struct dc_arena *arena, const void *data, size_t size)
{
    uint8_t hash[DC_MAC_BYTES];
    crypto_hash_sha256(hash, data, size);
    return notify_hex(arena, hash, sizeof(hash));
}

void
notify_percent_encode(const char *value, struct dc_text *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (const char *c = value; *c; c++) {
        if (strchr(plain, *c)) {
            dc_text_append(text, c, 1);
        } else {
            dc_text_printf(text, "%%%02X", (unsigned)(unsigned char)*c);
        }
    }
}

const char *
notify_utc_second(struct dc_arena *arena, dc_time at)
{
    char text[DC_TIME_TEXT];
    dc_time_format(at, text);
    return dc_arena_printf(arena, "%.19sZ", text);
}

const char *
notify_utc_date(struct dc_arena *arena, dc_time at)
{
    char text[DC_DATE_TEXT];
    dc_date_format(dc_date_of(at, 0), text);
    return dc_arena_strdup(arena, text);
}

const char *
notify_host_of(struct dc_arena *arena, const char *url, bool with_port)
{
    const char *start = strstr(url, "://");
    start = start ? start + 3 : url;
    return dc_arena_strndup(arena, start, strcspn(start, with_port ? "/" : ":/"));
}
