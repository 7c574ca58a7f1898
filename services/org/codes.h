/*
 * codes.h - from a code (text) to an id, for sets of a hundred thousand. Lives in an arena. The
 * hash is keyed at random, so that a chosen file cannot make it slow.
 */
#ifndef DC_ORG_CODES_H
#define DC_ORG_CODES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct org_codes;

struct org_codes *org_codes_new(struct dc_arena *arena);
/* `code` must live as long as the arena. False: the code was there already, and keeps its id. */
bool org_codes_add(struct org_codes *codes, const char *code, int64_t id);
bool org_codes_find(const struct org_codes *codes, const char *code, int64_t *ret_id);
void org_codes_remove(struct org_codes *codes, const char *code);

#endif
