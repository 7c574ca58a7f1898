-- Where every unit of a tenant stands, through time. $1 tenant.
SELECT unit_id, parent_id, from_day, closed_on
FROM place WHERE tenant_id = $1 ORDER BY unit_id, from_day;
