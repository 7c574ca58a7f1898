/* store_read.c - boards, lists and ledgers, from the database. */
#include "store_internal.h"

/* --- whose work is due ---------------------------------------------------------------------------
 */
static enum dc_code
tenants(struct dc_step *step, const struct dc_statement *statement, bool with_now,
        int64_t **ret_tenants, size_t *ret_count, struct dc_error *error)
{
    struct flow_work work = {.step = step};
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    if (with_now) {
        DC_TRY(dc_db_run(step->db, statement, &rows, error, dc_p_time(step->now)));
    } else {
        DC_TRY(dc_db_run(step->db, statement, &rows, error));
    }
    *ret_tenants = keep_ids(&work, rows, 0, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_tenants_due(struct dc_step *step, int64_t **ret_tenants, size_t *ret_count,
                       struct dc_error *error)
{
    return tenants(step, SQL(TENANTS_DUE), true, ret_tenants, ret_count, error);
}

enum dc_code
flow_store_tenants_turning(struct dc_step *step, int64_t **ret_tenants, size_t *ret_count,
                           struct dc_error *error)
{
    return tenants(step, SQL(TENANTS_TURNING), false, ret_tenants, ret_count, error);
}

enum dc_code
flow_store_tenants_moved(struct dc_step *step, int64_t **ret_tenants, size_t *ret_count,
                         struct dc_error *error)
{
    return tenants(step, SQL(TENANTS_MOVED), true, ret_tenants, ret_count, error);
}

/* --- cycles --------------------------------------------------------------------------------------
 */
/* done of done and open, in percent with one place, cut and not rounded: 100.0 is all of them. */
static char *
percent(struct flow_work *work, int64_t done, int64_t open)
{
    int64_t all = done + open, tenths = all > 0 ? done * 1000 / all : 0;
    return all == 0 ? (char *)""
                    : dc_arena_printf(work->step->arena, "%lld.%lld", (long long)(tenths / 10),
                                      (long long)(tenths % 10));
}

/* Columns of a cycle as in store_cycles.c, then its counts. */
static Workflow__CycleSummary *
read_summary(struct flow_work *work, const struct dc_rows *rows, size_t i)
{
    struct dc_arena *arena = work->step->arena;
    Workflow__CycleSummary *item =
        DC_NEW_MESSAGE(arena, Workflow__CycleSummary, workflow__cycle_summary__init);
    item->cycle = flow_read_cycle(work, rows, i);
    item->done = dc_rows_int64(rows, i, 19);
    item->open = dc_rows_int64(rows, i, 20);
    item->overdue = dc_rows_int64(rows, i, 21);
    item->completion = percent(work, item->done, item->open);
    item->unit_name = keep(work, rows, i, 22);
    return item;
}

static void
read_summaries(struct flow_work *work, const struct dc_rows *rows,
               Workflow__CycleSummary ***ret_items, size_t *ret_count)
{
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(work->step->arena, Workflow__CycleSummary *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_items)[i] = read_summary(work, rows, i);
    }
}

enum dc_code
flow_store_list_cycles(struct flow_work *work, const Workflow__ListCyclesRequest *request,
                       const struct dc_access_reach *reach, Workflow__CycleSummary ***ret_items,
                       size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(LIST_CYCLES), &rows, error, TENANT,
                     dc_p_bool(request->open_only), dc_p_bool(request->approvals),
                     dc_p_int64(request->limit), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count)));
    read_summaries(work, rows, ret_items, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_summaries(struct flow_work *work, const int64_t *cycles, size_t count, int64_t unit_id,
                     Workflow__CycleSummary ***ret_items, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(CYCLE_SUMMARIES), &rows, error, TENANT,
                     dc_p_int64s(cycles, count), dc_p_int64(unit_id)));
    read_summaries(work, rows, ret_items, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_newest_cycle(struct flow_work *work, int64_t unit_id, int64_t *ret_cycle_id,
                        struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(NEWEST_CYCLE), &rows, error, TENANT, dc_p_int64(unit_id)));
    *ret_cycle_id = dc_rows_count(rows) > 0 ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

/* --- the board -----------------------------------------------------------------------------------
 */
