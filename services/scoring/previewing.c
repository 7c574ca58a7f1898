/*
 * previewing.c - trying other plans and targets: who may, and what is answered.
 */
#include "lines.h"
#include "period.h"
#include "pacing.h"
#include "preview.h"
#include "store.h"
#include "tell.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    PEOPLE_MOST = 200,
    PEOPLE_USUAL = 50,
    /* At a time in one program, so that two workers at least are left for everything else. The
     * computing tasks have threads of their own. */
    AT_A_TIME = 2,
};

static const unsigned HEADS = DC_ROLE(DIRECTOR) | DC_ROLE(TEAM_LEAD);

/* --- what may be tried --------------------------------------------------------------------------
 */

static enum dc_code
check_page(const Scoring__PreviewRequest *request, struct dc_error *error)
{
    if (request->n_alternatives < 1 || request->n_alternatives > PREVIEW_ALTERNATIVES) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "alternatives", "1 to %d",
                             PREVIEW_ALTERNATIVES);
    }
    if (request->by < 0 || (size_t)request->by >= request->n_alternatives) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "by", "one of the alternatives, from 0");
    }
    if (request->limit < 0 || request->limit > PEOPLE_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d, not %d", PEOPLE_MOST,
                             request->limit);
    }
    if (request->offset < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "offset", "0 or more, not %d",
                             request->offset);
    }
    return DC_OK;
}

/* Plans are a supervisor's; targets also his who heads the owner's unit, as in goals. */
static enum dc_code
check_rights(struct dc_step *step, const Scoring__Alternative *alternative, struct dc_error *error)
{
    unsigned roles = DC_ROLE(SUPERVISOR) | HEADS;
    if (alternative->n_plans > 0) {
        dc_step_subject(step, "plans");
        DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    }
    for (size_t i = 0; i < alternative->n_targets; i++) {
        const Goals__TargetChange *change = alternative->targets[i];
        bool unit = change->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT;
        dc_step_subject(step, "%s/%lld", unit ? "unit" : "person", (long long)change->owner_id);
        DC_TRY(unit ? dc_access_unit(step, roles, change->owner_id, error)
                    : dc_access_person(step, roles, change->owner_id, error));
    }
    return DC_OK;
}

static enum dc_code
add_alternatives(struct preview *preview, const Scoring__PreviewRequest *request,
                 struct dc_error *error)
{
    for (size_t i = 0; i < request->n_alternatives; i++) {
        const Scoring__Alternative *given = request->alternatives[i];
        enum dc_code code = check_rights(preview->step, given, error);
        if (code == DC_OK) {
            code = preview_add(preview, given->plans, given->n_plans, given->targets,
                               given->n_targets, error);
        }
        if (code != DC_OK) {
            char field[DC_ERROR_FIELD_MAX];
            snprintf(field, sizeof(field), "alternatives[%u]%s%.70s", (unsigned)i,
                     error->field[0] ? "." : "", error->field);
            snprintf(error->field, sizeof(error->field), "%s", field);
            return code;
        }
    }
    return DC_OK;
}

/* --- the answer ---------------------------------------------------------------------------------
 */

static const char *
mean_of(struct dc_arena *arena, struct dc_decimal sum, int32_t people)
{
    struct maybe mean = {0};
    mean.known = people > 0 && dc_decimal_mul_div(sum, DC_DECIMAL_INT(1), DC_DECIMAL_INT(people), 2,
                                                  &mean.value, NULL) == DC_OK;
    return tell_fixed(arena, mean, 2);
}

struct placed {
    int place; /* in the tables that there are */
    size_t at;
};

static int
by_place(const void *a, const void *b)
{
    const struct placed *left = a, *right = b;
    return left->place != right->place ? left->place - right->place
                                       : (left->at > right->at) - (left->at < right->at);
}

