-- A publication of the next version; answers id and version. $1 tenant, $2 period, $3 unit,
-- $4 people, $5 reason, $6 author, $7 author's person, $8 now, $9 last day for objections.
INSERT INTO publication (tenant_id, period, unit_id, version, people, reason, author,
                         author_person_id, at, objections_until)
SELECT $1, $2, $3, 1 + count(*), $4::bigint, $5, $6, $7, $8, $9
FROM publication WHERE tenant_id = $1 AND period = $2 AND unit_id = $3
RETURNING publication_id, version;
