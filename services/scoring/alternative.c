/*
 * alternative.c - other plans in force, other targets.
 */
#include "alternative.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "plan_read.h"

/* "value" becomes "targets[2].value". */
static enum dc_code
at_change(enum dc_code code, const char *list, size_t index, struct dc_error *error)
{
    if (code != DC_OK) {
        char field[DC_ERROR_FIELD_MAX];
        snprintf(field, sizeof(field), "%.8s[%u]%s%.60s", list, (unsigned)index,
                 error->field[0] ? "." : "", error->field);
        snprintf(error->field, sizeof(error->field), "%s", field);
    }
    return code;
}

/* --- plans --------------------------------------------------------------------------------------
 */

static int64_t
newest_version(const struct definitions *definitions, int64_t plan_id)
{
    int64_t newest = 0;
    for (size_t i = 0; i < definitions->plan_count; i++) {
        if (definitions->plans[i].id == plan_id && definitions->plans[i].version > newest) {
            newest = definitions->plans[i].version;
        }
    }
    return newest;
}

static int
by_plan(const void *a, const void *b)
{
    const struct plan *left = a, *right = b;
    if (left->id != right->id) {
        return left->id < right->id ? -1 : 1;
    }
    return (left->version > right->version) - (left->version < right->version);
}

static bool
is_in_force(const struct plans_in_force *plans, int64_t plan_id, int64_t version)
{
    for (size_t i = 0; i < plans->count; i++) {
        if (plans->plans[i]->id == plan_id && plans->plans[i]->version == version) {
            return true;
        }
    }
    return false;
}

/* The changed plan as the version after the newest. */
static enum dc_code
add_plan(struct definitions *definitions, struct plan *plans, struct dc_arena *arena,
         const struct definitions *live, const Goals__PlanChange *change, int64_t *ret_moved,
         struct dc_error *error)
{
    struct plan *plan = &plans[definitions->plan_count];
    if (!change->plan) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan", "say which plan");
    }
    int64_t newest = newest_version(live, change->plan->id);
    if (newest == 0 || newest_version(definitions, change->plan->id) != newest) {
        return dc_fail_field(error, newest ? DC_INVALID_ARGUMENT : DC_NOT_FOUND, "plan.id",
                             newest ? "stands there twice" : DC_WORDS("there is no such plan"));
    }
    DC_TRY(plan_read(change->plan, arena, plan, error));
    *ret_moved = plan->version != 0 && plan->version != newest ? plan->id : 0;
    plan->version = newest + 1;
    definitions->plan_count++;
    return DC_OK;
}

enum dc_code
alternative_plans(struct alternative *alternative, struct dc_arena *arena,
                  const struct definitions *live, const struct tree *tree, dc_date last_day,
                  Goals__PlanChange *const *changes, size_t count, struct dc_error *error)
{
    struct definitions *definitions = dc_arena_memdup(arena, live, sizeof(*live));
    struct plan *plans = DC_NEW_ARRAY(arena, struct plan, live->plan_count + count + 1);
    int64_t *moved = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *idle = DC_NEW_ARRAY(arena, int64_t, count + 1);
    if (live->plan_count > 0) {
        memcpy(plans, live->plans, live->plan_count * sizeof(*plans));
    }
    definitions->plans = plans;
    for (size_t i = 0; i < count; i++) {
        int64_t moved_id = 0;
        DC_TRY(at_change(
            add_plan(definitions, plans, arena, live, changes[i], &moved_id, error), "plans", i,
            error));
        if (moved_id) {
            moved[alternative->moved_plan_count++] = moved_id;
        }
    }
    qsort(plans, definitions->plan_count, sizeof(*plans), by_plan);
    alternative->definitions = definitions;
    plans_in_force(&alternative->plans, arena, definitions, tree, last_day);
    schemes_init(&alternative->schemes, arena, definitions, tree, &alternative->plans);
    for (size_t i = 0; i < count; i++) {
        const Goals__Plan *plan = changes[i]->plan;
        if (!plan->retired &&
            !is_in_force(&alternative->plans, plan->id, newest_version(live, plan->id) + 1)) {
            idle[alternative->idle_plan_count++] = plan->id;
        }
    }
    alternative->moved_plans = moved;
    alternative->idle_plans = idle;
    return DC_OK;
}

/* --- targets ------------------------------------------------------------------------------------
 */

static struct sheet *
sheet_of(struct sheet *const *sheets, size_t count, int64_t indicator_id)
{
    for (size_t i = 0; i < count; i++) {
        if (sheets[i]->indicator->id == indicator_id) {
            return sheets[i];
        }
    }
    return NULL;
}