enum dc_code
flow_store_units_within(struct flow_work *work, int64_t root, const struct dc_access_reach *reach,
                        int64_t **ret_units, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(UNITS_WITHIN), &rows, error, TENANT, dc_p_int64(root),
                     dc_p_bool(reach->all), dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count)));
    *ret_units = keep_ids(work, rows, 0, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_page(struct flow_work *work, const struct flow_page *page, int64_t **ret_ids,
                size_t *ret_count, int64_t *ret_total, struct dc_error *error)
{
    struct dc_db *db = work->step->db;
    struct dc_param cycle = dc_p_int64(page->cycle_id), stage = dc_p_text(page->stage);
    struct dc_param after = dc_p_int64(page->after), state = dc_p_text(page->state);
    struct dc_param most = dc_p_int64(page->most);
    struct dc_param units = dc_p_int64s(page->units, page->unit_count);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL, *counts = NULL;
    if (page->units) {
        DC_TRY(dc_db_run(db, SQL(LIST_TASKS_OF_UNITS), &rows, error, TENANT, cycle, after, stage,
                         state, most, units));
    } else {
        DC_TRY(
            dc_db_run(db, SQL(LIST_TASKS), &rows, error, TENANT, cycle, after, stage, state, most));
    }
    *ret_ids = keep_ids(work, rows, 0, ret_count);
    DC_TRY(dc_db_run(db, SQL(COUNT_TASKS), &counts, error, TENANT, cycle, stage,
                     dc_p_bool(!page->units), units));
    int64_t done = dc_rows_int64(counts, 0, 0), open = dc_rows_int64(counts, 0, 1);
    *ret_total = strcmp(page->state, "open") == 0      ? open
                 : strcmp(page->state, "overdue") == 0 ? dc_rows_int64(counts, 0, 2)
                 : strcmp(page->state, "decided") == 0 ? done
                                                       : done + open;
    return DC_OK;
}

static Workflow__UnitCount *
read_unit(struct flow_work *work, const struct dc_rows *rows, size_t i)
{
    Workflow__UnitCount *unit =
        DC_NEW_MESSAGE(work->step->arena, Workflow__UnitCount, workflow__unit_count__init);
    unit->unit_id = dc_rows_int64(rows, i, 0);
    unit->unit_name = keep(work, rows, i, 1);
    unit->done = dc_rows_int64(rows, i, 2);
    unit->open = dc_rows_int64(rows, i, 3);
    unit->overdue = dc_rows_int64(rows, i, 4);
    unit->completion = percent(work, unit->done, unit->open);
    return unit;
}

static enum dc_code
board_stages(struct flow_work *work, int64_t cycle_id, bool whole, const int64_t *units,
             size_t unit_count, Workflow__GetBoardResponse *board, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(BOARD_STAGES), &rows, error, TENANT, dc_p_int64(cycle_id),
                     dc_p_bool(whole), dc_p_int64s(units, unit_count)));
    board->n_stages = dc_rows_count(rows);
    board->stages = DC_NEW_ARRAY(work->step->arena, Workflow__StageCount *, board->n_stages + 1);
    for (size_t i = 0; i < board->n_stages; i++) {
        Workflow__StageCount *stage =
            DC_NEW_MESSAGE(work->step->arena, Workflow__StageCount, workflow__stage_count__init);
        stage->stage = keep(work, rows, i, 0);
        stage->done = dc_rows_int64(rows, i, 1);
        stage->open = dc_rows_int64(rows, i, 2);
        stage->overdue = dc_rows_int64(rows, i, 3);
        board->stages[i] = stage;
    }
    return DC_OK;
}

enum dc_code
flow_store_board(struct flow_work *work, int64_t cycle_id, int64_t root, int64_t unit_id,
                 bool whole, const int64_t *units, size_t unit_count,
                 Workflow__GetBoardResponse *board, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    struct dc_param within = dc_p_int64s(units, unit_count);
    DC_AUTO(dc_rows) struct dc_rows *below = NULL, *path = NULL;
    DC_TRY(board_stages(work, cycle_id, whole, units, unit_count, board, error));
    DC_TRY(dc_db_run(work->step->db, SQL(BOARD_UNITS), &below, error, TENANT, dc_p_int64(cycle_id),
                     dc_p_int64(unit_id), within));
    board->n_units = dc_rows_count(below);
    board->units = DC_NEW_ARRAY(arena, Workflow__UnitCount *, board->n_units + 1);
    for (size_t i = 0; i < board->n_units; i++) {
        board->units[i] = read_unit(work, below, i);
        board->units[i]->has_children = dc_rows_bool(below, i, 5);
    }
    DC_TRY(dc_db_run(work->step->db, SQL(BOARD_PATH), &path, error, TENANT, dc_p_int64(cycle_id),
                     dc_p_int64(root), dc_p_int64(unit_id), within));
    board->n_path = dc_rows_count(path);
    board->path = DC_NEW_ARRAY(arena, Workflow__UnitCount *, board->n_path + 1);
    for (size_t i = 0; i < board->n_path; i++) {
        board->path[i] = read_unit(work, path, i);
        board->path[i]->has_children = true;
    }
    return DC_OK;
}

/* --- a person's own ------------------------------------------------------------------------------
 */