/* How many have which grade, the best first. */
static void
fill_grades(const struct preview *preview, const struct preview_totals *totals,
            Scoring__PreviewTotals *line)
{
    struct dc_arena *arena = preview->step->arena;
    struct placed placed[PREVIEW_GRADES];
    for (size_t i = 0; i < preview->grade_count; i++) {
        placed[i] = (struct placed){
            definitions_grade_place(preview->sides[preview->side_count - 1].definitions,
                                    preview->grades[i]),
            i};
    }
    qsort(placed, preview->grade_count, sizeof(*placed), by_place);
    line->grades = DC_NEW_ARRAY(arena, Scoring__GradeCount *, preview->grade_count + 1);
    for (size_t i = 0; i < preview->grade_count; i++) {
        Scoring__GradeCount *count =
            DC_NEW_MESSAGE(arena, Scoring__GradeCount, scoring__grade_count__init);
        int32_t people = totals->grades[placed[i].at];
        count->grade = dc_arena_strdup(arena, preview->grades[placed[i].at]);
        count->people = people;
        count->share = (char *)line_share(arena, (struct maybe){true, DC_DECIMAL_INT(people)},
                                          (struct maybe){true, DC_DECIMAL_INT(totals->graded)});
        line->grades[line->n_grades++] = count;
    }
    struct maybe mean = {0};
    mean.known = totals->graded > 0 &&
                 dc_decimal_mul_div(totals->coefficients, DC_DECIMAL_INT(1),
                                    DC_DECIMAL_INT(totals->graded), 4, &mean.value, NULL) == DC_OK;
    line->coefficient_sum =
        (char *)tell_amount(arena, (struct maybe){mean.known, totals->coefficients});
    line->coefficient_mean = (char *)tell_fixed(arena, mean, 4);
}

static Scoring__PreviewTotals *
line_totals(const struct preview *preview, const struct preview_totals *totals)
{
    struct dc_arena *arena = preview->step->arena;
    Scoring__PreviewTotals *line =
        DC_NEW_MESSAGE(arena, Scoring__PreviewTotals, scoring__preview_totals__init);
    line->people = totals->people;
    line->sum = (char *)tell_amount(arena, (struct maybe){true, totals->sum});
    line->mean = (char *)mean_of(arena, totals->sum, totals->people);
    line->bins = dc_arena_memdup(arena, totals->bins, sizeof(totals->bins));
    line->n_bins = PREVIEW_BINS;
    fill_grades(preview, totals, line);
    return line;
}

static void
answer_bins(struct dc_arena *arena, Scoring__PreviewResponse *response)
{
    response->bins = DC_NEW_ARRAY(arena, char *, PREVIEW_BINS);
    for (int i = 0; i < PREVIEW_BINS; i++) {
        response->bins[i] = i == 0 ? (char *)"" : dc_arena_printf(arena, "%d", i * 10);
    }
    response->n_bins = PREVIEW_BINS;
}

static Scoring__PreviewOutcome *
line_outcome(const struct preview *preview, size_t at)
{
    struct dc_arena *arena = preview->step->arena;
    const struct alternative *side = &preview->sides[at];
    const struct preview_totals *totals = &preview->totals[at];
    Scoring__PreviewOutcome *line =
        DC_NEW_MESSAGE(arena, Scoring__PreviewOutcome, scoring__preview_outcome__init);
    line->totals = line_totals(preview, totals);
    line->changed = totals->changed;
    line->risen = totals->risen;
    line->fallen = totals->fallen;
    line->promoted = totals->promoted;
    line->demoted = totals->demoted;
    line->largest_gain = (char *)tell_amount(
        arena, (struct maybe){totals->risen > 0, totals->largest_gain});
    line->largest_loss = (char *)tell_amount(
        arena, (struct maybe){totals->fallen > 0, totals->largest_loss});
    line->changed_targets = side->changed_targets;
    line->estimated = side->estimated;
    line->idle_plan_ids = dc_arena_memdup(arena, side->idle_plans,
                                          side->idle_plan_count * sizeof(int64_t));
    line->n_idle_plan_ids = side->idle_plan_count;
    line->moved_plan_ids = dc_arena_memdup(arena, side->moved_plans,
                                           side->moved_plan_count * sizeof(int64_t));
    line->n_moved_plan_ids = side->moved_plan_count;
    line->moved_targets =
        dc_arena_memdup(arena, side->moved_targets,
                        side->moved_target_count * sizeof(Goals__TargetChange *));
    line->n_moved_targets = side->moved_target_count;
    return line;
}

