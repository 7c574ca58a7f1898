/*
 * store_pass.c - loading for a pass: work, people, units.
 */
#include "segments.h"
#include "store.h"
#include "store_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

enum {
    /* People and units worked off at once, so that a backlog is many short transactions. */
    BATCH_PEOPLE = 5000,
    /* With more of them a tree is computed as everybody is: reading all beats asking for each. */
    WIDE_PEOPLE = 20000,
    /* Rows read before the scratch memory is dropped. */
    SCRATCH_ROWS = 256,
};

/* --- work ----------------------------------------------------------------------------------------
 */

enum dc_code
store_expand(struct dc_step *step, int64_t *ret_rows, bool *ret_wide, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(EXPAND_DIRTY), &rows, error));
    *ret_rows = dc_rows_int64(rows, 0, 0);
    *ret_wide = dc_rows_bool(rows, 0, 1);
    return DC_OK;
}

enum dc_code
store_pick(struct dc_step *step, bool wide, dc_date today, struct store_work *ret_work,
           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(PICK_PERIOD), &rows, error, dc_p_bool(wide),
                     dc_p_date(today)));
    *ret_work = (struct store_work){0};
    if (dc_rows_count(rows) > 0) {
        *ret_work =
            (struct store_work){.tenant_id = dc_rows_int64(rows, 0, 0),
                                .period = dc_arena_strdup(step->arena, dc_rows_text(rows, 0, 1)),
                                .first_day = dc_rows_date(rows, 0, 2),
                                .last_day = dc_rows_date(rows, 0, 3),
                                .begun = dc_rows_bool(rows, 0, 4)};
    }
    return DC_OK;
}

/* A growing list of ids. */
struct ids {
    int64_t *items;
    size_t count, room;
};

static void
ids_add(struct ids *ids, const int64_t *items, size_t count)
{
    if (ids->count + count > ids->room) {
        ids->room = (ids->count + count) * 2;
        ids->items = realloc(ids->items, ids->room * sizeof(int64_t));
        DC_ASSERT(ids->items);
    }
    if (count > 0) {
        memcpy(ids->items + ids->count, items, count * sizeof(int64_t));
    }
    ids->count += count;
}

static void
ids_release(struct ids *ids)
{
    free(ids->items);
}

static int
ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

/* Sorted, each once, in the arena. */
static const int64_t *
ids_settle(struct ids *ids, struct dc_arena *arena, size_t *ret_count)
{
    if (ids->count > 0) {
        qsort(ids->items, ids->count, sizeof(int64_t), ascending);
    }
    size_t kept = 0;
    for (size_t i = 0; i < ids->count; i++) {
        if (i == 0 || ids->items[i] != ids->items[i - 1]) {
            ids->items[kept++] = ids->items[i];
        }
    }
    *ret_count = kept;
    return dc_arena_memdup(arena, ids->items, kept * sizeof(int64_t));
}

enum dc_code
store_load_dirty(struct pass *pass, bool wide, struct store_dirty *ret_dirty,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(pass->step->db, STATEMENT(LOAD_DIRTY), &rows, error,
                     dc_p_int64(pass->tenant_id), dc_p_text(pass->period), dc_p_bool(wide),
                     dc_p_int64(BATCH_PEOPLE)));
    size_t count = dc_rows_count(rows);
    int64_t *dirty = DC_NEW_ARRAY(pass->arena, int64_t, count + 1);
    __attribute__((cleanup(ids_release))) struct ids people = {0};
    __attribute__((cleanup(ids_release))) struct ids units = {0};
    __attribute__((cleanup(ids_release))) struct ids trees = {0};
    struct ids *lists[] = {&people, &units, &trees};
    for (size_t i = 0; i < count; i++) {
        dirty[i] = dc_rows_int64(rows, i, 0);
        pass->everybody |= dc_rows_bool(rows, i, 1);
        for (int list = 0; list < 3; list++) {
            const int64_t *items;
            size_t n = dc_rows_int64s(rows, i, 2 + list, pass->arena, &items);
            ids_add(lists[list], items, n);
        }
    }
    struct store_dirty result = {.ids = dirty, .count = count};
    pass->people = ids_settle(&people, pass->arena, &pass->people_count);
    pass->units = ids_settle(&units, pass->arena, &pass->unit_count);
    result.tree_units = ids_settle(&trees, pass->arena, &result.tree_unit_count);
    *ret_dirty = result;
    return DC_OK;
}

