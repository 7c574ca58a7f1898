-- $1 tenant, $2 day factor, $3 period factor, $4 least amount, $5 every day, $6 every person,
-- $7 positions.
INSERT INTO threshold (tenant_id, day_factor, period_factor, least_amount, every_day, every_person,
                       positions)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id) DO UPDATE SET
    day_factor = excluded.day_factor, period_factor = excluded.period_factor,
    least_amount = excluded.least_amount, every_day = excluded.every_day,
    every_person = excluded.every_person, positions = excluded.positions