static Scoring__PreviewPerson *
line_changed(const struct preview *preview, const struct preview_person *person,
             const struct preview_named *named)
{
    struct dc_arena *arena = preview->step->arena;
    Scoring__PreviewPerson *line =
        DC_NEW_MESSAGE(arena, Scoring__PreviewPerson, scoring__preview_person__init);
    const char *texts[PREVIEW_SIDES], *grades[PREVIEW_SIDES];
    for (size_t side = 0; side < preview->side_count; side++) {
        grades[side] =
            person->grades[side] ? dc_arena_strdup(arena, person->grades[side]->code) : "";
        texts[side] = tell_fixed(arena, (struct maybe){person->known[side], person->totals[side]},
                                 person->places[side]);
    }
    struct dc_decimal change;
    bool both = person->known[0] && person->known[preview->by];
    (void)preview_changed(person, preview->by, &change);
    line->person_id = person->id;
    line->name = (char *)named->name;
    line->code = (char *)named->code;
    line->unit_id = person->unit_id;
    line->unit_name = (char *)named->unit_name;
    line->before = (char *)texts[0];
    line->n_after = preview->side_count - 1;
    line->after = dc_arena_memdup(arena, &texts[1], line->n_after * sizeof(char *));
    line->change = (char *)tell_amount(arena, (struct maybe){both, change});
    line->grade_before = (char *)grades[0];
    line->n_grade_after = preview->side_count - 1;
    line->grade_after = dc_arena_memdup(arena, &grades[1], line->n_grade_after * sizeof(char *));
    return line;
}

static enum dc_code
answer_people(struct preview *preview, const Scoring__PreviewRequest *request,
              Scoring__PreviewResponse *response, struct dc_error *error)
{
    struct dc_arena *arena = preview->step->arena;
    size_t offset = (size_t)request->offset;
    size_t limit = request->limit ? (size_t)request->limit : PEOPLE_USUAL;
    preview_order(preview, request->order);
    response->people_total = (int32_t)preview->person_count;
    size_t count = preview->person_count > offset ? preview->person_count - offset : 0;
    count = count < limit ? count : limit;
    struct preview_named *named = DC_NEW_ARRAY(arena, struct preview_named, count + 1);
    DC_TRY(preview_names(preview, preview->people + (count ? offset : 0), count, named, error));
    response->people = DC_NEW_ARRAY(arena, Scoring__PreviewPerson *, count + 1);
    for (size_t i = 0; i < count; i++) {
        response->people[i] = line_changed(preview, &preview->people[offset + i], &named[i]);
    }
    response->n_people = count;
    return DC_OK;
}

static Scoring__PreviewUnitFigures *
line_figures_of(struct dc_arena *arena, const struct preview_unit *unit,
                const struct figures *figures)
{
    Scoring__PreviewUnitFigures *line =
        DC_NEW_MESSAGE(arena, Scoring__PreviewUnitFigures, scoring__preview_unit_figures__init);
    line->target = (char *)tell_amount(arena, figures->target);
    line->attainment = (char *)tell_fixed(arena, figures->attainment, 2);
    line->people = unit->people;
    line->mean = (char *)mean_of(arena, unit->sum, unit->people);
    line->changed = unit->changed;
    return line;
}

static Scoring__PreviewUnit *
line_preview_unit(const struct preview *preview, const struct unit_view *view,
                  const struct figures *figures)
{
    struct dc_arena *arena = preview->step->arena;
    Scoring__PreviewUnit *line =
        DC_NEW_MESSAGE(arena, Scoring__PreviewUnit, scoring__preview_unit__init);
    static const struct preview_unit none[PREVIEW_SIDES];
    int32_t at = tree_find(&preview->tree, view->unit_id);
    const struct preview_unit *unit =
        at < 0 ? none : &preview->units[(size_t)at * PREVIEW_SIDES];
    line->unit_id = view->unit_id;
    line->name = (char *)view->name;
    line->before = line_figures_of(arena, &unit[0], &figures[0]);
    line->n_after = preview->side_count - 1;
    line->after = DC_NEW_ARRAY(arena, Scoring__PreviewUnitFigures *, line->n_after + 1);
    for (size_t side = 1; side < preview->side_count; side++) {
        line->after[side - 1] = line_figures_of(arena, &unit[side], &figures[side]);
    }
    return line;
}

