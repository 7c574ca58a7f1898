-- How many versions a note speaks of, so that asking how far counting is does not read them.
ALTER TABLE pending ADD COLUMN records integer GENERATED ALWAYS AS (cardinality(ids)) STORED;
