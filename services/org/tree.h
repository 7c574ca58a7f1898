/*
 * tree.h - the tree of units over time, and what makes it valid. Pure: no database, no clock.
 *
 * A unit exists from its first state to `ends`, without a gap; on a day it is like the newest
 * state that began by then. A valid tree has exactly one root, of kind GROUP; every other unit
 * has a parent that exists on each of its days; nothing is above itself on any day; a unit's kind
 * is never wider than its parent's (a department may hold departments and teams, no company).
 * Everything lives in the arena that the tree was made with.
 */
#ifndef DC_ORG_TREE_H
#define DC_ORG_TREE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"
#include "codes.h"

/* "Open", "no end": infinity in the database, "" in messages. */
#define ORG_OPEN INT32_MAX
enum { ORG_DEPTH_MAX = 100 }; /* levels of the tree */

struct org_unit_state {
    dc_date from;
    const char *name;
    int kind; /* Org__UnitKind */
    int64_t parent_id;
};

struct org_unit {
    int64_t id;
    const char *code;
    dc_date ends; /* exclusive, or ORG_OPEN */
    int64_t version;
    struct org_unit_state *states; /* by `from`; at least one */
    size_t state_count;
    size_t state_capacity;
    bool changed;         /* by org_tree_put */
    dc_date changed_from; /* the states from this day on are new */
};

struct org_tree {
    struct dc_arena *arena;
    struct org_unit *units; /* by id */
    size_t count;
    size_t capacity;
    struct org_codes *codes; /* code -> id */
};

/* One wanted state of a unit, new (id not in the tree, above all ids) or changed. */
struct org_unit_change {
    int64_t id;
    const char *code;
    const char *name;
    int kind;
    int64_t parent_id;
    dc_date from;
    dc_date ends;
};

/* What is wrong with a tree; `column` is the message's field name. */
struct org_problem {
    int64_t id; /* unit or person */
    struct dc_error said; /* its field is the column */
};
struct org_problems {
    struct dc_arena *arena;
    struct org_problem *items;
    size_t count;
    size_t capacity;
};
void org_problems_add(struct org_problems *problems, int64_t id, const char *column,
                      const char *format, ...) DC_PRINTF(4, 5);
void org_problems_add_said(struct org_problems *problems, int64_t id, const struct dc_error *said);

void org_tree_init(struct org_tree *tree, struct dc_arena *arena);
/* Adds what is stored: units by ascending id, a unit's states by date. */
void org_tree_load(struct org_tree *tree, int64_t id, const char *code, dc_date ends,
                   int64_t version, const struct org_unit_state *state);
struct org_unit *org_tree_find(const struct org_tree *tree, int64_t id); /* or NULL */
struct org_unit *org_tree_find_code(const struct org_tree *tree, const char *code);
/* The state on a day; NULL when the unit does not exist then. */
const struct org_unit_state *org_unit_on(const struct org_unit *unit, dc_date day);

/* Applies a change: the new state holds from its day on and replaces what was planned after it.
 * Nothing happens when the unit is already so. Refuses what can be judged by the unit alone; the
 * caller has checked texts and that a new unit's id is above all others. */
enum dc_code org_tree_put(struct org_tree *tree, const struct org_unit_change *change,
                          struct dc_error *error) DC_MUST_CHECK;
/* Judges the whole tree. */
void org_tree_check(const struct org_tree *tree, struct org_problems *problems);

#endif
