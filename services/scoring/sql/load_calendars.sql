-- For which tenants has a day begun since the last time? Run as tenant 0. $1 today.
SELECT t.tenant_id
FROM (SELECT DISTINCT tenant_id FROM period) AS t
LEFT JOIN calendar AS c USING (tenant_id)
WHERE c.done_to IS NULL OR c.done_to < $1::date;
