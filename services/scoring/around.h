/*
 * around.h - what formulas ask for beside an owner's own totals of the period: the totals of
 * earlier periods, and how many people a unit has.
 *
 * Who had a main post in the unit's tree, as it stands on the day, on any day of the period up to
 * that day, counts as one of its people, once. A person is one.
 */
#ifndef SCORING_AROUND_H
#define SCORING_AROUND_H

#include "score.h"

#include "service/service.h"

/* dacheng.goals.v1.OwnerKind */
enum { AROUND_UNIT = 1, AROUND_PERSON = 2 };

struct around_row {
    int kind;
    int64_t owner_id;
    struct facts facts;
};
struct around {
    struct around_row *earlier[2]; /* the period before, the year before; by kind and owner */
    size_t earlier_count[2];
    bool read[2];            /* whoever has no row there had no totals */
    const int64_t *unit_ids; /* ascending */
    const int64_t *heads;
    size_t unit_count;
};

/* Totals of an owner in an earlier period; NULL: not read. */
const struct facts *around_earlier(const struct around *around, enum formula_source source,
                                   int kind, int64_t owner_id);
int64_t around_heads(const struct around *around, int64_t unit_id);

/* "2026-03" -> "2026-02", "2026Q1" -> "2025Q4", "2026" -> "2025"; and the same of the year before.
 */
const char *around_period(struct dc_arena *arena, const char *period, enum formula_source source);
/* The periods that see this one so, for marking: the next one, and the same of the next year. */
const char *around_later(struct dc_arena *arena, const char *period, enum formula_source source);

/* What is to be read. */
struct around_wanted {
    unsigned uses; /* FORMULA_USES */
    const char *period;
    dc_date first_day;
    dc_date day; /* up to and with it */
    bool everybody;
    const int64_t *people; /* not everybody */
    size_t people_count;
    const int64_t *units;
    size_t unit_count;
    const struct tree *tree; /* of the day; NULL: no head counts */
};
enum dc_code around_load(struct dc_step *step, struct dc_arena *arena,
                         const struct around_wanted *wanted, const struct around **ret_around,
                         struct dc_error *error) DC_MUST_CHECK;
/* Of one owner, for a request: puts what `uses` asks for around the facts. */
enum dc_code around_facts(struct dc_step *step, const struct definitions *definitions,
                          const struct dc_period *period, unsigned uses, int owner_kind,
                          int64_t owner_id, struct facts *facts,
                          struct dc_error *error) DC_MUST_CHECK;
/* FORMULA_USES of all that a person may be scored by, or a unit be shown. */
unsigned around_uses(const struct definitions *definitions);

#endif
