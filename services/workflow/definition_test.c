/* Tests definitions: what is wrong is told where it stands, what was written reads the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "definition.h"
#include "sample_test.h"
#include "tests/lib/harness.h"

/* --- rows of problems ------------------------------------------------------------------ */

/* "part", or "part // part in Chinese". */
static bool
says(const struct wf_problem *problem, char *wanted)
{
    char *zh = strstr(wanted, " // ");
    if (zh) {
        *zh = '\0';
        zh += 4;
    }
    return strstr(problem->message.en, wanted) && dc_test_is_chinese(problem->message.zh) &&
           (!zh || strstr(problem->message.zh, zh));
}

/* \n and "-" of a cell. */
static char *
unfold(char *cell)
{
    char *to = cell;
    if (strcmp(cell, "-") == 0) {
        *cell = '\0';
    }
    for (char *from = to; *from; from++) {
        bool line_end = from[0] == '\\' && from[1] == 'n';
        *to++ = line_end ? '\n' : *from;
        from += line_end;
    }
    *to = '\0';
    return cell;
}

static void
substitute(const char *where, const char *base, const char *old, const char *new,
           struct dc_text *ret_text)
{
    const char *at = strstr(base, old);
    if (!at) {
        fail_msg("%s: \"%s\" does not stand in the definition", where, old);
    }
    dc_text_append(ret_text, base, (size_t)(at - base));
    dc_text_add(ret_text, new);
    dc_text_add(ret_text, at + strlen(old));
}

static void
list_problems(const struct wf_problems *problems, struct dc_text *text)
{
    for (size_t i = 0; i < problems->count; i++) {
        dc_text_printf(text, "\n  %d:%d %s // %s", problems->items[i].line,
                       problems->items[i].column, problems->items[i].message.en,
                       problems->items[i].message.zh);
    }
}

static void
check_problems(const char *where, const struct wf_problems *problems, char *wanted)
{
    DC_AUTO_TEXT struct dc_text listed = DC_TEXT_INIT;
    list_problems(problems, &listed);
    size_t count = 0;
    while (wanted) {
        char *next = strstr(wanted, " && ");
        if (next) {
            *next = '\0';
        }
        int line = 0, column = 0, length = 0;
        sscanf(wanted, "%d:%d %n", &line, &column, &length);
        const struct wf_problem *found = count < problems->count ? &problems->items[count] : NULL;
        if (!found || found->line != line || found->column != column ||
            !says(found, wanted + length)) {
            fail_msg("%s: \"%s\" is not told; but:%s", where, wanted, dc_text_cstr(&listed));
        }
        wanted = next ? next + 4 : NULL;
        count++;
    }
    if (problems->count != count) {
        fail_msg("%s: %zu problems instead of %zu:%s", where, problems->count, count,
                 dc_text_cstr(&listed));
    }
}

static void
run_problem_case(const char *where, char **columns, size_t count, void *context)
{
    assert_int_equal(count, 4);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    substitute(where, context, unfold(columns[1]), unfold(columns[2]), &text);
    struct wf_problems problems = {.arena = arena};
    struct wf_definition *definition = NULL;
    struct dc_error error = {0};
    assert_int_equal(
        wf_definition_read(arena, text.data, text.length, &definition, &problems, &error),
        DC_INVALID_ARGUMENT);
    assert_null(definition);
    check_problems(where, &problems, columns[3]);
    char place[32];
    snprintf(place, sizeof place, "%d:%d: ", problems.items[0].line, problems.items[0].column);
    assert_true(dc_text_starts_with(error.message, place));
}

static void
test_problems(void **state)
{
    (void)state;
    DC_AUTO_FREE char *base = dc_test_read_file("tests/cases/definition.yaml", NULL);
    assert_true(dc_test_cases("tests/cases/definition_problems.txt", run_problem_case, base) > 50);
}

/* --- a good one ------------------------------------------------------------------------ */

static struct wf_definition *
read_good(struct dc_arena *arena, const char *yaml, size_t length)
{
    struct wf_problems problems = {.arena = arena};
    struct wf_definition *definition;
    if (wf_definition_read(arena, yaml, length, &definition, &problems, NULL) != DC_OK) {
        DC_AUTO_TEXT struct dc_text listed = DC_TEXT_INIT;
        list_problems(&problems, &listed);
        fail_msg("it has problems:%s\n%s", dc_text_cstr(&listed), yaml);
    }
    return definition;
}

