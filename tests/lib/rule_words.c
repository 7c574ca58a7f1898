/* rule_words.c - scoring rules in a line of text. */
#include "rule_words.h"

#include <stdlib.h>
#include <string.h>

#include "harness.h"

struct words {
    struct dc_arena *arena;
    char *keys[20], *values[20];
    size_t count;
    char *bare[20];
    size_t bare_count;
};

static struct words
split_words(struct dc_arena *arena, char *text)
{
    struct words words = {.arena = arena};
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        char *equals = strchr("<>", word[0]) ? NULL : strchr(word, '=');
        if (!equals) {
            words.bare[words.bare_count++] = word;
            continue;
        }
        *equals = '\0';
        words.keys[words.count] = word;
        words.values[words.count++] = equals + 1;
    }
    return words;
}

static char *
word(const struct words *words, const char *key)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->keys[i], key) == 0) {
            return words->values[i];
        }
    }
    return "";
}

static int
places(const struct words *words)
{
    return *word(words, "places") ? atoi(word(words, "places")) : 2;
}

static Goals__RuleBasis
basis(const struct words *words)
{
    const char *of = word(words, "of");
    return strcmp(of, "ratio") == 0     ? GOALS__RULE_BASIS__RULE_BASIS_RATIO
           : strcmp(of, "nothing") == 0 ? GOALS__RULE_BASIS__RULE_BASIS_UNSPECIFIED
                                        : GOALS__RULE_BASIS__RULE_BASIS_ACTUAL;
}

static void
linear_words(const struct words *words, Goals__PlanItem *item)
{
    item->linear = DC_NEW_MESSAGE(words->arena, Goals__LinearRule, goals__linear_rule__init);
    item->linear->full_marks = word(words, "F");
    item->linear->floor_ratio = word(words, "floor");
    item->linear->lower = word(words, "lower");
    item->linear->cap = word(words, "cap");
    item->linear->clamped = *item->linear->cap != '\0';
    item->linear->decimals = places(words);
}

static void
three_point_words(const struct words *words, Goals__PlanItem *item)
{
    Goals__ThreePointRule *rule = item->three_point =
        DC_NEW_MESSAGE(words->arena, Goals__ThreePointRule, goals__three_point_rule__init);
    rule->floor_score = word(words, "B");
    rule->full_marks = word(words, "F");
    rule->cap_score = word(words, "S");
    rule->floor_ratio = word(words, "floor");
    rule->stretch_ratio = word(words, "stretch");
    const char *below = word(words, "below");
    rule->below_floor = strcmp(below, "keep") == 0 ? GOALS__BELOW_FLOOR__BELOW_FLOOR_FLOOR_SCORE
                        : strcmp(below, "nothing") == 0
                            ? GOALS__BELOW_FLOOR__BELOW_FLOOR_UNSPECIFIED
                            : GOALS__BELOW_FLOOR__BELOW_FLOOR_ZERO;
    rule->decimals = places(words);
}

static void
steps_words(const struct words *words, Goals__PlanItem *item)
{
    Goals__StepsRule *rule = item->steps =
        DC_NEW_MESSAGE(words->arena, Goals__StepsRule, goals__steps_rule__init);
    rule->basis = basis(words);
    rule->marginal = *word(words, "marginal") != '\0';
    rule->lowest = word(words, "lowest");
    rule->highest = word(words, "highest");
    rule->decimals = places(words);
    rule->rows = DC_NEW_ARRAY(words->arena, Goals__StepRow *, words->bare_count + 1);
    for (size_t i = 0; i < words->bare_count; i++) {
        Goals__StepRow *row = DC_NEW_MESSAGE(words->arena, Goals__StepRow, goals__step_row__init);
        char *dots = strstr(words->bare[i], ".."), *colon = strchr(words->bare[i], ':');
        *dots = *colon = '\0';
        row->from = words->bare[i];
        row->to = dots + 2;
        if (colon[1] == 'x') {
            row->slope = colon + 2;
        } else {
            row->score = colon + 1;
        }
        rule->rows[rule->n_rows++] = row;
    }
}

static void
add_deduct_words(const struct words *words, Goals__PlanItem *item)
{
    Goals__AddDeductRule *rule = item->add_deduct =
        DC_NEW_MESSAGE(words->arena, Goals__AddDeductRule, goals__add_deduct_rule__init);
    rule->start = word(words, "start");
    rule->lowest = word(words, "lowest");
    rule->highest = word(words, "highest");
    rule->decimals = places(words);
    rule->terms = DC_NEW_ARRAY(words->arena, Goals__AddDeductTerm *, words->bare_count + 1);
    for (size_t i = 0; i < words->bare_count; i++) {
        Goals__AddDeductTerm *term =
            DC_NEW_MESSAGE(words->arena, Goals__AddDeductTerm, goals__add_deduct_term__init);
        term->indicator_id = (int64_t)i;
        term->points = words->bare[i];
        rule->terms[rule->n_terms++] = term;
    }
}

static void
accrual_words(const struct words *words, Goals__PlanItem *item)
{
    item->accrual = DC_NEW_MESSAGE(words->arena, Goals__AccrualRule, goals__accrual_rule__init);
    item->accrual->step = word(words, "step");
    item->accrual->points = word(words, "points");
    item->accrual->cap = word(words, "cap");
    item->accrual->decimals = places(words);
}

