-- The next version of a form; nothing when it is not there, or was changed since. $1 tenant, $2 form,
-- $3 the version that was seen, $4 code.
UPDATE form SET version = version + 1, code = $4
WHERE tenant_id = $1 AND form_id = $2 AND version = $3 RETURNING version
