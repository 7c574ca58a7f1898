/* store_internal.h - what store*.c share. */
#ifndef DC_WORKFLOW_STORE_INTERNAL_H
#define DC_WORKFLOW_STORE_INTERNAL_H

#include "store.h"

#include <string.h>
#include <workflow_sql.h>

#define SQL(name) (&workflow_statements[WORKFLOW_##name])
#define TENANT dc_p_int64(work->tenant_id)

/* A text of a row, kept in the step's arena. */
static inline char *
keep(struct flow_work *work, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(work->step->arena, dc_rows_text(rows, row, column));
}

/* A column of ids. */
static inline int64_t *
keep_ids(struct flow_work *work, const struct dc_rows *rows, int column, size_t *ret_count)
{
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(work->step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, column);
    }
    *ret_count = count;
    return ids;
}

/* 0 where it is null. */
static inline dc_time
time_or_0(const struct dc_rows *rows, size_t row, int column)
{
    return dc_rows_is_null(rows, row, column) ? 0 : dc_rows_time(rows, row, column);
}

/* The first eighteen columns of whatever lists cycles. */
Workflow__Cycle *flow_read_cycle(struct flow_work *work, const struct dc_rows *rows, size_t row);

#endif
