-- The tenant of a code, or the only one for ''. $1 code
SELECT id, name, time_zone, root_unit_id FROM find_tenant($1)
