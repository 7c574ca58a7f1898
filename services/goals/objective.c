/* What objectives, key results, check-ins and zones must be, and how an objective lives. */
#include "objective.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "definition.h"
#include "weights.h"

#define BOUND INT64_C(1000000000000) /* of a metric's values */

#define METRIC GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_METRIC
#define MILESTONES GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_MILESTONES
#define DONE GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_DONE

/* --- numbers ------------------------------------------------------------------------------------
 */

/* Above low (or from it on, when `from`), up to high, with so many decimals. */
struct range {
    struct dc_decimal low, high;
    bool from;
    int places;
};
static const struct range weight_range = {
    .low = {0}, .high = {(__int128)1000 * DC_DECIMAL_ONE_UNITS}, .places = 2};
static const struct range share_range = {
    .low = {0}, .high = {DC_DECIMAL_ONE_UNITS}, .from = true, .places = 2};
static const struct range score_range = {.low = {0}, .high = {DC_DECIMAL_ONE_UNITS}, .places = 2};
static const struct range value_range = {.low = {-(__int128)BOUND * DC_DECIMAL_ONE_UNITS + 1},
                                         .high = {(__int128)BOUND * DC_DECIMAL_ONE_UNITS - 1},
                                         .from = true,
                                         .places = 6};

static bool
parse(const char *text, const struct range *range, struct dc_decimal *ret_value)
{
    if (dc_decimal_parse(text, ret_value, NULL) != DC_OK) {
        return false;
    }
    int low = dc_decimal_cmp(*ret_value, range->low);
    return (range->from ? low >= 0 : low > 0) && dc_decimal_cmp(*ret_value, range->high) <= 0 &&
           dc_decimal_cmp(*ret_value, dc_decimal_round(*ret_value, range->places)) == 0;
}

/* --- a path, and the refusal at it --------------------------------------------------------------
 */

struct at {
    char path[48];
    struct dc_error *error;
};

static const char *
field(const struct at *at, const char *name, char ret_field[DC_ERROR_FIELD_MAX])
{
    snprintf(ret_field, DC_ERROR_FIELD_MAX, "%s.%.40s", at->path, name);
    return ret_field;
}

static enum dc_code refuse(const struct at *at, const char *name, const char *format, ...)
    DC_PRINTF(3, 4);

static enum dc_code
refuse(const struct at *at, const char *name, const char *format, ...)
{
    char path[DC_ERROR_FIELD_MAX];
    va_list arguments;
    va_start(arguments, format);
    enum dc_code code =
        dc_failv(at->error, DC_INVALID_ARGUMENT, field(at, name, path), format, arguments);
    va_end(arguments);
    return code;
}

static enum dc_code
text(const struct at *at, const char *name, const char *value, size_t minimum, size_t maximum)
{
    char path[DC_ERROR_FIELD_MAX];
    return definition_check_text(value, field(at, name, path), minimum, maximum, at->error);
}

static enum dc_code
check_weight(const struct at *at, const char *weight)
{
    struct dc_decimal value;
    return parse(weight, &weight_range, &value)
               ? DC_OK
               : refuse(at, "weight", "above 0, at most 1000, with at most two decimals");
}

/* --- settings -----------------------------------------------------------------------------------
 */

enum dc_code
objective_check_settings(const Goals__OkrSettings *settings, struct dc_error *error)
{
    struct at at = {.path = "settings", .error = error};
    struct dc_decimal commit, target;
    bool scores = parse(settings->commit_score, &score_range, &commit) &&
                  parse(settings->target_score, &score_range, &target) &&
                  dc_decimal_cmp(target, DC_DECIMAL_INT(1)) < 0;
    if (!scores || dc_decimal_cmp(commit, target) >= 0) {
        return refuse(&at, scores ? "commit_score" : "target_score",
                      "two decimals, and 0 < commit_score < target_score < 1: 1 is the stretch");
    }
    if (settings->check_in_days < 1 || settings->check_in_days > 92) {
        return refuse(&at, "check_in_days", "1 to 92 days");
    }
    if (settings->manager_after_days < 0 ||
        settings->manager_after_days >= settings->check_in_days) {
        return refuse(&at, "manager_after_days", "0 (never) to %d days: before the next due day",
                      settings->check_in_days - 1);
    }
    return DC_OK;
}

/* --- key results --------------------------------------------------------------------------------
 */

