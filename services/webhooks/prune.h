/*
 * prune.h - what of an event a webhook may see. Messages name whom they are about in fields that
 * are called unit_id(s), person_id(s), owner_id (with owner_kind), subject_id (with subject_kind),
 * and in org's own units `id`. What is about somebody else is taken out of lists; an event that is
 * about somebody else as a whole is not for this receiver, and one that names nobody is for
 * receivers that see the whole group. Pure.
 */
#ifndef DC_WEBHOOKS_PRUNE_H
#define DC_WEBHOOKS_PRUNE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/arena.h"

struct prune_ids {
    const int64_t *items; /* ascending */
    size_t count;
};

struct prune_reach { /* units and people that may be seen */
    struct prune_ids units, people;
};

/* Changes the message. False: nothing of it may be seen. */
bool prune(ProtobufCMessage *message, const struct prune_reach *reach);

/* The ids that a message names, appended; to be asked about. */
struct prune_named {
    struct dc_arena *arena;
    int64_t *units, *people;
    size_t unit_count, unit_room, person_count, person_room;
};
void prune_collect(const ProtobufCMessage *message, struct prune_named *named);

#endif
