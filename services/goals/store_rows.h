/*
 * store_rows.h - what several stores of this service have in common when they read rows.
 */
#ifndef GOALS_STORE_ROWS_H
#define GOALS_STORE_ROWS_H

#include "edge/db.h"
#include "service/service.h"

static inline struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

static inline char *
text(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(arena, dc_rows_text(rows, row, column));
}

/* "" of NULL. */
static inline char *
number(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column)
{
    char digits[DC_DECIMAL_TEXT];
    if (dc_rows_is_null(rows, row, column)) {
        return dc_arena_strdup(arena, "");
    }
    return dc_arena_strdup(arena, dc_decimal_format(dc_rows_decimal(rows, row, column), digits));
}

#endif
