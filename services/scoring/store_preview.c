/*
 * store_preview.c - reading for a preview.
 */
#include "preview.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "segments.h"
#include "store.h"
#include "store_rows.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

enum {
    SCRATCH_ROWS = 256,  /* read before the scratch memory is dropped */
    WIDE_PEOPLE = 20000, /* with more of them reading all beats asking for each */
};

/* --- targets ------------------------------------------------------------------------------------
 */

struct targets {
    struct sheet_target *items;
    size_t count, room;
};

static void
targets_release(struct targets *targets)
{
    free(targets->items);
}

static enum dc_code
read_target(void *context, const struct dc_rows *rows, struct dc_error *error)
{
    (void)error;
    struct targets *targets = context;
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        if (targets->count == targets->room) {
            targets->room = targets->room ? targets->room * 2 : 256;
            targets->items = realloc(targets->items, targets->room * sizeof(*targets->items));
            DC_ASSERT(targets->items);
        }
        struct maybe floor = maybe_at(rows, i, 7), stretch = maybe_at(rows, i, 8);
        targets->items[targets->count++] =
            (struct sheet_target){.id = dc_rows_int64(rows, i, 0),
                                  .owner_kind = (int32_t)dc_rows_int64(rows, i, 1),
                                  .owner_id = dc_rows_int64(rows, i, 2),
                                  .parent_id = dc_rows_int64(rows, i, 3),
                                  .version = dc_rows_int64(rows, i, 4),
                                  .pinned = dc_rows_bool(rows, i, 5),
                                  .value = dc_rows_decimal(rows, i, 6),
                                  .has_floor = floor.known,
                                  .floor = floor.value,
                                  .has_stretch = stretch.known,
                                  .stretch = stretch.value};
    }
    return DC_OK;
}

/* Gives the targets of a kind their segments. */
static enum dc_code
cut_targets(struct preview *preview, const struct indicator *indicator, int32_t owner_kind,
            struct sheet_target *targets, size_t count, struct dc_error *error)
{
    struct segments found;
    DC_TRY(segments_load(preview->step, preview->step->context->tenant_id, preview->period,
                         owner_kind, NULL, 0, preview->arena, &found, error));
    for (size_t i = 0; i < count && found.count > 0; i++) {
        struct facts owner = {0};
        size_t own;
        if (targets[i].owner_kind != owner_kind) {
            continue;
        }
        segments_put(&found, targets[i].owner_id, &owner);
        const struct facts_segment *cut = facts_segments(&owner, indicator->id, &own);
        struct segment *segments = DC_NEW_ARRAY(preview->arena, struct segment, own + 1);
        for (size_t s = 0; s < own; s++) {
            segments[s] = (struct segment){.from = cut[s].from,
                                           .to = cut[s].to,
                                           .value = cut[s].target,
                                           .has_floor = cut[s].floor.units >= 0,
                                           .has_stretch = cut[s].stretch.units >= 0,
                                           .floor = cut[s].floor,
                                           .stretch = cut[s].stretch};
        }
        targets[i].segments = segments;
        targets[i].segment_count = own;
    }
    return DC_OK;
}

enum dc_code
preview_load_sheet(struct preview *preview, const struct indicator *indicator,
                   struct sheet **ret_sheet, struct dc_error *error)
{
    __attribute__((cleanup(targets_release))) struct targets targets = {0};
    struct dc_param params[] = {tenant_of(preview->step), dc_p_text(preview->period),
                                dc_p_int64(indicator->id)};
    DC_TRY(dc_db_each(preview->step->db, STATEMENT(LOAD_SHEET), params, 3, read_target, &targets,
                      error));
    struct sheet_target *kept =
        DC_NEW_ARRAY(preview->arena, struct sheet_target, targets.count + 1);
    if (targets.count > 0) {
        memcpy(kept, targets.items, targets.count * sizeof(*kept));
    }
    DC_TRY(cut_targets(preview, indicator, GOALS__OWNER_KIND__OWNER_KIND_UNIT, kept, targets.count,
                       error));
    DC_TRY(cut_targets(preview, indicator, GOALS__OWNER_KIND__OWNER_KIND_PERSON, kept,
                       targets.count, error));
    *ret_sheet = DC_NEW(preview->arena, struct sheet);
    sheet_init(*ret_sheet, preview->arena, indicator, &preview->days, kept, targets.count);
    return DC_OK;
}

/* --- people -------------------------------------------------------------------------------------
 */

/* Who ever had a post in the units that are looked at; NULL: so many that reading all is quicker.
 */
