/*
 * mac.h - HMAC-SHA-256, and Base64 as signatures are written in. Pure.
 */
#ifndef DC_EDGE_MAC_H
#define DC_EDGE_MAC_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { DC_MAC_BYTES = 32 };

void dc_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size,
                    uint8_t ret_mac[DC_MAC_BYTES]);
const char *dc_base64(struct dc_arena *arena, const uint8_t *data, size_t size);

#endif
