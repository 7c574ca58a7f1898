/*
 * schemes.c - the schemes met in one pass, resolved and kept once. Two open-addressed tables that
 * double when they are half full.
 */
#include "schemes.h"

#include <string.h>

#include "base/assert.h"

struct schemes_slot {
    uint64_t key;
    struct scheme *scheme; /* NULL = free */
};

void
schemes_init(struct schemes *schemes, struct dc_arena *arena, const struct definitions *definitions,
             const struct tree *tree, const struct plans_in_force *plans)
{
    *schemes = (struct schemes){.arena = arena,
                                .definitions = definitions,
                                .tree = tree,
                                .plans = plans,
                                .place_slots = 64,
                                .content_slots = 64};
    schemes->by_place = DC_NEW_ARRAY(arena, struct schemes_slot, 64);
    schemes->by_content = DC_NEW_ARRAY(arena, struct schemes_slot, 64);
    (void)schemes_position(schemes, "");
}

int32_t
schemes_position(struct schemes *schemes, const char *position)
{
    for (size_t i = 0; i < schemes->position_count; i++) {
        if (strcmp(schemes->positions[i], position) == 0) {
            return (int32_t)i;
        }
    }
    if (schemes->position_count == schemes->position_room) {
        size_t room = schemes->position_room ? schemes->position_room * 2 : 16;
        const char **grown = dc_arena_alloc(schemes->arena, room * sizeof(const char *));
        if (schemes->position_count > 0) {
            memcpy(grown, schemes->positions, schemes->position_count * sizeof(const char *));
        }
        schemes->positions = grown;
        schemes->position_room = room;
    }
    schemes->positions[schemes->position_count] = dc_arena_strdup(schemes->arena, position);
    return (int32_t)schemes->position_count++;
}

static uint64_t
scramble(uint64_t key)
{
    key ^= key >> 31;
    key *= 0x9e3779b97f4a7c15u;
    return key ^ (key >> 29);
}

static void
put(struct schemes_slot *slots, size_t size, uint64_t key, struct scheme *scheme)
{
    size_t at = scramble(key) & (size - 1);
    while (slots[at].scheme) {
        at = (at + 1) & (size - 1);
    }
    slots[at] = (struct schemes_slot){key, scheme};
}

static struct schemes_slot *
doubled(struct schemes *schemes, const struct schemes_slot *slots, size_t *size)
{
    struct schemes_slot *grown = DC_NEW_ARRAY(schemes->arena, struct schemes_slot, *size * 2);
    for (size_t i = 0; i < *size; i++) {
        if (slots[i].scheme) {
            put(grown, *size * 2, slots[i].key, slots[i].scheme);
        }
    }
    *size *= 2;
    return grown;
}

static uint64_t
hash_text(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++) {
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    }
    return hash;
}

static struct scheme *
find_content(const struct schemes *schemes, uint64_t key, const char *content)
{
    size_t at = scramble(key) & (schemes->content_slots - 1);
    for (; schemes->by_content[at].scheme; at = (at + 1) & (schemes->content_slots - 1)) {
        if (schemes->by_content[at].key == key &&
            strcmp(schemes->by_content[at].scheme->content, content) == 0) {
            return schemes->by_content[at].scheme;
        }
    }
    return NULL;
}

void
schemes_set_id(struct schemes *schemes, const char *content, int64_t id)
{
    struct scheme *scheme = find_content(schemes, hash_text(content), content);
    DC_ASSERT(scheme);
    scheme->id = id;
}

/* The one scheme of this content. */
static struct scheme *
intern(struct schemes *schemes, const struct scheme *scheme)
{
    uint64_t key = hash_text(scheme->content);
    struct scheme *known = find_content(schemes, key, scheme->content);
    if (known) {
        return known;
    }
    struct scheme *kept = dc_arena_memdup(schemes->arena, scheme, sizeof(*scheme));
    if (schemes->count == schemes->room) {
        size_t room = schemes->room ? schemes->room * 2 : 16;
        struct scheme **grown = dc_arena_alloc(schemes->arena, room * sizeof(struct scheme *));
        if (schemes->count > 0) {
            memcpy(grown, schemes->all, schemes->count * sizeof(struct scheme *));
        }
        schemes->all = grown;
        schemes->room = room;
    }
    schemes->all[schemes->count++] = kept;
    if (schemes->count * 2 > schemes->content_slots) {
        schemes->by_content = doubled(schemes, schemes->by_content, &schemes->content_slots);
    }
    put(schemes->by_content, schemes->content_slots, key, kept);
    return kept;
}

const struct scheme *
schemes_get(struct schemes *schemes, int64_t person_id, int32_t unit, int32_t position)
{
    DC_ASSERT(position >= 0 && (size_t)position < schemes->position_count);
    struct scheme resolved;
    if (plans_are_personal(schemes->plans, person_id)) {
        scheme_resolve(&resolved, schemes->arena, schemes->plans, schemes->definitions,
                       schemes->tree, person_id, unit, schemes->positions[position]);
        return intern(schemes, &resolved);
    }
    uint64_t key = ((uint64_t)(uint32_t)unit << 32) | (uint32_t)position;
    size_t at = scramble(key) & (schemes->place_slots - 1);
    for (; schemes->by_place[at].scheme; at = (at + 1) & (schemes->place_slots - 1)) {
        if (schemes->by_place[at].key == key) {
            return schemes->by_place[at].scheme;
        }
    }
    scheme_resolve(&resolved, schemes->arena, schemes->plans, schemes->definitions, schemes->tree,
                   0, unit, schemes->positions[position]);
    struct scheme *scheme = intern(schemes, &resolved);
    if (++schemes->place_used * 2 > schemes->place_slots) {
        schemes->by_place = doubled(schemes, schemes->by_place, &schemes->place_slots);
    }
    put(schemes->by_place, schemes->place_slots, key, scheme);
    return scheme;
}