/* Everybody who ever had a post in or below the units: who did not change is not written. */
enum dc_code
store_add_tree_people(struct pass *pass, const struct store_dirty *dirty, struct dc_error *error)
{
    if (dirty->tree_unit_count == 0 || pass->everybody) {
        return DC_OK;
    }
    struct tree tree;
    tree_build(&tree, pass->arena, pass->definitions->places, pass->definitions->place_count,
               pass->day);
    bool *within = DC_NEW_ARRAY(pass->arena, bool, tree.count + 1);
    int64_t *below = DC_NEW_ARRAY(pass->arena, int64_t, tree.count + 1);
    size_t found = 0;
    for (size_t i = 0; i < dirty->tree_unit_count; i++) {
        int32_t unit = tree_find(&tree, dirty->tree_units[i]);
        if (unit >= 0) {
            within[unit] = true;
        }
    }
    for (size_t i = 0; i < tree.count; i++) {
        int32_t unit = tree.by_depth[i], parent = tree.parents[unit];
        within[unit] |= parent >= 0 && within[parent];
        if (within[unit]) {
            below[found++] = tree.ids[unit];
        }
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(pass->step->db, STATEMENT(LOAD_TREE_PEOPLE), &rows, error,
                     dc_p_int64(pass->tenant_id), dc_p_int64s(below, found)));
    __attribute__((cleanup(ids_release))) struct ids people = {0};
    ids_add(&people, pass->people, pass->people_count);
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        int64_t person_id = dc_rows_int64(rows, i, 0);
        ids_add(&people, &person_id, 1);
    }
    pass->people = ids_settle(&people, pass->arena, &pass->people_count);
    pass->everybody = pass->people_count > WIDE_PEOPLE;
    return DC_OK;
}

enum dc_code
store_remove_dirty(struct pass *pass, const struct store_dirty *dirty, struct dc_error *error)
{
    if (pass->everybody) {
        DC_TRY(dc_db_run(pass->step->db, STATEMENT(BEGIN_PERIOD), NULL, error,
                         dc_p_int64(pass->tenant_id), dc_p_text(pass->period)));
    }
    return dc_db_run(pass->step->db, STATEMENT(REMOVE_DIRTY), NULL, error,
                     dc_p_int64(pass->tenant_id), dc_p_text(pass->period),
                     dc_p_int64s(dirty->ids, dirty->count));
}

enum dc_code
store_turn_calendar(struct dc_step *step, dc_date today, int64_t *ret_rows, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *tenants = NULL;
    *ret_rows = 0;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_CALENDARS), &tenants, error, dc_p_date(today)));
    for (size_t i = 0; i < dc_rows_count(tenants); i++) {
        /* One statement a tenant: row-level security shows the posts of one tenant at a time. */
        DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
        int64_t tenant_id = dc_rows_int64(tenants, i, 0);
        DC_TRY(dc_db_set_tenant(step->db, tenant_id, error));
        DC_TRY(dc_db_run(step->db, STATEMENT(TURN_CALENDAR), &rows, error, dc_p_int64(tenant_id),
                         dc_p_date(today)));
        *ret_rows += dc_rows_int64(rows, 0, 0);
    }
    return DC_OK;
}

/* --- people --------------------------------------------------------------------------------------
 */

struct reading {
    struct pass *pass;
    struct dc_arena *scratch;
    struct segments segments;
    size_t rows;
};

static enum dc_code
read_post(void *context, const struct dc_rows *row, struct dc_error *error)
{
    (void)error;
    struct pass *pass = context;
    for (size_t i = 0; i < dc_rows_count(row); i++) {
        *pass_add_post(pass) = (struct pass_post){
            .person_id = dc_rows_int64(row, i, 0),
            .unit_id = dc_rows_int64(row, i, 1),
            .position = schemes_position(&pass->schemes, dc_rows_text(row, i, 2))};
    }
    return DC_OK;
}

enum dc_code
store_load_posts(struct pass *pass, struct dc_error *error)
{
    struct dc_param params[] = {dc_p_int64(pass->tenant_id), dc_p_date(pass->day),
                                dc_p_int64s(pass->people, pass->people_count)};
    return pass->everybody ? dc_db_each(pass->step->db, STATEMENT(LOAD_POSTS), params, 2, read_post,
                                        pass, error)
                           : dc_db_each(pass->step->db, STATEMENT(LOAD_POSTS_OF), params, 3,
                                        read_post, pass, error);
}

