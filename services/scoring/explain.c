/*
 * explain.c - lineage 溯源: a number opened into rule, plan, measure, target, and the arithmetic.
 */
#include "explain_plan.h"
#include "explain_rule.h"
#include "explain_segments.h"
#include "explain_told.h"
#include "lines.h"
#include "period.h"
#include "base/segment.h"
#include "store.h"
#include "tell.h"

#include <string.h>

/* What is being explained. */
struct question {
    struct dc_step *step;
    Goals__OwnerKind owner_kind;
    int64_t owner_id;
    const char *period;
    const struct definitions *definitions;
};

/* A unit has no plan, so no score: its attainment alone. */
static void
unit_sentences(struct explanation *out, const Scoring__Item *item)
{
    struct dc_arena *arena = out->arena;
    const char *actual = explanation_grouped(arena, item->actual);
    const char *target = explanation_grouped(arena, item->target);
    const char *attainment = item->attainment[0] ? item->attainment : "–";
    out->sentence_zh =
        dc_arena_printf(arena, "完成率 %s%%：完成 %s，目标 %s", attainment,
                        actual[0] ? actual : "无数据", target[0] ? target : "未设定");
    out->sentence_en =
        dc_arena_printf(arena, "Attainment %s %%: %s of %s", attainment,
                        actual[0] ? actual : "no data", target[0] ? target : "no target");
}

static void
put_sentences(const struct explanation *out, Scoring__ExplainResponse *response)
{
    response->sentence_zh = (char *)out->sentence_zh;
    response->sentence_en = (char *)out->sentence_en;
    response->steps = out->en;
    response->steps_zh = out->zh;
    response->n_steps = response->n_steps_zh = out->count;
}

static void
put_plan(const struct question *question, const struct plan_view *view, int64_t indicator_id,
         Scoring__ExplainResponse *response)
{
    response->plan = view->plan;
    for (size_t i = 0; view->plan && i < view->plan->n_items; i++) {
        if (view->plan->items[i]->indicator_id == indicator_id) {
            response->plan_item = view->plan->items[i];
        }
    }
    if (view->plan) {
        struct plan_why words = {.plan = view->plan,
                                 .item = response->plan_item,
                                 .unit_name = view->unit_name,
                                 .author_name = view->author_name,
                                 .utc_offset_seconds = scoring_utc_offset(question->step)};
        struct plan_sentences why = explain_plan(question->step->arena, &words);
        response->plan_reason_zh = why.zh;
        response->plan_reason = why.en;
        response->plan_author_name = (char *)view->author_name;
    }
}

static void
put_sources(const struct lineage_view *lineage, struct explanation *out,
            Scoring__ExplainResponse *response)
{
    if (lineage->told) {
        explain_told(out, lineage->told);
        response->fed = explain_fed(out->arena, lineage->told, &response->n_fed);
    }
    response->measure = lineage->measure;
    response->total_version = lineage->total_version;
    response->records = lineage->records;
    response->target = lineage->target;
    response->target_author = (char *)lineage->author;
    response->target_author_name = (char *)lineage->author_name;
    response->target_reason = (char *)lineage->reason;
    response->target_effective_on = (char *)lineage->effective_on;
    response->target_at_us = lineage->at;
}

/* --- a person
 * -------------------------------------------------------------------------------------- */

/* What the weights alone would give. */
static struct maybe
unvetoed_total(const struct question *question, const struct person_view *view)
{
    struct rule_score scores[RULE_ITEMS_MAX];
    struct dc_decimal weights[RULE_ITEMS_MAX];
    struct maybe total = {0};
    size_t count = 0;
    for (size_t i = 0; i < view->item_count && count < RULE_ITEMS_MAX; i++) {
        const struct plan *plan =
            definitions_plan(question->definitions, view->plan_ids[i], view->plan_versions[i]);
        const struct plan_item *item = plan ? plan_item_of(plan, view->indicator_ids[i]) : NULL;
        if (item) {
            scores[count] = (struct rule_score){.scored = rule_remark_is_scored(view->remarks[i]),
                                                .score = view->scores[i]};
            weights[count++] = item->weight;
        }
    }
    total.known = rule_total(scores, weights, count, view->total_decimals, &total.value);
    return total;
}

