/* form.c - what a form and its answers must be; the first fault is told with its place. */
#include "form.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define RELATION(name) REVIEWS__RELATION__RELATION_##name

/* --- texts ---------------------------------------------------------------------------------------
 */

static enum dc_code
check_text(const char *text, const char *field, size_t least, size_t most, struct dc_error *error)
{
    size_t length = dc_utf8_length(text, strlen(text));
    return length >= least && length <= most
               ? DC_OK
               : dc_fail_field(error, DC_INVALID_ARGUMENT, field, "%zu to %zu characters", least,
                               most);
}

static enum dc_code
check_code(const char *code, const char *field, struct dc_error *error)
{
    size_t length = strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return length >= 1 && length <= 40 && code[length] == '\0'
               ? DC_OK
               : dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                               "1 to 40 of a-z, 0-9 and _, not \"%.60s\"", code);
}

/* --- relations -----------------------------------------------------------------------------------
 */

static enum dc_code
check_relation(const Reviews__RelationRule *rule, const char *field, struct dc_error *error)
{
    if (rule->relation < RELATION(SUPERIOR) || rule->relation > RELATION(SELF)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "SUPERIOR, PEER, SUBORDINATE, CUSTOMER or SELF");
    }
    if (rule->weight < 0 || rule->weight > TALLY_PERCENT) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "a weight of 0 to 100");
    }
    if (TALLY_NAMED & (1u << rule->relation)) {
        return rule->minimum == 1 ? DC_OK
                                  : dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                                  "superior and self are named: minimum 1");
    }
    if (rule->minimum < TALLY_MINIMUM_LEAST || rule->minimum > TALLY_MINIMUM_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "a minimum of %d to %d raters, so that nobody can be made out",
                             TALLY_MINIMUM_LEAST, TALLY_MINIMUM_MAX);
    }
    if (rule->below != REVIEWS__BELOW_MINIMUM__BELOW_MINIMUM_MERGE &&
        rule->below != REVIEWS__BELOW_MINIMUM__BELOW_MINIMUM_DROP) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "below its minimum a relation is merged or dropped: MERGE or DROP");
    }
    return DC_OK;
}

static enum dc_code
check_relations(const Reviews__Form *form, struct dc_error *error)
{
    unsigned seen = 0;
    int weights = 0;
    for (size_t i = 0; i < form->n_relations; i++) {
        char field[60];
        snprintf(field, sizeof field, "form.relations[%zu]", i);
        DC_TRY(check_relation(form->relations[i], field, error));
        unsigned one = 1u << form->relations[i]->relation;
        if (seen & one) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "a relation stands once");
        }
        seen |= one;
        weights += form->relations[i]->weight;
    }
    return weights == TALLY_PERCENT
               ? DC_OK
               : dc_fail_field(error, DC_INVALID_ARGUMENT, "form.relations",
                               "the weights add to 100, not to %d", weights);
}

/* --- questions -----------------------------------------------------------------------------------
 */

static enum dc_code
check_anchors(const Reviews__Form *form, const Reviews__Question *question, const char *field,
              struct dc_error *error)
{
    int32_t last = 0;
    for (size_t i = 0; i < question->n_anchors; i++) {
        const Reviews__Anchor *anchor = question->anchors[i];
        if (anchor->level < form->scale_min || anchor->level > form->scale_max ||
            anchor->level <= last) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "anchors ascend, at most one for each level from %d to %d",
                                 form->scale_min, form->scale_max);
        }
        last = anchor->level;
        DC_TRY(check_text(anchor->zh, field, 1, FORM_ANCHOR_MAX, error));
        DC_TRY(check_text(anchor->en, field, 0, FORM_ANCHOR_MAX, error));
    }
    return DC_OK;
}

