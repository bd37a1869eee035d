-- The keyword index: the distinct folded characters and pairs of neighbours of each article, each written as hexadecimal
-- code points. The text itself is not in it.
CREATE VIRTUAL TABLE gram USING fts5(grams, content='', detail=none, columnsize=0, tokenize='ascii');

-- A deletion then takes the entries out of the index at once.
INSERT INTO gram (gram, rank) VALUES ('secure-delete', 1);
