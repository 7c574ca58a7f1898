/* Measures, indicators and plans as they are kept. */
#include "store.h"

#include <string.h>

#include "base/assert.h"
#include "goals_sql.h"

#define SQL(name) (&goals_statements[GOALS_##name])

/* Joins the values of a filter in the database's parameters; no text that was checked has it. */
static const char SEPARATOR = '\x1f';

static int64_t
tenant_of(const struct dc_step *step)
{
    return step->context->tenant_id;
}

const char *
store_author(const struct dc_step *step)
{
    return step->context->account[0] ? step->context->account : step->sender;
}

enum dc_code
store_lock_definitions(struct dc_step *step, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(LOCK_DEFINITIONS), NULL, error, dc_p_int64(tenant_of(step)));
}

/* --- measures -----------------------------------------------------------------------------------
 */

static void
read_values(struct dc_arena *arena, const char *joined, Goals__Filter *filter)
{
    size_t count = 1;
    for (const char *c = joined; *c; c++) {
        count += *c == SEPARATOR;
    }
    filter->values = DC_NEW_ARRAY(arena, char *, count);
    while (filter->n_values < count) {
        size_t length = strcspn(joined, "\x1f");
        filter->values[filter->n_values++] = dc_arena_strndup(arena, joined, length);
        joined += length + 1;
    }
}

static void
read_filters(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column,
             Goals__Measure *measure)
{
    const char **dimensions, **values;
    const int64_t *excludes;
    size_t count = dc_rows_texts(rows, row, column, arena, &dimensions);
    size_t exclude_count = dc_rows_int64s(rows, row, column + 1, arena, &excludes);
    size_t value_count = dc_rows_texts(rows, row, column + 2, arena, &values);
    DC_ASSERT(count == exclude_count && count == value_count);
    measure->n_filters = count;
    measure->filters = DC_NEW_ARRAY(arena, Goals__Filter *, count);
    for (size_t i = 0; i < count; i++) {
        Goals__Filter *filter = DC_NEW_MESSAGE(arena, Goals__Filter, goals__filter__init);
        filter->dimension = (char *)dimensions[i];
        filter->exclude = excludes[i] != 0;
        read_values(arena, values[i], filter);
        measure->filters[i] = filter;
    }
}

enum dc_code
store_measures(struct dc_step *step, struct definition_measures *ret_measures,
               struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_MEASURES), &rows, error, dc_p_int64(tenant_of(step))));
    struct dc_arena *arena = step->arena;
    size_t count = dc_rows_count(rows);
    Goals__Measure **items = DC_NEW_ARRAY(arena, Goals__Measure *, count);
    for (size_t i = 0; i < count; i++) {
        Goals__Measure *m = DC_NEW_MESSAGE(arena, Goals__Measure, goals__measure__init);
        m->id = dc_rows_int64(rows, i, 0);
        m->version = dc_rows_int64(rows, i, 1);
        m->code = dc_arena_strdup(arena, dc_rows_text(rows, i, 2));
        m->name = dc_arena_strdup(arena, dc_rows_text(rows, i, 3));
        m->kind = (Goals__MeasureKind)dc_rows_int64(rows, i, 4);
        m->field = dc_arena_strdup(arena, dc_rows_text(rows, i, 5));
        m->numerator_id = dc_rows_int64(rows, i, 6);
        m->denominator_id = dc_rows_int64(rows, i, 7);
        m->repeat_only = dc_rows_bool(rows, i, 8);
        m->retired = dc_rows_bool(rows, i, 9);
        read_filters(arena, rows, i, 10, m);
        m->of = (Goals__MeasureOf)dc_rows_int64(rows, i, 13);
        const int64_t *enterers;
        m->n_enterer_ids = dc_rows_int64s(rows, i, 14, arena, &enterers);
        m->enterer_ids = (int64_t *)enterers;
        m->heads_enter = dc_rows_bool(rows, i, 15);
        m->scale_min = dc_arena_strdup(arena, dc_rows_text(rows, i, 16));
        m->scale_max = dc_arena_strdup(arena, dc_rows_text(rows, i, 17));
        items[i] = m;
    }
    *ret_measures = (struct definition_measures){.items = items, .count = count};
    return DC_OK;
}

