-- Adds to how often values occur. $1 tenant, $2 series, $3 values, $4 months, $5 people, $6 paths,
-- $7 details, $8 changes.
INSERT INTO seen AS old (tenant_id, series_id, value, month, person_id, path_id, detail, n)
SELECT $1::bigint, w.series_id::integer, w.value, w.month::integer, w.person_id, w.path_id,
       w.detail, w.n
FROM unnest($2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[],
            $8::bigint[]) AS w (series_id, value, month, person_id, path_id, detail, n)
ON CONFLICT (tenant_id, series_id, value, month, person_id, path_id, detail)
DO UPDATE SET n = old.n + excluded.n
