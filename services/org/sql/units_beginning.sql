-- Units with a state that begins after $2 and not after $3, as they are on $3. $1 tenant
SELECT u.unit_id, u.code, u.name, u.kind, u.parent_id, u.valid_from, u.ends, u.version
FROM units_on($1, $3) u
WHERE u.valid_from > $2
ORDER BY u.unit_id
