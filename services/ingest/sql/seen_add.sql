-- Values where they did not occur so far; counting alone writes here, so there is no conflict. Sorted
-- as the key is, so that a page of the index is visited once. $1 tenant, $2 series, $3 values,
-- $4 months, $5 people, $6 paths, $7 details, $8 how often.
INSERT INTO seen (tenant_id, series_id, value, month, person_id, path_id, detail, n)
SELECT $1::bigint, w.series_id::integer, w.value, w.month::integer, w.person_id, w.path_id,
       w.detail, w.n
FROM unnest($2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[],
            $8::bigint[]) AS w (series_id, value, month, person_id, path_id, detail, n)
ORDER BY w.series_id, w.value, w.month, w.person_id, w.path_id, w.detail
