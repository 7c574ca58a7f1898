-- $1 tenant.
SELECT utc_offset_minutes, end_of_day FROM calendar WHERE tenant_id = $1
