-- Measures made of ratings have the scale of their forms.
ALTER TABLE measure ADD COLUMN scale_min text NOT NULL DEFAULT '';
ALTER TABLE measure ADD COLUMN scale_max text NOT NULL DEFAULT '';
