/*
 * tell.c - the events of a pass.
 */
#include "tell.h"

#include <string.h>

#include "base/assert.h"

#include <dacheng/scoring/v1/events.pb-c.h>

enum { TELL_AT_MOST = 1000, TELL_BUCKETS = 16 };

const char *
tell_amount(struct dc_arena *arena, struct maybe amount)
{
    char text[DC_DECIMAL_TEXT];
    return amount.known ? dc_arena_strdup(arena, dc_decimal_format(amount.value, text)) : "";
}

const char *
tell_fixed(struct dc_arena *arena, struct maybe amount, int places)
{
    char text[DC_DECIMAL_TEXT];
    if (!amount.known) {
        return "";
    }
    struct dc_decimal rounded = dc_decimal_round(amount.value, places);
    return dc_arena_strdup(arena, dc_decimal_format_fixed(rounded, places, text));
}

/* --- people --------------------------------------------------------------------------------------
 */

struct telling {
    struct pass *pass;
    Scoring__PersonScore *people;
    Scoring__PersonScore **list;
    size_t count;
    int64_t *units;
    size_t unit_count;
    int32_t *told; /* by unit: number of the event that names it already */
    int32_t event;
};

static void
name_units(struct telling *telling, int32_t unit)
{
    const struct tree *tree = &telling->pass->tree;
    for (; unit >= 0 && telling->told[unit] != telling->event; unit = tree->parents[unit]) {
        telling->told[unit] = telling->event;
        telling->units[telling->unit_count++] = tree->ids[unit];
    }
}

static void
tell_person(struct telling *telling, const struct pass_person *person, struct dc_arena *arena)
{
    Scoring__PersonScore *told = &telling->people[telling->count];
    scoring__person_score__init(told);
    told->person_id = person->id;
    told->unit_id = person->unit_id;
    told->total = (char *)tell_fixed(arena, person->score.total, person->places);
    told->attainment = (char *)tell_fixed(arena, person->score.attainment, 2);
    told->actual = (char *)tell_amount(arena, person->score.actual);
    told->target = (char *)tell_amount(arena, person->score.target);
    told->rank = person->rank;
    told->version = person->old_version + 1;
    told->grade = (char *)person->grade;
    told->coefficient =
        (char *)tell_amount(arena, (struct maybe){person->grade[0] != '\0', person->coefficient});
    telling->list[telling->count++] = told;
    name_units(telling, person->unit);
    if (person->stored && person->old_unit_id != person->unit_id) {
        name_units(telling, tree_find(&telling->pass->tree, person->old_unit_id));
    }
}

static void
emit_people(struct telling *telling, int bucket)
{
    if (telling->count == 0) {
        return;
    }
    struct pass *pass = telling->pass;
    char key[64];
    snprintf(key, sizeof(key), "scores/%s/%d", pass->period, bucket);
    Scoring__ScoresChanged event = SCORING__SCORES_CHANGED__INIT;
    event.period = (char *)pass->period;
    event.n_people = telling->count;
    event.people = telling->list;
    event.n_unit_ids = telling->unit_count;
    event.unit_ids = telling->units;
    dc_emit(pass->step, pass->tenant_id, key, &event.base);
    telling->count = telling->unit_count = 0;
    telling->event++;
}

void
tell_scores(struct pass *pass)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct telling telling = {
        .pass = pass,
        .people = DC_NEW_ARRAY(pass->arena, Scoring__PersonScore, TELL_AT_MOST),
        .list = dc_arena_alloc(pass->arena, TELL_AT_MOST * sizeof(Scoring__PersonScore *)),
        .units = DC_NEW_ARRAY(pass->arena, int64_t, pass->tree.count + 1),
        .told = DC_NEW_ARRAY(pass->arena, int32_t, pass->tree.count + 1),
        .event = 1};
    size_t told = 0;
    for (int bucket = 0; bucket < TELL_BUCKETS && told < pass->changed_people; bucket++) {
        for (size_t i = 0; i < pass->person_count; i++) {
            const struct pass_person *person = &pass->persons[i];
            if (person->id % TELL_BUCKETS != bucket || pass_change_of(person) == PASS_NOTHING) {
                continue;
            }
            tell_person(&telling, person, arena);
            told++;
            if (telling.count == TELL_AT_MOST) {
                emit_people(&telling, bucket);
                dc_arena_reset(arena, 0);
            }
        }
        emit_people(&telling, bucket);
    }
}

/* --- units ---------------------------------------------------------------------------------------
 */

static Scoring__UnitScore *
tell_unit(struct pass *pass, int32_t unit)
{
    const struct pass_unit *work = &pass->work[unit];
    Scoring__UnitScore *told =
        DC_NEW_MESSAGE(pass->arena, Scoring__UnitScore, scoring__unit_score__init);
    told->unit_id = pass->tree.ids[unit];
    told->actual = (char *)tell_amount(pass->arena, work->new.figures.actual);
    told->target = (char *)tell_amount(pass->arena, work->new.figures.target);
    told->attainment = (char *)tell_fixed(pass->arena, work->new.figures.attainment, 2);
    told->rank = work->new.rank;
    told->version = work->version + 1;
    return told;
}

void
tell_units(struct pass *pass)
{
    char key[64];
    snprintf(key, sizeof(key), "units/%s", pass->period);
    Scoring__UnitsChanged event = SCORING__UNITS_CHANGED__INIT;
    event.period = (char *)pass->period;
    event.units = dc_arena_alloc(pass->arena, TELL_AT_MOST * sizeof(Scoring__UnitScore *));
    for (size_t i = 0; i < pass->tree.count; i++) {
        if (pass->work[i].changed) {
            event.units[event.n_units++] = tell_unit(pass, (int32_t)i);
        }
        if (event.n_units == TELL_AT_MOST || (event.n_units > 0 && i + 1 == pass->tree.count)) {
            dc_emit(pass->step, pass->tenant_id, key, &event.base);
            event.n_units = 0;
        }
    }
}