/* The unit, then those directly below it. */
static enum dc_code
answer_units(struct preview *preview, Scoring__PreviewResponse *response, struct dc_error *error)
{
    struct dc_arena *arena = preview->step->arena;
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, preview->tree.count + 2);
    size_t count = 1;
    int32_t top = tree_find(&preview->tree, preview->unit_id);
    ids[0] = preview->unit_id;
    for (size_t i = 0; preview->with_tree && top >= 0 && i < preview->tree.count; i++) {
        if (preview->tree.parents[i] == top) {
            ids[count++] = preview->tree.ids[i];
        }
    }
    struct unit_view *views;
    DC_TRY(view_units(preview->step, preview->period, ids, count, &views, &count, error));
    for (size_t i = 0; i < count; i++) {
        ids[i] = views[i].unit_id;
    }
    struct figures *figures =
        DC_NEW_ARRAY(arena, struct figures, (count + 1) * preview->side_count);
    DC_TRY(preview_figures(preview, ids, count, figures, error));
    response->units = DC_NEW_ARRAY(arena, Scoring__PreviewUnit *, count + 1);
    for (size_t i = 0; i < count; i++) {
        response->units[i] =
            line_preview_unit(preview, &views[i], &figures[i * preview->side_count]);
    }
    response->n_units = count;
    return DC_OK;
}

static enum dc_code
answer_state(struct preview *preview, Scoring__PreviewResponse *response, struct dc_error *error)
{
    Scoring__PreviewState *state =
        DC_NEW_MESSAGE(preview->step->arena, Scoring__PreviewState, scoring__preview_state__init);
    bool behind;
    DC_TRY(preview_state(preview, &state->scored_at_us, &behind, error));
    state->scores_behind = behind;
    state->at_us = preview->step->now;
    state->edition = preview->definitions->edition;
    response->state = state;
    return DC_OK;
}

static enum dc_code
answer(struct preview *preview, const Scoring__PreviewRequest *request,
       Scoring__PreviewResponse *response, struct dc_error *error)
{
    struct dc_arena *arena = preview->step->arena;
    answer_bins(arena, response);
    response->period = (char *)preview->period;
    response->unit_id = preview->unit_id;
    response->before = line_totals(preview, &preview->totals[0]);
    response->outcomes =
        DC_NEW_ARRAY(arena, Scoring__PreviewOutcome *, preview->side_count);
    for (size_t side = 1; side < preview->side_count; side++) {
        response->outcomes[response->n_outcomes++] = line_outcome(preview, side);
    }
    DC_TRY(answer_people(preview, request, response, error));
    DC_TRY(answer_units(preview, response, error));
    return answer_state(preview, response, error);
}

/* --- the request --------------------------------------------------------------------------------
 */

static enum dc_code
compute(struct dc_step *step, const Scoring__PreviewRequest *request,
        Scoring__PreviewResponse *response, struct dc_error *error)
{
    struct dc_period period;
    struct dc_access_reach reach;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    __attribute__((cleanup(preview_release))) struct preview preview = {
        .step = step, .arena = arena, .by = (size_t)request->by + 1};
    DC_TRY(scoring_allowed_unit(step, DC_ROLE(SUPERVISOR) | HEADS, request->unit_id, &reach,
                                &preview.unit_id, &preview.with_tree, error));
    DC_TRY(period_of_request(step, request->period, &period, &preview.period, error));
    dc_date today = scoring_today(step);
    preview.days = period;
    preview.last_day = period.last;
    preview.day = period.last < today ? period.last : today;
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &preview.definitions,
                             error));
    DC_TRY(pace_load_calendar(step, period.first, period.last, &preview.calendar, error));
    DC_TRY(preview_init(&preview, error));
    DC_TRY(add_alternatives(&preview, request, error));
    DC_TRY(preview_run(&preview, error));
    return answer(&preview, request, response, error);
}

DC_HANDLER(scoring_preview, Scoring__PreviewRequest, Scoring__PreviewResponse)
{
    static atomic_int running;
    DC_TRY(check_page(request, error));
    if (atomic_fetch_add(&running, 1) >= AT_A_TIME) {
        atomic_fetch_sub(&running, 1);
        return dc_fail(error, DC_RESOURCE_EXHAUSTED,
                       "%d previews are being computed at the moment; try again", AT_A_TIME);
    }
    enum dc_code code = compute(step, request, response, error);
    atomic_fetch_sub(&running, 1);
    return code;
}
