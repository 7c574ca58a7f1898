/* tree.c - changes of the tree of units by date, and the judgement of the result. */
#include "tree.h"

#include <dacheng/org/v1/events.pb-c.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"

void
org_problems_add_said(struct org_problems *problems, int64_t id, const struct dc_error *said)
{
    if (problems->count == problems->capacity) {
        size_t capacity = problems->capacity ? problems->capacity * 2 : 16;
        struct org_problem *items = DC_NEW_ARRAY(problems->arena, struct org_problem, capacity);
        if (problems->count > 0) {
            memcpy(items, problems->items, problems->count * sizeof(*items));
        }
        problems->items = items;
        problems->capacity = capacity;
    }
    problems->items[problems->count++] = (struct org_problem){.id = id, .said = *said};
}

void
org_problems_add(struct org_problems *problems, int64_t id, const char *column, const char *format,
                 ...)
{
    struct dc_error said;
    va_list arguments;
    va_start(arguments, format);
    (void)dc_failv(&said, DC_FAILED_PRECONDITION, column, format, arguments);
    va_end(arguments);
    org_problems_add_said(problems, id, &said);
}

void
org_tree_init(struct org_tree *tree, struct dc_arena *arena)
{
    *tree = (struct org_tree){.arena = arena, .codes = org_codes_new(arena)};
}

static void
push_state(struct org_tree *tree, struct org_unit *unit, const struct org_unit_state *state)
{
    if (unit->state_count == unit->state_capacity) {
        size_t capacity = unit->state_capacity ? unit->state_capacity * 2 : 2;
        struct org_unit_state *states = DC_NEW_ARRAY(tree->arena, struct org_unit_state, capacity);
        if (unit->state_count > 0) {
            memcpy(states, unit->states, unit->state_count * sizeof(*states));
        }
        unit->states = states;
        unit->state_capacity = capacity;
    }
    unit->states[unit->state_count++] = *state;
}

static struct org_unit *
push_unit(struct org_tree *tree)
{
    if (tree->count == tree->capacity) {
        size_t capacity = tree->capacity ? tree->capacity * 2 : 64;
        struct org_unit *units = DC_NEW_ARRAY(tree->arena, struct org_unit, capacity);
        if (tree->count > 0) {
            memcpy(units, tree->units, tree->count * sizeof(*units));
        }
        tree->units = units;
        tree->capacity = capacity;
    }
    return &tree->units[tree->count++];
}

void
org_tree_load(struct org_tree *tree, int64_t id, const char *code, dc_date ends, int64_t version,
              const struct org_unit_state *state)
{
    struct org_unit *last = tree->count ? &tree->units[tree->count - 1] : NULL;
    DC_ASSERT(!last || last->id <= id);
    if (!last || last->id != id) {
        last = push_unit(tree);
        *last = (struct org_unit){.id = id, .code = code, .ends = ends, .version = version};
        bool added = org_codes_add(tree->codes, code, id);
        DC_ASSERT(added);
    }
    push_state(tree, last, state);
}

struct org_unit *
org_tree_find(const struct org_tree *tree, int64_t id)
{
    size_t low = 0, high = tree->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tree->units[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < tree->count && tree->units[low].id == id ? &tree->units[low] : NULL;
}

struct org_unit *
org_tree_find_code(const struct org_tree *tree, const char *code)
{
    int64_t id;
    return org_codes_find(tree->codes, code, &id) ? org_tree_find(tree, id) : NULL;
}

const struct org_unit_state *
org_unit_on(const struct org_unit *unit, dc_date day)
{
    if (day >= unit->ends) {
        return NULL;
    }
    for (size_t i = unit->state_count; i > 0; i--) {
        if (unit->states[i - 1].from <= day) {
            return &unit->states[i - 1];
        }
    }
    return NULL;
}

static bool
is_already_so(const struct org_unit *unit, const struct org_unit_change *change)
{
    const struct org_unit_state *last = &unit->states[unit->state_count - 1];
    return strcmp(unit->code, change->code) == 0 && unit->ends == change->ends &&
           last->from <= change->from && last->kind == change->kind &&
           last->parent_id == change->parent_id && strcmp(last->name, change->name) == 0;
}

static enum dc_code
change_unit(struct org_tree *tree, struct org_unit *unit, const struct org_unit_change *change,
            struct dc_error *error)
{
    if (unit->ends != ORG_OPEN && change->from > unit->ends) {
        char ended[DC_DATE_TEXT];
        dc_date_format(unit->ends, ended);
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "valid_from",
                             "the unit ended on %s; a change must begin by then", ended);
    }
    if (strcmp(unit->code, change->code) != 0) {
        if (!org_codes_add(tree->codes, change->code, unit->id)) {
            return dc_fail_field(error, DC_ALREADY_EXISTS, "code",
                                 "another unit has the code \"%s\"", change->code);
        }
        org_codes_remove(tree->codes, unit->code);
        unit->code = change->code;
    }
    while (unit->state_count > 0 && unit->states[unit->state_count - 1].from >= change->from) {
        unit->state_count--;
    }
    unit->ends = change->ends;
    return DC_OK;
}

