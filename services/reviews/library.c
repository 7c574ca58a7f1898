/* library.c - the forms that a tenant begins with: 360, manager rating, self rating. */
#include "form.h"

#define RELATION(name) REVIEWS__RELATION__RELATION_##name
#define MERGE REVIEWS__BELOW_MINIMUM__BELOW_MINIMUM_MERGE
#define UNSAID REVIEWS__BELOW_MINIMUM__BELOW_MINIMUM_UNSPECIFIED

enum { LEVELS = 5 };

struct line {
    const char *section_zh, *section_en; /* NULL: of the section before */
    const char *code, *zh, *en;
    int weight; /* 0: free text */
    struct {
        const char *zh, *en;
    } anchors[3]; /* of the levels 1, 3 and 5 */
};

static const struct line lines[] = {
    {"业绩与客户", "Results and customers", "results", "对结果负责，说到做到",
     "Takes responsibility for results and keeps promises", 25,
     {{"经常延误，需要反复催促", "Often late, has to be chased"},
      {"按约定完成，偶有偏差时提前说明", "Delivers as agreed, says early when not"},
      {"稳定超出约定，主动解决障碍", "Reliably beyond what was agreed, removes obstacles"}}},
    {NULL, NULL, "customer", "了解客户需求并及时响应", "Understands customers and answers in time", 25,
     {{"不清楚客户需要什么", "Does not know what customers need"},
      {"了解主要需求，按时响应", "Knows the main needs, answers in time"},
      {"预见需求，客户主动称赞", "Foresees needs, praised by customers"}}},
    {"协作与成长", "Working together, growing", "teamwork", "与同事和其他部门协作",
     "Works with colleagues and other departments", 20,
     {{"只顾自己的部分", "Looks after his own part only"},
      {"需要时给予配合", "Helps when asked"},
      {"主动补位，促成共同结果", "Steps in unasked, makes joint results happen"}}},
    {NULL, NULL, "communication", "表达清楚，认真倾听", "Speaks clearly and listens", 15,
     {{"信息含糊，常引起误解", "Vague, often misunderstood"},
      {"多数情况下清楚、及时", "Mostly clear and in time"},
      {"清楚、及时，让分歧得到解决", "Clear and in time, settles disagreements"}}},
    {NULL, NULL, "learning", "学习与改进", "Learns and improves", 15,
     {{"同样的错误反复出现", "Repeats the same mistakes"},
      {"接受反馈并改正", "Takes feedback and mends"},
      {"主动总结，带动他人改进", "Draws lessons, helps others improve"}}},
    {"建议", "Suggestions", "strengths", "他/她做得好、希望继续保持的", "What he or she should keep doing",
     0, {{0}}},
    {NULL, NULL, "improve", "希望他/她改进的", "What he or she should do better", 0, {{0}}},
};

static Reviews__Question *
make_question(struct dc_arena *arena, const struct line *line)
{
    Reviews__Question *q = DC_NEW_MESSAGE(arena, Reviews__Question, reviews__question__init);
    q->code = (char *)line->code;
    q->zh = (char *)line->zh;
    q->en = (char *)line->en;
    q->free_text = line->weight == 0;
    q->weight = line->weight;
    q->may_pass = line->weight > 0;
    q->anchors = DC_NEW_ARRAY(arena, Reviews__Anchor *, 3);
    for (int i = 0; i < 3 && line->anchors[i].zh; i++) {
        Reviews__Anchor *anchor = DC_NEW_MESSAGE(arena, Reviews__Anchor, reviews__anchor__init);
        anchor->level = 1 + 2 * i;
        anchor->zh = (char *)line->anchors[i].zh;
        anchor->en = (char *)line->anchors[i].en;
        q->anchors[q->n_anchors++] = anchor;
    }
    return q;
}

static void
add_sections(struct dc_arena *arena, Reviews__Form *form)
{
    enum { COUNT = sizeof lines / sizeof *lines };
    form->sections = DC_NEW_ARRAY(arena, Reviews__Section *, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        if (lines[i].section_zh) {
            Reviews__Section *made =
                DC_NEW_MESSAGE(arena, Reviews__Section, reviews__section__init);
            made->zh = (char *)lines[i].section_zh;
            made->en = (char *)lines[i].section_en;
            made->questions = DC_NEW_ARRAY(arena, Reviews__Question *, COUNT);
            form->sections[form->n_sections++] = made;
        }
        Reviews__Section *section = form->sections[form->n_sections - 1];
        section->questions[section->n_questions++] = make_question(arena, &lines[i]);
    }
}

static void
add_relation(struct dc_arena *arena, Reviews__Form *form, Reviews__Relation relation, int weight,
             int minimum)
{
    Reviews__RelationRule *rule =
        DC_NEW_MESSAGE(arena, Reviews__RelationRule, reviews__relation_rule__init);
    rule->relation = relation;
    rule->weight = weight;
    rule->minimum = minimum;
    rule->below = minimum > 1 ? MERGE : UNSAID;
    form->relations[form->n_relations++] = rule;
}

static Reviews__Form *
make_form(struct dc_arena *arena, const char *code, const char *name, const char *name_en)
{
    Reviews__Form *form = DC_NEW_MESSAGE(arena, Reviews__Form, reviews__form__init);
    form->code = (char *)code;
    form->name = (char *)name;
    form->name_en = (char *)name_en;
    form->scale_min = 1;
    form->scale_max = LEVELS;
    form->relations = DC_NEW_ARRAY(arena, Reviews__RelationRule *, TALLY_RELATIONS);
    add_sections(arena, form);
    return form;
}

size_t
form_shipped(struct dc_arena *arena, Reviews__Form ***ret_forms)
{
    Reviews__Form **forms = DC_NEW_ARRAY(arena, Reviews__Form *, 3);
    forms[0] = make_form(arena, "standard_360", "标准 360 评价", "Standard 360 review");
    add_relation(arena, forms[0], RELATION(SUPERIOR), 40, 1);
    add_relation(arena, forms[0], RELATION(PEER), 30, 3);
    add_relation(arena, forms[0], RELATION(SUBORDINATE), 20, 3);
    add_relation(arena, forms[0], RELATION(CUSTOMER), 10, 3);
    add_relation(arena, forms[0], RELATION(SELF), 0, 1);
    forms[1] = make_form(arena, "manager_rating", "上级评价", "Manager rating");
    add_relation(arena, forms[1], RELATION(SUPERIOR), 100, 1);
    forms[2] = make_form(arena, "self_rating", "自我评价", "Self rating");
    add_relation(arena, forms[2], RELATION(SELF), 100, 1);
    *ret_forms = forms;
    return 3;
}
