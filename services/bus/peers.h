/*
 * peers.h - who may connect, and what each may do: the peers file.
 *
 * A peer is a CURVE public key with a name and permissions. `struct peers` is one reading of the
 * file, never changed afterwards; a change of the file makes another one. Pure but for the reading.
 */
#ifndef DC_BUS_PEERS_H
#define DC_BUS_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "edge/bus.h"

struct peer_rules {
    char **patterns; /* sorted as in the file */
    size_t count;
};

struct peer {
    char *name;
    char key[DC_BUS_KEY_TEXT];
    struct peer_rules call;    /* services it may send requests to */
    struct peer_rules offer;   /* services it may answer for */
    struct peer_rules publish; /* subjects */
    struct peer_rules hear;    /* subjects */
    bool speaks_for_people;    /* the context of its requests may name a person */
    bool admin;                /* may ask for status and use AdminService */
};

struct peers;

/* Errors: INVALID_ARGUMENT with "file:line:column: ...". Key files are relative to the file. */
enum dc_code peers_load(struct peers **ret_peers, const char *path,
                        struct dc_error *error) DC_MUST_CHECK;
void peers_free(struct peers *peers);
DC_DEFINE_AUTO(peers)

/* True when the file or a key file is not what it was when it was read (time, size, inode). */
bool peers_have_changed(const struct peers *peers);

size_t peers_count(const struct peers *peers);
const struct peer *peers_at(const struct peers *peers, size_t index);
const struct peer *peers_find(const struct peers *peers, const char *key); /* NULL: not known */

/* Does a rule cover everything that `pattern` (or plain name) may stand for? */
bool rules_cover(const struct peer_rules *rules, const char *pattern);
/* Does `wide` match every subject that `narrow` matches? */
bool pattern_covers(const char *wide, const char *narrow);

#endif
