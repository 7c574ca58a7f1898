-- $1 tenant, $2 objection, $3 number, $4 value, $5 score, $6 total, $7 grade, $8 coefficient,
-- $9 to $12 the same as they were, $13 places of the total, $14 of the line, $15 reason, $16 author,
-- $17 author's person, $18 now.
INSERT INTO correction (tenant_id, objection_id, number, value, score, total, grade, coefficient,
                        score_before, total_before, grade_before, coefficient_before, places,
                        line_places, reason, author, author_person_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);