/* The base of the cases, made an approval: of one subject, with a condition. */
static struct wf_definition *
read_base(struct dc_arena *arena)
{
    static const char *const changes[][2] = {
        {"approval: false", "approval: true"},
        {"subject: cycle", "subject: person"},
        {"who: starter", "who: starter\n    condition: raise_percent > 20"},
    };
    char *text = dc_test_read_file("tests/cases/definition.yaml", NULL);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct dc_text changed = DC_TEXT_INIT;
        substitute("base", text, changes[i][0], changes[i][1], &changed);
        free(text);
        text = changed.data;
    }
    struct wf_definition *definition = read_good(arena, text, strlen(text));
    free(text);
    return definition;
}

static void
test_everything_is_read(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_definition *definition = read_base(arena);
    assert_string_equal(definition->code, "base");
    assert_string_equal(definition->name_en, "Goal confirmation");
    assert_string_equal(definition->purpose, "goal_confirmation");
    assert_int_equal(definition->period, DC_PERIOD_MONTH);
    assert_true(definition->approval);
    assert_int_equal(definition->stage_count, 3);
    assert_int_equal(definition->track_count, 1);

    const struct wf_stage *stage = &definition->stages[0];
    assert_string_equal(stage->name_en, "确认");
    assert_int_equal(stage->who_count, 2);
    assert_int_equal(stage->who[0].kind, WF_WHO_MANAGER);
    assert_int_equal(stage->who[1].role, KERNEL__ROLE__ROLE_DIRECTOR);
    assert_int_equal(stage->due.after.amount, 5);
    assert_true(stage->due.after.working_days);
    assert_int_equal(stage->due.at, 18 * 60);
    assert_int_equal(stage->reminders[0].channels, WF_CHANNEL(SMS) | WF_CHANNEL(IN_APP));
    assert_int_equal(stage->rung_count, 2);
    assert_true(stage->rungs[1].tell_owner);
    assert_int_equal(stage->rungs[1].channels, WF_CHANNEL(IN_APP));
    assert_int_equal(stage->outcomes[0].to, WF_TO_NEXT);
    assert_int_equal(stage->outcomes[1].to, 1);
    assert_int_equal(stage->outcomes[1].kind, WF_RETURN);
    assert_int_equal(definition->stages[1].due.day_of_month, 25);
    assert_int_equal(definition->stages[1].due.at, -1);
    assert_int_equal(definition->stages[1].outcomes[1].to, WF_TO_END);
    assert_string_equal(definition->stages[2].who[0].person_code, "E0042");
}

static void
test_walking(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_definition *definition = read_base(arena);
    const struct wf_stage *confirm = &definition->stages[0];
    const struct wf_outcome *approve = wf_outcome_find(confirm, "confirm");
    struct wf_fact facts[] = {{"raise_percent", "25"}};
    const char *culprit = "";
    /* confirm -> next = adjust, when the raise is large; else it is passed over. */
    assert_int_equal(wf_stage_after(definition, 0, approve, facts, 1, &culprit), 1);
    assert_null(culprit);
    facts[0].value = "20";
    assert_int_equal(wf_stage_after(definition, 0, approve, facts, 1, &culprit), 2);
    assert_null(culprit);
    /* A fact that is missing passes nothing over. */
    assert_int_equal(wf_stage_after(definition, 0, approve, NULL, 0, &culprit), 1);
    assert_string_equal(culprit, "raise_percent");
    facts[0].value = "a lot";
    assert_int_equal(wf_stage_after(definition, 0, approve, facts, 1, &culprit), 1);
    assert_string_equal(culprit, "raise_percent");
    /* The last stage's next is the end. */
    const struct wf_outcome *archived = wf_outcome_find(&definition->stages[2], "archived");
    assert_int_equal(wf_stage_after(definition, 2, archived, facts, 1, NULL), WF_TO_END);
    assert_int_equal(wf_stage_enter(definition, WF_TO_END, facts, 1, &culprit), WF_TO_END);
    assert_null(wf_outcome_find(confirm, "refuse"));
    assert_int_equal(wf_stage_find(definition, "archive"), 2);
    assert_int_equal(wf_stage_find(definition, "nowhere"), -1);

    const char *names[WF_CONDITION_FACTS_MAX];
    assert_int_equal(wf_definition_facts(definition, names), 1);
    assert_string_equal(names[0], "raise_percent");
}

