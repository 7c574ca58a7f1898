-- Whom the ladder gave a seat to (0: it did not move up), whatever happened to it after that; and whose
-- right a line of the history is about (0: that of who acted, or of no one seat).
ALTER TABLE seat ADD COLUMN raised_to_id bigint NOT NULL DEFAULT 0;
UPDATE seat SET raised_to_id = CASE WHEN held_by = 4 THEN holder_id ELSE deputy_for_id END
WHERE held_by = 4 OR held_by = 2 AND rung > 0 AND deputy_for_id <> owner_id;
ALTER TABLE history ADD COLUMN owner_id bigint NOT NULL DEFAULT 0;