static void
veto_words(const struct words *words, Goals__PlanItem *item)
{
    static const char *const signs[] = {"", "<", "<=", ">", ">="};
    item->veto = DC_NEW_MESSAGE(words->arena, Goals__VetoRule, goals__veto_rule__init);
    item->veto->basis = basis(words);
    item->veto->highest = word(words, "highest");
    item->veto->highest_grade = word(words, "grade");
    item->veto->value = words->bare_count > 1 ? words->bare[1] : "";
    for (int i = 1; i <= 4 && words->bare_count > 0; i++) {
        if (strcmp(words->bare[0], signs[i]) == 0) {
            item->veto->comparison = (Goals__VetoComparison)i;
        }
    }
}

static void
band_words(const struct words *words, Goals__PlanItem *item)
{
    Goals__BandRule *rule = item->band =
        DC_NEW_MESSAGE(words->arena, Goals__BandRule, goals__band_rule__init);
    rule->basis = basis(words);
    rule->full_marks = word(words, "F");
    rule->lo = word(words, "lo");
    rule->hi = word(words, "hi");
    rule->slope_below = word(words, "below");
    rule->slope_above = word(words, "above");
    rule->lowest = word(words, "lowest");
    rule->decimals = places(words);
}

static void
okr_words(const struct words *words, Goals__PlanItem *item)
{
    item->okr = DC_NEW_MESSAGE(words->arena, Goals__OkrRule, goals__okr_rule__init);
    item->okr->full_marks = word(words, "F");
    item->okr->full_at = word(words, "at");
    item->okr->cap = word(words, "cap");
    item->okr->decimals = places(words);
}

static void
rating_words(const struct words *words, Goals__PlanItem *item)
{
    item->rating = DC_NEW_MESSAGE(words->arena, Goals__RatingRule, goals__rating_rule__init);
    item->rating->full_marks = word(words, "F");
    item->rating->scale_min = word(words, "min");
    item->rating->scale_max = word(words, "max");
    item->rating->decimals = places(words);
}

Goals__PlanItem *
rule_words(struct dc_arena *arena, const char *family, char *text)
{
    static const struct {
        const char *family;
        void (*read)(const struct words *words, Goals__PlanItem *item);
    } families[] = {{"linear", linear_words},   {"three_point", three_point_words},
                    {"steps", steps_words},     {"add_deduct", add_deduct_words},
                    {"accrual", accrual_words}, {"veto", veto_words},
                    {"band", band_words},       {"okr", okr_words},
                    {"rating", rating_words}};
    struct words words = split_words(arena, text);
    Goals__PlanItem *item = DC_NEW_MESSAGE(arena, Goals__PlanItem, goals__plan_item__init);
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (strcmp(families[i].family, family) == 0) {
            families[i].read(&words, item);
            return item;
        }
    }
    dc_test_die("there is no rule %s", family);
}

void
grade_words(struct dc_arena *arena, const char *text, Goals__Plan *plan)
{
    char *rest = dc_arena_strdup(arena, text);
    plan->grades = dc_arena_alloc(arena, (strlen(text) + 1) * sizeof(Goals__GradeRow *));
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        Goals__GradeRow *row = DC_NEW_MESSAGE(arena, Goals__GradeRow, goals__grade_row__init);
        char *colon = strchr(word, ':'), *bound = strstr(word, ">=");
        if (!colon) {
            dc_test_die("\"%s\" is no row of a grade table", word);
        }
        *colon = '\0';
        row->coefficient = colon + 1;
        if (bound) {
            *bound = '\0';
            row->from = bound + 2;
        }
        row->grade = word;
        plan->grades[plan->n_grades++] = row;
    }
}

static void
read_pool(struct dc_arena *arena, const char *name, char *units, Goals__DistributionRule *rule)
{
    Goals__DistributionPool *pool =
        DC_NEW_MESSAGE(arena, Goals__DistributionPool, goals__distribution_pool__init);
    pool->name = dc_arena_strdup(arena, name);
    pool->unit_ids = DC_NEW_ARRAY(arena, int64_t, 10);
    for (char *unit; (unit = strtok_r(units, ",", &units));) {
        pool->unit_ids[pool->n_unit_ids++] = strtoll(unit, NULL, 10);
    }
    rule->pools[rule->n_pools++] = pool;
}

void
distribution_words(struct dc_arena *arena, const char *text, Goals__Plan *plan)
{
    Goals__DistributionRule *rule =
        DC_NEW_MESSAGE(arena, Goals__DistributionRule, goals__distribution_rule__init);
    char *rest = dc_arena_strdup(arena, text);
    rule->shares = dc_arena_alloc(arena, 30 * sizeof(Goals__GradeShare *));
    rule->pools = dc_arena_alloc(arena, 30 * sizeof(Goals__DistributionPool *));
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        if (strcmp(word, "level") == 0) {
            rule->pool_level = atoi(value);
        } else if (strcmp(word, "min") == 0) {
            rule->min_pool = atoi(value);
        } else if (strcmp(word, "u") == 0 || strcmp(word, "v") == 0) {
            read_pool(arena, word, value, rule);
        } else {
            Goals__GradeShare *share =
                DC_NEW_MESSAGE(arena, Goals__GradeShare, goals__grade_share__init);
            share->grade = word;
            share->share = value;
            rule->shares[rule->n_shares++] = share;
        }
    }
    plan->distribution = rule;
}
