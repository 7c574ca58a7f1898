/*
 * lines.c - lines of answers.
 */
#include "lines.h"

#include <string.h>

#include "tell.h"

const char *
line_gap(struct dc_arena *arena, struct maybe actual, struct maybe target, bool lower_is_better)
{
    struct rule_input input = {.lower_is_better = lower_is_better,
                               .has_target = target.known,
                               .target = target.value,
                               .actual = {actual.value, DC_DECIMAL_INT(actual.known)}};
    struct maybe gap = {0};
    gap.known = rule_gap(&input, &gap.value);
    return tell_amount(arena, gap);
}

const char *
line_share(struct dc_arena *arena, struct maybe part, struct maybe whole)
{
    struct maybe share = {0};
    share.known = part.known && whole.known && whole.value.units != 0 &&
                  dc_decimal_mul_div(part.value, DC_DECIMAL_INT(100), whole.value, 2, &share.value,
                                     NULL) == DC_OK;
    return tell_fixed(arena, share, 2);
}

void
line_figures(Scoring__Item *item, struct dc_arena *arena, const struct indicator *indicator,
             const struct rule_input *input, const struct rule *rule)
{
    item->indicator_id = indicator->id;
    item->indicator_name = (char *)indicator->name;
    item->indicator_name_en = (char *)indicator->name_en;
    item->unit_of_measure = (char *)indicator->unit_of_measure;
    item->decimals = indicator->decimals;
    item->primary = indicator->primary;
    item->direction = indicator->lower_is_better ? GOALS__DIRECTION__DIRECTION_LOWER
                                                 : GOALS__DIRECTION__DIRECTION_HIGHER;
    struct maybe target = {input->has_target, input->target};
    struct maybe gap = {0}, attainment = {0};
    gap.known = rule_gap(input, &gap.value);
    attainment.known = rule_attainment(rule ? rule_lower_better(rule) : QUOTIENT_DIFFERENCE, input,
                                       &attainment.value);
    item->actual = (char *)tell_amount(arena, facts_actual(input));
    item->target = (char *)tell_amount(arena, target);
    item->gap = (char *)tell_amount(arena, gap);
    item->attainment = (char *)tell_fixed(arena, attainment, 2);
}

void
line_score(Scoring__Item *item, struct dc_arena *arena, const struct plan *plan,
           const struct plan_item *plan_item, bool scored, struct dc_decimal score, char remark)
{
    item->score =
        (char *)tell_fixed(arena, (struct maybe){scored, score}, plan_item->rule.decimals);
    item->weight = (char *)tell_fixed(arena, (struct maybe){true, plan_item->weight}, 2);
    item->remark = (char *)rule_remark_code(remark);
    item->plan_id = plan->id;
    item->plan_version = plan->version;
    item->plan_name = (char *)plan->name;
}

Scoring__PersonRow *
line_person(struct dc_arena *arena, const struct person_line *line, int32_t rank,
            bool lower_is_better)
{
    Scoring__PersonRow *row = DC_NEW_MESSAGE(arena, Scoring__PersonRow, scoring__person_row__init);
    row->person_id = line->person_id;
    row->name = (char *)line->name;
    row->code = (char *)line->code;
    row->unit_id = line->unit_id;
    row->unit_name = (char *)line->unit_name;
    row->actual = (char *)tell_amount(arena, line->actual);
    row->target = (char *)tell_amount(arena, line->target);
    row->gap = (char *)line_gap(arena, line->actual, line->target, lower_is_better);
    row->attainment = (char *)tell_fixed(arena, line->attainment, 2);
    row->total = (char *)tell_fixed(arena, line->total, line->total_decimals);
    row->rank = rank ? rank : line->rank;
    row->grade = (char *)line->grade;
    row->coefficient = (char *)tell_amount(arena, line->coefficient);
    return row;
}

Scoring__PersonRow *
line_person_of(struct dc_arena *arena, int64_t person_id, const struct person_view *view,
               const struct definitions *definitions)
{
    struct person_line line = {.person_id = person_id,
                               .unit_id = view->unit_id,
                               .name = view->name,
                               .code = view->code,
                               .unit_name = view->unit_name,
                               .actual = view->actual,
                               .target = view->target,
                               .attainment = view->attainment,
                               .total = view->total,
                               .total_decimals = view->total_decimals,
                               .rank = view->rank,
                               .grade = view->grade,
                               .coefficient = view->coefficient};
    return line_person(arena, &line, 0, definitions_lower_is_better(definitions));
}