enum dc_code
store_save_measure(struct dc_step *step, Goals__Measure *measure, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    size_t count = measure->n_filters;
    const char **dimensions = DC_NEW_ARRAY(arena, const char *, count + 1);
    bool *excludes = DC_NEW_ARRAY(arena, bool, count + 1);
    const char **values = DC_NEW_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Goals__Filter *filter = measure->filters[i];
        DC_AUTO_TEXT struct dc_text joined = DC_TEXT_INIT;
        for (size_t j = 0; j < filter->n_values; j++) {
            dc_text_append(&joined, &SEPARATOR, j > 0);
            dc_text_add(&joined, filter->values[j]);
        }
        dimensions[i] = filter->dimension;
        excludes[i] = filter->exclude;
        values[i] = dc_arena_strdup(arena, dc_text_cstr(&joined));
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SAVE_MEASURE), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(measure->id), dc_p_text(measure->code), dc_p_text(measure->name),
                     dc_p_int64(measure->kind), dc_p_text(measure->field),
                     dc_p_int64(measure->numerator_id), dc_p_int64(measure->denominator_id),
                     dc_p_bool(measure->repeat_only), dc_p_bool(measure->retired),
                     dc_p_texts(dimensions, count), dc_p_bools(excludes, count),
                     dc_p_texts(values, count), dc_p_int64(measure->of),
                     dc_p_int64s(measure->enterer_ids, measure->n_enterer_ids),
                     dc_p_bool(measure->heads_enter), dc_p_text(measure->scale_min),
                     dc_p_text(measure->scale_max)));
    measure->id = dc_rows_int64(rows, 0, 0);
    measure->version = dc_rows_int64(rows, 0, 1);
    return DC_OK;
}

/* --- indicators ---------------------------------------------------------------------------------
 */

enum dc_code
store_indicators(struct dc_step *step, struct definition_indicators *ret_indicators,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_INDICATORS), &rows, error, dc_p_int64(tenant_of(step))));
    struct dc_arena *arena = step->arena;
    size_t count = dc_rows_count(rows);
    Goals__Indicator **items = DC_NEW_ARRAY(arena, Goals__Indicator *, count);
    bool *has_targets = DC_NEW_ARRAY(arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        Goals__Indicator *x = DC_NEW_MESSAGE(arena, Goals__Indicator, goals__indicator__init);
        x->id = dc_rows_int64(rows, i, 0);
        x->version = dc_rows_int64(rows, i, 1);
        x->code = dc_arena_strdup(arena, dc_rows_text(rows, i, 2));
        x->name = dc_arena_strdup(arena, dc_rows_text(rows, i, 3));
        x->name_en = dc_arena_strdup(arena, dc_rows_text(rows, i, 4));
        x->indicator_class = (Goals__IndicatorClass)dc_rows_int64(rows, i, 5);
        x->unit_of_measure = dc_arena_strdup(arena, dc_rows_text(rows, i, 6));
        x->direction = (Goals__Direction)dc_rows_int64(rows, i, 7);
        x->decimals = (int32_t)dc_rows_int64(rows, i, 8);
        x->measure_id = dc_rows_int64(rows, i, 9);
        x->primary = dc_rows_bool(rows, i, 10);
        x->retired = dc_rows_bool(rows, i, 11);
        x->additive = dc_rows_bool(rows, i, 12);
        has_targets[i] = dc_rows_bool(rows, i, 13);
        items[i] = x;
    }
    *ret_indicators =
        (struct definition_indicators){.items = items, .has_targets = has_targets, .count = count};
    return DC_OK;
}

enum dc_code
store_save_indicator(struct dc_step *step, Goals__Indicator *indicator, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SAVE_INDICATOR), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(indicator->id), dc_p_text(indicator->code),
                     dc_p_text(indicator->name), dc_p_text(indicator->name_en),
                     dc_p_int64(indicator->indicator_class), dc_p_text(indicator->unit_of_measure),
                     dc_p_int64(indicator->direction), dc_p_int64(indicator->decimals),
                     dc_p_int64(indicator->measure_id), dc_p_bool(indicator->primary),
                     dc_p_bool(indicator->retired), dc_p_bool(indicator->additive)));
    indicator->id = dc_rows_int64(rows, 0, 0);
    indicator->version = dc_rows_int64(rows, 0, 1);
    return DC_OK;
}

enum dc_code
store_clear_primary(struct dc_step *step, int64_t id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(CLEAR_PRIMARY), NULL, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(id));
}

enum dc_code
store_find_indicator(struct dc_step *step, int64_t id, struct store_indicator *ret_indicator,
                     struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FIND_INDICATOR), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(id)));
    struct store_indicator found = {.id = id, .name = ""};
    if (dc_rows_count(rows) > 0) {
        found.found = true;
        found.name = dc_arena_strdup(step->arena, dc_rows_text(rows, 0, 0));
        found.direction = (int)dc_rows_int64(rows, 0, 1);
        found.decimals = (int)dc_rows_int64(rows, 0, 2);
        found.additive = dc_rows_bool(rows, 0, 3);
        found.retired = dc_rows_bool(rows, 0, 4);
        found.counted = dc_rows_bool(rows, 0, 5);
    }
    *ret_indicator = found;
    return DC_OK;
}
