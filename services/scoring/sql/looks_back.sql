-- Does any formula of the tenant read earlier periods? $1 tenant.
SELECT EXISTS (SELECT FROM measure WHERE tenant_id = $1 AND looks_back)
    OR EXISTS (SELECT FROM plan_version WHERE tenant_id = $1 AND looks_back);
