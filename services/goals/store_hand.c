/* Values that somebody entered, as they are kept. */
#include "store_okr.h"

#include "goals.h"
#include "goals_sql.h"
#include "store_rows.h"

#define SQL(name) (&goals_statements[GOALS_##name])

enum dc_code
store_lock_measure(struct dc_step *step, int64_t measure_id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(LOCK_MEASURE), NULL, error, tenant_of(step),
                     dc_p_int64(measure_id));
}

enum dc_code
store_hand_owners(struct dc_step *step, const struct store_hand_sheet *sheet,
                  Goals__HandValue *const *values, size_t count, struct store_hand **ret_owners,
                  struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    struct store_hand *owners = DC_NEW_ARRAY(arena, struct store_hand, count + 1);
    int64_t *at = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *kinds = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count + 1);
    const char **codes = DC_NEW_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        at[i] = (int64_t)i;
        kinds[i] = values[i]->owner_kind;
        ids[i] = values[i]->owner_id;
        codes[i] = values[i]->owner_code;
        owners[i].owner = (struct store_place){.kind = values[i]->owner_kind, .id = ids[i]};
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(HAND_OWNERS), &rows, error, tenant_of(step),
                     dc_p_date(goals_today(step)), dc_p_int64(sheet->measure_id),
                     dc_p_text(sheet->period), dc_p_int64s(at, count), dc_p_int64s(kinds, count),
                     dc_p_int64s(ids, count), dc_p_texts(codes, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        struct store_hand *hand = &owners[dc_rows_int64(rows, i, 0)];
        hand->owner.id = dc_rows_int64(rows, i, 1);
        hand->owner.name = text(arena, rows, i, 2);
        hand->owner.above = dc_rows_int64(rows, i, 3);
        hand->owner.found = true;
        hand->known = !dc_rows_is_null(rows, i, 4);
        hand->value = hand->known ? dc_rows_decimal(rows, i, 4) : DC_DECIMAL_ZERO;
        hand->note = text(arena, rows, i, 5);
        hand->version = dc_rows_int64(rows, i, 6);
    }
    *ret_owners = owners;
    return DC_OK;
}

enum dc_code
store_hand_add(struct dc_step *step, const struct store_hand_sheet *sheet,
               const struct store_hand *values, size_t count, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    int64_t *kinds = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *versions = DC_NEW_ARRAY(arena, int64_t, count + 1);
    bool *gone = DC_NEW_ARRAY(arena, bool, count + 1);
    struct dc_decimal *numbers = DC_NEW_ARRAY(arena, struct dc_decimal, count + 1);
    const char **notes = DC_NEW_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        kinds[i] = values[i].owner.kind;
        ids[i] = values[i].owner.id;
        versions[i] = values[i].version;
        gone[i] = !values[i].known;
        numbers[i] = values[i].value;
        notes[i] = values[i].note;
    }
    return dc_db_run(
        step->db, SQL(HAND_ADD), NULL, error, tenant_of(step), dc_p_int64(sheet->measure_id),
        dc_p_text(sheet->period), dc_p_int64s(kinds, count), dc_p_int64s(ids, count),
        dc_p_int64s(versions, count), dc_p_bools(gone, count), dc_p_decimals(numbers, count),
        dc_p_texts(notes, count), dc_p_text(store_author(step)),
        dc_p_int64(step->context->person_id), dc_p_time(step->now));
}

enum dc_code
store_hand_rows(struct dc_step *step, const struct store_hand_wanted *wanted,
                Goals__ListHandValuesResponse *response, struct store_place **ret_owners,
                struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(HAND_ROWS), &rows, error, tenant_of(step),
                     dc_p_date(goals_today(step)), dc_p_int64(wanted->sheet.measure_id),
                     dc_p_text(wanted->sheet.period), dc_p_int64(wanted->unit_id),
                     dc_p_int64(wanted->kind), dc_p_bool(wanted->entered_only),
                     dc_p_bool(wanted->everything), dc_p_int64s(wanted->units, wanted->unit_count),
                     dc_p_int64(wanted->limit), dc_p_int64(wanted->offset)));
    size_t count = dc_rows_count(rows);
    struct store_place *owners = DC_NEW_ARRAY(arena, struct store_place, count + 1);
    response->rows = DC_NEW_ARRAY(arena, Goals__HandRow *, count + 1);
    response->n_rows = count;
    for (size_t i = 0; i < count; i++) {
        Goals__HandRow *row = DC_NEW_MESSAGE(arena, Goals__HandRow, goals__hand_row__init);
        row->owner_kind = wanted->kind;
        row->owner_id = dc_rows_int64(rows, i, 0);
        row->name = text(arena, rows, i, 1);
        row->code = text(arena, rows, i, 2);
        row->unit_name = text(arena, rows, i, 3);
        row->value = number(arena, rows, i, 5);
        row->note = text(arena, rows, i, 6);
        row->author = text(arena, rows, i, 7);
        row->author_name = text(arena, rows, i, 8);
        row->at_us = dc_rows_is_null(rows, i, 9) ? 0 : dc_rows_time(rows, i, 9);
        row->version = dc_rows_int64(rows, i, 10);
        response->rows[i] = row;
        owners[i] = (struct store_place){.kind = wanted->kind,
                                         .id = row->owner_id,
                                         .above = dc_rows_int64(rows, i, 4),
                                         .found = true};
        response->total = (int32_t)dc_rows_int64(rows, i, 11);
        response->entered = (int32_t)dc_rows_int64(rows, i, 12);
    }
    *ret_owners = owners;
    return DC_OK;
}

enum dc_code
store_hand_history(struct dc_step *step, const struct store_hand_sheet *sheet,
                   Goals__OwnerKind kind, int64_t owner_id, Goals__HandRow ***ret_rows,
                   size_t *ret_count, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(HAND_HISTORY), &rows, error, tenant_of(step),
                     dc_p_int64(sheet->measure_id), dc_p_text(sheet->period), dc_p_int64(kind),
                     dc_p_int64(owner_id)));
    size_t count = dc_rows_count(rows);
    Goals__HandRow **items = DC_NEW_ARRAY(arena, Goals__HandRow *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__HandRow *row = DC_NEW_MESSAGE(arena, Goals__HandRow, goals__hand_row__init);
        row->owner_kind = kind;
        row->owner_id = owner_id;
        row->value = number(arena, rows, i, 0);
        row->note = text(arena, rows, i, 1);
        row->author = text(arena, rows, i, 2);
        row->author_name = text(arena, rows, i, 3);
        row->at_us = dc_rows_time(rows, i, 4);
        row->version = dc_rows_int64(rows, i, 5);
        items[i] = row;
    }
    *ret_rows = items;
    *ret_count = count;
    return DC_OK;
}
