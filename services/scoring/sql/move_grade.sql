-- Moves a person of a locked session; answers the move's id. $1 tenant, $2 session, $3 person,
-- $4 row of the new grade, $5 code before, $6 code after, $7 reason, $8 author, $9 author's person,
-- $10 now, $11 the move that this one undoes or 0.
WITH session AS (
    UPDATE calibration SET moves = moves + 1, version = version + 1
    WHERE tenant_id = $1 AND calibration_id = $2
), person AS (
    UPDATE calibration_person SET grade = $4::bigint, moves = moves + 1
    WHERE tenant_id = $1 AND calibration_id = $2 AND person_id = $3
)
INSERT INTO calibration_move (tenant_id, calibration_id, person_id, before, after, reason, author,
                              author_person_id, at, undoes)
VALUES ($1, $2, $3, $5, $6, $7, $8, $9, $10, $11)
RETURNING move_id;