static enum dc_code
read_person(void *context, const struct dc_rows *rows, struct dc_error *error)
{
    (void)error;
    struct reading *reading = context;
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        if (reading->rows++ % SCRATCH_ROWS == 0) {
            dc_arena_reset(reading->scratch, 0);
        }
        struct facts facts = facts_at(rows, i, 1, reading->scratch);
        if (!dc_rows_is_null(rows, i, 18)) {
            dc_rows_decimals(rows, i, 18, reading->scratch, &facts.floors);
            dc_rows_decimals(rows, i, 19, reading->scratch, &facts.stretches);
        }
        segments_put(&reading->segments, dc_rows_int64(rows, i, 0), &facts);
        struct pass_stored stored = {.present = !dc_rows_is_null(rows, i, 6)};
        if (stored.present) {
            stored.version = dc_rows_int64(rows, i, 6);
            stored.unit_id = dc_rows_int64(rows, i, 7);
            stored.scheme_id = dc_rows_int64(rows, i, 8);
            stored.score_count = dc_rows_decimals(rows, i, 9, reading->scratch, &stored.scores);
            stored.remarks = dc_rows_text(rows, i, 10);
            stored.total = maybe_at(rows, i, 11);
            stored.attainment = maybe_at(rows, i, 12);
            stored.actual = maybe_at(rows, i, 13);
            stored.target = maybe_at(rows, i, 14);
            stored.rank = (int32_t)dc_rows_int64(rows, i, 15);
            stored.open_items = (int)dc_rows_int64(rows, i, 16);
            stored.inputs = dc_rows_int64(rows, i, 17);
        }
        pass_score(reading->pass, dc_rows_int64(rows, i, 0), &facts, &stored, reading->scratch);
    }
    return DC_OK;
}

enum dc_code
store_load_people(struct pass *pass, struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *scratch = dc_arena_new(0);
    struct reading reading = {.pass = pass, .scratch = scratch};
    struct dc_param tenant = dc_p_int64(pass->tenant_id), period = dc_p_text(pass->period),
                    ends = dc_p_bool(pass->plans.want_ends);
    DC_TRY(segments_load(pass->step, pass->tenant_id, pass->period,
                         GOALS__OWNER_KIND__OWNER_KIND_PERSON,
                         pass->everybody ? NULL : pass->people, pass->people_count, pass->arena,
                         &reading.segments, error));
    if (pass->everybody) {
        struct dc_param params[] = {tenant, period, ends};
        return dc_db_each(pass->step->db, STATEMENT(LOAD_EVERYBODY), params, 3, read_person,
                          &reading, error);
    }
    struct dc_param params[] = {tenant, period, dc_p_int64s(pass->people, pass->people_count),
                                ends};
    return dc_db_each(pass->step->db, STATEMENT(LOAD_PEOPLE), params, 4, read_person, &reading,
                      error);
}