void
line_grades(Scoring__UnitRow *row, struct dc_arena *arena, const struct rollup *rollup,
            const struct definitions *definitions)
{
    int64_t people = 0;
    row->grades = dc_arena_alloc(arena, (rollup->grade_count + 1) * sizeof(*row->grades));
    for (size_t i = 0; i < rollup->grade_count; i++) {
        people += rollup->grades[i].people;
    }
    for (size_t i = 0; i < rollup->grade_count; i++) {
        const struct grade_count *counted = &rollup->grades[i];
        Scoring__GradeCount *count =
            DC_NEW_MESSAGE(arena, Scoring__GradeCount, scoring__grade_count__init);
        int place = definitions_grade_place(definitions, counted->code);
        size_t at = row->n_grades++;
        count->grade = (char *)counted->code;
        count->people = (int32_t)counted->people;
        count->share =
            (char *)line_share(arena, (struct maybe){true, DC_DECIMAL_INT(counted->people)},
                               (struct maybe){true, DC_DECIMAL_INT(people)});
        for (; at > 0 && definitions_grade_place(definitions, row->grades[at - 1]->grade) > place;
             at--) {
            row->grades[at] = row->grades[at - 1];
        }
        row->grades[at] = count;
    }
}

Scoring__UnitRow *
line_unit(struct dc_arena *arena, const struct unit_view *view, struct maybe whole,
          const struct definitions *definitions)
{
    bool lower_is_better = definitions_lower_is_better(definitions);
    Scoring__UnitRow *row = DC_NEW_MESSAGE(arena, Scoring__UnitRow, scoring__unit_row__init);
    struct maybe mean = {0};
    mean.known =
        view->rollup.people > 0 &&
        dc_decimal_mul_div(view->rollup.total_sum, DC_DECIMAL_INT(1),
                           DC_DECIMAL_INT(view->rollup.people), 2, &mean.value, NULL) == DC_OK;
    row->unit_id = view->unit_id;
    row->name = (char *)view->name;
    row->code = (char *)view->code;
    row->actual = (char *)tell_amount(arena, view->actual);
    row->target = (char *)tell_amount(arena, view->target);
    row->gap = (char *)line_gap(arena, view->actual, view->target, lower_is_better);
    row->attainment = (char *)tell_fixed(arena, view->attainment, 2);
    row->rank = view->rank;
    row->people = view->rollup.people;
    row->mean_total = (char *)tell_fixed(arena, mean, 2);
    row->open_items = view->rollup.open_items;
    row->share = (char *)line_share(arena, view->actual, whole);
    line_grades(row, arena, &view->rollup, definitions);
    return row;
}

const char *
line_total_remark(const struct person_view *view)
{
    char vetoed = rule_remark_letter(RULE_VETOED);
    bool held = view->total.known && view->remarks && strchr(view->remarks, vetoed);
    return held ? rule_remark_code(vetoed) : "";
}

void
line_items(struct dc_arena *arena, const struct person_view *view,
           const struct definitions *definitions, Scoring__Item ***ret_items, size_t *ret_count)
{
    Scoring__Item **items = dc_arena_alloc(arena, (view->item_count + 1) * sizeof(Scoring__Item *));
    size_t count = 0;
    for (size_t i = 0; i < view->item_count; i++) {
        const struct indicator *indicator =
            definitions_indicator(definitions, view->indicator_ids[i]);
        const struct plan *plan =
            definitions_plan(definitions, view->plan_ids[i], view->plan_versions[i]);
        const struct plan_item *plan_item =
            plan ? plan_item_of(plan, view->indicator_ids[i]) : NULL;
        if (!indicator || !plan_item) {
            continue; /* never deleted; then nothing sensible could be shown */
        }
        struct rule_input input = facts_input(&view->facts, definitions, indicator);
        Scoring__Item *item = DC_NEW_MESSAGE(arena, Scoring__Item, scoring__item__init);
        char remark = view->remarks[i];
        bool scored = rule_remark_is_scored(remark);
        line_figures(item, arena, indicator, &input, &plan_item->rule);
        line_score(item, arena, plan, plan_item, scored, view->scores[i], remark);
        items[count++] = item;
    }
    *ret_items = items;
    *ret_count = count;
}