/* The alternative's own sheet of an indicator; a copy of the live one at first. */
static struct sheet *
own_sheet(struct alternative *alternative, struct dc_arena *arena, struct sheet *const *live,
          size_t live_count, int64_t indicator_id)
{
    struct sheet *own = sheet_of(alternative->sheets, alternative->sheet_count, indicator_id);
    if (!own) {
        const struct sheet *from = sheet_of(live, live_count, indicator_id);
        DC_ASSERT(from);
        own = DC_NEW(arena, struct sheet);
        sheet_copy(own, arena, from);
        alternative->sheets[alternative->sheet_count++] = own;
    }
    return own;
}

static enum dc_code
read_policy(const struct sheet *sheet, const Goals__TargetChange *change,
            struct sheet_change *wanted, struct dc_error *error)
{
    wanted->cut = change->policy == GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT;
    if (wanted->cut && (dc_date_parse(change->effective_on, &wanted->on, NULL) != DC_OK ||
                        wanted->on < sheet->period.first || wanted->on > sheet->period.last)) {
        char first[DC_DATE_TEXT], last[DC_DATE_TEXT];
        dc_date_format(sheet->period.first, first);
        dc_date_format(sheet->period.last, last);
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "effective_on",
                             "a period is cut at one of its days: %s to %s", first, last);
    }
    return DC_OK;
}

static enum dc_code
change_target(struct sheet *sheet, struct dc_arena *arena, const Goals__TargetChange *change,
              bool *ret_moved, struct dc_error *error)
{
    struct sheet_target *target =
        sheet_of_owner(sheet, (int32_t)change->owner_kind, change->owner_id);
    if (!target || target->id != change->target_id) {
        return dc_fail_field(error, DC_NOT_FOUND, "target_id",
                             "this owner has no such target of this indicator in this period");
    }
    struct sheet_change wanted = {.value = change->value,
                                  .lift_parent = change->lift_parent,
                                  .allow_over_assignment = change->allow_over_assignment};
    DC_TRY(read_policy(sheet, change, &wanted, error));
    *ret_moved = change->expected_version != 0 && change->expected_version != target->version;
    return sheet_adjust(sheet, target, &wanted, arena, error);
}

enum dc_code
alternative_targets(struct alternative *alternative, struct dc_arena *arena,
                    struct sheet *const *live, size_t live_count,
                    Goals__TargetChange *const *changes, size_t count, struct dc_error *error)
{
    Goals__TargetChange **moved = DC_NEW_ARRAY(arena, Goals__TargetChange *, count + 1);
    alternative->sheets = DC_NEW_ARRAY(arena, struct sheet *, live_count + 1);
    for (size_t i = 0; i < count; i++) {
        bool has_moved = false;
        struct sheet *sheet =
            own_sheet(alternative, arena, live, live_count, changes[i]->indicator_id);
        DC_TRY(at_change(change_target(sheet, arena, changes[i], &has_moved, error), "targets", i,
                         error));
        if (has_moved) {
            moved[alternative->moved_target_count++] = changes[i];
        }
    }
    alternative->moved_targets = moved;
    for (size_t s = 0; s < alternative->sheet_count; s++) {
        for (size_t i = 0; i < alternative->sheets[s]->count; i++) {
            alternative->changed_targets += alternative->sheets[s]->targets[i].changed;
        }
    }
    return DC_OK;
}

/* --- facts --------------------------------------------------------------------------------------
 */

static void
override(struct facts *facts, size_t at, const struct sheet_target *target, struct dc_arena *arena,
         bool *copied)
{
    size_t size = facts->target_count * sizeof(struct dc_decimal);
    if (!*copied) {
        facts->targets = dc_arena_memdup(arena, facts->targets, size);
        if (facts->floors) {
            facts->floors = dc_arena_memdup(arena, facts->floors, size);
            facts->stretches = dc_arena_memdup(arena, facts->stretches, size);
        }
        *copied = true;
    }
    ((struct dc_decimal *)facts->targets)[at] = target->value;
    if (facts->floors) {
        ((struct dc_decimal *)facts->floors)[at] =
            target->has_floor ? target->floor : DC_DECIMAL_INT(-1);
        ((struct dc_decimal *)facts->stretches)[at] =
            target->has_stretch ? target->stretch : DC_DECIMAL_INT(-1);
    }
}

/* Working days of [from, to] that are over. */
static int64_t
days_over(const struct alternative *alternative, dc_date from, dc_date to)
{
    return pace_working_days(alternative->calendar, from,
                             to < alternative->day ? to : alternative->day);
}

