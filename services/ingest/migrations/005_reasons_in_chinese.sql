-- What is wrong with a row or a file, in Chinese too. Empty where it was said before this.
ALTER TABLE rejected ADD COLUMN reason_zh text NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN problem_zh text NOT NULL DEFAULT '';
