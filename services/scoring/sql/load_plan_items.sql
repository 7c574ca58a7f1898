-- The items of all plan versions of a tenant, ordered as load_plans orders them. $1 tenant.
SELECT plan_id, version, indicator_id, weight, full_marks, lower, cap, threshold, lower_is_better,
       decimals, rule
FROM plan_item WHERE tenant_id = $1 ORDER BY plan_id, version, indicator_id;
