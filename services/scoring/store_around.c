/*
 * store_around.c - reads what formulas ask for beside an owner's own totals of the period.
 */
#include "around.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "scoring.h"
#include "store_rows.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

/* --- earlier periods ----------------------------------------------------------------------------
 */

struct reading {
    struct around *around;
    struct dc_arena *arena;
    size_t room;
    int which;
};

static enum dc_code
read_earlier(void *context, const struct dc_rows *rows, struct dc_error *error)
{
    (void)error;
    struct reading *reading = context;
    struct around *around = reading->around;
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        size_t *count = &around->earlier_count[reading->which];
        if (*count == reading->room) {
            struct around_row *old = around->earlier[reading->which];
            reading->room = reading->room ? reading->room * 2 : 64;
            struct around_row *more =
                DC_NEW_ARRAY(reading->arena, struct around_row, reading->room);
            if (*count > 0) {
                memcpy(more, old, *count * sizeof(*old));
            }
            around->earlier[reading->which] = more;
        }
        struct around_row *row = &around->earlier[reading->which][(*count)++];
        row->kind = (int)dc_rows_int64(rows, i, 0);
        row->owner_id = dc_rows_int64(rows, i, 1);
        row->facts.owner_kind = row->kind;
        row->facts.owner_id = row->owner_id;
        row->facts.measure_count =
            dc_rows_int64s(rows, i, 2, reading->arena, &row->facts.measure_ids);
        dc_rows_decimals(rows, i, 3, reading->arena, &row->facts.numerators);
        dc_rows_decimals(rows, i, 4, reading->arena, &row->facts.denominators);
    }
    return DC_OK;
}

static int
by_owner(const void *a, const void *b)
{
    const struct around_row *left = a, *right = b;
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return left->owner_id < right->owner_id ? -1 : left->owner_id > right->owner_id;
}

static enum dc_code
load_earlier(struct dc_step *step, struct dc_arena *arena, const struct around_wanted *wanted,
             enum formula_source source, struct around *around, struct dc_error *error)
{
    struct reading reading = {
        .around = around, .arena = arena, .which = source == FORMULA_LAST_YEAR};
    const char *period = around_period(arena, wanted->period, source);
    struct dc_param params[] = {tenant_of(step), dc_p_text(period),
                                dc_p_int64s(wanted->people, wanted->people_count),
                                dc_p_int64s(wanted->units, wanted->unit_count)};
    DC_TRY(wanted->everybody ? dc_db_each(step->db, STATEMENT(LOAD_EARLIER), params, 2,
                                          read_earlier, &reading, error)
                             : dc_db_each(step->db, STATEMENT(LOAD_EARLIER_OF), params, 4,
                                          read_earlier, &reading, error));
    around->read[reading.which] = true;
    if (around->earlier_count[reading.which] > 0) {
        qsort(around->earlier[reading.which], around->earlier_count[reading.which],
              sizeof(struct around_row), by_owner);
    }
    return DC_OK;
}

/* --- head counts --------------------------------------------------------------------------------
 */

/* Each person once in each unit above one of his. */
struct heads {
    const struct tree *tree;
    int64_t *counts; /* by the tree's numbers */
    int64_t *last;   /* the person who was counted last */
};

static enum dc_code
count_posts(void *context, const struct dc_rows *rows, struct dc_error *error)
{
    (void)error;
    struct heads *heads = context;
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        int64_t person_id = dc_rows_int64(rows, i, 0); /* ascending */
        int32_t unit = tree_find(heads->tree, dc_rows_int64(rows, i, 1));
        for (; unit >= 0 && heads->last[unit] != person_id; unit = heads->tree->parents[unit]) {
            heads->last[unit] = person_id;
            heads->counts[unit]++;
        }
    }
    return DC_OK;
}