static enum dc_code
check_metric(const struct at *at, const Goals__KeyResult *kr)
{
    struct dc_decimal start, commit, target, stretch;
    DC_TRY(text(at, "unit_of_measure", kr->unit_of_measure, 0, 20));
    if (!parse(kr->start, &value_range, &start) || !parse(kr->target, &value_range, &target)) {
        return refuse(at, parse(kr->start, &value_range, &start) ? "target" : "start",
                      "a number below 10^12 with at most six decimals");
    }
    int way = dc_decimal_cmp(target, start);
    if (way == 0) {
        return refuse(at, "target", "another value than the start, which is %s too", kr->start);
    }
    if (kr->commit[0] &&
        (!parse(kr->commit, &value_range, &commit) || dc_decimal_cmp(commit, start) != way ||
         dc_decimal_cmp(target, commit) != way)) {
        return refuse(at, "commit", "between start %s and target %s, or nothing", kr->start,
                      kr->target);
    }
    if (kr->stretch[0] &&
        (!parse(kr->stretch, &value_range, &stretch) || dc_decimal_cmp(stretch, target) != way)) {
        return refuse(at, "stretch",
                      way > 0 ? DC_WORDS("above the target %s, or nothing")
                              : DC_WORDS("below the target %s, or nothing"),
                      kr->target);
    }
    return DC_OK;
}

static enum dc_code
check_milestones(const struct at *at, const Goals__KeyResult *kr)
{
    struct dc_decimal before = DC_DECIMAL_ZERO, score = DC_DECIMAL_ZERO;
    char name[40];
    if (kr->n_milestones < 1 || kr->n_milestones > OBJECTIVE_MILESTONES_MAX) {
        return refuse(at, "milestones", "1 to %d milestones", OBJECTIVE_MILESTONES_MAX);
    }
    for (size_t i = 0; i < kr->n_milestones; i++) {
        snprintf(name, sizeof name, "milestones[%zu].title", i);
        DC_TRY(text(at, name, kr->milestones[i]->title, 1, 200));
        snprintf(name, sizeof name, "milestones[%zu].score", i);
        if (!parse(kr->milestones[i]->score, &score_range, &score) ||
            dc_decimal_cmp(score, before) <= 0) {
            return refuse(at, name,
                          "ascending, above 0 up to 1, with at most two decimals: milestone %zu "
                          "says \"%.20s\"",
                          i + 1, kr->milestones[i]->score);
        }
        before = score;
    }
    return dc_decimal_cmp(score, DC_DECIMAL_INT(1)) == 0
               ? DC_OK
               : refuse(at, name, "the last milestone is the whole of it: 1");
}

/* What belongs to another kind must be empty. */
static enum dc_code
check_kind(const struct at *at, const Goals__KeyResult *kr)
{
    if (kr->kind != METRIC && (kr->start[0] || kr->commit[0] || kr->target[0] || kr->stretch[0])) {
        return refuse(at, "target", "only a metric has start, commit, target and stretch");
    }
    if (kr->kind != METRIC && kr->measure_id != 0) {
        return refuse(at, "measure_id", "only a metric is fed by a measure");
    }
    if (kr->kind != MILESTONES && kr->n_milestones > 0) {
        return refuse(at, "milestones", "only a key result of milestones has some");
    }
    switch (kr->kind) {
    case METRIC:
        return check_metric(at, kr);
    case MILESTONES:
        return check_milestones(at, kr);
    case DONE:
        return DC_OK;
    default:
        return refuse(at, "kind", "METRIC, MILESTONES or DONE");
    }
}

static enum dc_code
check_key_result(const Goals__Objective *objective, size_t i, struct dc_error *error)
{
    const Goals__KeyResult *kr = objective->key_results[i];
    struct at at = {.error = error};
    snprintf(at.path, sizeof at.path, "objective.key_results[%zu]", i);
    DC_TRY(text(&at, "title", kr->title, 1, 200));
    DC_TRY(check_weight(&at, kr->weight));
    for (size_t j = 0; kr->id != 0 && j < i; j++) {
        if (objective->key_results[j]->id == kr->id) {
            return refuse(&at, "id", "stands there twice");
        }
    }
    return check_kind(&at, kr);
}

/* --- objectives ---------------------------------------------------------------------------------
 */

/* Of several lines. */
static enum dc_code
check_description(const struct at *at, const char *description)
{
    char copy[8100];
    size_t length = strlen(description);
    if (length >= sizeof copy) {
        return refuse(at, "description", "at most 2000 characters");
    }
    for (size_t i = 0; i <= length; i++) {
        bool layout = description[i] == '\n' || description[i] == '\t';
        copy[i] = (char)(layout ? ' ' : description[i]);
    }
    return text(at, "description", copy, 0, 2000);
}

