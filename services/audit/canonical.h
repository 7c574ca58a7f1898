/*
 * canonical.h - the bytes that an audit entry's hash covers.
 *
 * Pure. Every field is written as a tag byte (1, 2, 3, … in the order of struct audit_facts), its
 * length as 4 bytes big-endian, and its bytes; integers as 8 bytes big-endian. So no two different
 * entries have the same bytes, and a verifier in any language needs this paragraph alone.
 */
#ifndef DC_AUDIT_CANONICAL_H
#define DC_AUDIT_CANONICAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "edge/db.h"

enum { AUDIT_HASH_SIZE = 32 };

struct audit_facts {
    int64_t at; /* microseconds since 1970 UTC */
    const char *stream;
    const char *type;
    const char *key;
    const char *account;
    int64_t person_id;
    const char *address;
    bool denied;
    const char *cause;
    int64_t epoch;
    int64_t partition;
    int64_t event_number;
    struct dc_bytes body; /* the event's protobuf bytes as they were published */
};

struct dc_bytes audit_canonical(const struct audit_facts *facts, struct dc_arena *arena);

/* Reads them back; the texts are copied to the arena. False when they are not well-formed. */
bool audit_canonical_read(struct dc_bytes canonical, struct dc_arena *arena,
                          struct audit_facts *ret_facts);
bool audit_facts_equal(const struct audit_facts *a, const struct audit_facts *b); /* body too */

/* SHA-256 (previous, number, canonical). */
void audit_chain_hash(const uint8_t previous[AUDIT_HASH_SIZE], int64_t number,
                      struct dc_bytes canonical, uint8_t ret_hash[AUDIT_HASH_SIZE]);

#endif
