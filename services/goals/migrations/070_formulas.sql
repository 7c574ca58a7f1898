-- Measures made of other measures by a formula, and customers whose first record is of the period.
ALTER TABLE measure
    ADD COLUMN formula    text    NOT NULL DEFAULT '',
    ADD COLUMN first_only boolean NOT NULL DEFAULT false;
