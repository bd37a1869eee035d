-- All its rows are packed.
DROP TABLE unpacked_raw;