enum dc_code
objective_check(const Goals__Objective *objective, struct dc_period *ret_period,
                struct dc_error *error)
{
    struct at at = {.path = "objective", .error = error};
    if (objective->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT &&
        objective->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_PERSON) {
        return refuse(&at, "owner_kind", "a unit or a person");
    }
    if (dc_period_parse(objective->period, ret_period, NULL) != DC_OK) {
        return refuse(&at, "period", "a year, quarter or month such as 2026, 2026Q4, 2026-11");
    }
    DC_TRY(text(&at, "title", objective->title, 1, 200));
    DC_TRY(check_description(&at, objective->description));
    DC_TRY(check_weight(&at, objective->weight));
    if (objective->n_key_results < 1 || objective->n_key_results > OBJECTIVE_KEY_RESULTS_MAX) {
        return refuse(&at, "key_results", "1 to %d key results: by them it is seen",
                      OBJECTIVE_KEY_RESULTS_MAX);
    }
    for (size_t i = 0; i < objective->n_key_results; i++) {
        DC_TRY(check_key_result(objective, i, error));
    }
    if (objective->n_contributes_to > OBJECTIVE_LINKS_MAX) {
        return refuse(&at, "contributes_to", "at most %d objectives", OBJECTIVE_LINKS_MAX);
    }
    for (size_t i = 0; i < objective->n_contributes_to; i++) {
        int64_t id = objective->contributes_to[i];
        bool twice = id == objective->parent_id;
        for (size_t j = 0; j < i; j++) {
            twice |= objective->contributes_to[j] == id;
        }
        if (id <= 0 || twice) {
            return refuse(&at, "contributes_to", "each other objective once");
        }
    }
    return DC_OK;
}

enum dc_code
objective_check_change(const Goals__Objective *before, const Goals__Objective *after,
                       struct dc_error *error)
{
    struct at at = {.path = "objective", .error = error};
    if (before->owner_kind != after->owner_kind || before->owner_id != after->owner_id ||
        strcmp(before->period, after->period) != 0) {
        return refuse(&at, strcmp(before->period, after->period) != 0 ? "period" : "owner_id",
                      "an objective stays its owner's and in its period; write another one");
    }
    for (size_t i = 0; i < after->n_key_results; i++) {
        const Goals__KeyResult *kr = after->key_results[i], *old = NULL;
        snprintf(at.path, sizeof at.path, "objective.key_results[%zu]", i);
        for (size_t j = 0; j < before->n_key_results; j++) {
            old = before->key_results[j]->id == kr->id ? before->key_results[j] : old;
        }
        if (kr->id != 0 && !old) {
            return refuse(&at, "id", "the objective has no such key result");
        }
        if (kr->id != 0 && old->checked_in_at_us != 0 && old->kind != kr->kind) {
            return refuse(&at, "kind",
                          "it has check-ins, so it stays of its kind; add another one");
        }
        if (kr->id != 0 && old->checked_in_at_us != 0 && kr->kind == MILESTONES) {
            struct dc_decimal reached;
            if (dc_decimal_parse(old->value, &reached, NULL) == DC_OK &&
                dc_decimal_cmp(reached, DC_DECIMAL_INT((int64_t)kr->n_milestones)) > 0) {
                return refuse(&at, "milestones", "%s of them are reached already", old->value);
            }
        }
    }
    return DC_OK;
}

bool
objective_period_fits(const char *own, const char *other)
{
    struct dc_period inner, outer;
    return dc_period_parse(own, &inner, NULL) == DC_OK &&
           dc_period_parse(other, &outer, NULL) == DC_OK && outer.first <= inner.first &&
           inner.last <= outer.last;
}

/* --- check-ins ----------------------------------------------------------------------------------
 */

static enum dc_code
check_value(const struct at *at, const Goals__KeyResult *kr, const char *value)
{
    struct dc_decimal number;
    if (kr->measure_id != 0) {
        return value[0] == '\0' ? DC_OK
                                : refuse(at, "value",
                                         "it comes from the measure \"%s\" by itself; leave the "
                                         "value empty, and say health, confidence and a note",
                                         kr->measure_name);
    }
    if (kr->kind == METRIC) {
        return parse(value, &value_range, &number)
                   ? DC_OK
                   : refuse(at, "value", "a number below 10^12 with at most six decimals");
    }
    int64_t most = kr->kind == DONE ? 1 : (int64_t)kr->n_milestones;
    struct range whole = {.low = {0}, .high = DC_DECIMAL_INT(most), .from = true, .places = 0};
    if (parse(value, &whole, &number)) {
        return DC_OK;
    }
    return refuse(at, "value",
                  kr->kind == DONE
                      ? DC_WORDS("0 or %zu: not done, or done")
                      : DC_WORDS("a whole number from 0 to %zu: how many milestones are reached"),
                  (size_t)most);
}

