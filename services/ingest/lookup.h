/*
 * lookup.h - finds numbers 0, 1, 2, ... by keys of one fixed size: the index of counted things.
 *
 * A key is plain bytes without padding. What belongs to it lies in the caller's own arrays, at the
 * number that the key was given. Open addressing; grows by doubling; nothing is ever removed.
 */
#ifndef DC_INGEST_LOOKUP_H
#define DC_INGEST_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lookup {
    size_t key_size;
    size_t count;
    size_t capacity; /* keys that fit */
    uint8_t *keys;
    uint32_t *slots; /* number + 1; 0 = free */
    size_t mask;
};

void lookup_init(struct lookup *lookup, size_t key_size);
void lookup_release(struct lookup *lookup);
void lookup_clear(struct lookup *lookup); /* keeps the memory */
/* The number of the key, given to it now if it is new. */
size_t lookup_add(struct lookup *lookup, const void *key, bool *ret_new);
/* SIZE_MAX: not there. */
size_t lookup_find(const struct lookup *lookup, const void *key);
const void *lookup_key(const struct lookup *lookup, size_t number);

/* 128 bits that stand for a text: SipHash-2-4 with a fixed key, so the same in every process. Two
 * texts of one tenant meet with a chance of 10^-22 among 10^8. */
struct hash128 {
    uint8_t bytes[16];
};
struct hash128 hash_of(const char *text, size_t length);

/* Makes room for `wanted` items of `size` in an array from malloc. */
void *lookup_grow(void *items, size_t *capacity, size_t wanted, size_t size);

#endif
