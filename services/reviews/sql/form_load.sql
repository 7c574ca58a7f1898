-- A version of a form; version 0: the newest. $1 tenant, $2 form, $3 version.
SELECT v.body, f.form_id, v.version, v.author, v.changed_at
FROM form f JOIN form_version v USING (tenant_id, form_id)
WHERE f.tenant_id = $1 AND f.form_id = $2
  AND v.version = CASE WHEN $3::bigint = 0 THEN f.version ELSE $3::bigint END