static enum dc_code
check_question(const Reviews__Form *form, const Reviews__Question *question, const char *field,
               struct dc_error *error)
{
    DC_TRY(check_code(question->code, field, error));
    DC_TRY(check_text(question->zh, field, 1, FORM_TEXT_MAX, error));
    DC_TRY(check_text(question->en, field, 0, FORM_TEXT_MAX, error));
    if (question->free_text && (question->weight != 0 || question->n_anchors > 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "a free text has neither weight nor anchors");
    }
    if (question->weight < 0 || question->weight > TALLY_PERCENT) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "a weight of 0 to 100");
    }
    return check_anchors(form, question, field, error);
}

static const Reviews__Question *
find_question(const Reviews__Form *form, const char *code, const Reviews__Question *but)
{
    for (size_t s = 0; s < form->n_sections; s++) {
        for (size_t q = 0; q < form->sections[s]->n_questions; q++) {
            const Reviews__Question *question = form->sections[s]->questions[q];
            if (question != but && strcmp(question->code, code) == 0) {
                return question;
            }
        }
    }
    return NULL;
}

static enum dc_code
check_sections(const Reviews__Form *form, struct dc_error *error)
{
    size_t questions = 0;
    int weights = 0;
    if (form->n_sections < 1 || form->n_sections > FORM_SECTIONS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "form.sections", "1 to %d sections",
                             FORM_SECTIONS_MAX);
    }
    for (size_t s = 0; s < form->n_sections; s++) {
        const Reviews__Section *section = form->sections[s];
        char field[80];
        snprintf(field, sizeof field, "form.sections[%zu].zh", s);
        DC_TRY(check_text(section->zh, field, 1, FORM_ANCHOR_MAX, error));
        for (size_t q = 0; q < section->n_questions; q++, questions++) {
            const Reviews__Question *question = section->questions[q];
            snprintf(field, sizeof field, "form.sections[%zu].questions[%zu]", s, q);
            DC_TRY(check_question(form, question, field, error));
            if (find_question(form, question->code, question)) {
                return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                     "another question has the code %s", question->code);
            }
            weights += question->weight;
        }
    }
    if (questions < 1 || questions > TALLY_QUESTIONS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "form.sections", "1 to %d questions",
                             TALLY_QUESTIONS_MAX);
    }
    return weights == TALLY_PERCENT
               ? DC_OK
               : dc_fail_field(error, DC_INVALID_ARGUMENT, "form.sections",
                               "the weights of the questions add to 100, not to %d", weights);
}

enum dc_code
form_check(const Reviews__Form *form, struct dc_error *error)
{
    DC_TRY(check_code(form->code, "form.code", error));
    DC_TRY(check_text(form->name, "form.name", 1, 100, error));
    DC_TRY(check_text(form->name_en, "form.name_en", 0, 100, error));
    if (form->scale_min < 1 || form->scale_max > TALLY_LEVELS_MAX ||
        form->scale_min >= form->scale_max) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "form.scale_min",
                             "a scale from 1 or more up to %d at most, of two levels at least",
                             TALLY_LEVELS_MAX);
    }
    DC_TRY(check_relations(form, error));
    return check_sections(form, error);
}

/* --- read by tally -------------------------------------------------------------------------------
 */

const Reviews__RelationRule *
form_relation(const Reviews__Form *form, Reviews__Relation relation)
{
    for (size_t i = 0; i < form->n_relations; i++) {
        if (form->relations[i]->relation == relation) {
            return form->relations[i];
        }
    }
    return NULL;
}

