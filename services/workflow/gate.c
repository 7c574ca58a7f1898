/*
 * gate.c - what must be true before a stage can be left by approve or submit.
 *
 * submission_complete: the data submission of the subject's unit has passed its check, or was
 * closed, in every month of the cycle's period. What is missing is told as ingest said it.
 *
 * correction_stated: what the line of a result is to be was stated in the objection (objections.c).
 *
 * ratings_given: never true for a person who decides. The task ends when reviews says that all the
 * ratings are given (ratings.c).
 */
#include "handlers.h"

#include <string.h>

#include <dacheng/ingest/v1/submission.pb-c.h>

enum { MONTHS_MAX = 12 };

/* The months of a period, as texts. */
static size_t
months_of(struct dc_arena *arena, const char *period, const char *ret_months[MONTHS_MAX])
{
    struct dc_period whole;
    size_t count = 0;
    if (dc_period_parse(period, &whole, NULL) != DC_OK) {
        return 0;
    }
    struct dc_period month = dc_period_containing(DC_PERIOD_MONTH, whole.first);
    for (; month.first <= whole.last && count < MONTHS_MAX; month = dc_period_next(&month)) {
        char *text = dc_arena_alloc(arena, DC_PERIOD_TEXT);
        dc_period_format(&month, text);
        ret_months[count++] = text;
    }
    return count;
}

static const struct flow_submission *
find(const struct flow_submission *items, size_t count, int64_t unit_id, const char *period)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].unit_id == unit_id && strcmp(items[i].period, period) == 0) {
            return &items[i];
        }
    }
    return NULL;
}

static bool
is_through(const struct flow_submission *submission)
{
    return submission && (submission->state == INGEST__SUBMISSION_STATE__SUBMISSION_STATE_PASSED ||
                          submission->state == INGEST__SUBMISSION_STATE__SUBMISSION_STATE_CLOSED);
}

/* What is missing of one month goes behind what was missing so far. */
static void
add_missing(struct dc_arena *arena, const struct flow_submission *submission, const char *month,
            struct flow_gate *gate)
{
    size_t more = submission && submission->missing_count ? submission->missing_count : 1;
    const char **zh = DC_NEW_ARRAY(arena, const char *, gate->missing_count + more);
    const char **en = DC_NEW_ARRAY(arena, const char *, gate->missing_count + more);
    for (size_t i = 0; i < gate->missing_count; i++) {
        zh[i] = gate->missing_zh[i];
        en[i] = gate->missing_en[i];
    }
    size_t n = gate->missing_count;
    if (!submission) {
        zh[n] = dc_arena_printf(arena, "%s 的数据尚未校验提交", month);
        en[n++] = dc_arena_printf(arena, "the data of %s has not been checked yet", month);
    } else if (submission->missing_count == 0) {
        zh[n] = dc_arena_printf(arena, "%s 的数据校验未通过", month);
        en[n++] = dc_arena_printf(arena, "the data of %s did not pass its check", month);
    } else {
        for (size_t i = 0; i < submission->missing_count; i++) {
            zh[n] = dc_arena_printf(arena, "%s：%s", month, submission->missing_zh[i]);
            en[n++] = dc_arena_printf(arena, "%s: %s", month, submission->missing_en[i]);
        }
    }
    gate->missing_zh = zh;
    gate->missing_en = en;
    gate->missing_count = n;
    gate->open = false;
}

static void
refer_to_reviews(struct dc_arena *arena, struct flow_gate *gate)
{
    gate->missing_zh = DC_NEW_ARRAY(arena, const char *, 1);
    gate->missing_en = DC_NEW_ARRAY(arena, const char *, 1);
    gate->missing_zh[0] = "请在评价页面提交或谢绝每一份评价，任务会自动完成";
    gate->missing_en[0] = "give or decline each rating on its page; the task ends by itself";
    gate->missing_count = 1;
    gate->open = false;
}

static bool
is_corrected(const struct flow_task *task)
{
    for (size_t i = 0; i < task->fact_count; i++) {
        if (strcmp(task->facts[i].name, FLOW_FACT_CORRECTION) == 0) {
            return *task->facts[i].value != '\0';
        }
    }
    return false;
}

static void
ask_for_correction(struct dc_arena *arena, struct flow_gate *gate)
{
    gate->missing_zh = DC_NEW_ARRAY(arena, const char *, 1);
    gate->missing_en = DC_NEW_ARRAY(arena, const char *, 1);
    gate->missing_zh[0] = "请先填写更正后的数值或得分；维持原结果不需要";
    gate->missing_en[0] = "first state the corrected value or score; to let the result stay it is "
                          "not needed";
    gate->missing_count = 1;
    gate->open = false;
}

enum dc_code
flow_gates(struct flow_work *work, struct flow_task *const *tasks, size_t count,
           struct flow_gate *ret_gates, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    int64_t *units = DC_NEW_ARRAY(arena, int64_t, count * MONTHS_MAX + 1);
    const char **periods = DC_NEW_ARRAY(arena, const char *, count *MONTHS_MAX + 1);
    const char *months[MONTHS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct wf_stage *stage = tasks[i]->stage_rule;
        ret_gates[i] = (struct flow_gate){.open = true};
        if (stage && stage->gate == WF_GATE_RATINGS_GIVEN) {
            refer_to_reviews(arena, &ret_gates[i]);
        }
        if (stage && stage->gate == WF_GATE_CORRECTION_STATED && !is_corrected(tasks[i])) {
            ask_for_correction(arena, &ret_gates[i]);
        }
        size_t month_count = stage && stage->gate == WF_GATE_SUBMISSION_COMPLETE
                                 ? months_of(arena, tasks[i]->period, months)
                                 : 0;
        for (size_t j = 0; j < month_count; j++, n++) {
            units[n] = tasks[i]->unit_id;
            periods[n] = months[j];
        }
    }
    if (n == 0) {
        return DC_OK;
    }
    struct flow_submission *known;
    size_t known_count;
    DC_TRY(flow_store_submissions(work, units, periods, n, &known, &known_count, error));
    for (size_t i = 0; i < count; i++) {
        const struct wf_stage *stage = tasks[i]->stage_rule;
        size_t month_count = stage && stage->gate == WF_GATE_SUBMISSION_COMPLETE
                                 ? months_of(arena, tasks[i]->period, months)
                                 : 0;
        for (size_t j = 0; j < month_count; j++) {
            const struct flow_submission *submission =
                find(known, known_count, tasks[i]->unit_id, months[j]);
            if (!is_through(submission)) {
                add_missing(arena, submission, months[j], &ret_gates[i]);
            }
        }
    }
    return DC_OK;
}
