/*
 * explain.c - lineage 溯源: a number opened into rule, plan, measure, target, and the arithmetic.
 */
#include "explain_rule.h"
#include "explain_told.h"
#include "lines.h"
#include "period.h"
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
    struct explanation out;
    Scoring__ExplainResponse *response;
};

/* A unit has no plan, so no score: its attainment alone. */
static void
unit_sentences(struct question *question, const Scoring__Item *item)
{
    struct dc_arena *arena = question->step->arena;
    const char *actual = explanation_grouped(arena, item->actual);
    const char *target = explanation_grouped(arena, item->target);
    const char *attainment = item->attainment[0] ? item->attainment : "–";
    question->out.sentence_zh =
        dc_arena_printf(arena, "完成率 %s%%：完成 %s，目标 %s", attainment,
                        actual[0] ? actual : "无数据", target[0] ? target : "未设定");
    question->out.sentence_en =
        dc_arena_printf(arena, "Attainment %s %%: %s of %s", attainment,
                        actual[0] ? actual : "no data", target[0] ? target : "no target");
}

/* Whom the plan is for, since when, by whom. */
static const char *
plan_reason(struct dc_arena *arena, const Goals__Plan *plan, const char *unit_name)
{
    const Goals__PlanScope *scope = plan->scope;
    const char *position = scope && scope->position[0] ? scope->position : NULL;
    const char *whom;
    if (scope && scope->person_id) {
        whom = "the person";
    } else if (scope && scope->unit_id) {
        whom = position ? dc_arena_printf(arena, "unit tree %s, position %s", unit_name, position)
                        : dc_arena_printf(arena, "unit tree %s", unit_name);
    } else {
        whom = position ? dc_arena_printf(arena, "position %s", position) : "everybody";
    }
    char day[DC_DATE_TEXT];
    dc_date_format(dc_date_of(plan->changed_at_us, 0), day);
    return dc_arena_printf(arena, "%s, from %s, set %s by %s%s%s", whom, plan->effective_from, day,
                           plan->author, plan->reason[0] ? ": " : "", plan->reason);
}

static enum dc_code
explain_plan(struct question *question, const struct plan *plan, int64_t indicator_id,
             struct dc_error *error)
{
    Scoring__ExplainResponse *response = question->response;
    const char *unit_name;
    DC_TRY(view_plan(question->step, plan->id, plan->version, &response->plan, &unit_name, error));
    for (size_t i = 0; response->plan && i < response->plan->n_items; i++) {
        if (response->plan->items[i]->indicator_id == indicator_id) {
            response->plan_item = response->plan->items[i];
        }
    }
    if (response->plan) {
        response->plan_reason =
            (char *)plan_reason(question->step->arena, response->plan, unit_name);
    }
    return DC_OK;
}

static enum dc_code
explain_sources(struct question *question, const struct indicator *indicator,
                struct dc_error *error)
{
    Scoring__ExplainResponse *response = question->response;
    struct lineage_view lineage;
    DC_TRY(view_lineage(question->step, question->period, (int)question->owner_kind,
                        question->owner_id, indicator->measure_id, indicator->id, &lineage, error));
    response->measure = lineage.measure;
    response->total_version = lineage.total_version;
    response->records = lineage.records;
    response->target = lineage.target;
    response->target_author = (char *)lineage.author;
    response->target_reason = (char *)lineage.reason;
    if (lineage.told) {
        explain_told(&question->out, lineage.told);
    }
    return DC_OK;
}

/* The plan whose grade table counts: the most specific one of those that give items. */
static enum dc_code
explain_grading_plan(struct question *question, const struct person_view *view,
                     struct dc_error *error)
{
    Scoring__ExplainResponse *response = question->response;
    const char *unit_name;
    if (!view->grade_plan_id) {
        return DC_OK;
    }
    DC_TRY(view_plan(question->step, view->grade_plan_id, view->grade_plan_version, &response->plan,
                     &unit_name, error));
    if (response->plan) {
        response->plan_reason =
            (char *)plan_reason(question->step->arena, response->plan, unit_name);
    }
    return DC_OK;
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
explain_grade(struct question *question, const struct person_view *view, const char *total)
{
    struct explanation *out = &question->out;
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
    question->response->grade = (char *)view->grade;
    question->response->coefficient = (char *)coefficient;
}

static void
explain_total(struct question *question, const struct person_view *view)
{
    Scoring__ExplainResponse *response = question->response;
    struct explanation *out = &question->out;
    struct dc_arena *arena = question->step->arena;
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
    explain_grade(question, view, total);
    Scoring__Item *item = DC_NEW_MESSAGE(arena, Scoring__Item, scoring__item__init);
    item->indicator_name = (char *)"总分";
    item->indicator_name_en = (char *)"Total";
    item->score = (char *)total;
    item->remark = (char *)remark;
    response->item = item;
}

static enum dc_code
explain_person(struct question *question, int64_t indicator_id, struct dc_error *error)
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
        question->response->items = items;
        question->response->n_items = count;
        explain_total(question, &view);
        return explain_grading_plan(question, &view, error);
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i]->indicator_id != indicator_id) {
            continue;
        }
        const struct indicator *indicator =
            definitions_indicator(question->definitions, indicator_id);
        const struct plan *plan =
            definitions_plan(question->definitions, items[i]->plan_id, items[i]->plan_version);
        const struct rule *rule = &plan_item_of(plan, indicator_id)->rule;
        struct rule_input input = facts_rule_input(&view.facts, question->definitions, indicator,
                                                   rule, question->step->arena);
        question->response->item = items[i];
        DC_TRY(explain_plan(question, plan, indicator_id, error));
        DC_TRY(explain_sources(question, indicator, error));
        explain_item(&question->out, items[i], rule, &input, question->definitions);
        return DC_OK;
    }
    return dc_fail_field(error, DC_NOT_FOUND, "indicator_id",
                         "the person is not scored by this indicator in %s", question->period);
}

/* --- a unit
 * ------------------------------------------------------------------------------------------ */

static enum dc_code
explain_unit(struct question *question, int64_t indicator_id, struct dc_error *error)
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
    question->response->item = item;
    DC_TRY(explain_sources(question, indicator, error));
    explain_quotient(&question->out, item, &input, QUOTIENT_DIFFERENCE);
    unit_sentences(question, item);
    return DC_OK;
}

DC_HANDLER(scoring_explain, Scoring__ExplainRequest, Scoring__ExplainResponse)
{
    struct dc_period period;
    struct question question = {.step = step,
                                .owner_kind = request->owner_kind,
                                .owner_id = request->owner_id,
                                .out = {.arena = step->arena},
                                .response = response};
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
    DC_TRY(person ? explain_person(&question, request->indicator_id, error)
                  : explain_unit(&question, request->indicator_id, error));
    response->sentence_zh = (char *)question.out.sentence_zh;
    response->sentence_en = (char *)question.out.sentence_en;
    response->steps = question.out.en;
    response->steps_zh = question.out.zh;
    response->n_steps = response->n_steps_zh = question.out.count;
    return DC_OK;
}
