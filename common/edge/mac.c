/* mac.c - see mac.h. */
#include "edge/mac.h"

#include <sodium.h>

void
dc_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size,
               uint8_t ret_mac[DC_MAC_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, key_size);
    crypto_auth_hmacsha256_update(&state, data, size);
    crypto_auth_hmacsha256_final(&state, ret_mac);
    sodium_memzero(&state, sizeof(state));
}

const char *
dc_base64(struct dc_arena *arena, const uint8_t *data, size_t size)
{
    size_t room = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
    char *text = dc_arena_alloc(arena, room);
    return sodium_bin2base64(text, room, data, size, sodium_base64_VARIANT_ORIGINAL);
}