enum dc_code
store_load_members(struct pass *pass, struct dc_error *error)
{
    int64_t *units = DC_NEW_ARRAY(pass->arena, int64_t, pass->tree.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < pass->tree.count; i++) {
        if (pass->work[i].in_scope) {
            units[count++] = pass->tree.ids[i];
        }
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(pass->step->db, STATEMENT(LOAD_MEMBERS), &rows, error,
                     dc_p_int64(pass->tenant_id), dc_p_text(pass->period),
                     dc_p_int64s(units, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        int64_t person_id = dc_rows_int64(rows, i, 0);
        if (pass_has_scored(pass, person_id)) {
            continue;
        }
        struct pass_person *person = pass_add_person(pass);
        person->id = person_id;
        person->unit_id = person->old_unit_id = dc_rows_int64(rows, i, 1);
        person->unit = tree_find(&pass->tree, person->unit_id);
        person->score.total = maybe_at(rows, i, 2);
        person->score.attainment = maybe_at(rows, i, 3);
        person->score.actual = maybe_at(rows, i, 4);
        person->score.target = maybe_at(rows, i, 5);
        person->rank = person->old_rank = (int32_t)dc_rows_int64(rows, i, 6);
        person->score.open_items = (int)dc_rows_int64(rows, i, 7);
        person->old_version = dc_rows_int64(rows, i, 8);
        person->old_scheme_id = dc_rows_int64(rows, i, 9);
        person->places = (int)dc_rows_int64(rows, i, 10);
        person->score.grade = (int)dc_rows_int64(rows, i, 11);
        if (person->score.grade > 0) {
            person->grade = dc_arena_strdup(pass->arena, dc_rows_text(rows, i, 12));
            person->coefficient = dc_rows_decimal(rows, i, 13);
        }
        person->stored = person->items_same = person->total_same = true;
    }
    return DC_OK;
}

/* --- units ---------------------------------------------------------------------------------------
 */

void
store_read_grades(const struct dc_rows *rows, size_t row, int first, struct dc_arena *arena,
                  struct rollup *rollup)
{
    const char **codes;
    const int64_t *people;
    size_t count = dc_rows_texts(rows, row, first, arena, &codes);
    DC_ASSERT(count == dc_rows_int64s(rows, row, first + 1, arena, &people));
    rollup->grades = DC_NEW_ARRAY(arena, struct grade_count, count + 1);
    rollup->grade_count = count;
    for (size_t i = 0; i < count; i++) {
        rollup->grades[i] = (struct grade_count){codes[i], people[i]};
    }
}

static void
read_unit_row(struct pass *pass, const struct dc_rows *rows, size_t row, struct pass_unit *work)
{
    struct pass_unit_row *old = &work->old;
    old->parent_id = dc_rows_int64(rows, row, 1);
    old->figures.actual = maybe_at(rows, row, 2);
    old->figures.target = maybe_at(rows, row, 3);
    old->figures.attainment = maybe_at(rows, row, 4);
    old->rank = (int32_t)dc_rows_int64(rows, row, 5);
    old->rollup.people = (int32_t)dc_rows_int64(rows, row, 6);
    old->rollup.total_sum = dc_rows_decimal(rows, row, 7);
    old->rollup.open_items = (int32_t)dc_rows_int64(rows, row, 8);
    const int64_t *people;
    const struct dc_decimal *totals;
    size_t count = dc_rows_int64s(rows, row, 9, pass->arena, &people);
    size_t same = dc_rows_decimals(rows, row, 10, pass->arena, &totals);
    DC_ASSERT(count == same && count <= ROLLUP_TOP);
    old->rollup.top = DC_NEW_ARRAY(pass->arena, struct ranked_person, count + 1);
    old->rollup.top_count = count;
    for (size_t i = 0; i < count; i++) {
        old->rollup.top[i] = (struct ranked_person){people[i], totals[i]};
    }
    old->figures.inputs = dc_rows_int64(rows, row, 11);
    work->version = dc_rows_int64(rows, row, 12);
    store_read_grades(rows, row, 13, pass->arena, &old->rollup);
    work->stored = true;
}

static enum dc_code
load_stored_units(struct pass *pass, const int64_t *units, size_t count, struct dc_error *error)
{
    int64_t *parents = DC_NEW_ARRAY(pass->arena, int64_t, count + 1);
    memcpy(parents, units, count * sizeof(*units));
    parents[count] = 0; /* the roots, for their ranking */
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    struct dc_param params[] = {dc_p_int64(pass->tenant_id), dc_p_text(pass->period),
                                dc_p_int64s(units, count), dc_p_int64s(parents, count + 1)};
    DC_TRY(
        pass->everybody
            ? dc_db_run_(pass->step->db, STATEMENT(LOAD_UNIT_SCORES), params, 2, &rows, error)
            : dc_db_run_(pass->step->db, STATEMENT(LOAD_UNIT_SCORES_OF), params, 4, &rows, error));
    size_t found = dc_rows_count(rows);
    pass->gone = DC_NEW_ARRAY(pass->arena, int64_t, found + 1);
    for (size_t i = 0; i < found; i++) {
        int64_t unit_id = dc_rows_int64(rows, i, 0);
        int32_t unit = tree_find(&pass->tree, unit_id);
        if (unit >= 0) {
            read_unit_row(pass, rows, i, &pass->work[unit]);
        } else {
            pass->gone[pass->gone_count++] = unit_id;
        }
    }
    return DC_OK;
}

enum dc_code
store_load_units(struct pass *pass, struct dc_error *error)
{
    int64_t *units = DC_NEW_ARRAY(pass->arena, int64_t, pass->tree.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < pass->tree.count; i++) {
        if (pass->work[i].in_scope) {
            units[count++] = pass->tree.ids[i];
            struct facts none = {0};
            figures_of_unit(&pass->work[i].new.figures, &none, pass->definitions, pass->primary);
        }
    }
    DC_TRY(load_stored_units(pass, units, count, error));
    struct segments segments;
    DC_TRY(segments_load(pass->step, pass->tenant_id, pass->period,
                         GOALS__OWNER_KIND__OWNER_KIND_UNIT, units, count, pass->arena, &segments,
                         error));
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(pass->step->db, STATEMENT(LOAD_UNIT_FACTS), &rows, error,
                     dc_p_int64(pass->tenant_id), dc_p_text(pass->period),
                     dc_p_int64s(units, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        struct facts facts = facts_at(rows, i, 1, pass->arena);
        segments_put(&segments, dc_rows_int64(rows, i, 0), &facts);
        int32_t unit = tree_find(&pass->tree, dc_rows_int64(rows, i, 0));
        figures_of_unit(&pass->work[unit].new.figures, &facts, pass->definitions, pass->primary);
    }
    return DC_OK;
}
