/*
 * objections.c - objections to published results (service scoring): each is an approval by the
 * definition whose purpose is "objection". What is decided about is the correction that was stated
 * last, as far as it was heard here: a decision made before another one was heard is about the one
 * before, and CasesEnded says which.
 */
#include "handlers.h"

#include <string.h>

#include <dacheng/scoring/v1/objections_events.pb-c.h>

#define PURPOSE "objection"

static const char *
reference_of(struct dc_arena *arena, const Scoring__Objection *told)
{
    return dc_arena_printf(arena, "scoring/objection/%lld", (long long)told->id);
}

/* Figures of a correction are told as "" before there is one: then a stage with a condition on them
 * is not passed over. */
static size_t
facts_of(struct dc_arena *arena, const Scoring__Objection *told, struct wf_fact *ret_facts)
{
    static const Scoring__Correction none = SCORING__CORRECTION__INIT;
    const Scoring__Correction *stated = told->correction ? told->correction : &none;
    const char *number =
        told->correction ? dc_arena_printf(arena, "%d", told->correction->number) : "";
    const struct wf_fact facts[] = {
        {"person_name", told->person_name},
        {"indicator_name", told->indicator_name},
        {"score", told->score},
        {"wished_value", told->wished_value},
        {"wished_score", told->wished_score},
        {FLOW_FACT_CORRECTION, number},
        {"corrected_value", stated->value},
        {"corrected_score", stated->score},
        {"score_change", stated->score_change},
        {"total_change", stated->total_change},
        {"coefficient_change", stated->coefficient_change},
        {"grade_before", stated->grade_before},
        {"grade_after", stated->grade},
    };
    size_t count = sizeof(facts) / sizeof(facts[0]);
    for (size_t i = 0; i < count; i++) {
        ret_facts[i] =
            (struct wf_fact){facts[i].name, flow_cut(arena, facts[i].value, WF_FACT_VALUE_MAX)};
    }
    return count;
}

/* Taken up once, however often it is heard; without a definition of this purpose it is parked. */
enum dc_code
workflow_on_objection_raised(struct dc_step *step, const struct dc_delivery *delivery,
                             struct dc_error *error)
{
    const Scoring__Objection *told = ((const Scoring__ObjectionRaised *)delivery->body)->objection;
    struct dc_arena *arena = step->arena;
    struct flow_work work;
    struct flow_cycle cycle;
    struct wf_fact facts[WF_CONDITION_FACTS_MAX];
    int64_t case_id, cycle_id;
    const char *code;
    if (!told) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "objection", "it is told whole");
    }
    DC_TRY(flow_work_begin(&work, step, delivery->event->tenant_id, error));
    DC_TRY(flow_store_case_of(&work, reference_of(arena, told), &case_id, &cycle_id, error));
    if (case_id > 0) {
        return DC_OK;
    }
    DC_TRY(flow_code_of_purpose(&work, PURPOSE, &code, error));
    struct flow_proposal proposal = {
        .definition = code,
        .subject_kind = WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON,
        .subject = {0, told->person_id, told->unit_id},
        .period = told->period,
        .title = flow_cut(arena,
                          dc_arena_printf(arena, "%s %s %s 申诉", told->person_name, told->period,
                                          told->indicator_name),
                          FLOW_NAME_MAX),
        .reference = reference_of(arena, told),
        .link = dc_arena_printf(arena, "/results/objections/%lld", (long long)told->id),
        .reason = flow_cut(arena, told->reason, FLOW_REASON_MAX),
        .facts = facts,
        .fact_count = facts_of(arena, told, facts),
        .author = told->author,
        .author_person_id = told->author_person_id,
    };
    return flow_start_approval(&work, &proposal, &cycle, &case_id, error);
}

/* Whoever looked at the task before would decide by what he has not seen: he is told to look again,
 * and open pages hear of it. */
enum dc_code
workflow_on_correction_stated(struct dc_step *step, const struct dc_delivery *delivery,
                              struct dc_error *error)
{
    const Scoring__Objection *told =
        ((const Scoring__CorrectionStated *)delivery->body)->objection;
    struct flow_work work;
    struct wf_fact facts[WF_CONDITION_FACTS_MAX];
    struct flow_task *tasks, *each[1];
    const struct flow_tell opened = {.told = FLOW_OPENED, .channels = WF_CHANNEL(IN_APP)};
    int64_t case_id, cycle_id, *ids;
    size_t count;
    if (!told) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "objection", "it is told whole");
    }
    DC_TRY(flow_work_begin(&work, step, delivery->event->tenant_id, error));
    const char *reference = reference_of(step->arena, told);
    DC_TRY(flow_store_case_of(&work, reference, &case_id, &cycle_id, error));
    DC_TRY(flow_store_open_of_references(&work, &reference, 1, &ids, &count, error));
    DC_TRY(flow_store_lock(&work, ids, count, error));
    DC_TRY(flow_store_tasks(&work, ids, count, &tasks, &count, error));
    DC_TRY(flow_store_save_facts(&work, case_id, facts, facts_of(step->arena, told, facts), error));
    if (count == 0) {
        return DC_OK; /* decided before it was heard */
    }
    DC_TRY(flow_store_save(&work, tasks, count, true, error));
    each[0] = tasks; /* a case has one open task */
    return flow_tell_tasks(&work, each, 1, &opened, error);
}

/* Withdrawn by the person; what was decided here has ended already. */
enum dc_code
workflow_on_objection_settled(struct dc_step *step, const struct dc_delivery *delivery,
                              struct dc_error *error)
{
    const Scoring__Objection *told =
        ((const Scoring__ObjectionSettled *)delivery->body)->objection;
    struct flow_work work;
    if (!told || told->state != SCORING__OBJECTION_STATE__OBJECTION_STATE_WITHDRAWN) {
        return DC_OK;
    }
    DC_TRY(flow_work_begin(&work, step, delivery->event->tenant_id, error));
    return flow_cancel_approval(&work, reference_of(step->arena, told),
                                "申诉已撤回 the objection was withdrawn", error);
}