static enum dc_code
find_people(struct preview *preview, const int64_t **ret_people, size_t *ret_count,
            struct dc_error *error)
{
    int64_t *units = DC_NEW_ARRAY(preview->arena, int64_t, preview->tree.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < preview->tree.count; i++) {
        if (preview->within[i]) {
            units[count++] = preview->tree.ids[i];
        }
    }
    *ret_people = NULL;
    if (count == preview->tree.count) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(preview->step->db, STATEMENT(LOAD_TREE_PEOPLE), &rows, error,
                     tenant_of(preview->step), dc_p_int64s(units, count)));
    *ret_count = dc_rows_count(rows);
    if (*ret_count > WIDE_PEOPLE) {
        return DC_OK;
    }
    int64_t *people = DC_NEW_ARRAY(preview->arena, int64_t, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        people[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_people = people;
    return DC_OK;
}

enum dc_code
preview_load_posts(struct preview *preview, struct dc_error *error)
{
    struct pass *posts = &preview->posts;
    DC_TRY(find_people(preview, &posts->people, &posts->people_count, error));
    posts->everybody = !posts->people;
    return store_load_posts(posts, error);
}

struct reading {
    struct preview *preview;
    struct dc_arena *scratch;
    struct segments segments;
    size_t rows;
};

static enum dc_code
read_facts(void *context, const struct dc_rows *rows, struct dc_error *error)
{
    (void)error;
    struct reading *reading = context;
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        if (reading->rows++ % SCRATCH_ROWS == 0) {
            dc_arena_reset(reading->scratch, 0);
        }
        struct facts facts = facts_at(rows, i, 1, reading->scratch);
        if (!dc_rows_is_null(rows, i, 6)) {
            dc_rows_decimals(rows, i, 6, reading->scratch, &facts.floors);
            dc_rows_decimals(rows, i, 7, reading->scratch, &facts.stretches);
        }
        segments_put(&reading->segments, dc_rows_int64(rows, i, 0), &facts);
        preview_take(reading->preview, dc_rows_int64(rows, i, 0), &facts, reading->scratch);
    }
    return DC_OK;
}

enum dc_code
preview_load_facts(struct preview *preview, struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *scratch = dc_arena_new(0);
    struct reading reading = {.preview = preview, .scratch = scratch};
    const struct pass *posts = &preview->posts;
    struct dc_param params[] = {tenant_of(preview->step), dc_p_text(preview->period),
                                dc_p_bool(preview->want_ends),
                                dc_p_int64s(posts->people, posts->people_count)};
    DC_TRY(segments_load(preview->step, preview->step->context->tenant_id, preview->period,
                         GOALS__OWNER_KIND__OWNER_KIND_PERSON,
                         posts->everybody ? NULL : posts->people, posts->people_count,
                         preview->arena, &reading.segments, error));
    return posts->everybody ? dc_db_each(preview->step->db, STATEMENT(LOAD_FACTS), params, 3,
                                         read_facts, &reading, error)
                            : dc_db_each(preview->step->db, STATEMENT(LOAD_FACTS_OF), params, 4,
                                         read_facts, &reading, error);
}

/* --- what is shown ------------------------------------------------------------------------------
 */

enum dc_code
preview_names(struct preview *preview, const struct preview_person *people, size_t count,
              struct preview_named *ret_named, struct dc_error *error)
{
    struct dc_arena *arena = preview->step->arena;
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *units = DC_NEW_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = people[i].id;
        units[i] = people[i].unit_id;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(preview->step->db, STATEMENT(READ_NAMES), &rows, error,
                     tenant_of(preview->step), dc_p_int64s(ids, count), dc_p_int64s(units, count)));
    for (size_t i = 0; i < count; i++) {
        ret_named[i] = (struct preview_named){dc_arena_strdup(arena, dc_rows_text(rows, i, 0)),
                                              dc_arena_strdup(arena, dc_rows_text(rows, i, 1)),
                                              dc_arena_strdup(arena, dc_rows_text(rows, i, 2))};
    }
    return DC_OK;
}

enum dc_code
preview_figures(struct preview *preview, const int64_t *unit_ids, size_t count,
                struct figures *ret_figures, struct dc_error *error)
{
    struct segments segments;
    DC_TRY(segments_load(preview->step, preview->step->context->tenant_id, preview->period,
                         GOALS__OWNER_KIND__OWNER_KIND_UNIT, unit_ids, count, preview->arena,
                         &segments, error));
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(preview->step->db, STATEMENT(LOAD_UNIT_FACTS), &rows, error,
                     tenant_of(preview->step), dc_p_text(preview->period),
                     dc_p_int64s(unit_ids, count)));
    for (size_t row = 0; row < dc_rows_count(rows); row++) {
        int64_t unit_id = dc_rows_int64(rows, row, 0);
        struct facts facts = facts_at(rows, row, 1, preview->arena);
        segments_put(&segments, unit_id, &facts);
        size_t at = 0;
        while (unit_ids[at] != unit_id) {
            at++;
        }
        for (size_t side = 0; side < preview->side_count; side++) {
            struct alternative *alternative = &preview->sides[side];
            struct facts own = alternative_facts(
                alternative, &facts, GOALS__OWNER_KIND__OWNER_KIND_UNIT, unit_id, preview->arena);
            figures_of_unit(&ret_figures[at * preview->side_count + side], &own,
                            alternative->definitions, preview->primary);
        }
    }
    return DC_OK;
}

enum dc_code
preview_state(struct preview *preview, dc_time *ret_scored_at, bool *ret_behind,
              struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(preview->step->db, STATEMENT(READ_PREVIEW_STATE), &rows, error,
                     tenant_of(preview->step), dc_p_text(preview->period)));
    *ret_scored_at = dc_rows_is_null(rows, 0, 0) ? 0 : dc_rows_time(rows, 0, 0);
    *ret_behind = dc_rows_bool(rows, 0, 1);
    return DC_OK;
}