void
form_scale(const Reviews__Form *form, struct dc_arena *arena, struct form_scale *ret_scale)
{
    int *weights = DC_NEW_ARRAY(arena, int, TALLY_QUESTIONS_MAX);
    struct form_scale scale = {
        .questions = DC_NEW_ARRAY(arena, const Reviews__Question *, TALLY_QUESTIONS_MAX)};
    for (size_t s = 0; s < form->n_sections; s++) {
        for (size_t q = 0; q < form->sections[s]->n_questions; q++) {
            const Reviews__Question *question = form->sections[s]->questions[q];
            if (!question->free_text && scale.tally.questions < TALLY_QUESTIONS_MAX) {
                weights[scale.tally.questions] = question->weight;
                scale.questions[scale.tally.questions++] = question;
            }
        }
    }
    scale.tally.weights = weights;
    for (size_t i = 0; i < form->n_relations; i++) {
        const Reviews__RelationRule *rule = form->relations[i];
        scale.tally.rules[rule->relation] = (struct tally_rule){
            .asked = true,
            .weight = rule->weight,
            .minimum = rule->minimum,
            .merge = rule->below == REVIEWS__BELOW_MINIMUM__BELOW_MINIMUM_MERGE,
        };
    }
    *ret_scale = scale;
}

/* --- answers -------------------------------------------------------------------------------------
 */

static const Reviews__Answer *
find_answer(Reviews__Answer *const *answers, size_t count, const char *question)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(answers[i]->question, question) == 0) {
            return answers[i];
        }
    }
    return NULL;
}

static enum dc_code
check_answer(const Reviews__Form *form, const Reviews__Answer *answer, struct dc_error *error)
{
    const Reviews__Question *question = find_question(form, answer->question, NULL);
    if (!question) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "answers",
                             "the form has no question \"%.60s\"", answer->question);
    }
    if (question->free_text) {
        return answer->level == 0 && !answer->pass
                   ? check_text(answer->text, "answers", 0, ANSWER_TEXT_MAX, error)
                   : dc_fail_field(error, DC_INVALID_ARGUMENT, "answers",
                                   "\"%s\" is answered by a text", question->code);
    }
    if (answer->text[0] != '\0' || (answer->pass && (answer->level != 0 || !question->may_pass))) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "answers",
                             question->may_pass ? "\"%s\" is answered by a level, or passed"
                                                : "\"%s\" is answered by a level",
                             question->code);
    }
    if (answer->level != 0 &&
        (answer->level < form->scale_min || answer->level > form->scale_max)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "answers",
                             "\"%s\" is answered by %d to %d", question->code, form->scale_min,
                             form->scale_max);
    }
    return DC_OK;
}

static enum dc_code
check_whole(const Reviews__Form *form, Reviews__Answer *const *answers, size_t count,
            struct dc_error *error)
{
    for (size_t s = 0; s < form->n_sections; s++) {
        for (size_t q = 0; q < form->sections[s]->n_questions; q++) {
            const Reviews__Question *question = form->sections[s]->questions[q];
            const Reviews__Answer *answer = find_answer(answers, count, question->code);
            if (!question->free_text && (!answer || (answer->level == 0 && !answer->pass))) {
                return dc_fail_field(error, DC_INVALID_ARGUMENT, "answers",
                                     "还没有回答 not answered yet: %s", question->zh);
            }
        }
    }
    return DC_OK;
}

enum dc_code
form_check_answers(const Reviews__Form *form, Reviews__Answer *const *answers, size_t count,
                   bool whole, struct dc_error *error)
{
    if (count > TALLY_QUESTIONS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "answers", "one for each question");
    }
    for (size_t i = 0; i < count; i++) {
        DC_TRY(check_answer(form, answers[i], error));
        if (find_answer(answers, i, answers[i]->question)) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "answers",
                                 "\"%s\" is answered twice", answers[i]->question);
        }
    }
    return whole ? check_whole(form, answers, count, error) : DC_OK;
}

const int *
form_levels(const struct form_scale *scale, Reviews__Answer *const *answers, size_t count,
            struct dc_arena *arena)
{
    int *levels = DC_NEW_ARRAY(arena, int, scale->tally.questions + 1);
    for (size_t q = 0; q < scale->tally.questions; q++) {
        const Reviews__Answer *answer = find_answer(answers, count, scale->questions[q]->code);
        levels[q] = answer ? answer->level : 0;
    }
    return levels;
}