/* What looks like the problems of the rows, and is none. */
static void
test_what_is_right(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"{before: 3 days, by: [sms]}", "{before: 6 days}"}, /* five working days take seven */
        {"{before: 3 days, by: [sms]}", "{before: 5 working days}"},
        {"{before: 3 days, by: [sms]}", "{before: 1 working day}"}, /* not the same as 1 day */
        {"{after: 2 working days, to: {role: boss}}", "{after: 1 day, to: {role: boss}}"},
        {"to: {role: boss}}", "to: {role: vice_president, unit: B}}"},
        {"{after: 5 working days, at: \"18:00\"}",
         "{after: 5 个工作日, at: 24:00, when_off: keep}"},
        {"{after: 5 working days, at: \"18:00\"}", "{after: 366天}"},
        {"kind: return, to: adjust}",
         "kind: return, to: end}\n      - {code: on, name: 再, kind: skip}"},
        {"kind: return, to: adjust}", "kind: return, to: confirm}"},
        {"mode: one", "mode: all"},
        {"mode: one", "gate: \"\"\n    condition: \"\""},
        {"period: month", "period: year # comments do no harm"},
    };
    DC_AUTO_FREE char *base = dc_test_read_file("tests/cases/definition.yaml", NULL);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
        substitute("right", base, changes[i][0], changes[i][1], &text);
        assert_non_null(read_good(arena, text.data, text.length));
    }
}

static void
test_bounds(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct wf_definition *definition;
    struct wf_problems problems = {.arena = arena};
    char *large = dc_arena_alloc(arena, WF_DEFINITION_BYTES_MAX + 1);
    memset(large, '#', WF_DEFINITION_BYTES_MAX + 1);
    assert_int_equal(
        wf_definition_read(arena, large, WF_DEFINITION_BYTES_MAX + 1, &definition, &problems, NULL),
        DC_INVALID_ARGUMENT);
    assert_non_null(strstr(problems.items[0].message.en, "at most 65536 are allowed"));

    problems = (struct wf_problems){.arena = arena};
    assert_int_equal(wf_definition_read(arena, "", 0, &definition, &problems, NULL),
                     DC_INVALID_ARGUMENT);
    assert_non_null(strstr(problems.items[0].message.en, "the text is empty"));

    problems = (struct wf_problems){.arena = arena};
    assert_int_equal(wf_definition_read(arena, "code: \xff", 7, &definition, &problems, NULL),
                     DC_INVALID_ARGUMENT);
    assert_non_null(strstr(problems.items[0].message.en, "not valid UTF-8"));

    /* More problems than are kept: the last one says how many. */
    DC_AUTO_TEXT struct dc_text many = DC_TEXT_INIT;
    for (int i = 0; i < 150; i++) {
        dc_text_printf(&many, "key_%d: 1\n", i);
    }
    problems = (struct wf_problems){.arena = arena};
    assert_int_equal(
        wf_definition_read(arena, many.data, many.length, &definition, &problems, NULL),
        DC_INVALID_ARGUMENT);
    assert_int_equal(problems.count, WF_PROBLEMS_MAX);
    assert_non_null(strstr(problems.items[WF_PROBLEMS_MAX - 1].message.en, "54 more problems"));
}

/* --- writing and reading again --------------------------------------------------------- */

static void
check_round(struct dc_arena *arena, const struct wf_definition *definition)
{
    DC_AUTO_TEXT struct dc_text yaml = DC_TEXT_INIT;
    wf_definition_write(wf_definition_message(arena, definition), &yaml);
    struct wf_definition *again = read_good(arena, yaml.data, yaml.length);
    if (!wf_definition_equal(definition, again)) {
        fail_msg("written and read again it is another one:\n%s", yaml.data);
    }
    /* And the text is stable. */
    DC_AUTO_TEXT struct dc_text twice = DC_TEXT_INIT;
    wf_definition_write(wf_definition_message(arena, again), &twice);
    assert_string_equal(yaml.data, twice.data);
}

static void
test_what_was_written_reads_the_same(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *base_arena = dc_arena_new(0);
    check_round(base_arena, read_base(base_arena));
    struct dc_test_random random = {.state = dc_test_seed()};
    for (int round = 0; round < 300; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        check_round(arena, wf_sample_definition(arena, &random));
    }
}

