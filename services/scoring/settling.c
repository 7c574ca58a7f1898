/*
 * settling.c - what follows when the approval of an objection has ended: the result stays, or the
 * correction that was decided on makes its next version.
 */
#include "objecting.h"
#include "results.h"
#include "store.h"
#include "tell.h"

#include <stdlib.h>
#include <string.h>

#include <dacheng/workflow/v1/events.pb-c.h>

#define REFERENCE "scoring/objection/"

/* Which correction the deciders had before them: as workflow was told, "correction" = "2". */
static int32_t
decided_number(const Workflow__Case *ended)
{
    for (size_t i = 0; i < ended->n_facts; i++) {
        if (strcmp(ended->facts[i]->name, "correction") == 0) {
            return (int32_t)strtol(ended->facts[i]->value, NULL, 10);
        }
    }
    return 0;
}

static enum dc_code
tell_result(struct dc_step *step, const struct held_objection *objection,
            const struct published *before, const struct corrected *corrected,
            struct dc_error *error)
{
    static const struct dc_access_reach everything = {.all = true};
    const struct objection_filter filter = {.period = objection->period,
                                            .state = SCORING__OBJECTION_STATE__OBJECTION_STATE_OPEN,
                                            .person_id = objection->person_id,
                                            .reach = &everything,
                                            .limit = 1};
    Scoring__ResultPublished event = SCORING__RESULT_PUBLISHED__INIT;
    Scoring__ResultSummary summary = SCORING__RESULT_SUMMARY__INIT, *people[] = {&summary};
    Scoring__Publication **publications;
    struct objection_list open;
    size_t count;
    DC_TRY(store_publications(step, before->publication_id, "", &everything, 1, &publications,
                              &count, error));
    DC_TRY(store_objections(step, &filter, &open, error));
    summary.person_id = objection->person_id;
    summary.version = before->version + 1;
    summary.total =
        (char *)tell_fixed(step->arena, corrected->total, before->view.total_decimals);
    summary.grade = (char *)corrected->grade;
    summary.coefficient = (char *)tell_amount(step->arena, corrected->coefficient);
    summary.frozen_items = open.total;
    event.publication = publications[0];
    event.people = people;
    event.n_people = 1;
    event.objection_id = objection->id;
    dc_emit(step, step->context->tenant_id,
            dc_arena_printf(step->arena, "results/%s/%lld", objection->period,
                            (long long)(objection->person_id % 16)),
            &event.base);
    return DC_OK;
}

/* By the latest version, which another objection may have made meanwhile. */
static enum dc_code
carry_out(struct dc_step *step, struct held_objection *objection, struct dc_error *error)
{
    const struct definitions *definitions;
    Scoring__Correction **stated;
    struct published before;
    struct corrected corrected;
    struct correction correction = {.indicator_id = objection->indicator_id};
    size_t count;
    DC_TRY(store_corrections(step, objection->id, objection->correction, &stated, &count, error));
    if (count == 0) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "correction %d was never stated",
                       objection->correction);
    }
    correction.by_value = stated[0]->value[0] != '\0';
    DC_TRY(dc_decimal_parse(correction.by_value ? stated[0]->value : stated[0]->score,
                            &correction.figure, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));
    DC_TRY(store_published(step, objection->period, objection->person_id, 0, &before, error));
    DC_TRY(correct(&before, &correction, definitions, step->arena, &corrected, error));
    DC_TRY(store_add_corrected(step, objection, &before, &correction, &corrected, error));
    objection->new_version = before.version + 1;
    return tell_result(step, objection, &before, &corrected, error);
}

/* Once, however often it is heard: then the objection is open no more. */
static enum dc_code
settle(struct dc_step *step, const Workflow__Case *ended, struct dc_error *error)
{
    struct held_objection objection;
    Scoring__Objection *settled;
    if (strncmp(ended->reference, REFERENCE, strlen(REFERENCE)) != 0) {
        return DC_OK;
    }
    DC_TRY(store_hold_objection(step, strtoll(ended->reference + strlen(REFERENCE), NULL, 10),
                                &objection, error));
    if (objection.id == 0 || !objection_is_open(objection.state)) {
        return DC_OK;
    }
    int32_t number = decided_number(ended);
    enum objection_act act = objection_act_of(ended->outcome_kind, number > 0);
    DC_TRY(objection_step(&objection.state, act, error));
    objection.outcome_reason = ended->reason;
    objection.decided_by_id = ended->decided_by_id;
    if (act == OBJECTION_CORRECT) {
        objection.correction = number;
        DC_TRY(carry_out(step, &objection, error));
    }
    return objecting_settle(step, &objection, &settled, error);
}

enum dc_code
scoring_on_cases_ended(struct dc_step *step, const struct dc_delivery *delivery,
                       struct dc_error *error)
{
    const Workflow__CasesEnded *event = (const Workflow__CasesEnded *)delivery->body;
    Kernel__Context context = *step->context;
    const Kernel__Context *before = step->context;
    context.tenant_id = delivery->event->tenant_id;
    step->context = &context;
    enum dc_code code = DC_OK;
    for (size_t i = 0; code == DC_OK && i < event->n_cases; i++) {
        code = settle(step, event->cases[i], error);
    }
    step->context = before;
    return code;
}