/* "A: 92.50 >= 90", or why it is another grade than the total would give. */
static void
explain_grade(const struct question *question, const struct person_view *view, const char *total,
              struct explanation *out, Scoring__ExplainResponse *response)
{
    struct dc_arena *arena = question->step->arena;
    const struct plan *plan =
        definitions_plan(question->definitions, view->grade_plan_id, view->grade_plan_version);
    if (!plan || !view->grade[0]) {
        return;
    }
    const struct grade_table *table = &plan->grades;
    const char *coefficient = tell_amount(arena, view->coefficient);
    const struct grade_row *row = &table->rows[grade_of(table, view->total.value) - 1];
    bool last = row == &table->rows[table->count - 1];
    const char *bound = tell_amount(
        arena, (struct maybe){true, last && row > table->rows ? row[-1].from : row->from});
    explanation_step(out, last ? "%s：%s < %s" : "%s：%s ≥ %s",
                     last ? "%s: %s < %s" : "%s: %s ≥ %s", row->code, total, bound);
    if (strcmp(row->code, view->grade) != 0) {
        explanation_step(out, "一票否决：等级 %s → %s", "vetoed: grade %s → %s", row->code,
                         view->grade);
    }
    explanation_step(out, "等级 %s：系数 %s", "grade %s: coefficient %s", view->grade, coefficient);
    out->sentence_zh =
        dc_arena_printf(arena, "%s；等级 %s，系数 %s", out->sentence_zh, view->grade, coefficient);
    out->sentence_en = dc_arena_printf(arena, "%s; grade %s, coefficient %s", out->sentence_en,
                                       view->grade, coefficient);
    response->grade = (char *)view->grade;
    response->coefficient = (char *)coefficient;
}

static void
write_total(const struct question *question, const struct person_view *view, Scoring__Item **items,
            size_t count, Scoring__ExplainResponse *response)
{
    struct dc_arena *arena = question->step->arena;
    struct explanation explained = {.arena = arena}, *out = &explained;
    response->items = items;
    response->n_items = count;
    DC_AUTO_TEXT struct dc_text sum = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text weights = DC_TEXT_INIT;
    size_t scored = 0;
    for (size_t i = 0; i < response->n_items; i++) {
        const Scoring__Item *item = response->items[i];
        if (item->score[0]) {
            dc_text_printf(&sum, "%s%s × %s", sum.length ? " + " : "", item->score, item->weight);
            dc_text_printf(&weights, "%s%s", weights.length ? " + " : "", item->weight);
            scored++;
        }
    }
    const char *total = tell_fixed(arena, view->total, view->total_decimals);
    const char *remark = line_total_remark(view);
    if (view->total.known) {
        const char *mean = tell_fixed(arena, unvetoed_total(question, view), view->total_decimals);
        explanation_step(out, "(%s) / (%s) = %s", "(%s) / (%s) = %s", dc_text_cstr(&sum),
                         dc_text_cstr(&weights), mean);
        out->sentence_zh =
            dc_arena_printf(arena, "总分 %s：%zu 项指标按权重加权平均", total, scored);
        out->sentence_en = dc_arena_printf(
            arena, "Total %s: the mean of %zu items by their weights", total, scored);
        if (remark[0] && strcmp(mean, total) != 0) {
            explanation_step(out, "一票否决：%s → %s", "vetoed: %s → %s", mean, total);
            out->sentence_zh =
                dc_arena_printf(arena, "总分 %s：一票否决生效，加权平均本为 %s", total, mean);
            out->sentence_en = dc_arena_printf(
                arena, "Total %s: vetoed; the mean by weights would be %s", total, mean);
        }
    } else {
        out->sentence_zh = "没有总分：没有可以计分的指标";
        out->sentence_en = "No total: there is nothing to score";
    }
    explain_grade(question, view, total, out, response);
    Scoring__Item *item = DC_NEW_MESSAGE(arena, Scoring__Item, scoring__item__init);
    item->indicator_name = (char *)"总分";
    item->indicator_name_en = (char *)"Total";
    item->score = (char *)total;
    item->remark = (char *)remark;
    response->item = item;
    put_sentences(out, response);
}

