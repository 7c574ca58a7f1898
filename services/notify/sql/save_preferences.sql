-- $1 tenant, $2 person, $3 mail, $4 language
INSERT INTO preference (tenant_id, person_id, mail, language) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, person_id) DO UPDATE SET mail = excluded.mail, language = excluded.language
