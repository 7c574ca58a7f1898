/* A hash table from fixed-size keys to dense numbers. */
#include "lookup.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { SLOTS_AT_FIRST = 64 };

static uint64_t
mix(const uint8_t *key, size_t size)
{
    uint64_t h = 0x9E3779B97F4A7C15u ^ size;
    for (; size >= 8; key += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, key, 8);
        h = (h ^ word) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    uint64_t word = 0;
    memcpy(&word, key, size);
    h = (h ^ word) * 0xC4CEB9FE1A85EC53u;
    return h ^ (h >> 29);
}

void *
lookup_grow(void *items, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity) {
        return items;
    }
    size_t grown = *capacity ? *capacity * 2 : 64;
    while (grown < wanted) {
        grown *= 2;
    }
    items = realloc(items, grown * size);
    DC_ASSERT(items != NULL);
    *capacity = grown;
    return items;
}

static void
make_slots(struct lookup *lookup, size_t slots)
{
    free(lookup->slots);
    lookup->slots = calloc(slots, sizeof(*lookup->slots));
    DC_ASSERT(lookup->slots != NULL);
    lookup->mask = slots - 1;
    for (size_t i = 0; i < lookup->count; i++) {
        size_t at = mix(lookup->keys + i * lookup->key_size, lookup->key_size) & lookup->mask;
        while (lookup->slots[at]) {
            at = (at + 1) & lookup->mask;
        }
        lookup->slots[at] = (uint32_t)i + 1;
    }
}

void
lookup_init(struct lookup *lookup, size_t key_size)
{
    *lookup = (struct lookup){.key_size = key_size};
    make_slots(lookup, SLOTS_AT_FIRST);
}

void
lookup_release(struct lookup *lookup)
{
    free(lookup->keys);
    free(lookup->slots);
    *lookup = (struct lookup){0};
}

void
lookup_clear(struct lookup *lookup)
{
    lookup->count = 0;
    memset(lookup->slots, 0, (lookup->mask + 1) * sizeof(*lookup->slots));
}

static size_t
slot_of(const struct lookup *lookup, const void *key)
{
    size_t at = mix(key, lookup->key_size) & lookup->mask;
    while (lookup->slots[at] && memcmp(lookup->keys + (lookup->slots[at] - 1) * lookup->key_size,
                                       key, lookup->key_size) != 0) {
        at = (at + 1) & lookup->mask;
    }
    return at;
}

size_t
lookup_find(const struct lookup *lookup, const void *key)
{
    size_t at = slot_of(lookup, key);
    return lookup->slots[at] ? lookup->slots[at] - 1 : SIZE_MAX;
}

size_t
lookup_add(struct lookup *lookup, const void *key, bool *ret_new)
{
    size_t at = slot_of(lookup, key);
    *ret_new = lookup->slots[at] == 0;
    if (!*ret_new) {
        return lookup->slots[at] - 1;
    }
    DC_ASSERT(lookup->count < UINT32_MAX - 1);
    lookup->keys =
        lookup_grow(lookup->keys, &lookup->capacity, lookup->count + 1, lookup->key_size);
    memcpy(lookup->keys + lookup->count * lookup->key_size, key, lookup->key_size);
    lookup->slots[at] = (uint32_t)++lookup->count;
    if (lookup->count * 2 > lookup->mask) {
        make_slots(lookup, (lookup->mask + 1) * 2);
    }
    return lookup->count - 1;
}

const void *
lookup_key(const struct lookup *lookup, size_t number)
{
    DC_ASSERT(number < lookup->count);
    return lookup->keys + number * lookup->key_size;
}

struct hash128
hash_of(const char *text, size_t length)
{
    static const uint8_t key[crypto_shorthash_siphashx24_KEYBYTES] = "dacheng.ingest.1";
    struct hash128 hash;
    crypto_shorthash_siphashx24(hash.bytes, (const uint8_t *)text, length, key);
    return hash;
}