/* With the plan whose grade table counts: the most specific one of those that give items. */
static enum dc_code
explain_total(const struct question *question, const struct person_view *view,
              Scoring__Item **items, size_t count, Scoring__ExplainResponse *response,
              struct dc_error *error)
{
    struct plan_view *plan;
    write_total(question, view, items, count, response);
    if (view->grade_plan_id) {
        DC_TRY(view_plans(question->step, &view->grade_plan_id, &view->grade_plan_version, 1, &plan,
                          error));
        put_plan(question, plan, 0, response);
    }
    return DC_OK;
}

/* In segments where the target is cut, else as a whole. */
static void
explain_of(const struct question *question, const struct person_view *view,
           const Scoring__Item *item, const struct plan *plan, const struct plan_item *plan_item,
           struct explanation *out)
{
    const struct indicator *indicator =
        definitions_indicator(question->definitions, plan_item->indicator_id);
    struct rule_segment segments[SEGMENTS_MAX];
    size_t count;
    if (item->score[0] && facts_rule_segments(&view->facts, indicator, &plan_item->rule, segments, &count) &&
        count > 1) {
        explain_segments(out, item, plan_item, plan->missing, &view->facts, indicator,
                         question->definitions);
        return;
    }
    struct rule_input input = facts_rule_input(&view->facts, question->definitions, indicator,
                                               &plan_item->rule, out->arena);
    explain_cut_target(out, &view->facts, indicator);
    explain_item(out, item, &plan_item->rule, &input, question->definitions);
}

/* Opens items, each into the response beside it. */
static enum dc_code
explain_items(const struct question *question, const struct person_view *view,
              Scoring__Item *const *items, size_t count, Scoring__ExplainResponse *const *responses,
              struct dc_error *error)
{
    struct dc_arena *arena = question->step->arena;
    int64_t *plan_ids = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *versions = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *measure_ids = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *indicator_ids = DC_NEW_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        plan_ids[i] = items[i]->plan_id;
        versions[i] = items[i]->plan_version;
        indicator_ids[i] = items[i]->indicator_id;
        measure_ids[i] =
            definitions_indicator(question->definitions, items[i]->indicator_id)->measure_id;
    }
    struct plan_view *plans;
    struct lineage_view *lineages;
    DC_TRY(view_plans(question->step, plan_ids, versions, count, &plans, error));
    DC_TRY(view_lineages(question->step, question->period, (int)question->owner_kind,
                         question->owner_id, measure_ids, indicator_ids, count, &lineages, error));
    for (size_t i = 0; i < count; i++) {
        struct explanation out = {.arena = arena};
        const struct plan *plan = definitions_plan(question->definitions, plan_ids[i], versions[i]);
        const struct plan_item *plan_item = plan_item_of(plan, indicator_ids[i]);
        responses[i]->item = items[i];
        put_plan(question, &plans[i], indicator_ids[i], responses[i]);
        put_sources(&lineages[i], &out, responses[i]);
        explain_of(question, view, items[i], plan, plan_item, &out);
        put_sentences(&out, responses[i]);
    }
    return DC_OK;
}

static enum dc_code
explain_person(const struct question *question, int64_t indicator_id,
               Scoring__ExplainResponse *response, struct dc_error *error)
{
    struct person_view view;
    Scoring__Item **items;
    size_t count;
    DC_TRY(view_person(question->step, question->period, question->owner_id, &view, error));
    if (!view.found) {
        return dc_fail_field(error, DC_NOT_FOUND, "owner_id", "there is no such person");
    }
    line_items(question->step->arena, &view, question->definitions, &items, &count);
    if (indicator_id == 0) {
        return explain_total(question, &view, items, count, response, error);
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i]->indicator_id == indicator_id) {
            return explain_items(question, &view, &items[i], 1, &response, error);
        }
    }
    return dc_fail_field(error, DC_NOT_FOUND, "indicator_id",
                         "the person is not scored by this indicator in %s", question->period);
}

/* --- a unit
 * ------------------------------------------------------------------------------------------ */

