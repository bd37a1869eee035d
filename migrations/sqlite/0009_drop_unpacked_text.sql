-- All their rows are packed.
DROP TABLE body;
DROP TABLE folded;