/* What was counted in exactly these days; NULL: nothing was. */
static const struct facts_segment *
counted(const struct facts *live, int64_t indicator_id, const struct segment *segment)
{
    size_t count;
    const struct facts_segment *segments = facts_segments(live, indicator_id, &count);
    for (size_t i = 0; i < count; i++) {
        if (segments[i].told && segments[i].from == segment->from &&
            segments[i].to == segment->to) {
            return &segments[i];
        }
    }
    return NULL;
}

/* What was done in days to come. */
static struct dc_ratio
nothing_yet(const struct measure *measure)
{
    bool zero = measure && measure->zero_without_records;
    return (struct dc_ratio){DC_DECIMAL_ZERO, DC_DECIMAL_INT(zero ? 1 : 0)};
}

/* Fills what was done in the segments that were not counted. */
static void
estimate(struct alternative *alternative, const struct measure *measure, struct dc_ratio whole,
         struct facts_segment *segments, size_t count)
{
    struct dc_decimal left = whole.numerator;
    int64_t days = 0;
    int begun = 0;
    for (size_t i = 0; i < count; i++) {
        if (segments[i].told) {
            left = dc_decimal_sub(left, segments[i].actual.numerator);
        } else {
            days += days_over(alternative, segments[i].from, segments[i].to);
            begun += segments[i].from <= alternative->day;
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct facts_segment *segment = &segments[i];
        if (segment->told) {
            continue;
        }
        int64_t own = days_over(alternative, segment->from, segment->to);
        segment->told = true;
        if (segment->from > alternative->day) {
            segment->actual = nothing_yet(measure);
        } else if (!measure || !measure->adds_up) {
            segment->actual = whole;
        } else if (begun == 1) { /* all of it was done there */
            segment->actual = (struct dc_ratio){left, whole.denominator};
        } else {
            segment->actual = (struct dc_ratio){{left.units * own},
                                                {whole.denominator.units * (days ? days : 1)}};
        }
    }
    alternative->estimated += begun > 1;
}

/* The segments of the changed target in place of those that there are. */
static void
replace_segments(struct alternative *alternative, struct facts *facts, const struct facts *live,
                 const struct indicator *indicator, const struct sheet_target *target,
                 struct dc_arena *arena)
{
    struct facts_segment *all =
        DC_NEW_ARRAY(arena, struct facts_segment, facts->segment_count + target->segment_count + 1);
    size_t kept = 0;
    for (size_t i = 0; i < facts->segment_count; i++) {
        if (facts->segments[i].indicator_id != indicator->id) {
            all[kept++] = facts->segments[i];
        }
    }
    struct facts_segment *own = &all[kept];
    for (size_t i = 0; i < target->segment_count; i++) {
        const struct segment *segment = &target->segments[i];
        const struct facts_segment *known = counted(live, indicator->id, segment);
        own[i] = (struct facts_segment){
            .indicator_id = indicator->id,
            .from = segment->from,
            .to = segment->to,
            .days = pace_working_days(alternative->calendar, segment->from, segment->to),
            .target = segment->value,
            .floor = segment->has_floor ? segment->floor : DC_DECIMAL_INT(-1),
            .stretch = segment->has_stretch ? segment->stretch : DC_DECIMAL_INT(-1),
            .told = known != NULL};
        if (known) {
            own[i].actual = known->actual;
        }
    }
    if (target->segment_count > 0) {
        struct facts bare = *live; /* what was done in the whole period */
        bare.segment_count = 0;
        const struct measure *measure =
            definitions_measure(alternative->definitions, indicator->measure_id);
        struct rule_input input = facts_input(&bare, alternative->definitions, indicator);
        estimate(alternative, measure, input.actual, own, target->segment_count);
    }
    facts->segments = all;
    facts->segment_count = kept + target->segment_count;
}

struct facts
alternative_facts(struct alternative *alternative, const struct facts *live,
                  int32_t owner_kind, int64_t owner_id, struct dc_arena *arena)
{
    struct facts facts = *live;
    bool copied = false;
    for (size_t s = 0; s < alternative->sheet_count; s++) {
        const struct sheet *sheet = alternative->sheets[s];
        const struct sheet_target *target = sheet_of_owner(sheet, owner_kind, owner_id);
        for (size_t i = 0; target && target->changed && i < facts.target_count; i++) {
            if (facts.indicator_ids[i] == sheet->indicator->id) {
                override(&facts, i, target, arena, &copied);
                replace_segments(alternative, &facts, live, sheet->indicator, target, arena);
            }
        }
    }
    return facts;
}