static enum dc_code
explain_unit(const struct question *question, int64_t indicator_id,
             Scoring__ExplainResponse *response, struct dc_error *error)
{
    const struct indicator *indicator =
        indicator_id ? definitions_indicator(question->definitions, indicator_id)
                     : definitions_primary(question->definitions);
    if (!indicator) {
        return dc_fail_field(error, DC_NOT_FOUND, "indicator_id", "there is no such indicator");
    }
    struct facts facts;
    DC_TRY(view_unit_facts(question->step, question->period, question->owner_id, &facts, error));
    struct rule_input input = facts_input(&facts, question->definitions, indicator);
    Scoring__Item *item = DC_NEW_MESSAGE(question->step->arena, Scoring__Item, scoring__item__init);
    line_figures(item, question->step->arena, indicator, &input, NULL);
    struct explanation out = {.arena = question->step->arena};
    struct lineage_view *lineage;
    DC_TRY(view_lineages(question->step, question->period, (int)question->owner_kind,
                         question->owner_id, &indicator->measure_id, &indicator->id, 1, &lineage,
                         error));
    response->item = item;
    put_sources(lineage, &out, response);
    explain_cut_target(&out, &facts, indicator);
    explain_quotient(&out, item, &input, QUOTIENT_DIFFERENCE);
    unit_sentences(&out, item);
    put_sentences(&out, response);
    return DC_OK;
}

DC_HANDLER(scoring_explain, Scoring__ExplainRequest, Scoring__ExplainResponse)
{
    struct dc_period period;
    struct question question = {
        .step = step, .owner_kind = request->owner_kind, .owner_id = request->owner_id};
    bool person = request->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    if (!person && request->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "owner_kind",
                             "OWNER_KIND_UNIT or OWNER_KIND_PERSON");
    }
    if (person && question.owner_id == 0) {
        question.owner_id = step->context->person_id;
    }
    dc_step_subject(step, "%s/%lld", person ? "person" : "unit", (long long)question.owner_id);
    DC_TRY(person ? dc_access_person(step, SCORING_READERS, question.owner_id, error)
                  : dc_access_unit(step, SCORING_READERS, question.owner_id, error));
    DC_TRY(period_of_request(step, request->period, &period, &question.period, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &question.definitions,
                             error));
    if (!person || question.owner_id == step->context->person_id) {
        dc_step_not_sensitive(step);
    }
    return person ? explain_person(&question, request->indicator_id, response, error)
                  : explain_unit(&question, request->indicator_id, response, error);
}

DC_HANDLER(scoring_explain_person, Scoring__ExplainPersonRequest, Scoring__ExplainPersonResponse)
{
    struct dc_period period;
    struct person_view view;
    Scoring__Item **items;
    size_t count;
    int64_t person_id = request->person_id ? request->person_id : step->context->person_id;
    struct question question = {
        .step = step, .owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON, .owner_id = person_id};
    dc_step_subject(step, "person/%lld", (long long)person_id);
    DC_TRY(dc_access_person(step, SCORING_READERS, person_id, error));
    DC_TRY(period_of_request(step, request->period, &period, &question.period, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &question.definitions,
                             error));
    DC_TRY(view_person(step, question.period, person_id, &view, error));
    if (!view.found) {
        return dc_fail_field(error, DC_NOT_FOUND, "person_id", "there is no such person");
    }
    line_items(step->arena, &view, question.definitions, &items, &count);
    response->person = line_person_of(step->arena, person_id, &view, question.definitions);
    response->period = (char *)question.period;
    response->computed_at_us = view.computed_at;
    response->total =
        DC_NEW_MESSAGE(step->arena, Scoring__ExplainResponse, scoring__explain_response__init);
    DC_TRY(explain_total(&question, &view, items, count, response->total, error));
    response->lines = DC_NEW_ARRAY(step->arena, Scoring__ExplainResponse *, count + 1);
    for (response->n_lines = 0; response->n_lines < count; response->n_lines++) {
        response->lines[response->n_lines] =
            DC_NEW_MESSAGE(step->arena, Scoring__ExplainResponse, scoring__explain_response__init);
    }
    if (person_id == step->context->person_id) {
        dc_step_not_sensitive(step);
    }
    return explain_items(&question, &view, items, count, response->lines, error);
}
