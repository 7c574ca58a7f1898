/* codes.c - an open-addressed table of codes. */
#include "codes.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"

struct slot {
    const char *code; /* NULL: free */
    int64_t id;
    bool removed;
};

struct org_codes {
    struct dc_arena *arena;
    unsigned char key[crypto_shorthash_KEYBYTES];
    struct slot *slots;
    size_t capacity; /* a power of two */
    size_t used;     /* slots with a code, removed ones too */
};

struct org_codes *
org_codes_new(struct dc_arena *arena)
{
    struct org_codes *codes = DC_NEW(arena, struct org_codes);
    codes->arena = arena;
    codes->capacity = 64;
    codes->slots = DC_NEW_ARRAY(arena, struct slot, codes->capacity);
    crypto_shorthash_keygen(codes->key);
    return codes;
}

static struct slot *
slot_of(const struct org_codes *codes, const char *code)
{
    unsigned char hash[crypto_shorthash_BYTES];
    crypto_shorthash(hash, (const unsigned char *)code, strlen(code), codes->key);
    uint64_t at;
    memcpy(&at, hash, sizeof(at));
    for (;; at++) {
        struct slot *slot = &codes->slots[at & (codes->capacity - 1)];
        if (!slot->code || strcmp(slot->code, code) == 0) {
            return slot;
        }
    }
}

static void
grow(struct org_codes *codes)
{
    struct slot *old = codes->slots;
    size_t old_capacity = codes->capacity;
    codes->capacity *= 2;
    codes->slots = DC_NEW_ARRAY(codes->arena, struct slot, codes->capacity);
    codes->used = 0;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].code && !old[i].removed) {
            *slot_of(codes, old[i].code) = old[i];
            codes->used++;
        }
    }
}

bool
org_codes_add(struct org_codes *codes, const char *code, int64_t id)
{
    DC_ASSERT(code);
    if (codes->used * 2 >= codes->capacity) {
        grow(codes);
    }
    struct slot *slot = slot_of(codes, code);
    if (slot->code && !slot->removed) {
        return false;
    }
    codes->used += slot->code == NULL;
    *slot = (struct slot){.code = code, .id = id};
    return true;
}

bool
org_codes_find(const struct org_codes *codes, const char *code, int64_t *ret_id)
{
    const struct slot *slot = slot_of(codes, code);
    if (!slot->code || slot->removed) {
        return false;
    }
    *ret_id = slot->id;
    return true;
}

void
org_codes_remove(struct org_codes *codes, const char *code)
{
    struct slot *slot = slot_of(codes, code);
    if (slot->code) {
        slot->removed = true;
    }
}
