-- Every unit of the tenant with all its states, a unit's states together in order. $1 tenant
SELECT u.id, u.code, u.ends, u.version, s.valid_from, s.name, s.kind, s.parent_id
FROM unit u JOIN unit_state s ON s.tenant_id = u.tenant_id AND s.unit_id = u.id
WHERE u.tenant_id = $1
ORDER BY u.id, s.valid_from
