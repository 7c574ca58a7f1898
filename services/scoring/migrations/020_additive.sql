-- Do the targets of an indicator's children add up to the parent's? goals tells it; of indicators that
-- were told before this column was there, the kind of their measure says as much: sums and counts do.
ALTER TABLE indicator ADD COLUMN additive boolean NOT NULL DEFAULT false;
UPDATE indicator AS i SET additive = m.kind IN (1, 2, 3)
FROM measure AS m
WHERE m.tenant_id = i.tenant_id AND m.measure_id = i.measure_id;
