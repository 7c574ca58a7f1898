/* Moves that want a decision, and what was decided. */
#include "store_moves.h"

#include "goals_sql.h"
#include "store_rows.h"

#define SQL(name) (&goals_statements[GOALS_##name])

static struct store_move
read_move(struct dc_arena *arena, const struct dc_rows *rows, size_t i)
{
    Goals__MoveItem *item = DC_NEW_MESSAGE(arena, Goals__MoveItem, goals__move_item__init);
    Goals__Target *target = DC_NEW_MESSAGE(arena, Goals__Target, goals__target__init);
    char value[DC_DECIMAL_TEXT];
    target->id = dc_rows_int64(rows, i, 0);
    target->owner_kind = (Goals__OwnerKind)dc_rows_int64(rows, i, 1);
    target->owner_id = dc_rows_int64(rows, i, 2);
    target->indicator_id = dc_rows_int64(rows, i, 3);
    target->period = text(arena, rows, i, 4);
    target->value = dc_arena_strdup(
        arena, dc_decimal_format_fixed(dc_rows_decimal(rows, i, 5), (int)dc_rows_int64(rows, i, 17),
                                       value));
    target->version = dc_rows_int64(rows, i, 6);
    item->target = target;
    item->owner_name = text(arena, rows, i, 7);
    item->owner_code = text(arena, rows, i, 8);
    item->from_unit_id = dc_rows_int64(rows, i, 9);
    item->from_unit_name = text(arena, rows, i, 10);
    item->to_unit_id = dc_rows_int64(rows, i, 11);
    item->to_unit_name = text(arena, rows, i, 12);
    item->moved_on = dc_arena_alloc(arena, DC_DATE_TEXT);
    dc_date_format(dc_rows_date(rows, i, 13), item->moved_on);
    item->indicator_name = text(arena, rows, i, 14);
    item->indicator_name_en = text(arena, rows, i, 15);
    item->unit_of_measure = text(arena, rows, i, 16);
    return (struct store_move){.item = item,
                               .moved_on = dc_rows_date(rows, i, 13),
                               .additive = dc_rows_bool(rows, i, 18),
                               .counted = dc_rows_bool(rows, i, 19)};
}

enum dc_code
store_moves(struct dc_step *step, dc_date today, const struct store_moves_wanted *wanted,
            const struct dc_access_reach *reach, struct store_move **ret_moves, size_t *ret_count,
            int64_t *ret_total, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_MOVES), &rows, error, tenant_of(step), dc_p_date(today),
                     dc_p_text(wanted->period), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     wanted->target_ids ? dc_p_int64s(wanted->target_ids, wanted->target_count)
                                        : dc_p_null(),
                     dc_p_int64(wanted->limit), dc_p_int64(wanted->offset)));
    size_t count = dc_rows_count(rows);
    struct store_move *moves = DC_NEW_ARRAY(step->arena, struct store_move, count + 1);
    for (size_t i = 0; i < count; i++) {
        moves[i] = read_move(step->arena, rows, i);
    }
    *ret_moves = moves;
    *ret_count = count;
    *ret_total = count > 0 ? dc_rows_int64(rows, 0, 20) : 0;
    return DC_OK;
}

enum dc_code
store_save_stays(struct dc_step *step, const int64_t *target_ids, const int64_t *unit_ids,
                 size_t count, const char *reason, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SAVE_STAYS), NULL, error, tenant_of(step),
                     dc_p_int64s(target_ids, count), dc_p_int64s(unit_ids, count),
                     dc_p_text(reason), dc_p_text(store_author(step)),
                     dc_p_int64(step->context->person_id), dc_p_time(step->now));
}

enum dc_code
store_move_usual(struct dc_step *step, Goals__MoveChoice *ret_usual, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(MOVE_SETTINGS), &rows, error, tenant_of(step)));
    *ret_usual = dc_rows_count(rows) ? (Goals__MoveChoice)dc_rows_int64(rows, 0, 0)
                                     : GOALS__MOVE_CHOICE__MOVE_CHOICE_UNSPECIFIED;
    return DC_OK;
}

enum dc_code
store_save_move_usual(struct dc_step *step, Goals__MoveChoice usual, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SAVE_MOVE_SETTINGS), NULL, error, tenant_of(step),
                     dc_p_int64(usual));
}
