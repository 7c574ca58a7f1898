/*
 * store_rows.h - what several readings of this service's rows have in common.
 */
#ifndef SCORING_STORE_ROWS_H
#define SCORING_STORE_ROWS_H

#include "edge/db.h"
#include "service/service.h"

#include "score.h"

static inline struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

static inline char *
text_at(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(step->arena, dc_rows_text(rows, row, column));
}

static inline struct maybe
maybe_at(const struct dc_rows *rows, size_t row, int column)
{
    return (struct maybe){!dc_rows_is_null(rows, row, column), dc_rows_decimal(rows, row, column)};
}

/* Columns first.. : measures, numerators, denominators, indicators, targets. */
static inline struct facts
facts_at(const struct dc_rows *rows, size_t row, int first, struct dc_arena *arena)
{
    struct facts facts = {0};
    facts.measure_count = dc_rows_int64s(rows, row, first, arena, &facts.measure_ids);
    dc_rows_decimals(rows, row, first + 1, arena, &facts.numerators);
    dc_rows_decimals(rows, row, first + 2, arena, &facts.denominators);
    facts.target_count = dc_rows_int64s(rows, row, first + 3, arena, &facts.indicator_ids);
    dc_rows_decimals(rows, row, first + 4, arena, &facts.targets);
    return facts;
}

#endif