enum dc_code
objective_check_in(const Goals__Objective *objective, const Goals__CheckInRequest *request,
                   struct dc_error *error)
{
    struct dc_decimal confidence;
    if (request->n_check_ins < 1 || request->n_check_ins > OBJECTIVE_KEY_RESULTS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "check_ins", "1 to %d key results",
                             OBJECTIVE_KEY_RESULTS_MAX);
    }
    for (size_t i = 0; i < request->n_check_ins; i++) {
        const Goals__KeyResultCheckIn *entry = request->check_ins[i];
        const Goals__KeyResult *kr = NULL;
        struct at at = {.error = error};
        snprintf(at.path, sizeof at.path, "check_ins[%zu]", i);
        for (size_t j = 0; j < objective->n_key_results; j++) {
            bool same = objective->key_results[j]->id == entry->key_result_id;
            kr = same ? objective->key_results[j] : kr;
        }
        for (size_t j = 0; j < i; j++) {
            kr = request->check_ins[j]->key_result_id == entry->key_result_id ? NULL : kr;
        }
        if (!kr) {
            return refuse(&at, "key_result_id", "a key result of this objective, once");
        }
        DC_TRY(check_value(&at, kr, entry->value));
        if (entry->health < GOALS__HEALTH__HEALTH_ON_TRACK ||
            entry->health > GOALS__HEALTH__HEALTH_OFF_TRACK) {
            return refuse(&at, "health", "ON_TRACK, AT_RISK or OFF_TRACK");
        }
        if (entry->confidence[0] && !parse(entry->confidence, &share_range, &confidence)) {
            return refuse(&at, "confidence", "0 to 1 with at most two decimals, or nothing");
        }
        DC_TRY(text(&at, "note", entry->note, 0, 1000));
    }
    return DC_OK;
}

/* --- its life -----------------------------------------------------------------------------------
 */

#define STATE(name) GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_##name

static const struct {
    Goals__ObjectiveState from;
    enum objective_act act;
    Goals__ObjectiveState to; /* 0: refused */
    const char *sentence;
} transitions[] = {
    {STATE(DRAFT), OBJECTIVE_SAVE, STATE(DRAFT), NULL},
    {STATE(DRAFT), OBJECTIVE_CONFIRM, STATE(CONFIRMED), NULL},
    {STATE(DRAFT), OBJECTIVE_CANCEL, STATE(CANCELLED), NULL},
    {STATE(DRAFT), OBJECTIVE_CHECK_IN, 0, DC_WORDS("it is a draft; check in when it is confirmed")},
    {STATE(CONFIRMED), OBJECTIVE_SAVE, STATE(CONFIRMED), NULL},
    {STATE(CONFIRMED), OBJECTIVE_CONFIRM, 0, DC_WORDS("it is confirmed already")},
    {STATE(CONFIRMED), OBJECTIVE_CANCEL, STATE(CANCELLED), NULL},
    {STATE(CONFIRMED), OBJECTIVE_CHECK_IN, STATE(CONFIRMED), NULL},
    {STATE(CANCELLED), OBJECTIVE_SAVE, 0, DC_WORDS("it is cancelled; write another one")},
    {STATE(CANCELLED), OBJECTIVE_CONFIRM, 0, DC_WORDS("it is cancelled; write another one")},
    {STATE(CANCELLED), OBJECTIVE_CANCEL, 0, DC_WORDS("it is cancelled already")},
    {STATE(CANCELLED), OBJECTIVE_CHECK_IN, 0, DC_WORDS("it is cancelled")},
};

enum dc_code
objective_next(Goals__ObjectiveState from, enum objective_act act, Goals__ObjectiveState *ret_to,
               struct dc_error *error)
{
    for (size_t i = 0; i < sizeof transitions / sizeof transitions[0]; i++) {
        if (transitions[i].from == from && transitions[i].act == act) {
            if (transitions[i].to == 0) {
                return dc_fail_field(error, DC_FAILED_PRECONDITION, "id", "%s",
                                     transitions[i].sentence);
            }
            *ret_to = transitions[i].to;
            return DC_OK;
        }
    }
    DC_ASSERT(false);
    return DC_INTERNAL;
}

void
objective_mark_overdue(Goals__Objective *objective, dc_date today, int days, int32_t utc_offset)
{
    struct dc_period period;
    objective->overdue = false;
    bool runs = objective->state == STATE(CONFIRMED) &&
                dc_period_parse(objective->period, &period, NULL) == DC_OK &&
                period.first <= today && today <= period.last;
    for (size_t i = 0; i < objective->n_key_results; i++) {
        Goals__KeyResult *kr = objective->key_results[i];
        dc_time since = kr->checked_in_at_us ? kr->checked_in_at_us : objective->changed_at_us;
        dc_date last = dc_date_of(since, utc_offset);
        if (runs && last < period.first) {
            last = period.first;
        }
        kr->overdue = runs && strcmp(kr->score, "1") != 0 && today - last > days;
        objective->overdue |= kr->overdue;
    }
}
