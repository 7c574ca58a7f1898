-- The newest version of each form. $1 tenant.
SELECT v.body, f.form_id, v.version, v.author, v.changed_at
FROM form f JOIN form_version v USING (tenant_id, form_id, version)
WHERE f.tenant_id = $1 ORDER BY f.form_id
