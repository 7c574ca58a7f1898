-- What a check found takes the place of what was found before; of those that are kept, state,
-- reason and names stay. $1 tenant, $2 submission; column by column: $3 kinds, $4 units, $5 people,
-- $6 days, $7 amounts, $8 expected, $9 Chinese, $10 English sentences, $11 kept.
WITH input AS MATERIALIZED (
    SELECT * FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::date[], $7::numeric[],
                         $8::numeric[], $9::text[], $10::text[], $11::boolean[])
         AS t (kind, unit_id, person_id, on_date, amount, expected, sentence_zh, sentence_en, kept)
), gone AS (
    DELETE FROM finding f
    WHERE f.tenant_id = $1 AND f.submission_id = $2
      AND NOT EXISTS (SELECT FROM input i
                      WHERE i.kind = f.kind AND i.unit_id = f.unit_id
                        AND i.person_id = f.person_id AND i.on_date = f.on_date)
), opened AS ( -- what was said of them is said of something else now
    SELECT f.finding_id
    FROM finding f JOIN input i ON i.kind = f.kind AND i.unit_id = f.unit_id
                               AND i.person_id = f.person_id AND i.on_date = f.on_date
    WHERE f.tenant_id = $1 AND f.submission_id = $2 AND NOT i.kept
)
INSERT INTO finding AS f (tenant_id, submission_id, kind, unit_id, person_id, on_date, amount,
                          expected, sentence_zh, sentence_en, state)
SELECT $1::bigint, $2::bigint, kind, unit_id, person_id, on_date, amount, expected, sentence_zh,
       sentence_en, 1
FROM input
ON CONFLICT (tenant_id, submission_id, kind, unit_id, person_id, on_date) DO UPDATE SET
    amount = excluded.amount, expected = excluded.expected, sentence_zh = excluded.sentence_zh,
    sentence_en = excluded.sentence_en,
    state = CASE WHEN f.finding_id IN (SELECT finding_id FROM opened) THEN 1 ELSE f.state END
