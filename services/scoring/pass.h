/*
 * pass.h - one computation of a tenant's period: of some people and units that changed, or of
 * everybody.
 *
 * Both ways do the same: load what went in and what is stored, compute (pure), rank, roll up, and
 * write only what really changed. A pass runs in one transaction, with the period's row locked; it
 * ends with the removal of the dirty rows that it worked off. So it happens as a whole or, killed
 * at any moment, not at all.
 */
#ifndef SCORING_PASS_H
#define SCORING_PASS_H

#include "around.h"
#include "rollup.h"
#include "schemes.h"
#include "score.h"

#include "service/service.h"

struct pass_person {
    int64_t id;
    int64_t unit_id; /* 0 = none */
    int32_t unit;    /* in the pass's tree; -1: not ranked */
    int32_t rank;
    struct score score; /* items are kept only where they changed */
    bool scored;        /* computed by this pass; false: stands in a ranking with one that was */
    bool stored;
    bool items_same; /* everything but scheme, total and rank is as stored */
    bool total_same;
    int places;        /* of the total */
    const char *grade; /* "" = none */
    struct dc_decimal coefficient;
    int64_t old_unit_id;
    int64_t old_scheme_id;
    int32_t old_rank;
    int64_t old_version;
};

struct pass_unit_row {
    int64_t parent_id;
    struct figures figures;
    int32_t rank;
    struct rollup rollup;
};
struct pass_unit {
    bool in_scope; /* figures and roll-up are computed by this pass */
    bool stored;
    bool changed;
    struct pass_unit_row old;
    struct pass_unit_row new;
    int64_t version; /* stored */
};

struct pass_post {
    int64_t person_id;
    int64_t unit_id;
    int32_t position;
};

struct pass {
    /* The task: */
    struct dc_step *step;
    int64_t tenant_id;
    const char *period;
    dc_date first_day;
    dc_date last_day; /* plans are in force by it */
    dc_date day;      /* the last day of the period, or today: posts and the tree are of it */
    bool everybody;
    const int64_t *people; /* ascending, each once */
    size_t people_count;
    const int64_t *units;
    size_t unit_count;
    /* What it is computed by: */
    const struct definitions *definitions;
    const struct indicator *primary;
    struct tree tree;
    struct plans_in_force plans;
    struct schemes schemes;
    const struct around *around; /* of formulas */
    /* The work: */
    struct dc_arena *arena;  /* of the pass */
    struct pass_post *posts; /* by person */
    size_t post_count, post_room;
    struct pass_person *persons; /* those scored first, by id, then the other members */
    size_t person_count, person_room, scored_count;
    struct pass_unit *work; /* by the tree's numbers */
    int64_t *gone;          /* stored units that are no more in the tree */
    size_t gone_count;
    /* What came of it: */
    size_t changed_people, changed_units;
};

/* Computes and writes; the events are emitted into the step. */
enum dc_code pass_run(struct pass *pass, struct dc_error *error) DC_MUST_CHECK;
void pass_release(struct pass *pass);

/* Is the person among the scored ones (sorted by then)? */
bool pass_has_scored(const struct pass *pass, int64_t person_id);
/* What is to be written of a person, once the schemes have their ids. */
enum pass_change { PASS_NOTHING, PASS_TOTAL, PASS_ALL, PASS_NEW };
int64_t pass_scheme_id(const struct pass_person *person);
enum pass_change pass_change_of(const struct pass_person *person);

/* Used by the store while loading: room for one more. */
struct pass_person *pass_add_person(struct pass *pass);
struct pass_post *pass_add_post(struct pass *pass);
/* Once they are loaded; NULL: none on the day. */
const struct pass_post *pass_post_of(const struct pass *pass, int64_t person_id);
/* Scores somebody whose facts were just read; `scratch` is dropped soon after. */
struct pass_stored {
    bool present;
    int64_t version, unit_id, scheme_id;
    const struct dc_decimal *scores;
    size_t score_count;
    const char *remarks;
    struct maybe total, attainment, actual, target;
    int32_t rank;
    int open_items;
    int64_t inputs;
};
void pass_score(struct pass *pass, int64_t person_id, const struct facts *facts,
                const struct pass_stored *stored, struct dc_arena *scratch);

#endif
