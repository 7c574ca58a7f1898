-- Finding colleagues by number, and by what a name contains, among 100,000 people: the number and every
-- end of the name, in lower case, so that a search is a range of the byte order. That alone reaches an
-- index under row-level security (see 003); lower() is not leakproof, and kept searches for numbers
-- from theirs. Kept by the database, for whichever program saves people.
CREATE TABLE person_word (
    tenant_id bigint NOT NULL,
    kind      smallint NOT NULL, -- 1 the number, 2 an end of the name
    word      text COLLATE "C" NOT NULL,
    person_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, word, person_id)
);
CREATE INDEX person_word_of ON person_word (tenant_id, person_id);
ALTER TABLE person_word ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON person_word
    USING (tenant_id = current_setting('dacheng.tenant')::bigint);
DROP INDEX person_by_code;

CREATE FUNCTION words_of(code text, name text) RETURNS TABLE (kind smallint, word text)
LANGUAGE sql IMMUTABLE AS $$
    SELECT 1::smallint, lower(code)
    UNION
    SELECT 2::smallint, substr(lower(name), i) FROM generate_series(1, length(lower(name))) i
$$;
CREATE FUNCTION keep_person_words() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM person_word o USING saved s
    WHERE o.tenant_id = s.tenant_id AND o.person_id = s.id
      AND (o.kind, o.word) NOT IN (SELECT w.kind, w.word FROM words_of(s.code, s.name) w);
    INSERT INTO person_word (tenant_id, kind, word, person_id)
    SELECT s.tenant_id, w.kind, w.word, s.id FROM saved s, words_of(s.code, s.name) w
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER person_made AFTER INSERT ON person REFERENCING NEW TABLE AS saved
    FOR EACH STATEMENT EXECUTE FUNCTION keep_person_words();
CREATE TRIGGER person_changed AFTER UPDATE ON person REFERENCING NEW TABLE AS saved
    FOR EACH STATEMENT EXECUTE FUNCTION keep_person_words();

INSERT INTO person_word (tenant_id, kind, word, person_id)
SELECT s.tenant_id, w.kind, w.word, s.id FROM person s, words_of(s.code, s.name) w;