/* Texts that YAML would take for something else. */
static void
test_names_of_all_kinds(void **state)
{
    (void)state;
    static const char *const names[] = {"true",
                                        "null",
                                        "~",
                                        "12",
                                        "- a",
                                        "a: b",
                                        "a #b",
                                        "#a",
                                        "\"",
                                        "'",
                                        "\\",
                                        "a\\nb",
                                        "{a}",
                                        "[a",
                                        "a]",
                                        "&a",
                                        "*a",
                                        "!a",
                                        "%a",
                                        "@a",
                                        "`a`",
                                        "a, b",
                                        "? a",
                                        "|",
                                        ">",
                                        " 前后有空格 ",
                                        "全角：冒号",
                                        "360 度",
                                        "\xc2\xa0x",
                                        "\xe2\x80\xa8x",
                                        "\xef\xbb\xbfx",
                                        "\xf0\x9f\x98\x80",
                                        "\xf0\x9f\xbf\xbfx",
                                        "a:",
                                        ":a",
                                        "--- a"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct wf_definition *definition = read_base(arena);
        definition->name = names[i];
        definition->stages[0].name_en = names[i];
        definition->stages[0].outcomes[0].name = names[i];
        definition->stages[2].who[0].person_code = names[i];
        check_round(arena, definition);
    }
}

/* A form that is wrong is written all the same, and told about with its place. */
static void
test_a_wrong_form(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Workflow__Definition *form =
        DC_NEW_MESSAGE(arena, Workflow__Definition, workflow__definition__init);
    Workflow__StageRule *stage =
        DC_NEW_MESSAGE(arena, Workflow__StageRule, workflow__stage_rule__init);
    Workflow__OutcomeRule *outcome =
        DC_NEW_MESSAGE(arena, Workflow__OutcomeRule, workflow__outcome_rule__init);
    form->code = "form";
    form->name_en = "a\x07\n\x7f\xc2\x85"; /* written so that it reads, and is told */
    form->stages = &stage;
    form->n_stages = 1;
    stage->code = "a";
    stage->name = "甲";
    stage->mode = 17;
    stage->outcomes = &outcome;
    stage->n_outcomes = 1;
    DC_AUTO_TEXT struct dc_text yaml = DC_TEXT_INIT;
    wf_definition_write(form, &yaml);
    struct wf_definition *definition;
    struct wf_problems problems = {.arena = arena};
    assert_int_equal(
        wf_definition_read(arena, yaml.data, yaml.length, &definition, &problems, NULL),
        DC_INVALID_ARGUMENT);
    char wanted[] =
        "1:1 name is missing in the definition && 1:1 period is missing && 2:10 name_en "
        "has 5 characters; allowed are 1 to 60, none of them a control character && "
        "4:5 who is missing in a stage && 4:5 due is missing in a stage && 6:14 subject is \"0\"; "
        "allowed are cycle, unit, person && 7:11 mode is \"17\"; allowed are && 9:16 "
        "the code of an outcome is \"\" && 9:26 the name of an outcome has 0 && 9:36 "
        "the kind of an outcome is \"\"; allowed are approve, submit, skip, return";
    check_problems("the form", &problems, wanted);
}

/* --- the diagram ----------------------------------------------------------------------- */

static void
test_diagram(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct wf_definition *definition = read_base(arena);
    definition->stages[2].name = "a\"]<script>";
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    wf_definition_diagram(definition, &text);
    assert_string_equal(text.data, "flowchart TD\n"
                                   "  subgraph t0[\"员工\"]\n"
                                   "    s0[\"确认<br/>直接上级、业务总监\"]\n"
                                   "    s0 -->|\"确认\"| s1\n"
                                   "    s0 -.->|\"退回\"| s1\n"
                                   "    s1[\"调整<br/>发起人<br/>raise_percent #62; 20\"]\n"
                                   "    s1 -->|\"已调整\"| s0\n"
                                   "    s1 -->|\"不调整\"| e0([\"结束\"])\n"
                                   "    s1 -->|\"条件不成立\"| s2\n"
                                   "    s2[\"a#34;#93;#60;script#62;<br/>E0042\"]\n"
                                   "    s2 -->|\"归档\"| e0([\"结束\"])\n"
                                   "  end\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problems),
        cmocka_unit_test(test_everything_is_read),
        cmocka_unit_test(test_walking),
        cmocka_unit_test(test_what_is_right),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_what_was_written_reads_the_same),
        cmocka_unit_test(test_names_of_all_kinds),
        cmocka_unit_test(test_a_wrong_form),
        cmocka_unit_test(test_diagram),
    };
    return cmocka_run_group_tests_name("workflow definition", tests, NULL, NULL);
}