enum dc_code
org_tree_put(struct org_tree *tree, const struct org_unit_change *change, struct dc_error *error)
{
    if (change->ends <= change->from) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "valid_to",
                             "must be after valid_from (it is the first day without the unit)");
    }
    struct org_unit *unit = org_tree_find(tree, change->id);
    if (unit && is_already_so(unit, change)) {
        return DC_OK;
    }
    if (unit) {
        DC_TRY(change_unit(tree, unit, change, error));
    } else {
        DC_ASSERT(tree->count == 0 || tree->units[tree->count - 1].id < change->id);
        if (!org_codes_add(tree->codes, change->code, change->id)) {
            return dc_fail_field(error, DC_ALREADY_EXISTS, "code",
                                 "another unit has the code \"%s\"", change->code);
        }
        unit = push_unit(tree);
        *unit = (struct org_unit){.id = change->id, .code = change->code, .ends = change->ends};
    }
    push_state(tree, unit,
               &(struct org_unit_state){.from = change->from,
                                        .name = change->name,
                                        .kind = change->kind,
                                        .parent_id = change->parent_id});
    unit->changed_from =
        unit->changed && unit->changed_from < change->from ? unit->changed_from : change->from;
    unit->version += !unit->changed;
    unit->changed = true;
    return DC_OK;
}

/* --- judgement ----------------------------------------------------------------------------- */
static dc_date
state_end(const struct org_unit *unit, size_t i)
{
    return i + 1 < unit->state_count ? unit->states[i + 1].from : unit->ends;
}

/* A circle that exists on some day exists on the day when the last of its states began, so it is
 * enough to climb from every state on its first day. Too many steps: it goes round. */
static bool
climbs_to_root(const struct org_tree *tree, const struct org_unit *unit, dc_date day)
{
    size_t steps = 0;
    const struct org_unit_state *state = org_unit_on(unit, day);
    while (state && state->parent_id != 0) {
        unit = org_tree_find(tree, state->parent_id);
        if (!unit || ++steps > ORG_DEPTH_MAX) {
            return !unit;
        }
        state = org_unit_on(unit, day);
    }
    return true;
}

static void
check_parent(const struct org_tree *tree, const struct org_unit *unit, size_t i,
             struct org_problems *problems)
{
    const struct org_unit_state *state = &unit->states[i];
    const struct org_unit *parent = org_tree_find(tree, state->parent_id);
    if (!parent) {
        org_problems_add(problems, unit->id, "parent_id", "there is no such parent unit");
        return;
    }
    dc_date end = state_end(unit, i);
    if (parent->states[0].from > state->from || parent->ends < end) {
        char from[DC_DATE_TEXT], to[DC_DATE_TEXT] = DC_WORDS("open");
        dc_date_format(parent->states[0].from, from);
        if (parent->ends != ORG_OPEN) {
            dc_date_format(parent->ends, to);
        }
        org_problems_add(problems, unit->id, "parent_id",
                         "the parent %s does not exist on all of this unit's days "
                         "(it is valid from %s to %s)",
                         parent->code, from, to);
        return;
    }
    for (size_t p = 0; p < parent->state_count; p++) {
        if (parent->states[p].from < end && state_end(parent, p) > state->from &&
            parent->states[p].kind > state->kind) {
            org_problems_add(problems, unit->id, "kind",
                             "is wider than that of its parent %s: group, company, department, "
                             "team is the order",
                             parent->code);
            return;
        }
    }
    if (!climbs_to_root(tree, unit, state->from)) {
        char day[DC_DATE_TEXT];
        dc_date_format(state->from, day);
        org_problems_add(problems, unit->id, "parent_id",
                         "the unit would be above itself on %s, or more than %d levels deep", day,
                         ORG_DEPTH_MAX);
    }
}

void
org_tree_check(const struct org_tree *tree, struct org_problems *problems)
{
    const struct org_unit *root = NULL;
    for (size_t u = 0; u < tree->count; u++) {
        const struct org_unit *unit = &tree->units[u];
        for (size_t i = 0; i < unit->state_count; i++) {
            bool is_root = unit->states[i].parent_id == 0;
            bool is_group = unit->states[i].kind == ORG__UNIT_KIND__UNIT_KIND_GROUP;
            if (is_root && root && root != unit) {
                org_problems_add(problems, unit->id, "parent_id",
                                 "there is a root already (%s): name a parent", root->code);
            } else if (is_root != is_group) {
                org_problems_add(problems, unit->id, is_root ? "kind" : "parent_id",
                                 "the root, and it alone, is of kind group");
            } else if (!is_root) {
                check_parent(tree, unit, i, problems);
            }
            root = is_root && !root ? unit : root;
        }
    }
}