enum dc_code
flow_store_mine(struct flow_work *work, int64_t person_id, bool decided, struct flow_mark from,
                int64_t most, struct flow_mark **ret_marks, size_t *ret_count,
                struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, decided ? SQL(DECIDED_BY_PERSON) : SQL(TASKS_OF_PERSON), &rows,
                     error, TENANT, dc_p_int64(person_id), dc_p_time(from.at),
                     dc_p_int64(from.task_id), dc_p_int64(most)));
    *ret_count = dc_rows_count(rows);
    *ret_marks = DC_NEW_ARRAY(work->step->arena, struct flow_mark, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_marks)[i] = (struct flow_mark){dc_rows_time(rows, i, 1), dc_rows_int64(rows, i, 0)};
    }
    return DC_OK;
}

enum dc_code
flow_store_count_mine(struct flow_work *work, int64_t person_id, int64_t *ret_open,
                      int64_t *ret_overdue, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(COUNT_OF_PERSON), &rows, error, TENANT,
                     dc_p_int64(person_id)));
    *ret_open = dc_rows_int64(rows, 0, 0);
    *ret_overdue = dc_rows_int64(rows, 0, 1);
    return DC_OK;
}

enum dc_code
flow_store_history(struct flow_work *work, int64_t case_id, Workflow__HistoryLine ***ret_lines,
                   size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(CASE_HISTORY), &rows, error, TENANT, dc_p_int64(case_id)));
    *ret_count = dc_rows_count(rows);
    *ret_lines = DC_NEW_ARRAY(work->step->arena, Workflow__HistoryLine *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Workflow__HistoryLine *line =
            DC_NEW_MESSAGE(work->step->arena, Workflow__HistoryLine, workflow__history_line__init);
        line->at_us = dc_rows_time(rows, i, 0);
        line->stage = keep(work, rows, i, 1);
        line->what = keep(work, rows, i, 2);
        line->person_id = dc_rows_int64(rows, i, 3);
        line->person_name = keep(work, rows, i, 4);
        line->for_person_id = dc_rows_int64(rows, i, 5);
        line->for_person_name = keep(work, rows, i, 6);
        line->outcome = keep(work, rows, i, 7);
        line->reason = keep(work, rows, i, 8);
        line->lay_s = dc_rows_int64(rows, i, 9);
        line->owner_id = dc_rows_int64(rows, i, 10);
        line->owner_name = keep(work, rows, i, 11);
        (*ret_lines)[i] = line;
    }
    return DC_OK;
}

enum dc_code
flow_store_had_a_part(struct flow_work *work, int64_t case_id, int64_t person_id, bool *ret_had,
                      struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(HAD_A_PART), &rows, error, TENANT, dc_p_int64(case_id),
                     dc_p_int64(person_id)));
    *ret_had = dc_rows_bool(rows, 0, 0);
    return DC_OK;
}

/* --- the delay ledger ----------------------------------------------------------------------------
 */
static Workflow__LedgerRow *
read_ledger(struct flow_work *work, const struct dc_rows *rows, size_t i)
{
    Workflow__LedgerRow *row =
        DC_NEW_MESSAGE(work->step->arena, Workflow__LedgerRow, workflow__ledger_row__init);
    row->cycle_id = dc_rows_int64(rows, i, 0);
    row->id = dc_rows_int64(rows, i, 1);
    row->code = keep(work, rows, i, 2);
    row->name = keep(work, rows, i, 3);
    row->tasks = dc_rows_int64(rows, i, 4);
    row->decided = dc_rows_int64(rows, i, 5);
    row->on_time = dc_rows_int64(rows, i, 6);
    row->before_first_reminder = dc_rows_int64(rows, i, 7);
    row->escalated = dc_rows_int64(rows, i, 8);
    row->reminders = dc_rows_int64(rows, i, 9);
    row->mean_s = dc_rows_int64(rows, i, 10);
    row->median_s = dc_rows_int64(rows, i, 11);
    row->longest_s = dc_rows_int64(rows, i, 12);
    row->rank = (int32_t)dc_rows_int64(rows, i, 13);
    return row;
}

enum dc_code
flow_store_ledger(struct flow_work *work, const Workflow__GetLedgerRequest *request,
                  const int64_t *cycles, size_t count, const struct dc_access_reach *reach,
                  Workflow__LedgerRow ***ret_rows, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(LEDGER), &rows, error, TENANT, dc_p_int64s(cycles, count),
                     dc_p_int64(request->unit_id), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_text(*request->by ? request->by : "person"), dc_p_int64(request->role),
                     dc_p_int64(request->limit)));
    *ret_count = dc_rows_count(rows);
    *ret_rows = DC_NEW_ARRAY(work->step->arena, Workflow__LedgerRow *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_rows)[i] = read_ledger(work, rows, i);
    }
    return DC_OK;
}
