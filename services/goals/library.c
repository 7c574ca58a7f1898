/*
 * The standard indicators of sales and of process.
 */
#include "library.h"

#include <stddef.h>

#define SUM GOALS__MEASURE_KIND__MEASURE_KIND_SUM
#define COUNT GOALS__MEASURE_KIND__MEASURE_KIND_COUNT
#define DISTINCT GOALS__MEASURE_KIND__MEASURE_KIND_DISTINCT
#define RATIO GOALS__MEASURE_KIND__MEASURE_KIND_RATIO
#define AVERAGE GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE
#define FORMULA GOALS__MEASURE_OF__MEASURE_OF_FORMULA
#define OKR GOALS__MEASURE_OF__MEASURE_OF_OKR
#define RATING GOALS__MEASURE_OF__MEASURE_OF_RATING
#define TASKS GOALS__MEASURE_OF__MEASURE_OF_TASKS

/* clang-format off */
const struct library_measure library_measures[] = {
    {.code = "sales_amount", .name = "销售额", .kind = SUM, .field = "amount"},
    {.code = "collected_amount", .name = "回款额", .kind = SUM, .field = "collected_amount"},
    {.code = "sales_cost", .name = "销售成本", .kind = SUM, .field = "cost"},
    {.code = "sales_quantity", .name = "销售数量", .kind = SUM, .field = "quantity"},
    {.code = "sales_records", .name = "销售记录数", .kind = COUNT, .field = ""},
    {.code = "orders", .name = "订单数", .kind = DISTINCT, .field = "order_no"},
    {.code = "customers", .name = "客户数", .kind = DISTINCT, .field = "customer"},
    {.code = "repeat_customers", .name = "复购客户数", .kind = DISTINCT, .field = "customer",
     .repeat_only = true},
    {.code = "new_customers", .name = "新客户数", .kind = DISTINCT, .field = "customer",
     .dimension = "customer_type", .values = {"new", "新客户"}},
    {.code = "campaign_sales", .name = "促销活动销售额", .kind = SUM, .field = "amount",
     .dimension = "campaign", .exclude = true, .values = {""}},
    {.code = "hot_product_sales", .name = "热销品销售额", .kind = SUM, .field = "amount",
     .dimension = "product_category", .values = {"hot", "热销品"}},
    {.code = "collection_rate", .name = "回款率", .kind = RATIO, .field = "",
     .numerator = "collected_amount", .denominator = "sales_amount"},
    {.code = "sales_per_order", .name = "客单价", .kind = RATIO, .field = "",
     .numerator = "sales_amount", .denominator = "orders"},
    {.code = "repeat_rate", .name = "客户复购率", .kind = RATIO, .field = "",
     .numerator = "repeat_customers", .denominator = "customers"},
    {.code = "cost_rate", .name = "成本率", .kind = RATIO, .field = "",
     .numerator = "sales_cost", .denominator = "sales_amount"},
    {.code = "gross_margin", .name = "毛利率", .kind = AVERAGE, .field = "", .of = FORMULA,
     .formula = "(sales_amount - sales_cost) / sales_amount"},
    {.code = "sales_per_head", .name = "人均产能", .kind = AVERAGE, .field = "", .of = FORMULA,
     .formula = "sales_amount / headcount()"},
    {.code = "tasks_decided", .name = "已办审批数", .kind = COUNT, .field = "", .of = TASKS},
    {.code = "tasks_on_time", .name = "及时审批数", .kind = SUM, .field = "on_time", .of = TASKS},
    {.code = "approval_on_time", .name = "审批及时率", .kind = RATIO, .field = "", .of = TASKS,
     .numerator = "tasks_on_time", .denominator = "tasks_decided"},
    {.code = "okr", .name = "OKR 达成度", .kind = AVERAGE, .field = "", .of = OKR},
    {.code = "review_360", .name = "360 评价均分", .kind = AVERAGE, .field = "", .of = RATING,
     .scale_min = "1", .scale_max = "5"},
    {0},
};

#define SALES GOALS__INDICATOR_CLASS__INDICATOR_CLASS_SALES
#define CUSTOMER GOALS__INDICATOR_CLASS__INDICATOR_CLASS_CUSTOMER
#define PROCESS GOALS__INDICATOR_CLASS__INDICATOR_CLASS_PROCESS
#define COLLECTION GOALS__INDICATOR_CLASS__INDICATOR_CLASS_COLLECTION
#define HIGHER GOALS__DIRECTION__DIRECTION_HIGHER
#define LOWER GOALS__DIRECTION__DIRECTION_LOWER

/* Rates are plain ratios (0.95 = 95 %), as the measures are. */
const struct library_indicator library_indicators[] = {
    {"sales_amount", "销售额", "Sales", SALES, "CNY", HIGHER, 2, "sales_amount", true, true},
    {"collected_amount", "回款额", "Collected amount", COLLECTION, "CNY", HIGHER, 2,
     "collected_amount", true, false},
    {"collection_rate", "回款率", "Collection rate", COLLECTION, "", HIGHER, 4,
     "collection_rate", false, false},
    {"sales_per_order", "客单价", "Sales per order", SALES, "CNY", HIGHER, 2, "sales_per_order",
     false, false},
    {"repeat_rate", "客户复购率", "Repeat customer rate", CUSTOMER, "", HIGHER, 4, "repeat_rate",
     false, false},
    {"new_customers", "新客户数", "New customers", CUSTOMER, "客户", HIGHER, 0, "new_customers",
     true, false},
    {"cost_rate", "成本率", "Cost rate", SALES, "", LOWER, 4, "cost_rate", false, false},
    {"gross_margin", "毛利率", "Gross margin", SALES, "", HIGHER, 4, "gross_margin", false, false},
    {"sales_per_head", "人均产能", "Sales per head", SALES, "CNY", HIGHER, 2, "sales_per_head",
     false, false},
    {"campaign_sales", "促销活动销售额", "Campaign sales", SALES, "CNY", HIGHER, 2,
     "campaign_sales", true, false},
    {"hot_product_sales", "热销品销售额", "Hot product sales", SALES, "CNY", HIGHER, 2,
     "hot_product_sales", true, false},
    {"approval_on_time", "审批及时率", "Approvals on time", PROCESS, "", HIGHER, 4,
     "approval_on_time", false, false},
    {"okr", "OKR 达成度", "OKR", PROCESS, "", HIGHER, 4, "okr", false, false},
    {"review_360", "360 评价", "360 review", PROCESS, "分", HIGHER, 2, "review_360", false, false},
    {0},
};
/* clang-format on */