static enum dc_code
load_heads(struct dc_step *step, struct dc_arena *arena, const struct around_wanted *wanted,
           struct around *around, struct dc_error *error)
{
    struct heads heads = {.tree = wanted->tree,
                          .counts = DC_NEW_ARRAY(arena, int64_t, wanted->tree->count + 1),
                          .last = DC_NEW_ARRAY(arena, int64_t, wanted->tree->count + 1)};
    dc_date day = wanted->day < wanted->first_day ? wanted->first_day : wanted->day;
    struct dc_param params[] = {tenant_of(step), dc_p_date(wanted->first_day), dc_p_date(day)};
    DC_TRY(dc_db_each(step->db, STATEMENT(LOAD_HEADS), params, 3, count_posts, &heads, error));
    around->unit_ids = wanted->tree->ids;
    around->heads = heads.counts;
    around->unit_count = wanted->tree->count;
    return DC_OK;
}

enum dc_code
around_load(struct dc_step *step, struct dc_arena *arena, const struct around_wanted *wanted,
            const struct around **ret_around, struct dc_error *error)
{
    struct around *around = DC_NEW(arena, struct around);
    if (wanted->uses & FORMULA_USES(FORMULA_PREVIOUS)) {
        DC_TRY(load_earlier(step, arena, wanted, FORMULA_PREVIOUS, around, error));
    }
    if (wanted->uses & FORMULA_USES(FORMULA_LAST_YEAR)) {
        DC_TRY(load_earlier(step, arena, wanted, FORMULA_LAST_YEAR, around, error));
    }
    if (wanted->tree && (wanted->uses & FORMULA_USES(FORMULA_HEADCOUNT))) {
        DC_TRY(load_heads(step, arena, wanted, around, error));
    }
    *ret_around = around;
    return DC_OK;
}

/* --- of one owner -------------------------------------------------------------------------------
 */

unsigned
around_uses(const struct definitions *definitions)
{
    unsigned uses = 0;
    for (size_t i = 0; i < definitions->measure_count; i++) {
        uses |= definitions->measures[i].uses;
    }
    for (size_t i = 0; i < definitions->plan_count; i++) {
        for (size_t j = 0; j < definitions->plans[i].item_count; j++) {
            uses |= definitions_rule_uses(definitions, &definitions->plans[i].items[j].rule);
        }
    }
    return uses;
}

/* One unit's people alone, counted by the database. */
static enum dc_code
load_head(struct dc_step *step, const struct definitions *definitions,
          const struct dc_period *period, int64_t unit_id, struct around *around,
          struct dc_error *error)
{
    struct tree tree;
    dc_date today = dc_date_of(step->now, scoring_utc_offset(step));
    dc_date day = period->last < today ? period->last : today;
    tree_build(&tree, step->arena, definitions->places, definitions->place_count, day);
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, tree.count + 1);
    int64_t *heads = DC_NEW(step->arena, int64_t);
    size_t count = 0;
    int32_t top = tree_find(&tree, unit_id);
    for (size_t i = 0; i < tree.count && top >= 0; i++) {
        if (tree_is_within(&tree, (int32_t)i, top)) {
            units[count++] = tree.ids[i];
        }
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(COUNT_HEADS), &rows, error, tenant_of(step),
                     dc_p_date(period->first), dc_p_date(day < period->first ? period->first : day),
                     dc_p_int64s(units, count)));
    *heads = dc_rows_int64(rows, 0, 0);
    around->unit_ids = dc_arena_memdup(step->arena, &unit_id, sizeof(unit_id));
    around->heads = heads;
    around->unit_count = 1;
    return DC_OK;
}

enum dc_code
around_facts(struct dc_step *step, const struct definitions *definitions,
             const struct dc_period *period, unsigned uses, int owner_kind, int64_t owner_id,
             struct facts *facts, struct dc_error *error)
{
    char name[DC_PERIOD_TEXT];
    bool person = owner_kind == AROUND_PERSON;
    dc_period_format(period, name);
    struct around_wanted wanted = {.uses = uses & ~FORMULA_USES(FORMULA_HEADCOUNT),
                                   .period = name,
                                   .people = &owner_id,
                                   .people_count = person,
                                   .units = &owner_id,
                                   .unit_count = !person};
    const struct around *around;
    DC_TRY(around_load(step, step->arena, &wanted, &around, error));
    if (!person && (uses & FORMULA_USES(FORMULA_HEADCOUNT))) {
        DC_TRY(load_head(step, definitions, period, owner_id, (struct around *)around, error));
    }
    facts->owner_kind = owner_kind;
    facts->owner_id = owner_id;
    facts->around = around;
    return DC_OK;
}
